"""What goes wrong with help, one line for each: it is cancelled, refused, not answered, a machine answers, two press at
once, a browser dies or a line drops at either end, the citizen hangs up on hold, the carrier does not do what is asked.
"""

import asyncio
import random
from collections.abc import Callable

from callcenter.rules.consults import HelpAct
from ivr.drill import helping
from ivr.drill.helping import Wish
from ivr.drill.scene import NOTHING, DrillScene, Mended, Strike, rest
from ivr.drill.town import CITIZENS, Person

ON_THEIR_WAY = ("offered", "rung", "joined")
SEEKS = 6.0  # seconds to wait for somebody to whom it may happen
LOOKS = 0.1
OF_A_CONVERSATION = "/Participants"
CANCELS, HANDS_OVER = (HelpAct.CANCEL,), (HelpAct.HAND_OVER,)


def wishes(*several: Wish, mood: str = "") -> Strike:
    """What half the agents want with their next conversation, and how whoever is asked answers."""

    async def strike(scene: DrillScene, dice: random.Random) -> Mended:
        _wish(scene, dice, several, mood)
        await asyncio.sleep(dice.uniform(2, 4))
        return NOTHING

    return strike


def _wish(scene: DrillScene, dice: random.Random, several: tuple[Wish, ...], mood: str = "") -> None:
    people = scene.agents.people
    for person in dice.sample(people, (len(people) + 1) // 2):
        person.wish = dice.choice(several)
    for person in people:
        person.help_mood = mood


async def _found(
    scene: DrillScene, dice: random.Random, is_so: Callable[[Person], bool], *several: Wish
) -> Person | None:
    """Somebody to whom it may happen now, once there is one."""
    _wish(scene, dice, several or (Wish("agent"), Wish("queue"), Wish("referent", "answers")))
    for _ in range(int(SEEKS / LOOKS)):
        if fit := [person for person in scene.agents.people if not person.closed and is_so(person)]:
            return dice.choice(fit)
        await asyncio.sleep(LOOKS)
    return None


def _asks(person: Person) -> bool:
    help_ = (person.seen.get("call") or {}).get("help")
    return help_ is not None and help_["state"] in ON_THEIR_WAY


def _helps(person: Person) -> bool:
    return person.seen.get("help_asked") is not None


def browser_dies(of_whom: Callable[[Person], bool]) -> Strike:
    """Of whoever asks, or of whoever is asked, in mid-consult."""

    async def strike(scene: DrillScene, dice: random.Random) -> Mended:
        person = await _found(scene, dice, of_whom)
        return scene.close_browsers([person]) if person else NOTHING

    return strike


def line_drops(of_whom: Callable[[Person], bool]) -> Strike:
    """Their telephone, in the room or on its way there; the page is still open."""

    async def strike(scene: DrillScene, dice: random.Random) -> Mended:
        if person := await _found(scene, dice, of_whom):
            for line in await scene.lines():
                if line["number"] == person.phone:
                    await scene.hang_up(line["sid"])
        return NOTHING

    return strike


async def both_press(scene: DrillScene, dice: random.Random) -> Mended:
    """Whoever asks hands over, goes on alone and hangs up at the very moment at which whoever helps leaves."""
    asker = await _found(scene, dice, _has_colleague, Wish("agent"), Wish("queue"))
    if asker:
        several = [
            asyncio.create_task(helping.do(asker, act)) for act in dice.sample((HelpAct.HAND_OVER, HelpAct.BACK), 2)
        ]
        several += [
            asyncio.create_task(person.desk.ask("consult/leave")) for person in scene.agents.people if _helps(person)
        ]
        several.append(asyncio.create_task(asker.desk.do("hangup")))
        await asyncio.gather(*several, return_exceptions=True)
    return NOTHING


def _has_colleague(person: Person) -> bool:
    help_ = (person.seen.get("call") or {}).get("help")
    return help_ is not None and help_["state"] == "joined" and help_["kind"] in ("agent", "queue")


async def held_citizen_hangs_up(scene: DrillScene, dice: random.Random) -> Mended:
    if await _found(scene, dice, _asks):
        held = [line for line in await scene.lines() if line["hold"] and line["number"].startswith(CITIZENS)]
        for line in held[:1]:
            await scene.hang_up(line["sid"])
    return NOTHING


async def called_out(scene: DrillScene, dice: random.Random) -> Mended:
    for person in dice.sample(scene.agents.people, (len(scene.agents.people) + 1) // 2):
        person.calls_out = True
    await asyncio.sleep(dice.uniform(2, 4))
    return NOTHING


def while_asking(strikes: Strike) -> Strike:
    """A fault of the carrier's, while many ask for help."""

    async def strike(scene: DrillScene, dice: random.Random) -> Mended:
        _wish(scene, dice, (Wish("referent", "answers"), Wish("referent", "menu"), Wish("agent"), Wish("queue")))
        return await strikes(scene, dice)

    return strike


OF_THE_CARRIER: dict[str, Strike] = {
    "help-404": while_asking(rest("404", path=f"{OF_A_CONVERSATION}.json", method="POST")),
    "help-429": while_asking(rest("429", path=OF_A_CONVERSATION)),
    "help-503": while_asking(rest("503", path=OF_A_CONVERSATION)),
    "help-too-late": while_asking(rest("timeout-with-effect", share=0.5, path=OF_A_CONVERSATION)),
}
OF_PEOPLE: dict[str, Strike] = {
    "help-cancelled": wishes(
        Wish("referent", "answers late", CANCELS), Wish("agent", then=CANCELS), Wish("queue", then=CANCELS)
    ),
    "help-refused": wishes(Wish("referent", "refuses"), Wish("agent"), Wish("queue"), mood="refuse"),
    "help-unanswered": wishes(Wish("referent", "no-answer"), Wish("agent"), mood="ignore"),
    "help-voicemail": wishes(Wish("referent", "voicemail")),
    "help-menu": wishes(Wish("referent", "menu", (HelpAct.KEYS, HelpAct.BOTH))),
    "help-hangs-up": wishes(Wish("referent", "answers and hangs up", (HelpAct.BOTH,))),
    "handed-over": wishes(Wish("agent", then=HANDS_OVER), Wish("queue", then=HANDS_OVER)),
    "left-with-partner": wishes(Wish("referent", "answers", (HelpAct.BOTH, *HANDS_OVER))),
    "passed-on": wishes(Wish("pass-agent"), Wish("pass-queue")),
    "both-press": both_press,
    "helper-browser-dies": browser_dies(_helps),
    "asker-browser-dies": browser_dies(_asks),
    "helper-line-drops": line_drops(_helps),
    "asker-line-drops": line_drops(_asks),
    "held-citizen-hangs-up": held_citizen_hangs_up,
    "distress": wishes(Wish("distress")),
    "called-out": called_out,
}  # fmt: skip
