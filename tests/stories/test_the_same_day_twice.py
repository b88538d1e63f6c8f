"""The same callers on a line in order and on one that tells everything twice, late and out of order: the figures of
both days are the same, on the wall and in the report, and those of the rows."""

import time
from datetime import timedelta
from operator import itemgetter

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.records import calls
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.records.contacts import Contact
from callcenter.records.figures import last_hour, roll_up
from callcenter.records.figures.tiers import EVERYBODY
from callcenter.records.figures.totals import between
from callcenter.rules.callbacks import CallbackState
from callcenter.rules.published_measures import MEASURES
from callcenter.rules.quality import Share
from callcenter.rules.states import CallState, Due, Ending
from callcenter.rules.tally import COUNTERS, ENDINGS, Tally, grouped, whole
from callcenter.rules.territory import UNKNOWN, national_day
from ivr.practice.telephones import Caller, PracticeLine
from tests.stories.test_changes_are_live import does, hears_one_of, the_next
from tests.support.cast import Service
from tests.support.desk import Desk, DeskAgent
from tests.support.patience import until_rows
from tests.support.recount import recount
from tests.support.town import PASSWORD, settle

DAY = timedelta(days=1)
PATIENCE = 30.0
LOT, AVEYRON = ("46", "46000", "Lot"), ("12", "12000", "Aveyron")
CLOSED = (("974", "97400", "Réunion"), ("972", "97200", "Martinique"))
CLOSED_LAST = ("971", "97100", "Guadeloupe")
Place = tuple[str, str, str]  # department, postal code, what is heard of it


def test_a_day_told_twice_late_and_out_of_order_has_the_same_figures(
    line: PracticeLine, desk: Desk, service: Service
) -> None:
    settle("admin", role="admin")
    for name, place, phone in (("karim", LOT, "+33565000001"), ("lea", AVEYRON, "+33565000002")):
        settle(name, place[0], phone=phone)
    line.faults()
    _closes_overseas(line, desk.sign_in("admin", PASSWORD, beats=False))
    began, left_before = clock.now(), _left_in_menu()
    _plays(line, desk.sign_in("karim", PASSWORD), "+33565000001", LOT, CLOSED[0], "+3356505123")
    seen = line.log_goes_on_from()
    line.faults(twice=1.0, reordered=1.0, delayed=0.7, delay=0.4, seed=46)
    _plays(line, desk.sign_in("lea", PASSWORD), "+33565000002", AVEYRON, CLOSED[1], "+3356505124")
    _every_call_is_over()
    told = [entry for entry in line.log(seen) if entry["kind"] == "webhook"]
    assert sum("repeated" in entry for entry in told) > 50

    rows, rolled, wall = _figures(began - DAY)
    for figures in (rows, rolled, wall):
        clean, shuffled = (
            whole(figures.get(place[0], Tally()) for place in day) for day in ((LOT, CLOSED[0]), (AVEYRON, CLOSED[1]))
        )
        assert _counts(clean) == _counts(shuffled)
        assert {name for name in ENDINGS if getattr(clean, name)} == {
            "answered", "abandoned", "short_abandon", "became_callback", "closed",
        }  # fmt: skip
        assert figures[UNKNOWN].left_in_menu == left_before + 2
        for measure in MEASURES:
            one, other = measure.of(clean), measure.of(shuffled)
            if isinstance(one, Share | int) and measure.unit != "time":
                assert one == other, measure.code
            else:  # how long it took differs
                assert (one is None) == (other is None), measure.code
        assert (clean.satisfied, clean.very_satisfied, clean.answers, clean.kept, clean.promised) == (1, 1, 2, 1, 1)
    assert {place: _counts(tally) for place, tally in rows.items()} == {
        place: _counts(tally) for place, tally in rolled.items()
    }


def _closes_overseas(line: PracticeLine, admin: DeskAgent) -> None:
    """What the telephone's process knows of the last of them, it knows of those before."""
    today = national_day(clock.now())
    days = {"first": str(today - DAY), "last": str(today + DAY)}
    for department, _, _ in (*CLOSED, CLOSED_LAST):
        does(admin, "POST", "/api/admin/exceptions", scope=department, **days, reason="flood")

    def is_closed(caller: Caller) -> bool:
        return hears_one_of(_of(caller, CLOSED_LAST).presses("0"), "Ils vous répondront", "cherchons un conseiller")

    the_next(line, is_closed).hangs_up()


def _every_call_is_over() -> None:
    until_rows(
        lambda session: session.query(Call).filter(Call.state != CallState.ENDED).count() == 0, "every call is over"
    )


