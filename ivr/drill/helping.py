"""What agents of a drill do with help: whom they ask, how they go on, and every way in which the desk lets them leave
it. What they hold to is one wish; without one the dice choose among the buttons that their desk shows."""

import asyncio
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from callcenter.db import Session
from callcenter.records import referents
from callcenter.rules.consults import CHOSEN_REASONS, HelpAct
from callcenter.rules.territory import NATION

if TYPE_CHECKING:
    from ivr.drill.town import Person

OF_PARTNERS = "+335650099"  # and two digits: telephones that are not of ours
REFERENTS: dict[str, dict[str, Any]] = {  # how each desk's telephone behaves; nobody speaks for ever
    "answers": {"kind": "answer", "talks": 200},
    "answers and hangs up": {"kind": "answer", "talks": 40},
    "answers late": {"kind": "answer", "after": 22, "talks": 200},
    "menu": {"kind": "menu", "keys": "12", "talks": 200},
    "voicemail": {"kind": "voicemail"},
    "busy": {"kind": "busy"},
    "no-answer": {"kind": "no-answer"},
    "refuses": {"kind": "reject"},
    "fails": {"kind": "failed"},
}
HELPLINE = "helpline"
ASKS, PASSES_ON, CRIES = 0.08, 0.02, 0.02  # of the looks at a conversation: for help, to another, for a supervisor
CALLS_OUT, KEEPS_AT_ONCE = 0.06, 0.05  # of the looks at an outcome, and at an empty desk
HOLDS = 0.03  # of the looks at a conversation
CHANGES_THEIR_MIND = 0.1
ASKED_OF = ("referent", "referent", "agent", "queue")


@dataclass(frozen=True)
class Wish:
    """What one agent wants with their next conversation: `ask` a referent, an agent or a queue, pass it on to either
    (`pass-agent`, `pass-queue`), or cry for help (`distress`). `whom`: the referent, by how their telephone behaves;
    `then`: the acts they take as soon as the desk shows each."""

    ask: str
    whom: str = ""
    then: tuple[HelpAct, ...] = ()


def settle_partners(session: Session) -> None:
    """Desks that everybody may call, and one helpline."""
    for n, how in enumerate(REFERENTS):
        referents.add_referent(session, NATION, "caf", how, f"{OF_PARTNERS}{n:02}", "")
    referents.add_referent(session, NATION, "", HELPLINE, f"{OF_PARTNERS}99", "", helpline=True)


async def answer_for_partners(http: aiohttp.ClientSession, carrier: str) -> None:
    """Their telephones, and the helpline's, from now on."""
    told = [(f"{n:02}", how) for n, how in enumerate(REFERENTS.values())]
    for end, how in (*told, ("99", {"kind": "answer", "talks": 200})):
        async with http.put(f"{carrier}/practice/numbers/%2B{OF_PARTNERS[1:]}{end}", json=how) as answer:
            answer.raise_for_status()


async def go_on(person: "Person", call: dict[str, Any]) -> bool:
    """One click in a conversation; False: none about help, and it may end."""
    acts = [HelpAct(act) for act in call["help_acts"]]
    if HelpAct.ASK in acts:
        wish, person.wish = person.wish or _drawn(person.dice), None
        if wish is None:
            return await _hold(person, call)
        person.then = list(wish.then)
        await _ask(person, call, wish)
        return True
    if not acts:
        return False
    if person.then and person.then[0] in acts:
        act = person.then.pop(0)
    elif (person.then or acts == [HelpAct.CANCEL]) and person.dice.random() > CHANGES_THEIR_MIND:
        return True  # it rings, or is not yet as they want it
    elif person.dice.random() < CHANGES_THEIR_MIND / 2:
        await person.desk.do("hangup")
        return True
    else:
        act = person.dice.choice(acts)
    clicks = 2 if person.dice.random() < CHANGES_THEIR_MIND else 1
    await asyncio.gather(*(do(person, act) for _ in range(clicks)))
    return True


