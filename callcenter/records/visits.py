"""Visits sent by front desks: staged, compared and written by whole sets in one transaction, once per site's reference.

A visit that is known already stays as it is: sending a file again changes nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Uuid, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.records import contacts, directory
from callcenter.records.figures import tiers
from callcenter.records.identifiers import first_of_many
from callcenter.records.persons import pepper
from callcenter.rules.territory import TERRITORIES, UNKNOWN, clock_of
from callcenter.rules.visit_lines import STAGED, line_reader
from callcenter.rules.visits import Refused, WhyRefused

Line = tuple[int, Mapping[str, str] | None]
"""A line's number and its values by column; None for a line that has too many or too few."""

LOCK = 7_311_006  # advisory: one import at a time, so that a reference is compared with what is there


class VisitImport(Base):
    """One file or request that was taken in: what it brought."""

    __tablename__ = "visit_imports"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    who: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))  # None: an operator at the command line
    contacts: Mapped[int]
    accompaniments: Mapped[int]
    known: Mapped[int]
    refused: Mapped[int]


@dataclass(frozen=True)
class ImportReport:
    """What became of the lines. `known`: visits that were there already."""

    contacts: int
    accompaniments: int
    known: int
    refused: tuple[Refused, ...]


_STAGE = """
create temporary table staged (
  line int, contact_key bigint, matter_key bigint, reference text, site_id int, local timestamp, instant timestamptz,
  channel text, department text, lasted float8, waited float8, satisfaction int, satisfaction_scale int,
  settled_said bool, procedure text, partner text, topic text, scope text, outcome text, reason text,
  internet_checked bool, settled bool, follow_up text, continues text, notes bytea
) on commit drop
"""
_ARRIVALS = """
create temporary table arrivals on commit drop as
select site_id, reference, min(line) as first, min(contact_key) = max(contact_key) as agree,
  exists (select from contacts c where c.site_id = s.site_id and c.site_reference = s.reference)
  or exists (select from contacts c where c.site_id = s.site_id and
    c.site_reference = erased_reference(:pepper, s.site_id, s.reference)) as known
from staged s group by site_id, reference
"""
_REFUSED = "create temporary table refused (line int, site_id int, reference text, why text) on commit drop"
_REFUSE_SITES = """
insert into refused
select s.line, s.site_id, s.reference, case when site.id is null then :unknown_site else :not_yours end
from staged s left join sites site on site.id = s.site_id
where site.id is null or not coalesce(site.department = any(cast(:scope as text[])), true)
"""
_REFUSE_ELSEWHERE = """
insert into refused
select s.line, s.site_id, s.reference, :elsewhere from staged s join sites site on site.id = s.site_id
where s.scope not in ('N', site.department, coalesce(s.department, ''))
"""
_REFUSE_OTHERWISE = """
insert into refused select s.line, s.site_id, s.reference, :otherwise
from staged s join arrivals a using (site_id, reference) join staged f on f.line = a.first
where not a.agree and not a.known and s.contact_key <> f.contact_key
union
select s.line, s.site_id, s.reference, :otherwise from staged s join (
  select site_id, reference, procedure, (array_agg(matter_key order by line))[1] as key_of_first from staged
  group by site_id, reference, procedure having min(matter_key) <> max(matter_key)
) twice using (site_id, reference, procedure)
join arrivals a using (site_id, reference) where not a.known and s.matter_key <> twice.key_of_first
"""
_REFUSE_CONTINUES = """
insert into refused select s.line, s.site_id, s.reference, :continues from staged s
where s.continues is not null and not exists (
  select from contacts c join accompaniments m on m.contact_id = c.id
  where c.site_id = s.site_id and c.site_reference = s.continues
) and not exists (
  select from staged e where e.site_id = s.site_id and e.reference = s.continues and s.continues <> s.reference
)
"""
_REFUSE_THE_REST = """
insert into refused select distinct on (s.line) s.line, s.site_id, s.reference, :with_another
from staged s join refused r using (site_id, reference)
where not exists (select from refused own where own.line = s.line)
"""
_REFUSE_AFTER_REFUSED = """
insert into refused select s.line, s.site_id, s.reference, :continues from staged s
where s.continues is not null and not exists (select from refused own where own.line = s.line)
and exists (select from refused r where r.site_id = s.site_id and r.reference = s.continues)
and not exists (select from contacts c where c.site_id = s.site_id and c.site_reference = s.continues)
"""
_DROP_REFUSED = """
delete from arrivals a using refused r where r.site_id = a.site_id and r.reference = a.reference
"""
_TAKEN = """
create temporary table taken on commit drop as
with zones (department, zone) as (select * from unnest(cast(:departments as text[]), cast(:zones as text[])))
select a.site_id, a.reference, a.first,
  (cast(:ids as text) || lpad(to_hex(a.first), 12, '0'))::uuid as contact_id,
  own.department, arrived.at,
  (arrived.at at time zone own.zone)::date as local_day
from arrivals a join staged f on f.line = a.first join sites site on site.id = a.site_id
join zones there on there.department = site.department
join zones own on own.department = coalesce(f.department, site.department)
cross join lateral (select coalesce(f.instant, f.local at time zone there.zone)) as arrived (at)
where not a.known
"""
_CONTACTS = """
insert into contacts (
  id, reference, channel, site_id, site_reference, department, department_assumed, topic, language, hard_of_hearing,
  relay, arrived_at, local_day, waited, lasted, due, recorded_at, satisfaction, satisfaction_scale,
  settled_said
)
select t.contact_id, 'V' || :number || '-' || t.first, f.channel, t.site_id, t.reference, t.department,
  f.department is null, f.topic, 'fr', false, false, t.at, t.local_day, f.waited, f.lasted, 'recorded', :at,
  f.satisfaction, f.satisfaction_scale, f.settled_said
from taken t join staged f on f.line = t.first
"""
_CONTINUED = """
create index on taken (site_id, reference);
create index on staged (site_id, reference)
"""
_ACCOMPANIMENTS = """
insert into accompaniments (
  id, contact_id, partner, procedure, outcome, reason, internet_checked, settled, follow_up, continues, notes, at
)
select (cast(:ids as text) || lpad(to_hex(m.line), 12, '0'))::uuid,
  m.contact_id, m.partner, m.procedure, m.outcome, m.reason, m.internet_checked,
  m.settled, m.follow_up,
  case when m.continues is not null then (
    select e.id from (
      select b.id, b.procedure, b.at, 0 as line from contacts c join accompaniments b on b.contact_id = c.id
      where c.site_id = m.site_id and c.site_reference = m.continues
      union all
      select (cast(:ids as text) || lpad(to_hex(b.line), 12, '0'))::uuid, b.procedure, x.at, b.line
      from taken x join staged b on b.site_id = x.site_id and b.reference = x.reference
      where x.site_id = m.site_id and x.reference = m.continues
    ) e order by e.procedure = m.procedure desc, e.at desc, e.line limit 1
  ) end, m.notes, m.at
from (
  select distinct on (t.first, s.procedure) s.*, t.contact_id, t.at
  from staged s join taken t using (site_id, reference) order by t.first, s.procedure, s.line
) m
"""
"""The first line that tells a démarche is the one that is kept, so its number stands for it."""
_DAYS = "insert into figures_dirty (day) select distinct local_day from taken"