def _left_in_menu() -> int:
    """Those who tried whether it is closed yet; who leaves in the menu is of no department."""
    _every_call_is_over()
    with reading() as session:
        return session.query(Call).filter(Call.ending == Ending.LEFT_IN_MENU).count()


def _plays(line: PracticeLine, agent: DeskAgent, phone: str, here: Place, closed: Place, numbers: str) -> None:
    """One who leaves in the menu, two who give up, early and late, one who is told that it is closed, one who is called
    back and one who is helped, who both say how satisfied they are."""
    agent.takes_post().pauses()
    _of(line.call(f"{numbers}0"), here).hangs_up()
    early, late = (_asks(line.call(f"{numbers}{n}"), here).waits_in_queue() for n in (1, 2))
    _has_waited(early, timedelta(seconds=-20))  # whatever the machine is doing
    early.hangs_up()
    _has_waited(late, timedelta(seconds=20))
    late.hangs_up()
    _of(line.call(f"{numbers}3"), closed).presses("0").hears("Ils vous répondront").hears("tapez 1").hangs_up()

    line.registers(f"{numbers}4", "manual")
    promised = _asks(line.call(f"{numbers}4"), here).hears("Pour être rappelé").presses("1").hears("tapez 1")
    promised.presses("1").hears("Nous vous rappellerons").is_hung_up()
    until_rows(
        lambda session: session.query(Call).filter_by(state=CallState.WAITING, channel="phone").count() == 0,
        "nobody waits on the line",  # but the callback does, as soon as it is due
    )
    agent.becomes_available().is_offered()
    agent.accepts()
    called = line.rung(f"{numbers}4").answers().hears("conseiller").presses("1")
    _ends(agent, called.speaks_with(phone), "4", settled=True)

    helped = _asks(line.call(f"{numbers}5"), here)
    agent.is_offered()
    agent.accepts()
    _ends(agent, helped.speaks_with(phone), "2", settled=False)
    agent.is_("available").leaves_post()
    until_rows(lambda session: session.query(Contact).filter(Contact.due == Due.OWED).count() == 0, "nothing is owed")
    until_rows(
        lambda session: session.query(Callback).filter(Callback.state != CallbackState.REACHED).count() == 0, "reached"
    )


def _of(caller: Caller, place: Place) -> Caller:
    """As far as the topics."""
    _, postal_code, name = place
    return caller.hears("code postal").presses(postal_code).hears(name).presses("1").hears("sujet")


def _asks(caller: Caller, place: Place) -> Caller:
    return _of(caller, place).presses("3").hears("cherchons un conseiller")


def _ends(agent: DeskAgent, caller: Caller, satisfied: str, *, settled: bool) -> None:
    agent.is_("talking").hangs_up()
    caller.hears("satisfait").presses(satisfied).hears("réglée").presses("1" if settled else "2").hears("Au revoir")
    caller.is_hung_up()
    agent.records("declaration-revenus", settled=settled)


def _has_waited(caller: Caller, longer: timedelta) -> None:
    with transaction() as session:
        call = calls.by_carrier_id(session, caller.sid)
        assert call is not None
        assert call.queued_at is not None
        call.queued_at -= longer


def _figures(since: object) -> tuple[dict[str, Tally], dict[str, Tally], dict[str, Tally]]:
    """Of each department: recounted from the rows, rolled up as the worker does, and as the wall counts its hour."""
    at = clock.now()
    first, last = at.date() - DAY, at.date() + DAY
    deadline = time.monotonic() + PATIENCE
    while True:
        with transaction(PATIENCE) as session:
            roll_up.roll_up(session, clock.now())
        with reading(PATIENCE) as session:
            cells = recount(session, clock.now())
            found = between(session, first, last, ("department",))
            lately = last_hour.lately(session, at - timedelta(hours=1), clock.now())
        wall = grouped(lately, itemgetter(0))
        rows = grouped({key: tally for key, tally in cells.items() if key[2] == EVERYBODY}, itemgetter(1))
        rolled = {department: tally for (department,), tally in found.items()}
        if rolled.keys() == rows.keys() and all(_counts(rolled[each]) == _counts(rows[each]) for each in rows):
            return rows, rolled, wall
        assert time.monotonic() < deadline, (rows, rolled)
        time.sleep(0.2)


def _counts(tally: Tally) -> dict[str, int]:
    """All that is counted, but not how long it took."""
    return {name: getattr(tally, name) for name in COUNTERS if not name.endswith("_ms")} | {"waits": tally.waits.total}
