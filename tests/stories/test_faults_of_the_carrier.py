"""The carrier's fault run: every request of ours meets "too many requests", a failure and a silence. No agent is paused
for it, the screen says what the carrier has done, and no citizen sits in silence."""

from collections.abc import Callable
from functools import partial

import pytest

from callcenter import clock
from callcenter.db import reading
from callcenter.live import budget
from callcenter.records.events import Event
from ivr.practice.telephones import Caller, PracticeLine
from tests.support.cast import Service
from tests.support.desk import Desk, DeskAgent, DeskRefused
from tests.support.patience import until
from tests.support.town import PASSWORD, settle

KARIM, INES, DURAND = "+33565000001", "+33565000009", "+33565051234"
SILENCE = 10.0  # seconds that no citizen may be left in
FAULTS = ("429", "503", "timeout")


@pytest.fixture
def karim(line: PracticeLine, desk: Desk) -> DeskAgent:
    settle("karim", phone=KARIM)
    return desk.sign_in("karim", PASSWORD)


def fails(line: PracticeLine, mode: str, *paths: str, times: int | None = 1) -> None:
    """The next request to each of these goes wrong; the carrier still tells us everything twice."""
    wrong = [{"mode": mode, "method": "POST", "path": path, "times": times} for path in paths]
    line.faults(rest=wrong, twice=1.0)


def is_well(line: PracticeLine) -> None:
    line.faults(twice=1.0)


def accepts(karim: DeskAgent) -> None:
    """Until they speak: what the carrier did not ring, or not dial, is offered again."""

    def speaks_or_is_offered(shown: dict[str, object]) -> bool:
        return shown["state"] in ("talking", "offered")

    for _ in range(3):
        if karim.until(speaks_or_is_offered, "karim speaks, or is offered the call", 60)["state"] == "offered":
            karim.accepts()
    karim.is_("talking")


def takes(karim: DeskAgent, line: PracticeLine, durand: Caller) -> None:
    accepts(karim)
    durand.speaks_with(KARIM)


def click(do: Callable[[], object]) -> bool:
    """Whether the desk could do it at once."""
    try:
        do()
    except DeskRefused as refused:
        if refused.status != 503:
            raise
        return False
    return True


def soon(holds: Callable[[], bool]) -> None:
    """Within what a screen may differ from the carrier, once that answers."""
    until(holds, patience=5)


def held(karim: DeskAgent) -> bool:
    return karim.sees["call"]["held_since"] is not None


def muted(line: PracticeLine) -> bool:
    (room,) = [each for each in line.rooms() if each["status"] == "in-progress"]
    return any(each["muted"] for each in room["participants"])


def nobody_was_paused() -> bool:
    with reading() as session:
        return session.query(Event).filter_by(noun="agent", now="pause").count() == 0


def rung_twice(line: PracticeLine, since: int) -> list[object]:
    return [entry for entry in line.log(since) if entry["kind"] == "overlap"]


@pytest.mark.parametrize("mode", FAULTS)
def test_each_request_of_a_conversation_meets_it_once(line: PracticeLine, karim: DeskAgent, mode: str) -> None:
    since = line.log_goes_on_from()
    karim.takes_post()
    durand = line.call(from_=DURAND).presses("0")
    karim.is_offered()
    fails(line, mode, "/Calls.json", f"/Calls/{durand.sid}")  # the ring, and bringing her in
    takes(karim, line, durand)
    for on in (True, False):
        fails(line, mode, "/Participants/")
        click(partial(karim.holds, on))
        soon(lambda: durand.state["hold"] is held(karim) is karim.sees["call"]["hold"])
        assert held(karim) is on
    for on in (True, False):
        fails(line, mode, "/Participants/")
        click(partial(karim.mutes, on))
        soon(lambda: muted(line) is karim.sees["call"]["muted"] is karim.sees["call"]["mute"])
        assert muted(line) is on
    phone = line.rung(KARIM)
    fails(line, mode, f"/Calls/{durand.sid}", f"/Calls/{phone.sid}")  # her goodbye, and his telephone
    karim.hangs_up()
    durand.hears("référence", timeout=SILENCE)
    phone.is_hung_up(timeout=SILENCE)
    karim.records("declaration-revenus", settled=True).is_("available")
    assert nobody_was_paused()
    assert rung_twice(line, since) == []