def import_visits(
    session: Session,
    lines: Iterable[Line],
    at: datetime,
    *,
    who: str | None = None,
    scope: Collection[str] | None = None,
    progress: Callable[[str], None] = lambda _step: None,
) -> ImportReport:
    """Record the visits of these lines, each visit whole or not at all. `scope`: departments whose sites may be spoken
    for; None: all. `progress` hears of each step."""
    for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        session.execute(text(f"set local {limit} = 0"))
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    session.execute(text(_STAGE))
    progress("lecture")
    ids = first_of_many()
    refused = _stage(session, lines, at, ids)
    progress("comparaison")
    zones = {code: str(clock_of(code)) for code in (*TERRITORIES, UNKNOWN)}
    values: dict[str, Any] = {
        "at": at,
        "ids": ids,
        "scope": sorted(scope) if scope is not None else None,
        "departments": list(zones),
        "zones": list(zones.values()),
    }
    refused += _compare(session, values)
    progress("écriture")
    log = VisitImport(at=at, who=who, contacts=0, accompaniments=0, known=0, refused=len(refused))
    session.add(log)
    session.flush()
    session.execute(text(_TAKEN), values)
    session.execute(text("analyze taken (site_id, reference, first)"))
    if session.scalar(text("select exists (select from staged where continues is not null)")):
        for index in _CONTINUED.split(";"):
            session.execute(text(index))
    log.contacts = _count(session, _CONTACTS, values | {"number": str(log.id)})
    log.accompaniments = _count(session, _ACCOMPANIMENTS, values)
    log.known = session.scalar(text("select count(*) from arrivals where known")) or 0
    session.execute(text(_DAYS))
    session.flush()
    return ImportReport(log.contacts, log.accompaniments, log.known, tuple(sorted(refused, key=lambda each: each.line)))


