"""A simulated year, written into the tables as the service would have written it, its trail included.

Whatever is simulated says so: logins and names of agents, sites, references, the carrier's ids.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from callcenter import sealing
from callcenter.db import Base
from callcenter.demonstration.simulated_year import Chances, SimulatedCall, served, staff_of, working_days
from callcenter.errors import Refusal
from callcenter.phone_number import PhoneNumber
from callcenter.records import callbacks, config_revision, sites, visits
from callcenter.records.agents import Agent
from callcenter.records.attempts import Attempt
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.records.contacts import Accompaniment, Contact
from callcenter.records.events import Event
from callcenter.records.figures import roll_up
from callcenter.records.identifiers import new_id
from callcenter.records.legs import Leg
from callcenter.records.offers import Offer
from callcenter.records.simulation_mark import MARK, is_written
from callcenter.records.visits import ImportReport
from callcenter.rules.callbacks import SOON, DialResult
from callcenter.rules.quality import RETURN_WITHIN
from callcenter.rules.states import Ending
from callcenter.rules.territory import TERRITORIES, clock_of, local_day
from callcenter.rules.visit_lines import REASONS

FIRST_SITE = 90_000_000  # above every id of the national list
WEEK = [[["09:00", "12:30"], ["13:30", "17:00"]]] * 5 + [[], []]
SETTLED_FROM = 3  # whoever is satisfied says that it is settled
OUTCOMES = {"information": "information", "accompaniment": "accompagnement", "orientation": "orientation"}
REASON, MUST_COME = next((word, code) for word, code in REASONS.items() if code == "must_come")

CALLS = (
    "id", "carrier_id", "channel", "callback_id", "contact_id", "department", "topic", "language",
    "hard_of_hearing", "relay", "state",
    "arrived_at", "queued_at", "priority", "epoch", "agent_id", "inside", "warned", "private", "extended",
    "talking_at", "line_over_at", "ended_at", "ending",
)  # fmt: skip
CONTACTS = (
    "id", "reference", "channel", "department", "topic", "language", "hard_of_hearing", "relay",
    "arrived_at", "local_day", "waited",
    "agent_id", "due", "recorded_at", "satisfaction", "satisfaction_scale",
    "settled_said", "returned",
)  # fmt: skip
MATTERS = (
    "id", "contact_id", "partner", "procedure", "outcome", "reason", "internet_checked", "settled", "follow_up", "at",
)  # fmt: skip
LEGS = (
    "id", "call_id", "contact_id", "agent_id", "epoch", "kind", "shift", "state", "asked_at", "joined_at",
    "talked_from", "left_at", "hold", "held", "mute", "muted", "wrapped_at",
)  # fmt: skip
OFFERS = ("id", "call_id", "agent_id", "epoch", "state", "at", "lease_until", "closed_at")
CALLBACKS = (
    "id", "state", "source", "pool", "asked_by", "number", "number_key", "department", "topic", "language",
    "hard_of_hearing", "relay", "reference",
    "waited", "promised_at", "promised_from", "promised_until", "due_from", "due_until", "attempts", "closed_at",
)  # fmt: skip
ATTEMPTS = (
    "id", "callback_id", "call_id", "epoch", "number_key", "carrier_id", "asked_at", "answered_at", "outcome",
    "lease_until",
)  # fmt: skip
EVENTS = ("at", "noun", "noun_id", "was", "now", "why", "who")
TABLES: tuple[tuple[type[Base], tuple[str, ...]], ...] = (
    (Contact, CONTACTS), (Call, CALLS), (Accompaniment, MATTERS), (Leg, LEGS), (Offer, OFFERS),
    (Callback, CALLBACKS), (Attempt, ATTEMPTS), (Event, EVENTS),
)  # fmt: skip
AT_ONCE = 10_000  # rows of one statement
NUMBER = PhoneNumber("+33199000000")  # ARCEP keeps these for fiction: nobody's

Row = tuple[Any, ...]
Change = tuple[datetime | None, str, str]


class AlreadySimulated(Refusal):
    """Une année simulée est déjà écrite ici."""

    status = 409
    english = "A simulated year is written here already."


def write(
    session: Session,
    first: date,
    counts: tuple[int, int],
    at: datetime,
    progress: Callable[[str], None] = lambda _step: None,
) -> ImportReport:
    """So many calls and visits from `first` to yesterday; `counts`: the two. Refused where one is written already."""
    if is_written(session):
        raise AlreadySimulated
    chances = Chances(first.year)
    progress("appels")
    days = {code: working_days(first, local_day(code, at), code) for code, t in TERRITORIES.items() if t.inhabited}
    kept: dict[str, list[Row]] = {table.__tablename__: [] for table, _ in TABLES}
    for arrivals in _by_region(chances, days, counts[0]):
        _write_region(session, chances, arrivals, kept, at - RETURN_WITHIN)
    for table, columns in TABLES:
        _insert(session, table, columns, kept[table.__tablename__])
    roll_up.mark(session, {row[CONTACTS.index("local_day")] for row in kept["contacts"]})
    progress("visites")
    places = _sites(session, at)
    config_revision.raise_revision(session)
    return visits.import_visits(session, _lines(chances, days, places, counts[1]), at)


def _by_region(chances: Chances, days: dict[str, list[date]], calls: int) -> Iterator[list[tuple[datetime, str]]]:
    """The arrivals of each region in their order."""
    count: dict[str, int] = defaultdict(int)
    for department in chances.departments(calls):
        count[department] += 1
    regions: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for department, number in count.items():
        if days[department]:
            instants = chances.instants(days[department], department, number)
            regions[TERRITORIES[department].region] += [(instant, department) for instant in instants]
    for arrivals in regions.values():
        yield sorted(arrivals)


def _write_region(
    session: Session,
    chances: Chances,
    arrivals: Sequence[tuple[datetime, str]],
    kept: dict[str, list[Row]],
    judged: datetime,
) -> None:
    """`judged`: of whoever called before and was answered, it is known whether they called again."""
    departments = sorted({department for _, department in arrivals})
    days = len({instant.date() for instant, _ in arrivals})
    staff = [
        _Staff(_hire(session, departments[n % len(departments)], n, arrivals[0][0]), departments[n % len(departments)])
        for n in range(staff_of(len(arrivals), days))
    ]
    session.flush()
    promises: dict[int, _Promise] = {}
    for call in served(chances, arrivals, len(staff)):
        one = staff[call.agent] if call.agent is not None else None
        promise = promises[id(call.asked)] if call.asked else None
        is_judged = call.ending == Ending.ANSWERED and not promise and call.arrived < judged
        returned = chances.returns() if is_judged else None
        call_id = _write_call(chances, call, one, promise, kept, returned=returned)
        if call.ending == Ending.BECAME_CALLBACK or call.silent:
            promises[id(call)] = _Promise(call_id, call)
    for promise in promises.values():
        promise.write(kept)
    for one in staff:
        one.goes(kept["events"])


class _Promise:
    """A callback of the simulation, and the dials made for it."""

    def __init__(self, asked_by: str, asked: SimulatedCall) -> None:
        self.id, self.asked_by, self.asked = new_id(), asked_by, asked
        self.number_key = sealing.pseudonym(self.id)
        self.dials: list[tuple[str, SimulatedCall]] = []

    @property
    def waited(self) -> timedelta:
        assert self.asked.ended is not None
        return self.asked.ended - (self.asked.queued or self.asked.ended)

    def write(self, kept: dict[str, list[Row]]) -> None:
        """The promise as it ended, its dials, and the changes of both."""
        promised = self.asked.ended
        assert promised is not None
        until = promised + SOON
        state, closed, events = "promised", None, kept["events"]
        changes = [(promised, "", state)]
        for call_id, dial in self.dials:
            assert dial.accepted is not None
            assert dial.ended is not None
            result = DialResult.SPOKEN if dial.answered else DialResult.NO_ANSWER
            attempt_id = new_id()
            kept["attempts"].append((
                attempt_id, self.id, call_id, 1, self.number_key, f"{MARK}{attempt_id[-12:]}", dial.accepted,
                dial.answered, result.value, dial.ended,
            ))  # fmt: skip
            events += _path("attempt", attempt_id, (dial.accepted, "", "dialling"), (dial.ended, "dialling", result))
            changes += [(dial.queued or promised, "promised", "queued"), (dial.accepted, "queued", "dialling")]
            if dial.answered:
                changes.append((dial.answered, "dialling", "talking"))
            state = "reached" if dial.answered else "not_reached" if dial.is_last else "promised"
            changes.append((dial.ended, "talking" if dial.answered else "dialling", state))
            closed = dial.ended
        events += _path("callback", self.id, *changes)
        kept["callbacks"].append((
            self.id, state, *self.asked.drawn_from, self.asked_by, callbacks.sealed(self.id, NUMBER), self.number_key,
            self.asked.department, self.asked.topic, "fr", *self.asked.hears,
            f"SIM{len(kept['callbacks'])}", self.waited.total_seconds(),
            promised, promised, until, promised, until, len(self.dials), closed,
        ))  # fmt: skip


class _Staff:
    """An agent of the simulation: on duty on the days that bring them calls."""

    def __init__(self, agent_id: str, department: str) -> None:
        self.id, self._clock = agent_id, clock_of(department)
        self._day: date | None = None
        self._last = datetime.min

    def takes(self, call: SimulatedCall, events: list[Row]) -> None:
        """The changes of state that one call is, and the shift that it begins."""
        assert call.accepted is not None
        assert call.ended is not None
        day = call.accepted.astimezone(self._clock).date()
        offered = call.accepted - timedelta(seconds=1)
        if day != self._day:
            self.goes(events)
            begins = datetime(day.year, day.month, day.day, 8, 30, tzinfo=self._clock)
            events.append(_event(min(begins, offered), "agent", self.id, "offline", "available"))
            self._day = day
        changes = [(offered, "available", "offered"), (call.accepted, "offered", "connecting")]
        if call.answered and call.wrapped:
            changes += [
                (call.answered, "connecting", "talking"), (call.ended, "talking", "wrap_up"),
                (call.wrapped, "wrap_up", "available"),
            ]  # fmt: skip
        else:
            changes.append((call.ended, "connecting", "available"))
        events += _path("agent", self.id, *changes)
        self._last = call.wrapped or call.ended

    def goes(self, events: list[Row]) -> None:
        """The shift ends, if there was one."""
        if self._day is not None:
            ends = datetime(self._day.year, self._day.month, self._day.day, 18, tzinfo=self._clock)
            events.append(_event(max(ends, self._last), "agent", self.id, "available", "offline"))
            self._day = None


def _write_call(
    chances: Chances,
    call: SimulatedCall,
    staff: _Staff | None,
    promise: _Promise | None,
    kept: dict[str, list[Row]],
    *,
    returned: bool | None,
) -> str:
    """The rows of one call, or of one dial of a promise; gives its id."""
    contact_id, call_id, number = new_id(), new_id(), len(kept["calls"])
    channel, spoke = "callback" if promise else "phone", call.answered is not None
    queued = call.queued - promise.waited if promise and call.queued else call.queued
    waited = (call.answered - queued).total_seconds() if call.answered and queued else None
    score = chances.score() if spoke else None
    agent_id = staff.id if staff else None
    kept["contacts"].append((
        contact_id, f"{MARK}{call.arrived.year}-{number}", channel, call.department, call.topic, "fr",
        *call.hears, call.arrived, local_day(call.department, call.arrived), waited, agent_id,
        "recorded" if spoke else "nothing",
        call.wrapped, score, 4 if score else None, None if score is None else score >= SETTLED_FROM, returned,
    ))  # fmt: skip
    kept["calls"].append((
        call_id, f"{MARK}{call.arrived.year}-{number}", channel, promise.id if promise else None, contact_id,
        call.department, call.topic, "fr", *call.hears, "ended", call.arrived, queued, 0.0,
        1 if staff else 0, agent_id,
        False, False, False, False, call.answered, call.ended, call.ended, call.ending.value,
    ))  # fmt: skip
    if promise:
        promise.dials.append((call_id, call))
    events = kept["events"]
    if call.queued is None:
        events += _path("call", call_id, (call.arrived, "", "menu"), (call.ended, "menu", "ended"))
        return call_id
    begins = [(call.arrived, "", "menu"), (call.queued, "menu", "waiting")]
    if promise:
        begins = [(call.queued, "", "waiting")]
    if staff is None or call.accepted is None or call.ended is None:
        events += _path("call", call_id, *begins, (call.ended, "waiting", "ended"))
        return call_id
    offered, accepted = call.accepted - timedelta(seconds=1), call.accepted
    changes: list[Change] = [*begins, (offered, "waiting", "offered"), (accepted, "offered", "connecting")]
    if spoke:
        changes += [
            (call.answered, "connecting", "talking"), (call.ended, "talking", "wrap_up"),
            (call.wrapped, "wrap_up", "ended"),
        ]  # fmt: skip
        _write_matter(chances, contact_id, call, kept)
    else:
        changes.append((call.ended, "connecting", "ended"))
    events += _path("call", call_id, *changes)
    _write_offer_and_leg(call, (call_id, contact_id), staff, kept)
    staff.takes(call, events)
    return call_id


def _write_offer_and_leg(call: SimulatedCall, ids: tuple[str, str], staff: _Staff, kept: dict[str, list[Row]]) -> None:
    """How an agent took it. `ids`: of the call and of its contact."""
    assert call.accepted is not None
    offered, accepted, (call_id, contact_id) = call.accepted - timedelta(seconds=1), call.accepted, ids
    offer_id, leg_id = new_id(), new_id()
    kept["offers"].append((offer_id, call_id, staff.id, 1, "accepted", offered, call.ended, accepted))
    kept["legs"].append((
        leg_id, call_id, contact_id, staff.id, 1, "serve", False, "left", accepted, accepted, call.answered, call.ended,
        False, 0.0, False, False, call.wrapped,
    ))  # fmt: skip
    kept["events"] += _path("offer", offer_id, (offered, "", "open"), (accepted, "open", "accepted"))
    kept["events"] += _path(
        "leg", leg_id, (accepted, "", "asked"), (accepted, "asked", "joined"), (call.ended, "joined", "left")
    )


def _write_matter(chances: Chances, contact_id: str, call: SimulatedCall, kept: dict[str, list[Row]]) -> None:
    matter = chances.matter()
    kept["accompaniments"].append((
        new_id(), contact_id, matter.partner, matter.procedure, matter.outcome,
        MUST_COME if matter.outcome == "orientation" else None, False, matter.settled, "none", call.wrapped,
    ))  # fmt: skip
    kept["events"] += _path("contact", contact_id, (call.wrapped, "nothing", "recorded"))


def _path(noun: str, noun_id: str, *changes: Change) -> list[Row]:
    return [_event(at, noun, noun_id, was, now) for at, was, now in changes]


def _event(at: datetime | None, noun: str, noun_id: str, was: str, now: str) -> Row:
    return (at, noun, noun_id, was, now, "simulated", None)


def _hire(session: Session, department: str, number: int, since: datetime) -> str:
    """An account nobody can sign in to."""
    agent_id = new_id()
    name = f"Agent simulé {number + 1} ({TERRITORIES[department].name})"
    session.add(
        Agent(
            id=agent_id, login=f"{MARK}{department.lower()}-{number}", name=name, password_hash="-",
            department=department, active=False, closed_at=since, since=since, topics=[], languages=["fr"],
        )
    )  # fmt: skip
    return agent_id


def _sites(session: Session, at: datetime) -> dict[str, list[int]]:
    """The sites of each department; a simulated one where the national list is not imported."""
    found: dict[str, list[int]] = defaultdict(list)
    for site_id, department in session.execute(select(sites.Site.id, sites.Site.department)):
        found[department].append(site_id)
    for n, (code, territory) in enumerate(TERRITORIES.items()):
        if not found[code] and territory.inhabited:
            session.execute(
                insert(sites.Site).values(
                    id=FIRST_SITE + n, name=f"France services simulée ({territory.name})", address="", postal_code="",
                    city=territory.name, department=code, phone="", mail="", week=WEEK, by_appointment=False,
                    comment="Site simulé", kind="Principal", format="Fixe", grouping="", label="", doubts=[],
                    first_listed_at=at, changed_at=at,
                )
            )  # fmt: skip
            found[code].append(FIRST_SITE + n)
    return found


def _lines(
    chances: Chances, days: dict[str, list[date]], places: dict[str, list[int]], count: int
) -> Iterator[tuple[int, dict[str, str]]]:
    """Visits as front desks send them; one in seven is about two démarches."""
    line, dice = 1, chances.dice
    for n, department in enumerate(chances.departments(count)):
        if not days[department]:
            continue
        (at,), score = chances.instants(days[department], department, 1), chances.score()
        visit = {
            "reference": f"{MARK}{at.year}-{n}", "id_fs": str(dice.choice(places[department])),
            "debut": f"{at:%Y-%m-%dT%H:%M}", "canal": "bus" if dice.random() < 0.05 else "accueil",
            "departement": department, "minutes": str(round(min(dice.lognormvariate(3.1, 0.6), 240))),
            "attente_minutes": str(round(min(dice.expovariate(1 / 9), 90))), "note": str(score or ""),
            "echelle": "4" if score else "",
            "regle_usager": "" if score is None else "oui" if score >= SETTLED_FROM else "non",
        }  # fmt: skip
        known: set[str] = set()
        for _ in range(2 if dice.random() < 1 / 7 else 1):
            matter = chances.matter()
            if matter.procedure in known or (at.year < 2025 and matter.partner in ("urssaf", "agirc-arrco")):
                continue
            known.add(matter.procedure)
            line += 1
            yield line, visit | {
                "demarche": matter.procedure, "issue": OUTCOMES[matter.outcome],
                "motif": REASON if matter.outcome == "orientation" else "", "regle": "oui" if matter.settled else "non",
            }  # fmt: skip


def _insert(session: Session, table: type[Base], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """With the defaults of every column that is not given."""
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        session.execute(insert(table), [dict(zip(columns, row, strict=True)) for row in some])
