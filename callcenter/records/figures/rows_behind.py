"""The rows behind a figure.

Counted from the rows by the same facts as the tiers, so a row counts here for what it counts there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, RowMapping, Select, Text, any_, bindparam, cast, literal, or_, select, text
from sqlalchemy.orm import Session

from callcenter.records.contacts import Accompaniment, Contact
from callcenter.records.figures.facts import OF_PROMISES, facts_of, unasked, values_of
from callcenter.records.figures.tiers import EVERYBODY
from callcenter.rules.histogram import Histogram
from callcenter.rules.tally import COUNTERS, Tally

WINDOW = 5_000  # contacts among which the rows behind a figure are looked for at once
WINDOWS = 3
SHOWN = 200

_PROMISED_IN_CALL = """exists (
  select from callbacks b join calls k on k.id = b.asked_by where k.contact_id = contacts.id
)"""
_NEEDED = {
    "answers": "satisfaction is not null",
    "said": "settled_said is not null",
    "return_known": "returned is not null",
    "wait_ms": "waited is not null",
    "owing": "due <> 'nothing'",
    "relay_handled": "relay",
    "hearing_handled": "hard_of_hearing",
    "promised": _PROMISED_IN_CALL,
    "reached": _PROMISED_IN_CALL,
    "silent_promised": _PROMISED_IN_CALL,
}
"""What a contact cannot count without, so that no window is spent on those that do not."""
_WINDOW = """
select * from contacts where id in (
  select id from contacts
  where local_day between :first and :last
    and (cast(:wanted as text[]) is null or department = any(:wanted))
    and channel = any(cast(:channels as text[]))
    and (cast(:partner as text) = '*' and cast(:procedure as text) is null
      or exists (
        select from accompaniments a
        where a.contact_id = contacts.id
          and (a.partner = :partner or :partner = '*') and a.procedure = coalesce(:procedure, a.procedure)
      ))
    and ({needed})
    and site_id is not distinct from coalesce(cast(:site as int), site_id)
  order by local_day desc, arrived_at desc, id limit :window offset :passed
)
"""
"""The contacts of a period among which the rows behind a figure are looked for, the latest first."""


@dataclass(frozen=True)
class RecordedDemarche:
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
    demarches: tuple[RecordedDemarche, ...]
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
    tallies: dict[str, Tally] = {}
    for window in range(WINDOWS):
        rows = session.execute(_of_window(counted), values | {"passed": window * WINDOW}).mappings().all()
        if window == 0 and site is None and values["partner"] == EVERYBODY and {*counted} & {*OF_PROMISES}:
            rows = [*rows, *session.execute(_of_promises(counted), values).mappings()]
        for row in rows:
            contact_id = str(row["contact_id"])
            tallies[contact_id] = tallies.get(contact_id, Tally()) + _tally(row)
        if len(tallies) >= SHOWN:
            break
    if procedure is not None:  # once a contact, by constraint
        tallies = dict.fromkeys(tallies, Tally(contacts=1, accompaniments=1))
    latest = select(Contact).where(Contact.id.in_(tallies)).order_by(Contact.arrived_at.desc()).limit(SHOWN)
    contacts = session.scalars(latest).all()
    demarches: dict[str, list[RecordedDemarche]] = {}
    for each in session.scalars(select(Accompaniment).where(Accompaniment.contact_id.in_(tallies))):
        shown = RecordedDemarche(each.partner, each.procedure, each.outcome, each.settled)
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


def _of_window(counted: Sequence[str]) -> Select[Any]:
    """Of the contacts of one window, those of which one of these counters is not 0."""
    facts = facts_of(text(_WINDOW.format(needed=" or ".join(_NEEDED.get(name, "true") for name in counted))))
    counts = or_(*(facts.c[name] != 0 for name in counted))
    asked = facts.c.partner == bindparam("partner"), counts, *_is_asked(facts.c.department, facts.c.channel)
    latest = facts.c.day.desc(), facts.c.hour.desc().nulls_last(), facts.c.contact_id
    return select(facts).where(*asked).order_by(*latest).limit(SHOWN)


def _of_promises(counted: Sequence[str]) -> Select[Any]:
    """Of the promises that no call asked for, those of which one of these counters is not 0, with their contacts."""
    promises = unasked()
    counts = or_(*(promises.c[name] != 0 for name in counted if name in OF_PROMISES))
    days = promises.c.day.between(bindparam("first"), bindparam("last"))
    told = select(Contact.id.label("contact_id"), *(promises.c[name] for name in OF_PROMISES))
    found = told.join_from(promises, Contact, Contact.reference == promises.c.reference)
    asked = days, counts, *_is_asked(promises.c.department, literal("callback"))
    return found.where(*asked).order_by(promises.c.day.desc(), promises.c.hour.desc(), Contact.id).limit(SHOWN)


def _is_asked(department: ColumnElement[Any], channel: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
    """Of the departments that are wanted, null being all, and of the channels."""
    wanted = bindparam("wanted", type_=ARRAY(Text))
    of_channels = channel == any_(bindparam("channels", type_=ARRAY(Text)))
    return or_(cast(wanted, ARRAY(Text)).is_(None), department == any_(wanted)), of_channels


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
        "window": WINDOW,
    }


def _tally(row: RowMapping) -> Tally:
    """One row of counters; those that it does not have are 0."""
    bucket = row.get("bucket")
    waits = Histogram(((bucket, 1),)) if bucket is not None else Histogram()
    return Tally(**{name: int(row.get(name) or 0) for name in COUNTERS}, waits=waits)
