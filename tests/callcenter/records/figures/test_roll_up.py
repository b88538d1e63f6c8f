"""The tiers equal the rows, to the last unit: recounted slowly by `recount`, over nights of 23 and 25 hours too."""

from collections import Counter
from datetime import date, datetime, timedelta
from operator import itemgetter

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from callcenter.db import reading, transaction
from callcenter.records import events
from callcenter.records.contacts import Accompaniment, Contact
from callcenter.records.figures import last_hour, roll_up, tiers, totals
from callcenter.records.figures.tiers import EVERYBODY, HOURS
from callcenter.records.figures.totals import between
from callcenter.rules import quality
from callcenter.rules.histogram import Histogram
from callcenter.rules.tally import COUNTERS, Tally, grouped, whole
from callcenter.rules.territory import local_day
from callcenter.rules.whys import Why
from tests.support.kept import once
from tests.support.recount import Cell, instant, recount
from tests.support.world import World
from workers import figures as worker

NOW = instant(2026, 11, 2, 12)
AUTUMN, SPRING = date(2026, 10, 25), date(2026, 3, 29)


def write() -> None:
    """Both changes of the clock, and the weeks around them."""
    with transaction(60) as session:
        world = World(session)
        world.live(instant(2026, 3, 27), instant(2026, 3, 31), 120)
        world.live(instant(2026, 10, 23), instant(2026, 11, 1), 240)
        for agent in world.agents:
            world.shift(agent, instant(2026, 10, 24, 20))
        for agent in world.agents:
            world.shift(agent, instant(2026, 10, 27, 6))


@pytest.fixture
def world(database: object) -> None:
    once("two_clocks", write)


def stored() -> dict[Cell, Tally]:
    with reading(60) as session:
        found = between(
            session, date(2026, 1, 2), date(2026, 12, 30), ("day", "department", "partner", "channel"), partners=None
        )
        everybody = between(session, date(2026, 1, 2), date(2026, 12, 30), ("day", "department", "channel"))
    found |= {(day, department, EVERYBODY, channel): tally for (day, department, channel), tally in everybody.items()}
    return found


def by_hour(session: Session, day: date, department: str = "") -> dict[datetime, Tally]:
    """The line's tallies of one local day by the instant each hour began."""
    rows = select(HOURS).where(HOURS.c.day == day, HOURS.c.department.startswith(department))
    found: dict[datetime, Tally] = {}
    for row in session.execute(rows).mappings():
        waits = Histogram(tuple(zip(row["buckets"] or (), row["counts"] or (), strict=True)))
        part = Tally(**{name: int(row[name] or 0) for name in COUNTERS}, waits=waits)
        found[row["hour"]] = found.get(row["hour"], Tally()) + part
    return found


def roll(at: datetime = NOW) -> None:
    for _ in range(24):
        with transaction(60) as session:
            if not roll_up.roll_up(session, at):
                return
            at += timedelta(minutes=1)
    raise AssertionError("it never ends")


def slowly(at: datetime = NOW) -> dict[Cell, Tally]:
    with reading(60) as session:
        return recount(session, at)


def test_every_cell_of_every_day_equals_the_rows(world: None) -> None:
    roll()
    expected, found = slowly(), stored()
    assert found.keys() == expected.keys()
    assert {cell: (found[cell], expected[cell]) for cell in found if found[cell] != expected[cell]} == {}


def test_procedures_and_sites_equal_the_rows_too(world: None) -> None:
    with transaction(60) as session:
        session.execute(update(Contact).values(site_id=func.hashtext(Contact.reference) % 3 + 10))
    roll()
    procedures: Counter[tuple[object, ...]] = Counter()
    sites: dict[tuple[object, ...], Tally] = {}
    with reading(60) as session:
        contacts = {row.id: row for row in session.scalars(select(Contact))}
        matters = list(session.scalars(select(Accompaniment)))
        kept_procedures = {tuple(row[:-1]): row[-1] for row in session.execute(select(tiers.PROCEDURES))}
        kept_sites = {tuple(row[:5]): totals.of_site(row[5:]) for row in session.execute(select(tiers.SITES))}
    for row in matters:
        contact = contacts[row.contact_id]
        procedures[contact.local_day, contact.department, row.partner, row.procedure, contact.channel] += 1
    for contact in contacts.values():
        mine = [row for row in matters if row.contact_id == contact.id]
        said = contact.satisfaction if contact.satisfaction_scale == 4 else None
        for partner in {EVERYBODY, *(row.partner for row in mine)}:
            opened = [row for row in mine if row.continues is None and partner in (EVERYBODY, row.partner)]
            key = (partner, contact.local_day, contact.department, contact.site_id, contact.channel)
            sites[key] = sites.get(key, Tally()) + Tally(
                contacts=1, settlement_known=sum(row.settled is not None for row in opened),
                settled=sum(row.settled is True for row in opened), answers=int(said is not None),
                satisfied=int((said or 0) >= 3),
            )  # fmt: skip
    assert len({partner for partner, *_ in sites}) > 3
    assert kept_procedures == procedures
    assert kept_sites == sites


