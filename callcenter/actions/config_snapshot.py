"""What stands for every caller of this moment: hours, menu, directory, rollout, messages, orders, sites.

One frozen value per process, read again in the background when its revision changes, never on the way of a request:
a change is heard by the next caller within a second. With PostgreSQL away the last known value stands; before
anything was ever read, what comes with the service does.
"""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

import structlog

from callcenter import clock
from callcenter.config import settings
from callcenter.db import Session, reading
from callcenter.errors import StoreDown
from callcenter.records import config_revision, directory, hours, rollout, simulation_mark, sites
from callcenter.records import referents as referents_records
from callcenter.records.directory import Procedure
from callcenter.records.hours import SiteClosure
from callcenter.records.referents import PartnerDesk
from callcenter.rules.menu import Menu, menu_of
from callcenter.rules.opening_hours import DatedException, LineHours, holding
from callcenter.rules.orders import Given, Message, QueueOrder
from callcenter.rules.packaged_menu import packaged_topics
from callcenter.rules.rounds import Bus, Pass, Stop, bus_of, first_passes, next_pass
from callcenter.rules.routing import Ages, widens_after
from callcenter.rules.site_hours import week_of
from callcenter.rules.territory import NATION, national_day

EVERY = 0.5  # seconds between two looks at the revision
NOT_OPEN = "closed"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Counter:
    """A site as it is told to a caller: `week` as in the table."""

    id: int
    name: str
    city: str
    address: str
    postal_code: str
    department: str
    phone: str
    week: tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True)
class ConfigSnapshot:
    """Everything that an administrator or a supervisor may change under the callers."""

    revision: int
    day: date
    """Paris's day: names, topics and the rollout hold by the day."""
    hours: LineHours
    menu: Menu
    procedures: Mapping[str, Procedure]
    partners: Mapping[str, str]
    rollout: Mapping[str, str] = field(default_factory=dict)
    messages: tuple[Message, ...] = ()
    orders: tuple[QueueOrder, ...] = ()
    sites: Mapping[str, tuple[Counter, ...]] = field(default_factory=dict)
    """Of the departments that are not open, whose callers are told them: by department, in order of town."""
    rounds: tuple[Stop, ...] = ()
    site_exceptions: Mapping[int, tuple[DatedException, ...]] = field(default_factory=dict)
    """Of every site that has any, today or later."""
    buses: tuple[Bus, ...] = ()
    """Of the whole nation."""
    thresholds: Mapping[tuple[str, str], Ages] = field(default_factory=dict)
    """Of the queues that have their own, by scope and topic."""
    thresholds_given: Mapping[tuple[str, str], Given] = field(default_factory=dict)
    ends_at: datetime | None = None
    """When the first of these orders ends by itself: then all is read again."""
    closed_sites: tuple[SiteClosure, ...] = ()
    """The same exceptions, as staff read them."""
    referents: tuple[PartnerDesk, ...] = ()
    simulated: bool = False
    """The database holds a simulated year: no figure of it is a true one."""
    opens_on: Mapping[str, date] = field(default_factory=dict)
    """From which day on a department that is not open is planned to be."""
    _passes: dict[tuple[Stop, date], tuple[Pass, ...]] = field(default_factory=dict, init=False, repr=False)
    """Filled as they are asked for: a caller must not wait for what was worked out for the one before."""

    def widens_after(self, department: str, topic: str) -> Ages:
        """When a call that joins this queue now will be open to the region and to the nation."""
        return widens_after(self.thresholds, department, topic, settings().ring_widens_after)

    def exception_of(self, site_id: int, day: date) -> DatedException | None:
        """What holds for one site on a day, there."""
        return holding(self.site_exceptions.get(site_id, ()), day)

    def next_pass(self, stop: Stop, local: datetime) -> Pass | None:
        """When a bus is there next, or is there now. `local`: now, there. None: nobody knows when."""
        asked = stop, local.date()
        found = self._passes.get(asked)
        if found is None:
            found = first_passes(*asked, self.hours.overrides, self._exceptions_on_round(stop))
            self._passes[asked] = found
        return next_pass(found, local)

    def _exceptions_on_round(self, stop: Stop) -> tuple[DatedException, ...]:
        """Those of the bus that stops there, as far as anybody knows whose stop it is."""
        bus = bus_of(stop, self.buses) if self.site_exceptions else None
        return self.site_exceptions.get(bus, ()) if bus is not None else ()

    def is_open(self, department: str) -> bool:
        """Whether the line serves callers of this department; a pilot does, and so does one nobody wrote about."""
        return self.rollout.get(department) != NOT_OPEN


