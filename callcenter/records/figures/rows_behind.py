"""The rows behind a figure, and agents' time.

Counted from the rows by the same facts as the tiers, so a row counts here for what it counts there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, select, text
from sqlalchemy.orm import Session

from callcenter.records.contacts import Accompaniment, Contact
from callcenter.records.figures.facts import (
    AGENTS_TIME,
    BUSY_AND_AVAILABLE,
    FACTS,
    OF_PROMISES,
    UNASKED,
    UNASKED_BETWEEN,
    ZONES,
    values_of,
)
from callcenter.records.figures.tiers import EVERYBODY
from callcenter.rules.histogram import Histogram
from callcenter.rules.tally import COUNTERS, Tally

WINDOW = 5_000  # contacts among which the rows behind a figure are looked for at once
WINDOWS = 3
SHOWN = 200
DAYS_OF_TIME = 31  # the latest of a period of which each agent's time is told

_WHERE = """local_day between :first and :last and (cast(:wanted as text[]) is null or department = any(:wanted))
  and channel = any(cast(:channels as text[]))"""
_ABOUT = f"""(cast(:partner as text) = '{EVERYBODY}' and cast(:procedure as text) is null
  or exists (select from accompaniments a where a.contact_id = contacts.id
    and (a.partner = :partner or :partner = '{EVERYBODY}') and a.procedure = coalesce(:procedure, a.procedure)))"""
_ASKED = "exists (select from callbacks b join calls k on k.id = b.asked_by where k.contact_id = contacts.id)"
_NEEDED = {
    "answers": "satisfaction is not null",
    "said": "settled_said is not null",
    "return_known": "returned is not null",
    "wait_ms": "waited is not null",
    "owing": "due <> 'nothing'",
    "relay_handled": "relay",
    "promised": _ASKED,
    "reached": _ASKED,
}
"""What a contact cannot count without, so that no window is spent on those that do not."""
_WINDOW = f"""id in (select id from contacts where {_WHERE} and {_ABOUT} and {{needed}}
  and site_id is not distinct from coalesce(cast(:site as int), site_id)
  order by local_day desc, arrived_at desc, id limit {WINDOW} offset :passed)"""
_BEHIND = """
{facts}
select contact_id, bucket, {columns} from facts
where partner = :partner and ({counted}) and contact_id is not null
  and (cast(:wanted as text[]) is null or department = any(:wanted)) and channel = any(cast(:channels as text[]))
order by day desc, hour desc nulls last, contact_id limit {shown}
"""
_PROMISED = UNASKED.format(
    contact="(select id from contacts where reference = p.reference)", days="between :first and :last"
)
_TIME = f"""
with {ZONES}
select w.day, a.name, a.department, sum(w.busy) as busy_ms, sum(w.available) as available_ms
from (
  select w.day, w.agent_id, x.*
  from {AGENTS_TIME} w cross join lateral (select {BUSY_AND_AVAILABLE}) as x (busy, available)
  where cast(:wanted as text[]) is null or w.department = any(:wanted)
) w join agents a on a.id = w.agent_id
group by w.day, a.id order by w.day desc, a.name, a.id limit {SHOWN}
"""


@dataclass(frozen=True)
class Demarche:
    """What was recorded of one démarche."""

    partner: str
    procedure: str
    outcome: str
    settled: bool | None


@dataclass(frozen=True)
class RowBehind:
    """One contact behind a figure, without anything that says whose it is; `tally`: what it counts for."""

    reference: str | None
    """None: whose it was is erased."""
    arrived_at: datetime
    local_day: date
    department: str
    channel: str
    site_id: int | None
    topic: str | None
    satisfaction: int | None
    satisfaction_scale: int | None
    settled_said: bool | None
    """The person's own word."""
    demarches: tuple[Demarche, ...]
    tally: Tally


@dataclass(frozen=True)
class AgentDay:
    """What one agent did of their time on one local day of their department: `busy_ms` and `available_ms`."""

    day: date
    name: str
    department: str
    tally: Tally