@pytest.mark.parametrize("mode", FAULTS)
def test_each_request_of_an_open_line_meets_it_once(line: PracticeLine, karim: DeskAgent, mode: str) -> None:
    line.registers(KARIM, "answer")
    fails(line, "429", "/Calls.json")  # of anything else nobody knows whether it rings
    karim.takes_post(line="shift")
    telephone = line.rung(KARIM).hears("ouverte")
    fails(line, mode, f"/Calls/{telephone.sid}")  # the offer in the handset
    durand = line.call(from_=DURAND).presses("0")
    karim.is_offered()
    telephone.hears("Tapez 1")
    fails(line, mode, f"/Calls/{telephone.sid}", f"/Calls/{durand.sid}")  # into the room, and she
    takes(karim, line, durand)
    fails(line, mode, f"/Calls/{telephone.sid}", f"/Calls/{durand.sid}")
    karim.hangs_up()
    durand.hears("référence", timeout=SILENCE)
    until(lambda: telephone.state["room"] is None)
    assert nobody_was_paused()


@pytest.mark.parametrize("mode", FAULTS)
def test_the_first_ring_of_an_open_line_meets_it_once(line: PracticeLine, karim: DeskAgent, mode: str) -> None:
    since = line.log_goes_on_from()
    line.registers(KARIM, "answer")
    fails(line, mode, "/Calls.json")
    karim.takes_post(line="shift")
    telephone = line.rung(KARIM).hears("ouverte", timeout=30)
    durand = line.call(from_=DURAND).presses("0")
    karim.is_offered()
    telephone.hears("Tapez 1")
    takes(karim, line, durand)
    assert nobody_was_paused()
    assert rung_twice(line, since) == []


@pytest.mark.parametrize("mode", FAULTS)
def test_the_dial_of_a_promise_meets_it_once(line: PracticeLine, karim: DeskAgent, mode: str) -> None:
    since = line.log_goes_on_from()
    durand = line.call(from_=DURAND).presses("0").hears("Aucun conseiller").presses("1").presses("1")
    durand.hears("rappellerons").is_hung_up()
    line.registers(DURAND, "answer_and_press_1")
    karim.takes_post().is_offered()
    karim.accepts()
    line.rung(KARIM)
    fails(line, mode, "/Calls.json")
    accepts(karim)
    line.rung(DURAND).speaks_with(KARIM)
    assert nobody_was_paused()
    assert rung_twice(line, since) == []


def test_while_the_carrier_is_away_the_screen_says_what_it_has_done(line: PracticeLine, karim: DeskAgent) -> None:
    since = line.log_goes_on_from()
    karim.takes_post()
    durand = line.call(from_=DURAND).presses("0")
    takes(karim, line, durand)
    fails(line, "503", "/Participants/", times=None)
    assert not click(lambda: karim.holds())
    shown = karim.sees["call"]
    assert (shown["hold"], shown["held_since"], durand.state["hold"]) == (True, None, False)
    assert "La personne vous entend toujours" in karim.http.get("/desk").text
    click(lambda: karim.holds())  # asks again, unless the sweep is asking
    is_well(line)
    soon(lambda: durand.state["hold"] and held(karim))
    assert "La personne vous entend toujours" not in karim.http.get("/desk").text
    fails(line, "503", "/Participants/", times=None)
    assert not click(lambda: karim.holds(False))
    assert held(karim)  # and her seconds on hold go on
    click(lambda: karim.mutes())
    is_well(line)
    soon(lambda: not durand.state["hold"] and not held(karim))
    soon(lambda: muted(line) and karim.sees["call"]["muted"])
    assert not any(
        entry["path"].endswith("/Conferences.json") for entry in line.log(since) if entry["kind"] == "rest"
    )  # no search by name in the middle of a conversation


def test_what_was_done_without_an_answer_is_undone_as_it_is_wished(line: PracticeLine, karim: DeskAgent) -> None:
    """The carrier held her and said 500; he changed his mind before anything was known."""
    karim.takes_post()
    durand = line.call(from_=DURAND).presses("0")
    takes(karim, line, durand)
    line.faults(rest=[{"mode": "500-with-effect", "method": "POST", "path": "/Participants/", "times": None}],
                delayed=1.0, delay=20.0, topics=["conference_status"])  # fmt: skip
    assert not click(lambda: karim.holds())
    assert durand.state["hold"]
    assert "vous entend" in karim.http.get("/desk").text
    click(lambda: karim.holds(False))
    is_well(line)
    soon(lambda: not durand.state["hold"] and not held(karim) and not karim.sees["call"]["unsure"])