def _stage(session: Session, lines: Iterable[Line], at: datetime, ids: str) -> list[Refused]:
    """What can be read goes to `staged`, what cannot to `refused`, by name, so that its visit is refused with it."""
    scales, partners = tiers.policy(session).scales, directory.partner_codes(session)
    read = line_reader(scales, directory.vocabulary(session), partners, at)
    refused: list[Refused] = []
    named: list[dict[str, Any]] = []
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"copy staged ({', '.join(STAGED)}) from stdin") as copy:
        for line, values in lines:
            found = read(line, values) if values is not None else Refused(line, WhyRefused.COLUMNS)
            if not isinstance(found, Refused):
                *plain, notes = found
                copy.write_row((*plain, contacts.sealed_notes(_id(ids, line), str(notes) if notes else None)))
                continue
            refused.append(found)
            if values is not None and (site := values["id_fs"].strip()).isdecimal() and len(site) < 9:
                named.append({"line": line, "site": int(site), "reference": values["reference"].strip()})
    session.execute(text(_REFUSED))
    if named:
        session.execute(text("insert into refused values (:line, :site, :reference, '')"), named)
    session.execute(text("analyze staged (line, site_id, reference, continues)"))
    return refused


def _id(ids: str, line: int) -> str:
    """The id of what a line brings, as the texts above make it from `:ids` and its number."""
    return str(UUID(f"{ids}{line:012x}"))


def _compare(session: Session, values: Mapping[str, Any]) -> list[Refused]:
    """Refusals that take more than one line to see; what is left in `arrivals` may be written."""
    session.execute(text(_ARRIVALS), {"pepper": pepper()})
    sentences: dict[str, Any] = {why.name.lower(): why.name for why in WhyRefused} | dict(values)
    for rule in (_REFUSE_SITES, _REFUSE_ELSEWHERE, _REFUSE_OTHERWISE, _REFUSE_CONTINUES, _REFUSE_THE_REST):
        _count(session, rule, sentences)
    while _count(session, _REFUSE_AFTER_REFUSED, sentences):
        _count(session, _REFUSE_THE_REST, sentences)
    session.execute(text(_DROP_REFUSED))
    session.execute(text("analyze arrivals (site_id, reference, first, agree, known)"))
    found = session.execute(text("select line, min(why) from refused where why <> '' group by line"))
    return [Refused(line, WhyRefused[why]) for line, why in found]


def _count(session: Session, sql: str, values: Mapping[str, Any] | None = None) -> int:
    result: Any = session.execute(text(sql), values or {})
    return int(result.rowcount)