def behind(
    session: Session,
    counted: Sequence[str],
    first: date,
    last: date,
    departments: Collection[str] | None,
    channels: Collection[str],
    partner: str | None,
    at: datetime,
    *,
    procedure: str | None = None,
    site: int | None = None,
) -> list[RowBehind]:
    """The latest contacts that count for a figure: those of which one of the counters `counted` is not 0. They are
    looked for among the latest of all, a window at a time. `procedure`: only what counts for it."""
    if unknown := {*counted} - {*COUNTERS}:
        raise ValueError(unknown)
    values = _values(session, first, last, departments, channels, partner, at) | {"procedure": procedure, "site": site}
    needed = " or ".join(_NEEDED.get(name, "true") for name in counted)
    tallies: dict[str, Tally] = {}
    for window in range(WINDOWS):
        promised = window == 0 and site is None and bool({*counted} & {*OF_PROMISES})
        question = _BEHIND.format(
            facts=FACTS.format(
                chosen=_WINDOW.format(needed=f"({needed})"),
                unasked=UNASKED_BETWEEN if promised else "false",
                more=_PROMISED if promised else "",
            ),
            columns=", ".join(COUNTERS),
            counted=" or ".join(f"{name} <> 0" for name in counted),
            shown=SHOWN,
        )
        rows = session.execute(text(question), values | {"passed": window * WINDOW}).mappings().all()
        for row in rows:
            contact_id = str(row["contact_id"])
            tallies[contact_id] = tallies.get(contact_id, Tally()) + _tally(row, 1)
        if len(tallies) >= SHOWN:
            break
    if procedure is not None:  # once a contact, by constraint
        tallies = dict.fromkeys(tallies, Tally(contacts=1, accompaniments=1))
    latest = select(Contact).where(Contact.id.in_(tallies)).order_by(Contact.arrived_at.desc()).limit(SHOWN)
    contacts = session.scalars(latest).all()
    demarches: dict[str, list[Demarche]] = {}
    for each in session.scalars(select(Accompaniment).where(Accompaniment.contact_id.in_(tallies))):
        shown = Demarche(each.partner, each.procedure, each.outcome, each.settled)
        demarches.setdefault(each.contact_id, []).append(shown)
    return [
        RowBehind(
            None if one.erased_at else one.reference, one.arrived_at, one.local_day, one.department, one.channel,
            one.site_id, one.topic,
            one.satisfaction, one.satisfaction_scale, one.settled_said, tuple(demarches.get(one.id, ())),
            tallies[one.id],
        )
        for one in contacts
    ]  # fmt: skip


def time_behind(
    session: Session, first: date, last: date, departments: Collection[str] | None, at: datetime
) -> list[AgentDay]:
    """What each agent of these departments did of their time on each of the latest days."""
    days = [last - timedelta(days=n) for n in range(min((last - first).days + 1, DAYS_OF_TIME))]
    values = values_of(session, days[::-1], at) | {"wanted": sorted(departments) if departments is not None else None}
    rows = session.execute(text(_TIME), values).mappings()
    return [
        AgentDay(
            row["day"], row["name"], row["department"],
            Tally(busy_ms=int(row["busy_ms"] or 0), available_ms=int(row["available_ms"] or 0)),
        )
        for row in rows
    ]  # fmt: skip


def _values(
    session: Session,
    first: date,
    last: date,
    departments: Collection[str] | None,
    channels: Collection[str],
    partner: str | None,
    at: datetime,
) -> dict[str, Any]:
    return values_of(session, [first, last], at) | {
        "first": first,
        "last": last,
        "wanted": sorted(departments) if departments is not None else None,
        "channels": list(channels),
        "partner": EVERYBODY if partner is None else partner,
    }


def _tally(row: RowMapping, waits: int) -> Tally:
    """One row of counters; `waits`: how many waited in its bucket."""
    counted = Histogram(((row["bucket"], waits),)) if row["bucket"] is not None else Histogram()
    return Tally(**{name: int(row[name] or 0) for name in COUNTERS}, waits=counted)