def test_offered_is_the_sum_of_the_endings_and_the_calls_in_progress(world: None) -> None:
    roll()
    with reading(60) as session:
        by_day = """select local_day, count(*) from contacts join calls on contact_id = contacts.id
            where calls.channel = 'phone' group by 1"""
        calls: dict[date, int] = dict(session.execute(text(by_day)).all())
        found = between(session, date(2026, 3, 2), date(2026, 11, 2), ("day",))
        hours = by_hour(session, AUTUMN)
    assert {day: quality.offered(tally) for (day,), tally in found.items() if quality.offered(tally)} == calls
    assert sum(map(quality.offered, hours.values())) == calls[AUTUMN]


def test_months_and_hours_are_the_sum_of_the_days(world: None) -> None:
    roll()
    first, last = date(2026, 3, 1), date(2026, 10, 31)
    with reading(60) as session:
        days = between(session, first, last, ("day", "department", "channel"))
        months = between(session, first, last, ("month",))
        by_partner = between(session, first, last, ("partner",), partners=None)
        by_department = between(session, first, last, ("department", "channel"))
        of_days = between(session, first, last, ("day", "partner"), partners=None)
        line = {key: tally for key, tally in days.items() if key[2] in ("phone", "callback")}
        hours = [by_hour(session, first + timedelta(days=n)) for n in range((last - first).days + 1)]
    assert whole(months.values()) == whole(days.values()) == whole(by_department.values())
    for (month,), tally in months.items():
        assert tally == whole(part for key, part in days.items() if key[0].replace(day=1) == month)
    for (partner,), tally in by_partner.items():
        assert tally == whole(part for key, part in of_days.items() if key[1] == partner)
    assert whole(tally for each in hours for tally in each.values()) == whole(line.values())


@pytest.mark.parametrize(("day", "hours"), [(AUTUMN, 25), (SPRING, 23), (date(2026, 10, 26), 24)])
def test_a_local_day_has_its_own_number_of_hours(database: object, day: date, hours: int) -> None:
    """One contact every half hour of three UTC days: the local day holds its own, and no hour twice."""
    with transaction(60) as session:
        world = World(session)
        begins = datetime.combine(day, datetime.min.time(), NOW.tzinfo) - timedelta(days=1)
        for n in range(144):
            contact = world.contact(begins + n * timedelta(minutes=30))
            contact.channel, contact.department = "phone", "46"  # callbacks keep their own
            contact.local_day = local_day("46", contact.arrived_at)
    roll()
    with reading(60) as session:
        found = by_hour(session, day, "46")
    assert len(found) == hours
    assert {tally.contacts for tally in found.values()} == {2}


def test_what_changes_later_is_found(world: None) -> None:
    roll()
    with transaction(60) as session:
        contact = session.scalars(select(Contact).where(Contact.channel == "phone", Contact.due == "owed")).first()
        assert contact is not None
        contact.due, contact.department = "released", "59"
        events.note(session, NOW, "contact", contact.id, "owed", "released", Why.CHOSEN)
    roll(NOW + timedelta(hours=1))
    assert stored() == slowly(NOW)


def test_a_transaction_that_commits_late_is_not_overlooked(world: None) -> None:
    """Its events have lower numbers than those already read."""
    with transaction(60) as late:
        owing = late.scalars(select(Contact.id).where(Contact.due == "owed")).first()
        assert owing is not None
        late.execute(update(Contact).where(Contact.id == owing).values(due="released"))
        events.note(late, NOW, "contact", owing, "owed", "released", Why.CHOSEN)
        with transaction(60) as session:
            other = session.scalars(select(Contact.id).where(Contact.due == "nothing")).first()
            assert other is not None
            events.note(session, NOW, "contact", other, "", "nothing", Why.CHOSEN)
        with transaction(60) as session:
            roll_up.roll_up(session, NOW)
    roll(NOW + timedelta(seconds=30))
    assert stored() == slowly()


