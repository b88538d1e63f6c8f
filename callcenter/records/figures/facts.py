"""What each contact, call and promise counts for, in SQL: the same for the tiers, the last hour and the rows behind.

A fact is one row: a contact as everybody counts it (partner `*`), or as one of its partners does. Each of its columns
that is named as a counter of `rules.tally` is what the row adds to that counter; null adds nothing.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, TextClause, column, func, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from callcenter.records.figures.tiers import policy
from callcenter.rules.histogram import EDGES
from callcenter.rules.tally import COUNTERS, LONGEST
from callcenter.rules.territory import TERRITORIES, UNKNOWN, clock_of

_PROMISES = """
select b.asked_by, b.reference, b.department, b.promised_at, b.attempts, b.source = 'silence' as silent, r.at,
  (r.at between b.promised_from and b.promised_until)::int as kept,
  round(1000 * greatest(extract(epoch from r.at - b.promised_until), 0))::bigint as late_ms
from callbacks b
left join lateral (
  select min(talking_at) as at from calls where callback_id = b.id and b.state = 'reached'
) r on true
"""
"""Every promise, and when whoever it was made to was reached. What a query does not look at is not counted."""
_FACTS = """
with scales (top, satisfied_from, very_from) as (
  select * from unnest(cast(:tops as int[]), cast(:satisfied_from as int[]), cast(:very_from as int[]))
),
by_partner as (
  select a.contact_id, a.partner,
    count(*) as accompaniments,
    count(*) filter (where a.continues is null) as opened,
    count(*) filter (where a.continues is null and settled is not null) as settlement_known,
    count(*) filter (where a.continues is null and settled) as settled,
    count(*) filter (where outcome = 'information') as informations,
    count(*) filter (where outcome = 'accompaniment') as assistances,
    count(*) filter (where outcome = 'orientation') as orientations
  from accompaniments a join chosen c on c.id = a.contact_id group by a.contact_id, a.partner
),
of_everybody as (
  select contact_id, sum(accompaniments) as accompaniments, sum(opened) as opened,
    sum(settlement_known) as settlement_known, sum(settled) as settled,
    sum(informations) as informations, sum(assistances) as assistances, sum(orientations) as orientations
  from by_partner group by contact_id
),
parts as (
  select c.*, '*' as partner, m.accompaniments, m.opened, m.settlement_known, m.settled,
    m.informations, m.assistances, m.orientations
  from chosen c left join of_everybody m on m.contact_id = c.id
  union all
  select c.*, m.partner, m.accompaniments, m.opened, m.settlement_known, m.settled,
    m.informations, m.assistances, m.orientations
  from by_partner m join chosen c on c.id = m.contact_id
),
handling as (
  select l.contact_id,
    sum(round(1000 * (extract(epoch from l.left_at - l.talked_from) - l.held)))::bigint as talk_ms,
    sum(round(1000 * (l.held - seconds_with_partners(l))))::bigint as hold_ms,
    coalesce(sum(round(1000 * extract(epoch from l.wrapped_at - l.left_at))), 0)::bigint as wrap_up_ms
  from legs l join chosen c on c.id = l.contact_id
  where l.talked_from is not null and l.left_at is not null and c.due in ('recorded', 'released')
  group by l.contact_id
),
asked as (
  select asked_by, count(*) filter (where not silent) as promised, count(at) filter (where not silent) as reached,
    sum(kept) filter (where not silent) as kept, sum(attempts) filter (where not silent) as attempts,
    sum(late_ms) filter (where not silent) as late_ms,
    count(*) filter (where silent) as silent_promised, count(at) filter (where silent) as silent_reached
  from promises
  where asked_by in (select k.id from calls k join chosen c on c.id = k.contact_id) group by asked_by
),
shown as (
  select f.call_id, count(*) as offers, count(*) filter (where f.state = 'missed') as missed,
    count(*) filter (where f.state = 'refused') as refused
  from offers f join calls k on k.id = f.call_id join chosen c on c.id = k.contact_id group by f.call_id
)
select c.local_day as day, c.department, c.partner, c.channel, c.id as contact_id, c.site_id,
  coalesce(k.topic, '') as topic, coalesce(k.language, '') as language,
  case when c.partner = '*' and c.channel in ('phone', 'callback')
    then date_trunc('hour', c.arrived_at, 'UTC') end as hour,
  width_bucket(c.waited, cast(:edges as float8[])) as bucket,
  -- the contact
  1 as contacts,
  (c.due <> 'nothing')::int as owing,
  (c.due = 'recorded')::int as recorded,
  (s.top is not null and c.satisfaction is not null)::int as answers,
  (c.satisfaction >= s.satisfied_from)::int as satisfied,
  (c.satisfaction >= s.very_from)::int as very_satisfied,
  (c.settled_said is not null)::int as said,
  c.settled_said::int as said_settled,
  (c.returned is not null)::int as return_known,
  c.returned::int as returned,
  round(c.waited * 1000)::bigint as wait_ms,
  round(c.waited * 1000)::bigint as wait_longest_ms,
  ((h.contact_id is not null or c.lasted is not null) and not c.relay and not c.distress)::int as handled,
  case when not c.relay and not c.distress then coalesce(h.talk_ms, round(c.lasted * 1000)::bigint) end as talk_ms,
  case when not c.relay and not c.distress then h.hold_ms end as hold_ms,
  case when not c.relay and not c.distress then h.wrap_up_ms end as wrap_up_ms,
  (h.contact_id is not null and c.relay and not c.distress)::int as relay_handled,
  case when c.relay and not c.distress then h.talk_ms + h.hold_ms + h.wrap_up_ms end as relay_ms,
  (h.contact_id is not null and c.hard_of_hearing and not c.relay and not c.distress)::int as hearing_handled,
  case when c.hard_of_hearing and not c.relay and not c.distress
    then h.talk_ms + h.hold_ms + h.wrap_up_ms end as hearing_ms,
  -- its démarches
  c.accompaniments, c.opened, c.settlement_known, c.settled, c.informations, c.assistances, c.orientations,
  -- its call, of everybody alone
  (k.channel = 'phone' and k.ending = 'answered')::int as answered,
  (k.channel = 'phone' and k.ending = 'answered' and c.waited <= :answered_within)::int as answered_in_time,
  (k.channel = 'phone' and k.ending = 'abandoned')::int as abandoned,
  (k.channel = 'phone' and k.ending = 'short_abandon')::int as short_abandon,
  (k.channel = 'phone' and k.ending = 'left_in_menu')::int as left_in_menu,
  (k.channel = 'phone' and k.ending = 'served_by_menu')::int as served_by_menu,
  (k.channel = 'phone' and k.ending = 'became_callback')::int as became_callback,
  (k.channel = 'phone' and k.ending = 'closed')::int as closed,
  (k.channel = 'phone' and k.ending = 'full')::int as refused_full,
  (k.channel = 'phone' and k.ending = 'technical')::int as technical,
  (k.channel = 'phone' and k.ending = 'technical' and k.queued_at is not null)::int as technical_known,
  (k.channel = 'phone' and k.ending is null)::int as in_progress,
  (k.channel = 'phone' and k.ending = 'became_callback' and p.reached > 0)::int as called_back,
  o.offers, o.missed, o.refused,
  -- what that call was promised
  p.promised, p.reached, p.kept, p.attempts, p.late_ms, p.silent_promised, p.silent_reached,
  -- agents' time is nobody's contact
  null::bigint as busy_ms, null::bigint as available_ms
