"""Two things at one instant while help is brought in: what comes first is done, and the other harms nobody."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest

from ivr.practice.telephones import Caller, PracticeLine
from tests.support.company import never_alone
from tests.support.desk import Desk, DeskAgent, DeskRefused
from tests.support.helping import KARIM, LEA, does, hears, helped, nothing_is_left
from tests.support.patience import until
from tests.support.town import PASSWORD, settle

ZOE, INES = "+33565000003", "+33565000009"
LATER = (0.0, 0.02, -0.02, 0.06, -0.06)  # seconds by which the second comes after the first, round by round
REFUSALS = {404, 409}


def at_one_instant(first: Callable[[], object], second: Callable[[], object], later: float = 0.0) -> list[int]:
    """Both; what was refused, by the status of the refusal."""
    refused: list[int] = []
    both = threading.Barrier(2)

    def does_it(deed: Callable[[], object], waits: float) -> None:
        both.wait(5)
        time.sleep(waits)
        try:
            deed()
        except DeskRefused as refusal:
            refused.append(refusal.status)

    pair = [
        threading.Thread(target=does_it, args=(first, max(-later, 0.0))),
        threading.Thread(target=does_it, args=(second, max(later, 0.0))),
    ]
    for each in pair:
        each.start()
    for each in pair:
        each.join(30)
    assert set(refused) <= REFUSALS
    return refused


def offer_of(helper: DeskAgent) -> str:
    asked = helper.until(lambda shown: shown["help_asked"] is not None, f"{helper.login} is asked")["help_asked"]
    return str(asked["offer_id"])


def accepts(helper: DeskAgent) -> None:
    helper._does("accept", offer_id=offer_of(helper))


def comes_to(asker: DeskAgent) -> bool:
    """Whether somebody is on the way to them."""
    asked = asker.sees["call"]["help"]
    return asked is not None and asked["state"] in ("offered", "rung", "joined")


def comes_back(karim: DeskAgent, durand: Caller, lea: DeskAgent) -> None:
    """Whatever came first: the help is over, she is free, and the citizen hears the agent."""
    helped(karim, state="over")
    lea.is_("available")
    karim.holds(on=False)
    durand.speaks_with(KARIM)
    assert not hears(durand, LEA)


def is_served_to_the_end(line: PracticeLine, karim: DeskAgent, durand: Caller) -> None:
    karim.is_("talking").hangs_up()
    durand.hears("référence").hangs_up()
    karim.records("declaration-revenus", settled=True).is_("available")
    nothing_is_left(line)


@pytest.fixture
def zoe(line: PracticeLine, desk: Desk) -> DeskAgent:
    settle("zoe", "31", phone=ZOE)
    return desk.sign_in("zoe", PASSWORD)


def test_a_colleague_accepts_while_the_asker_cancels(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent
) -> None:
    with never_alone(line, durand):
        for later in LATER:
            does(karim, "agent", agent_id=lea.id)
            offer_id = offer_of(lea)
            at_one_instant(
                partial(lea._does, "accept", offer_id=offer_id), partial(does, karim, "back"), later
            )  # fmt: skip
            comes_back(karim, durand, lea)
        is_served_to_the_end(line, karim, durand)


def test_a_colleague_presses_1_while_the_asker_cancels(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent
) -> None:
    line.registers(LEA, "manual")
    with never_alone(line, durand):
        for later in LATER:
            does(karim, "agent", agent_id=lea.id)
            accepts(lea)
            phone = line.rung(LEA).answers().hears("Tapez 1")
            at_one_instant(partial(presses_1, phone), partial(does, karim, "back"), later)
            phone.is_hung_up()
            comes_back(karim, durand, lea)
            lea.until(lambda shown: shown["phone"] is None, "her telephone is free")
        is_served_to_the_end(line, karim, durand)


def test_a_colleague_leaves_while_the_conversation_is_handed_to_her(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent
) -> None:
    with never_alone(line, durand):
        does(karim, "agent", agent_id=lea.id)
        accepts(lea)
        helped(karim, state="joined")
        refused = at_one_instant(partial(does, karim, "hand-over", reason="specialist"), partial(does, lea, "leave"))
        assert len(refused) <= 1
        until(lambda: "talking" in (karim.state, lea.state))
        serving, phone = (lea, LEA) if lea.state == "talking" else (karim, KARIM)
        with suppress(DeskRefused):
            serving.holds(on=False)
        durand.speaks_with(phone)
        serving.hangs_up()
        durand.hears("référence").hangs_up()
        serving.records("declaration-revenus", settled=True)
        nothing_is_left(line)


def test_two_agents_ask_the_same_colleague(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent, zoe: DeskAgent
) -> None:
    """One has her; the other is told so, and speaks with their citizen as before."""
    zoe.takes_post()
    lea.pauses()
    other = line.call(from_="+33565051299").presses("0").waits_in_queue()
    zoe.accepts()
    other.speaks_with(ZOE)
    zoe.is_("talking")
    lea.becomes_available()
    with never_alone(line, durand), never_alone(line, other):
        asks = partial(does, karim, "agent", agent_id=lea.id), partial(does, zoe, "agent", agent_id=lea.id)
        assert at_one_instant(*asks) == [409]
        accepts(lea)
        asker, left = (karim, zoe) if comes_to(karim) else (zoe, karim)
        theirs, citizen = (ZOE, other) if left is zoe else (KARIM, durand)
        helped(asker, state="joined", hears="helper")
        over = left.sees["call"]["help"]
        assert over is None or over["ended"] == "nobody"  # refused before anything was written, or a moment after
        citizen.speaks_with(theirs)
        assert not left.sees["call"]["hold"]
        does(asker, "back")
        lea.until(lambda shown: shown["state"] != "helping", "lea is free")
    for agent, caller in ((karim, durand), (zoe, other)):
        agent.holds(on=False).hangs_up()
        caller.hears("référence").hangs_up()
        agent.records("declaration-revenus", settled=True)
    line_is_quiet(line)


def test_a_queue_is_asked_and_one_accepts_as_another_does(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent, zoe: DeskAgent
) -> None:
    """Lea says no in one window and yes in another; Zoe, who is asked next, says yes: one of them comes."""
    zoe.takes_post()
    with never_alone(line, durand):
        does(karim, "queue", scope="R76", topic="retraite", language="fr")
        helped(karim, state="offered")
        first = lea if lea.sees["help_asked"] else zoe
        offer_id = offer_of(first)
        other = zoe if first is lea else lea
        refused = at_one_instant(
            partial(first._does, "refuse", offer_id=offer_id), partial(first._does, "accept", offer_id=offer_id)
        )
        assert len(refused) <= 1
        if not first.sees["help_asked"]:
            accepts(other)
        helped(karim, state="joined")
        assert sorted((lea.state, zoe.state)) == ["available", "helping"]
        does(karim, "back")
        for each in (lea, zoe):
            each.is_("available")
        karim.holds(on=False)
        durand.speaks_with(KARIM)
        is_served_to_the_end(line, karim, durand)


def test_a_colleague_and_a_supervisor_are_rung_and_press_1_together(
    line: PracticeLine, karim: DeskAgent, durand: Caller, lea: DeskAgent, desk: Desk
) -> None:
    """Both come in, each as what they are: the citizen hears neither of them."""
    for number in (LEA, INES):
        line.registers(number, "manual")
    settle("ines", role="supervisor", departments=["46"], phone=INES)
    desk.sign_in("ines", PASSWORD)
    with never_alone(line, durand):
        does(karim, "agent", agent_id=lea.id)
        accepts(lea)
        does(karim, "distress")
        hers, the_supervisors = (line.rung(number).answers().hears("Tapez 1") for number in (LEA, INES))
        at_one_instant(partial(presses_1, hers), partial(presses_1, the_supervisors))
        helped(karim, state="joined", hears="helper")
        whispers = [{"name": "Ines", "mode": "whisper"}]
        karim.until(lambda shown: shown["call"]["monitors"] == whispers, "Inès whispers")
        assert not hears(durand, LEA)
        assert not hears(durand, INES)
        does(karim, "speak", **{"with": "both"})
        durand.speaks_with(LEA)
        assert not hears(durand, INES)
        does(karim, "back")
        durand.speaks_with(KARIM)
        is_served_to_the_end(line, karim, durand)


def presses_1(phone: Caller) -> None:
    """Unless the line is over by then, as a hand may find."""
    try:
        phone.presses("1")
    except AssertionError:
        if not phone.state["over"]:
            raise


def line_is_quiet(line: PracticeLine) -> None:
    until(lambda: line.live() == [], patience=10)
