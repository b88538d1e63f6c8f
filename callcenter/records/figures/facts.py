"""What each contact, call and promise counts for, in SQL: the same for the tiers, the last hour and the rows behind."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from callcenter.records.figures.tiers import (
    EVERYBODY,
    policy,
)
from callcenter.rules.histogram import EDGES
from callcenter.rules.tally import COUNTERS, ENDINGS, LONGEST
from callcenter.rules.territory import TERRITORIES, UNKNOWN, clock_of

OF_CONTACT = {
    "contacts": "1",
    "owing": "(c.due <> 'nothing')::int",
    "recorded": "(c.due = 'recorded')::int",
    "answers": "(s.top is not null and c.satisfaction is not null)::int",
    "satisfied": "(c.satisfaction >= s.satisfied_from)::int",
    "very_satisfied": "(c.satisfaction >= s.very_from)::int",
    "said": "(c.settled_said is not null)::int",
    "said_settled": "c.settled_said::int",
    "return_known": "(c.returned is not null)::int",
    "returned": "c.returned::int",
    "wait_ms": "round(c.waited * 1000)::bigint",
    "wait_longest_ms": "round(c.waited * 1000)::bigint",
    "handled": "((h.contact_id is not null or c.lasted is not null) and not c.relay)::int",
    "talk_ms": "case when not c.relay then coalesce(h.talk_ms, round(c.lasted * 1000)::bigint) end",
    "hold_ms": "case when not c.relay then h.hold_ms end",
    "wrap_up_ms": "case when not c.relay then h.wrap_up_ms end",
    "relay_handled": "(h.contact_id is not null and c.relay)::int",
    "relay_ms": "case when c.relay then h.talk_ms + h.hold_ms + h.wrap_up_ms end",
}
OF_MATTERS = {
    "accompaniments": "count(*)",
    "opened": "count(*) filter (where continues is null)",
    "settlement_known": "count(*) filter (where continues is null and settled is not null)",
    "settled": "count(*) filter (where continues is null and settled)",
    "informations": "count(*) filter (where outcome = 'information')",
    "assistances": "count(*) filter (where outcome = 'accompaniment')",
    "orientations": "count(*) filter (where outcome = 'orientation')",
}
OF_CALL = {
    **{name: f"(k.channel = 'phone' and k.ending = '{ending}')::int" for name, ending in ENDINGS.items()},
    "answered_in_time": "(k.channel = 'phone' and k.ending = 'answered' and c.waited <= :answered_within)::int",
    "technical_known": "(k.channel = 'phone' and k.ending = 'technical' and k.queued_at is not null)::int",
    "in_progress": "(k.channel = 'phone' and k.ending is null)::int",
    "called_back": "(k.channel = 'phone' and k.ending = 'became_callback' and p.reached > 0)::int",
    "offers": "o.offers",
    "missed": "o.missed",
    "refused": "o.refused",
}
OF_PROMISES = {
    "promised": "count(*)",
    "reached": "count(at)",
    "kept": "sum(kept)",
    "attempts": "sum(attempts)",
    "late_ms": "sum(late_ms)",
}
_OF_AGENTS = ("busy_ms", "available_ms")


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{expression} as {name}" for name, expression in columns.items())


def _of(table: str, names: Iterable[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


def nothing_of(names: Iterable[str]) -> str:
    return ", ".join(f"null::bigint as {name}" for name in names)


def merged_counters() -> str:
    """Sums, and the greater for the one that merges so."""
    return ", ".join(f"{'max' if name == LONGEST else 'sum'}({name}) as {name}" for name in COUNTERS)


COLUMNS = ", ".join(COUNTERS)
SCALES = """scales (top, satisfied_from, very_from) as (
  select * from unnest(cast(:tops as int[]), cast(:satisfied_from as int[]), cast(:very_from as int[]))
)"""
ZONES = "zones (department, zone) as (select * from unnest(cast(:departments as text[]), cast(:zones as text[])))"
FACTS = f"""
with {SCALES},
{ZONES},
chosen as (select * from contacts where {{chosen}}),
matters as (
  select a.contact_id, a.partner, {_listed(OF_MATTERS)}
  from accompaniments a join chosen c on c.id = a.contact_id group by a.contact_id, a.partner
),
all_matters as (
  select contact_id, {", ".join(f"sum({name}) as {name}" for name in OF_MATTERS)} from matters group by contact_id
),
handling as (
  select l.contact_id,
    sum(round(1000 * (extract(epoch from l.left_at - l.talked_from) - l.held)))::bigint as talk_ms,
    sum(round(1000 * l.held))::bigint as hold_ms,
    coalesce(sum(round(1000 * extract(epoch from l.wrapped_at - l.left_at))), 0)::bigint as wrap_up_ms
  from legs l join chosen c on c.id = l.contact_id
  where l.talked_from is not null and l.left_at is not null and c.due in ('recorded', 'released')
  group by l.contact_id
),
promises as (
  select b.asked_by, b.reference, b.department, b.promised_at, b.attempts, r.at,
    (r.at between b.promised_from and b.promised_until)::int as kept,
    round(1000 * greatest(extract(epoch from r.at - b.promised_until), 0))::bigint as late_ms
  from callbacks b
  left join lateral (
    select min(talking_at) as at from calls where callback_id = b.id and b.state = 'reached'
  ) r on true
  where b.asked_by in (select k.id from calls k join chosen c on c.id = k.contact_id) or {{unasked}}
),
asked as (
  select asked_by, {_listed(OF_PROMISES)} from promises where asked_by is not null group by asked_by
),
shown as (
  select f.call_id, count(*) as offers, count(*) filter (where f.state = 'missed') as missed,
    count(*) filter (where f.state = 'refused') as refused
  from offers f join calls k on k.id = f.call_id join chosen c on c.id = k.contact_id group by f.call_id
),
facts as (
  select c.local_day as day, c.department, '{EVERYBODY}' as partner, c.channel, c.id as contact_id, c.site_id,
    case when c.channel in ('phone', 'callback') then date_trunc('hour', c.arrived_at, 'UTC') end as hour,
    width_bucket(c.waited, cast(:edges as float8[])) as bucket,
    {_listed(OF_CONTACT)}, {_of("m", OF_MATTERS)}, {_listed(OF_CALL)}, {_of("p", OF_PROMISES)},
    {nothing_of(_OF_AGENTS)}
  from chosen c
  left join scales s on s.top = c.satisfaction_scale
  left join all_matters m on m.contact_id = c.id
  left join handling h on h.contact_id = c.id
  left join calls k on k.contact_id = c.id
  left join asked p on p.asked_by = k.id
  left join shown o on o.call_id = k.id
  union all
  select c.local_day, c.department, m.partner, c.channel, c.id, c.site_id, null,
    width_bucket(c.waited, cast(:edges as float8[])),
    {_listed(OF_CONTACT)}, {_of("m", OF_MATTERS)}, {nothing_of((*OF_CALL, *OF_PROMISES, *_OF_AGENTS))}
  from matters m join chosen c on c.id = m.contact_id
  left join scales s on s.top = c.satisfaction_scale
  left join handling h on h.contact_id = c.id
  {{more}}
)
"""
AGENTS_TIME = """(
    select d.day, e.noun_id as agent_id, e.department, i.hour, e.now,
      round(1000 * extract(epoch from
        least(e.until, i.hour + interval '1 hour') - greatest(e.since, i.hour)))::bigint as ms
    from (
      select told.*, a.department
      from (
        select noun_id, now, at as since,
          coalesce(lead(at) over (partition by noun_id order by at, id), cast(:at as timestamptz)) as until
        from events where noun = 'agent' and at >= cast(:from_ as timestamptz) and at < cast(:to as timestamptz)
      ) told join agents a on a.id = told.noun_id
      where told.now in ('talking', 'wrap_up', 'available')
    ) e
    join zones z on z.department = e.department
    cross join unnest(cast(:days as date[])) as d (day)
    cross join lateral generate_series(
      d.day::timestamp at time zone z.zone, (d.day + 1)::timestamp at time zone z.zone - interval '1 hour',
      interval '1 hour'
    ) as i (hour)
    where e.until > i.hour and e.since < i.hour + interval '1 hour'
  )"""
BUSY_AND_AVAILABLE = (
    "case when w.now in ('talking', 'wrap_up') then w.ms end, case when w.now = 'available' then w.ms end"
)
AGENTS_FACTS = f"""
  union all
  select w.day, w.department, '{EVERYBODY}', 'phone', null, null, w.hour, null,
    {nothing_of((*OF_CONTACT, *OF_MATTERS, *OF_CALL, *OF_PROMISES))}, {BUSY_AND_AVAILABLE}
  from {AGENTS_TIME} w