from parts c
left join scales s on s.top = c.satisfaction_scale
left join handling h on h.contact_id = c.id
left join calls k on k.contact_id = c.id and c.partner = '*'
left join asked p on p.asked_by = k.id
left join shown o on o.call_id = k.id
"""
"""What each contact of `chosen` counts for. `answered` to `technical` are `rules.tally.ENDINGS`."""
_UNASKED = """
with zones (department, zone) as (select * from unnest(cast(:departments as text[]), cast(:zones as text[])))
select (p.promised_at at time zone z.zone)::date as day, date_trunc('hour', p.promised_at, 'UTC') as hour,
  p.department, p.reference, 1 as promised, (p.at is not null)::int as reached, p.kept, p.attempts, p.late_ms
from promises p join zones z on z.department = p.department
where p.asked_by is null and p.promised_at >= :from_ and p.promised_at < :to
"""
"""The promises that no call asked for, which are no contact's."""
KEYS = (
    "day", "department", "partner", "channel", "contact_id", "site_id", "topic", "language", "hour", "bucket",
)  # fmt: skip
OF_PROMISES = ("promised", "reached", "kept", "attempts", "late_ms")


def facts_of(chosen: TextClause) -> CTE:
    """The facts of the contacts that a query chooses, whole rows of theirs, to be selected from. Wants the values of
    `values_of`, and that query's own."""
    told = text(_FACTS).columns(*(column(name) for name in (*KEYS, *COUNTERS)))
    return told.add_cte(chosen.columns().cte("chosen"), _promises()).cte("facts")


def unasked() -> CTE:
    """The promises that no call asked for, to be selected from. Wants the values of `values_of`."""
    told = text(_UNASKED).columns(*(column(name) for name in ("day", "hour", "department", "reference", *OF_PROMISES)))
    return told.add_cte(_promises()).cte("unasked")


def merged(rows: ReadOnlyColumnCollection[str, Any]) -> list[ColumnElement[Any]]:
    """Each counter of several rows together: sums, and the greater for the one that merges so."""
    return [(func.max if name == LONGEST else func.sum)(rows[name]).label(name) for name in COUNTERS]


def counted(facts: CTE, *by: str) -> Select[Any]:
    """Some facts, added up by some of their columns; `n`: how many facts each row adds up."""
    keys = [facts.c[name] for name in by]
    return select(*keys, func.count().label("n"), *merged(facts.c)).group_by(*keys)


def _promises() -> CTE:
    return text(_PROMISES).columns().cte("promises").prefix_with("not materialized")


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