def test_after_an_outage_days_are_made_anew_a_few_at_a_time(world: None) -> None:
    at, made = NOW, [[NOW.date()]]
    while made[-1]:
        with transaction(60) as session:
            made.append(roll_up.roll_up(session, at))
        at += timedelta(minutes=1)
        assert len(made) < 48
    assert max(map(len, made)) == roll_up.AT_ONCE
    assert stored() == slowly()


def test_the_workers_hint_brings_every_figure_up_to_date(world: None) -> None:
    for _ in range(24):
        worker.roll_up()
        with reading() as session:
            if not roll_up.is_marked(session):
                break
    assert stored() == slowly()


def test_doing_it_twice_changes_nothing_and_one_at_a_time(world: None) -> None:
    roll()
    before = stored()
    with transaction(60) as session:
        roll_up.rebuild(session, date(2026, 10, 1), NOW)
        with transaction(60) as second:
            assert roll_up.roll_up(second, NOW) == []
    assert stored() == before


def test_a_final_month_keeps_what_was_published_and_dates_its_correction(world: None) -> None:
    october, freeze = date(2026, 10, 1), date(2026, 11, 9)
    roll()
    whole_month = (october, date(2026, 10, 31))
    with reading(60) as session:
        published = between(session, *whole_month)
    for day in (10, 11):  # nothing changed: no correction
        with transaction(60) as session:
            roll_up.rebuild(session, october, instant(2026, 11, day))
    with transaction(60) as session:
        versions = text("select distinct as_of from figures_months where month = '2026-10-01'")
        assert session.scalars(versions).all() == [freeze]
        session.execute(text("delete from accompaniments where continues is not null and at > '2026-10-01'"))
        roll_up.rebuild(session, october, instant(2026, 11, 20))
    with reading(60) as session:
        assert between(session, *whole_month, as_of=date(2026, 11, 19)) == published
        corrected = between(session, *whole_month)
        assert corrected != published
        assert corrected == between(session, *whole_month, as_of=date(2026, 11, 20))
    assert tiers.freezes_on(october) == freeze


def test_the_last_hour_is_counted_by_the_same_rules(world: None) -> None:
    """The wall's way, over everything, gives what the history has."""
    roll()
    with reading(60) as session:
        lately = last_hour.lately(session, instant(2026, 10, 1), NOW)
        history = between(session, date(2026, 10, 2), date(2026, 11, 1), ("department",))

    def alike(tally: Tally) -> tuple[object, ...]:
        return (tally.contacts, quality.offered(tally), tally.waits, tally.wait_ms, tally.offers, tally.settled)

    found = grouped(lately, itemgetter(0))
    assert {key: alike(tally) for key, tally in found.items()} == {key[0]: alike(t) for key, t in history.items()}


def test_a_call_again_within_seven_days_is_a_return(database: object) -> None:
    with transaction(60) as session:
        world = World(session, 5)
        world.live(instant(2026, 9, 5), instant(2026, 10, 20), 300)
        roll_up.judge_returns(session, NOW)
    roll()
    with reading(60) as session:
        rows = list(session.scalars(select(Contact).where(Contact.channel == "phone")))
        calls: dict[str, str] = dict(session.execute(text("select contact_id::text, ending from calls")).all())
    known = returned = 0
    for row in rows:
        if calls[row.id] != "answered" or row.topic is None or row.arrived_at > NOW - timedelta(days=7):
            assert row.returned is None
            continue
        again = [
            other for other in rows
            if other.pseudonym == row.pseudonym and other.topic == row.topic
            and timedelta(0) < other.arrived_at - row.arrived_at <= timedelta(days=7)
        ]  # fmt: skip
        known, returned = known + 1, returned + bool(again)
    with reading(60) as session:
        (tally,) = between(session, date(2026, 9, 1), date(2026, 10, 31)).values()
    assert quality.no_return_within_7_days(tally) == quality.Share(known - returned, known)
    assert 0 < returned < known