def test_hold_is_music_for_as_long_as_it_takes(line: PracticeLine, karim: DeskAgent) -> None:
    karim.takes_post()
    durand = line.call(from_=DURAND).presses("0")
    takes(karim, line, durand)
    before, since = len(durand.transcript), line.log_goes_on_from()
    karim.holds()

    def played() -> int:
        return sum(each["kind"] == "play" for each in durand.transcript[before:])

    until(lambda: played() >= 3)  # a bare file is played once
    (asked,) = [each for each in line.log(since) if each["kind"] == "rest" and "/Participants/" in each["path"]]
    assert dict(asked["form"])["HoldMethod"] == "POST"


def test_a_citizen_is_led_to_the_goodbye_as_soon_as_the_carrier_answers(line: PracticeLine, karim: DeskAgent) -> None:
    karim.takes_post()
    durand = line.call(from_=DURAND).presses("0")
    takes(karim, line, durand)
    phone = line.rung(KARIM)
    fails(line, "503", "/Calls/", times=None)
    karim.hangs_up()
    assert durand.state["room"] is not None
    is_well(line)
    durand.hears("référence", timeout=5)
    phone.is_hung_up(timeout=5)


def test_a_desk_phone_that_could_not_be_hung_up_is_not_rung_again(line: PracticeLine, karim: DeskAgent) -> None:
    since = line.log_goes_on_from()
    line.registers(KARIM, "manual")
    karim.takes_post()
    durand = line.call(from_=DURAND).presses("0")
    karim.is_offered()
    karim.accepts()
    first = line.rung(KARIM)
    fails(line, "503", f"/Calls/{first.sid}", times=None)
    durand.hangs_up()
    karim.is_("available")
    second = line.call(from_="+33565051235").presses("0")
    karim.is_offered()
    karim.accepts()
    until(lambda: (karim.sees["phone"] or {}).get("state") == "busy")
    assert "raccroché" in karim.http.get("/desk").text
    assert not first.state["over"]
    assert rung_twice(line, since) == []
    is_well(line)
    first.is_hung_up(timeout=10)
    takes(karim, line, second) if karim.state == "offered" else None
    line.rung(KARIM).answers().hears("Tapez 1").presses("1")
    second.speaks_with(KARIM)
    assert rung_twice(line, since) == []
    assert nobody_was_paused()


def test_a_line_for_the_shift_is_open_when_it_is_picked_up(line: PracticeLine, karim: DeskAgent) -> None:
    since = line.log_goes_on_from()
    line.registers(KARIM, "manual")
    karim.takes_post(line="shift")
    telephone = line.rung(KARIM)
    shown = karim.sees
    assert (shown["line_open"], shown["phone"]["state"]) == (False, "rings")
    durand = line.call(from_=DURAND).presses("0")
    karim.is_offered()
    karim.accepts()  # while it rings
    telephone.answers()
    durand.speaks_with(KARIM)
    assert karim.is_("talking").sees["line_open"]
    assert nobody_was_paused()
    assert rung_twice(line, since) == []


def test_a_desk_phone_has_its_turn_among_all_dials_and_the_desk_says_when(
    line: PracticeLine, karim: DeskAgent, service: Service
) -> None:
    karim.takes_post()
    durand = line.call(from_=DURAND).presses("0")
    karim.is_offered()
    for _ in range(5):  # others dial at one a second
        budget.dial(clock.now().timestamp(), 1.0)
    karim.accepts()
    assert karim.sees["phone"]["state"] == "turn"
    assert "le vôtre sonnera dans" in karim.http.get("/desk").text
    assert line.live()[0]["sid"] == durand.sid
    assert len(line.live()) == 1
    durand.speaks_with(KARIM)
    assert nobody_was_paused()


def test_a_supervisors_line_has_its_turn_too(line: PracticeLine, karim: DeskAgent, desk: Desk) -> None:
    settle("ines", role="supervisor", departments=["46"], phone=INES)
    ines = desk.sign_in("ines", PASSWORD, beats=False)
    karim.takes_post()
    durand = line.call(from_=DURAND).presses("0")
    takes(karim, line, durand)
    for _ in range(4):
        budget.dial(clock.now().timestamp(), 1.0)
    ines.http.post("/api/board/monitor", json={"agent_id": karim.id, "mode": "listen"}).raise_for_status()
    assert INES not in [each["number"] for each in line.live()]
    line.rung(INES).hears("Tapez 1")