class _Follower:
    """Keeps one process's value."""

    def __init__(self) -> None:
        self.known = packaged()
        self.told: list[Callable[[ConfigSnapshot], None]] = []
        self._lock = threading.RLock()
        self._process = 0

    def start(self) -> None:
        """Once per process, a forked one included; who comes later never waits here."""
        if self._process == os.getpid():
            return
        with self._lock:
            if self._process == os.getpid():
                return
            self._process = os.getpid()
            self.look()
            threading.Thread(target=self._run, name="standing", daemon=True).start()

    def look(self) -> None:
        """Reads again what has changed since the last look."""
        at = clock.now()
        with self._lock:
            try:
                with reading() as session:
                    number = config_revision.revision_now(session)
                if number != self.known.revision or not self._holds(at):
                    self.known = read(at, number)
                    for tell in self.told:
                        tell(self.known)
            except StoreDown:
                log.debug("what stands could not be read again: the last known stands")

    def _holds(self, at: datetime) -> bool:
        """Whether nothing that is known ended by itself meanwhile."""
        ends_at = self.known.ends_at
        return national_day(at) == self.known.day and (ends_at is None or at < ends_at)

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(EVERY)
            try:
                self.look()
            except Exception:
                log.exception("what stands could not be read again: the last known stands")


def current() -> ConfigSnapshot:
    """What stands now in this process; the first to ask starts the following."""
    _follower().start()
    return _follower().known


def follow(tell: Callable[[ConfigSnapshot], None]) -> None:
    """Calls `tell` at once, and after every change, from a thread of its own."""
    _follower().told.append(tell)
    tell(current())


def refresh() -> ConfigSnapshot:
    """Reads it again now: for whoever has just changed it. Raises nothing; the last known stands."""
    _follower().look()
    return _follower().known


def read(at: datetime, number: int) -> ConfigSnapshot:
    """What PostgreSQL says. Each part is read by itself: no lock is held while another is waited for.
    Raises DatabaseDown."""
    day = national_day(at)
    with reading() as session:
        line = line_hours(session, at)
    with reading() as session:
        topics = directory.topics(session, day)
    with reading() as session:
        procedures = directory.procedures(session, day)
    with reading() as session:
        partners, referents = directory.partner_names(session, day), referents_records.partner_desks(session)
        simulated = simulation_mark.is_written(session)
    with reading() as session:
        states, opens_on = rollout.states(session, day), rollout.opening_days(session, day)
    with reading() as session:
        site_exceptions, buses = hours.of_sites(session, day), tuple(sites.buses(session))
        closed_sites = hours.closed_sites(session, day)
    with reading() as session:
        messages, orders = rollout.messages(session, at), rollout.orders(session, at)
        thresholds = rollout.thresholds(session, at)
    given = [*(m.given for m in messages), *(o.given for o in orders), *(given for _, given in thresholds.values())]
    ends = [each.until for each in given if each and each.until]
    closed = frozenset(code for code, state in states.items() if state == NOT_OPEN)
    told: dict[str, tuple[Counter, ...]] = {}
    stops: tuple[Stop, ...] = ()
    for department in closed:
        with reading() as session:
            told[department] = tuple(_counter(site) for site in sites.near(session, department))
            stops += tuple(sites.rounds(session, department))
    notices = {message.scope: message.words for message in messages}
    try:
        menu = menu_of(topics, notices, closed)
    except ValueError as wrong:  # an editor refuses such a menu; a day that comes may still make one of dated rows
        log.exception("the menu cannot be said: the packaged one stands", wrong=str(wrong))
        menu = menu_of([(NATION, topic) for topic in packaged_topics()], notices, closed)
    return ConfigSnapshot(
        number, day, line, menu, {p.code: p for p in procedures}, partners, states, messages, orders, told, stops,
        site_exceptions, buses, {queue: ages for queue, (ages, _) in thresholds.items()},
        {queue: given for queue, (_, given) in thresholds.items()}, min(ends, default=None), closed_sites, referents,
        simulated, opens_on,
    )  # fmt: skip


def packaged() -> ConfigSnapshot:
    """What comes with the service; its revision is none, so that the first look reads everything."""
    own = settings()
    return ConfigSnapshot(
        revision=-1,
        day=date.min,
        hours=LineHours(time.fromisoformat(own.opens_at), time.fromisoformat(own.closes_at), own.always_open),
        menu=menu_of((NATION, topic) for topic in packaged_topics()),
        procedures={p.code: p for p in directory.packaged_procedures()},
        partners={},
    )


def line_hours(session: Session, at: datetime) -> LineHours:
    """The hours as they are written now, over those of the settings."""
    own = settings()
    opens, closes = time.fromisoformat(own.opens_at), time.fromisoformat(own.closes_at)
    return hours.line_hours(session, opens, closes, always=own.always_open, today=national_day(at))


def _counter(site: sites.Site) -> Counter:
    week = week_of(site.week)
    return Counter(site.id, site.name, site.city, site.address, site.postal_code, site.department, site.phone, week)


_kept: list[_Follower] = []


def _follower() -> _Follower:
    if not _kept:
        _kept.append(_Follower())
    return _kept[0]