async def do(person: "Person", act: HelpAct) -> bool:
    """One button."""
    ask = person.desk.ask
    match act:
        case HelpAct.BOTH | HelpAct.HELPER | HelpAct.CITIZEN:
            return await ask("consult/speak", **{"with": act.value})
        case HelpAct.KEYS:
            return await ask("consult/keys", keys="12")
        case HelpAct.HAND_OVER:
            return await ask("consult/hand-over", reason=_reason(person.dice), taken_by="Mme Petit")
        case _:
            return await ask("consult/back")


async def come(person: "Person", asked: dict[str, Any]) -> None:
    """A colleague asks for one's help: accept or refuse it, and leave when one has had enough."""
    offer_id, drawn = asked["offer_id"], person.dice.random()
    if offer_id is None:
        if drawn < CHANGES_THEIR_MIND:
            await person.desk.ask("consult/leave")
        return
    mood, person.help_mood = person.help_mood, ""
    if mood == "ignore":
        await asyncio.sleep(8)
    elif mood == "refuse" or drawn < CHANGES_THEIR_MIND:
        await person.desk.do("refuse", offer_id=offer_id)
    else:
        await person.desk.do("accept", offer_id=offer_id)


async def call_out(person: "Person", shown: dict[str, Any]) -> bool:
    """Telephone the person of the contact that is to be recorded, or the number that they gave."""
    if not person.calls_out and person.dice.random() > CALLS_OUT:
        return False
    person.calls_out = False
    given = {"number": person.another_number()} if person.dice.random() < 0.3 else {}
    return await person.desk.ask("consult/call-out", contact_id=shown["contact_id"], **given)


async def keep_at_once(person: "Person") -> None:
    """Begin a promise of one's queues, before its time."""
    if person.dice.random() < KEEPS_AT_ONCE and (open_ := await person.desk.read("callbacks/mine")):
        await person.desk.ask(f"callbacks/{person.dice.choice(open_)['id']}/start")


async def _hold(person: "Person", call: dict[str, Any]) -> bool:
    """Music for a while, now and then, with nobody brought in."""
    if not call["hold"] and person.dice.random() > HOLDS:
        return False
    if not call["hold"] or person.dice.random() < 0.5:
        await person.desk.do("hold", on=not call["hold"])
    return True


def _drawn(dice: random.Random) -> Wish | None:
    drawn = dice.random()
    if drawn < ASKS:
        return Wish(dice.choice(ASKED_OF))
    if drawn < ASKS + PASSES_ON:
        return Wish(dice.choice(("pass-agent", "pass-queue")))
    return Wish("distress") if drawn < ASKS + PASSES_ON + CRIES else None


async def _ask(person: "Person", call: dict[str, Any], wish: Wish) -> None:
    desk, dice = person.desk, person.dice
    matter = {"scope": NATION, "topic": call["topic"], "language": call["language"]}
    match wish.ask:
        case "referent":
            found = await desk.read("consult/referents")
            meant = [each for each in found if each["desk"] == wish.whom] or found
            await desk.ask("consult/referent", referent_id=dice.choice(meant)["id"])
        case "queue":
            await desk.ask("consult/queue", **matter)
        case "pass-queue":
            await desk.ask("consult/pass-queue", reason=_reason(dice), **matter)
        case "agent" | "pass-agent":
            if free := await desk.read("consult/colleagues"):
                reason = {"reason": _reason(dice)} if wish.ask == "pass-agent" else {}
                await desk.ask(f"consult/{wish.ask}", agent_id=dice.choice(free)["agent_id"], **reason)
        case _:
            await _cry(person)


async def _cry(person: "Person") -> None:
    desk, drawn = person.desk, person.dice.random()
    await desk.ask("consult/distress")
    if drawn < 0.3:
        await desk.ask("consult/distress")  # nobody came: the next supervisor
    elif drawn < 0.6:
        lines = await desk.read("consult/helplines")
        await desk.ask("consult/referent", referent_id=person.dice.choice(lines)["id"])
    elif drawn < 0.7:
        await desk.ask("consult/no-distress")


def _reason(dice: random.Random) -> str:
    return str(dice.choice(CHOSEN_REASONS))