"""
UNASKED = f"""
  union all
  select (p.promised_at at time zone z.zone)::date, p.department, '{EVERYBODY}', 'callback', {{contact}}, null,
    date_trunc('hour', p.promised_at, 'UTC'), null, {nothing_of((*OF_CONTACT, *OF_MATTERS, *OF_CALL))},
    1, (p.at is not null)::int, p.kept, p.attempts, p.late_ms, {nothing_of(_OF_AGENTS)}
  from promises p join zones z on z.department = p.department
  where p.asked_by is null and (p.promised_at at time zone z.zone)::date {{days}}
"""
UNASKED_BETWEEN = "b.asked_by is null and b.promised_at >= :from_ and b.promised_at < :to"


def values_of(session: Session, days: list[date], at: datetime) -> dict[str, Any]:
    """What the facts of these days are counted with."""
    in_force = policy(session)
    zones = {code: str(clock_of(code)) for code in (*TERRITORIES, UNKNOWN)}
    midnight = datetime.combine(days[0], datetime.min.time(), at.tzinfo)
    return {
        "days": days,
        "at": at,
        "from_": midnight - timedelta(days=2),
        "to": midnight + (days[-1] - days[0]) + timedelta(days=3),
        "edges": list(EDGES),
        "policy": in_force.version,
        "answered_within": in_force.answered_within,
        "tops": [scale.top for scale in in_force.scales],
        "satisfied_from": [scale.satisfied_from for scale in in_force.scales],
        "very_from": [scale.very_from for scale in in_force.scales],
        "departments": list(zones),
        "zones": list(zones.values()),
    }
