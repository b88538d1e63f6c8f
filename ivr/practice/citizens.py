"""Practice citizens: they dial now and then, say where they live and what the matter is, wait, talk, and hang up.

What one presses is decided by what was heard, so they find their way in any wording of the dialogue.
"""

import asyncio
import random
import re
from dataclasses import dataclass

from ivr.practice.calls import PracticeCall
from ivr.practice.carrier import Carrier
from ivr.practice.queues import Member
from ivr.practice.rooms import Participant

POSTAL_CODES = (
    "46000", "46100", "12000", "87000", "23000", "16000", "14000", "50100", "51100", "08000", "18000", "76600",
    "59000", "13001", "69003", "35000", "67000", "20090", "20200", "97110", "97200", "97410", "75011", "44000",
)  # fmt: skip
OFFERED = re.compile(
    r"(?:tapez|appuyez sur|faites|composez|press|dial)\s+(?:le |la touche |la |the )?(\d)\b", re.IGNORECASE
)
SLOWER = re.compile(r"entendez mal.*tapez 8|hear badly.*press 8", re.IGNORECASE)
HEARS_BADLY, FALLS_SILENT, MISDIALS = 0.04, 0.04, 0.02  # of the citizens who live on the line
CONFIRMING = re.compile(r"est exact|c'est bien|confirme|correct|is that right", re.IGNORECASE)


@dataclass(frozen=True)
class Citizen:
    """Seconds are telephone seconds. `hurries`: asks to be called back as soon as the queue offers it; `hears_badly`:
    asks us first to speak slowly; `silent_after` so many answers they say and press nothing more (0: a misdial)."""

    number: str
    postal_code: str
    patience: float = 240.0
    talks: float = 60.0
    hurries: bool = False
    hears_badly: bool = False
    silent_after: int | None = None


def keys_for(citizen: Citizen, heard: str, digits: int | None, dice: random.Random) -> str:
    """What a citizen presses at a question, having heard `heard` since the last one."""
    if citizen.hears_badly and SLOWER.search(heard):
        return "8"
    if digits == 10:
        return "0" + citizen.number.removeprefix("+33")
    if digits == 5 or (digits is None and "code postal" in heard.lower()) or "postal code" in heard.lower():
        return citizen.postal_code
    offered = [key for key in OFFERED.findall(heard) if key not in "09"]
    if not offered or CONFIRMING.search(heard):
        return "1"
    return str(dice.choice(offered))


async def live(carrier: Carrier, number: str, citizens: int, every: float, dice: random.Random) -> None:
    """`citizens` people, each of whom dials `number` about every `every` telephone seconds, for ever."""
    await asyncio.gather(
        *(
            _live(carrier, number, n, every, random.Random(dice.random()))  # noqa: S311 - dice, not secrets
            for n in range(citizens)
        )
    )


async def _live(carrier: Carrier, number: str, n: int, every: float, dice: random.Random) -> None:
    citizen = Citizen(
        number=f"+3319900{n % 10_000:04}",  # 01 99 00: kept for fiction, and a number we may call back
        postal_code=dice.choice(POSTAL_CODES),
        patience=dice.uniform(120, 400),
        talks=dice.uniform(30, 150),
        hears_badly=dice.random() < HEARS_BADLY,
        silent_after=_falls_silent_after(dice),
    )
    await asyncio.sleep(carrier.scaled(dice.uniform(0, every)))
    while True:
        call = dial(carrier, citizen, number, dice)
        while not call.over:
            await call.phone.changed_within(3600)
        await asyncio.sleep(carrier.scaled(dice.expovariate(1 / every)))


def _falls_silent_after(dice: random.Random) -> int | None:
    """How many answers, of the few who fall silent."""
    drawn = dice.random()
    return 0 if drawn < MISDIALS else dice.randint(1, 3) if drawn < MISDIALS + FALLS_SILENT else None


def dial(carrier: Carrier, citizen: Citizen, number: str, dice: random.Random) -> PracticeCall:
    """One practice call, on its way."""
    call = carrier.receive(citizen.number, number, controlled=False)
    call.person = carrier.webhooks.spawn(_call(carrier, call, citizen, dice))
    return call


async def _call(carrier: Carrier, call: PracticeCall, citizen: Citizen, dice: random.Random) -> None:
    patience = asyncio.create_task(_lose_patience(carrier, call, citizen, dice))
    try:
        await asyncio.gather(_answer_questions(carrier, call, citizen, dice), _talk(carrier, call, citizen))
    finally:
        patience.cancel()


async def _answer_questions(carrier: Carrier, call: PracticeCall, citizen: Citizen, dice: random.Random) -> None:
    phone = call.phone
    read = answers = 0
    while not call.over:
        if not await phone.asked_within(3600):
            continue
        while not call.over and phone.ear and phone.transcript[-1]["kind"] not in ("listens", "sent"):
            await phone.changed_within(60)  # politely, to the end of the sentence
        new = phone.transcript[read:]
        read = len(phone.transcript)
        ear = phone.ear
        if ear is None or ear.closed:
            continue
        if answers == citizen.silent_after:
            await phone.changed_within(60)
            continue
        if isinstance(call.place, Member):
            if citizen.hurries:
                phone.press("1")
            await phone.changed_within(60)  # waiting; the callback is for those who lose patience
            continue
        heard = " ".join(entry["text"] for entry in new if entry["kind"] == "say")
        await asyncio.sleep(carrier.scaled(dice.uniform(0.5, 2)))
        if phone.ear is ear and not ear.closed:
            phone.press(keys_for(citizen, heard, ear.num_digits, dice))
            answers += 1


async def _talk(carrier: Carrier, call: PracticeCall, citizen: Citizen) -> None:
    """Hangs up at the end of the conversation, if the agent has not."""
    while not isinstance(call.place, Participant) or not call.place.heard_by(call):
        if call.over:
            return
        await call.phone.changed_within(3600)
    carrier.speak(call, "Bonjour, je vous appelle pour une démarche.")
    await asyncio.sleep(carrier.scaled(citizen.talks))
    carrier.end(call, "completed")


async def _lose_patience(carrier: Carrier, call: PracticeCall, citizen: Citizen, dice: random.Random) -> None:
    """One in two asks to be called back, if the queue offers it; the others hang up."""
    await asyncio.sleep(carrier.scaled(citizen.patience))
    if isinstance(call.place, Member) and dice.random() < 0.5 and await call.phone.asked_within(carrier.scaled(30)):
        call.phone.press("1")
        await asyncio.sleep(carrier.scaled(60))
    if not isinstance(call.place, Participant):
        carrier.end(call, "completed")
