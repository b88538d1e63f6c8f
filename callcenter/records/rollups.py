"""Filling the tiers of `records.figures` from the rows, in set-based SQL: what changed, or everything anew.

What changed is learnt from the trail, whose every event is written in the transaction that changes a row, and from
`figures_dirty`, where an import names its days. Days are made anew whole, so that doing it twice changes nothing.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Table, exists, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from callcenter.records.figures import (
    DAYS,
    EVERYBODY,
    HOURS,
    MONTHS,
    MONTHS_BY_DEPARTMENT,
    OF_SITE,
    PROCEDURES,
    SITES,
    DirtyDay,
    Progress,
    following,
    freezes_on,
    policy,
)
from callcenter.rules.histogram import EDGES, Histogram
from callcenter.rules.quality import RETURN_WITHIN
from callcenter.rules.tally import COUNTERS, ENDINGS, LONGEST, Tally
from callcenter.rules.territory import PARIS, TERRITORIES, UNKNOWN, clock_of, national_day

AT_ONCE = 3  # days of one transaction, besides what changed lately: of a nation that takes seconds
LOCK = 7_311_005  # advisory: one roll-up at a time in the whole service
OLD_ENOUGH = timedelta(minutes=1)  # no transaction lives for longer, so every event numbered before is committed

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
_OF_CALL = {
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
assert {*OF_CONTACT, *OF_MATTERS, *_OF_CALL, *OF_PROMISES, *_OF_AGENTS} == set(COUNTERS)


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{expression} as {name}" for name, expression in columns.items())


def _of(table: str, names: Iterable[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


def _nothing(names: Iterable[str]) -> str:
    return ", ".join(f"null::bigint as {name}" for name in names)


def merged_counters() -> str:
    """Sums, and the greater for the one that merges so."""
    return ", ".join(f"{'max' if name == LONGEST else 'sum'}({name}) as {name}" for name in COUNTERS)


def _stored() -> str:
    """The same, with null for zero."""
    return ", ".join(f"nullif({'max' if name == LONGEST else 'sum'}({name}), 0) as {name}" for name in COUNTERS)


_COLUMNS = ", ".join(COUNTERS)
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
    {_listed(OF_CONTACT)}, {_of("m", OF_MATTERS)}, {_listed(_OF_CALL)}, {_of("p", OF_PROMISES)},
    {_nothing(_OF_AGENTS)}
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
    {_listed(OF_CONTACT)}, {_of("m", OF_MATTERS)}, {_nothing((*_OF_CALL, *OF_PROMISES, *_OF_AGENTS))}
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
_AGENTS = f"""
  union all
  select w.day, w.department, '{EVERYBODY}', 'phone', null, null, w.hour, null,
    {_nothing((*OF_CONTACT, *OF_MATTERS, *_OF_CALL, *OF_PROMISES))}, {BUSY_AND_AVAILABLE}
  from {AGENTS_TIME} w
"""
UNASKED = f"""
  union all
  select (p.promised_at at time zone z.zone)::date, p.department, '{EVERYBODY}', 'callback', {{contact}}, null,
    date_trunc('hour', p.promised_at, 'UTC'), null, {_nothing((*OF_CONTACT, *OF_MATTERS, *_OF_CALL))},
    1, (p.at is not null)::int, p.kept, p.attempts, p.late_ms, {_nothing(_OF_AGENTS)}
  from promises p join zones z on z.department = p.department
  where p.asked_by is null and (p.promised_at at time zone z.zone)::date {{days}}
"""
UNASKED_BETWEEN = "b.asked_by is null and b.promised_at >= :from_ and b.promised_at < :to"
_MAKE_FRESH = f"""
create temporary table fresh (
  day date, hour timestamptz, department text, partner text, channel text, site_id int, bucket int, n bigint,
  {", ".join(f"{name} bigint" for name in COUNTERS)}
) on commit drop
"""
_FRESH = f"""
insert into fresh (day, hour, department, partner, channel, site_id, bucket, n, {_COLUMNS})
{
    FACTS.format(
        chosen="local_day = any(cast(:days as date[]))",
        unasked=UNASKED_BETWEEN,
        more=UNASKED.format(contact="null", days="= any(cast(:days as date[]))") + _AGENTS,
    )
}
select day, hour, department, partner, channel, site_id, bucket, count(contacts) as n, {merged_counters()}
from facts group by day, hour, department, partner, channel, site_id, bucket
"""
_BY_PROCEDURE = """
insert into figures_procedures (day, department, partner, procedure, channel, accompaniments)
select c.local_day, c.department, a.partner, a.procedure, c.channel, count(*)
from accompaniments a join contacts c on c.id = a.contact_id
where c.local_day = any(cast(:days as date[])) group by 1, 2, 3, 4, 5
"""
_BY_SITE = f"""
insert into figures_sites (partner, day, department, site_id, channel, {", ".join(OF_SITE)})
select partner, day, department, site_id, channel, {", ".join(f"coalesce(sum({name}), 0)" for name in OF_SITE)}
from fresh where site_id is not null group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
"""
_LATELY = f"""
{
    FACTS.format(
        chosen="local_day between cast(:since as date) - 1 and cast(:at as date) + 1 and arrived_at >= :since",
        unasked="false",
        more="",
    )
}
select department, topic, language, bucket, count(contacts) as n, {merged_counters()}
from (
  select f.*, coalesce(k.topic, '') as topic, coalesce(k.language, '') as language
  from facts f left join calls k on k.contact_id = f.contact_id where f.partner = '{EVERYBODY}'
) queued group by 1, 2, 3, 4
"""
_WAITS = """array_agg(bucket order by bucket) filter (where bucket is not null),
  array_agg(n order by bucket) filter (where bucket is not null)"""


def _from_fresh(tier: Table, where: str) -> str:
    keys = ", ".join(key.name for key in tier.primary_key.columns)
    return f"""
insert into {tier.name} ({keys}, policy, {_COLUMNS}, buckets, counts)
select {keys}, :policy, {_stored()}, {_WAITS}
from (select {keys}, bucket, sum(n) as n, {merged_counters()} from fresh where {where} group by {keys}, bucket) parts
group by {keys}
"""


def _from_days(tier: Table, where: str) -> str:
    keys = ", ".join(key.name for key in tier.primary_key.columns if key.name not in ("month", "as_of"))
    chosen = f"day >= :month and day < :after and {where}"
    return f"""
with sums as (select {keys}, {_stored()} from figures_days where {chosen} group by {keys}),
policies as (
  select {keys}, string_agg(policy, ' ' order by policy) as policy
  from (select distinct {keys}, policy from figures_days where {chosen}) each group by {keys}
),
waits as (
  select {keys}, array_agg(bucket order by bucket) as buckets, array_agg(n order by bucket) as counts
  from (
    select {keys}, bucket, sum(n) as n from figures_days, unnest(buckets, counts) as w (bucket, n)
    where {chosen} group by {keys}, bucket
  ) counted group by {keys}
)
insert into {tier.name} (month, as_of, {keys}, policy, {_COLUMNS}, buckets, counts)
select cast(:month as date), cast(:as_of as date), {keys}, policy, {_COLUMNS}, buckets, counts
from sums join policies using ({keys}) left join waits using ({keys})
"""


def _is_same(tier: Table) -> str:
    """Whether a version of a month says exactly what the one before it said."""
    columns = ", ".join(column.name for column in tier.columns if column.name != "as_of")
    now = f"select {columns} from {tier.name} where month = :month and as_of = :as_of"
    was = f"""select {columns} from {tier.name} where month = :month and as_of =
        (select max(as_of) from {tier.name} where month = :month and as_of < :as_of)"""
    return f"select not exists (({now}) except ({was})) and not exists (({was}) except ({now}))"


_TOUCHED = """
with told as (select noun, noun_id, at from events where id > :safe),
touched as (
  select noun_id as contact_id from told where noun = 'contact'
  union select contact_id from calls where id in (select noun_id from told where noun = 'call')
  union select contact_id from legs where id in (select noun_id from told where noun = 'leg')
  union select k.contact_id from offers o join calls k on k.id = o.call_id
    where o.id in (select noun_id from told where noun = 'offer')
  union select k.contact_id from callbacks b join calls k on k.id = b.asked_by
    where b.id in (
      select noun_id from told where noun = 'callback'
      union select callback_id from attempts where id in (select noun_id from told where noun = 'attempt')
      union select callback_id from calls where id in (select noun_id from told where noun = 'call')
    )
)
select local_day as day from contacts where id in (select contact_id from touched)
union select (arrived_at at time zone :paris)::date from contacts where id in (select contact_id from touched)
union select (promised_at at time zone :paris)::date + d from callbacks, generate_series(-1, 1) as d
  where id in (select noun_id from told where noun = 'callback')
union select (at at time zone :paris)::date + d from told, generate_series(-1, 1) as d where noun = 'agent'
"""
_RETURNS = """
with over as (
  update contacts c set returned = exists (
    select from contacts again where again.pseudonym = c.pseudonym and again.topic = c.topic and again.channel = 'phone'
    and again.arrived_at > c.arrived_at and again.arrived_at <= c.arrived_at + cast(:within as interval)
  )
  from calls k
  where k.contact_id = c.id and k.ending = 'answered' and c.channel = 'phone' and c.returned is null
    and c.pseudonym is not null and c.topic is not null and c.local_day >= :since
    and c.arrived_at < cast(:at as timestamptz) - cast(:within as interval)
  returning c.local_day
)
insert into figures_dirty (day) select distinct local_day from over
"""


def mark(session: Session, days: Iterable[date]) -> None:
    """The rows of these local days change in this transaction; their figures follow."""
    if marked := [{"day": day} for day in sorted(set(days))]:
        session.execute(insert(DirtyDay), marked)


def is_marked(session: Session) -> bool:
    """Whether days that an import named still wait."""
    return bool(session.scalar(select(exists().where(DirtyDay.id > 0))))


def judge_returns(session: Session, at: datetime) -> None:
    """Of each answered call seven days old, whether the same number called again about it. To be done before the number
    is erased; the answer stays."""
    values = {"at": at, "within": RETURN_WITHIN, "since": national_day(at) - timedelta(days=60)}
    session.execute(text(_RETURNS), values)


def lately(session: Session, since: datetime, at: datetime) -> dict[tuple[str, str, str], Tally]:
    """What arrived since then, by department, topic and language, straight from the rows: the wall's last hour. A visit
    has neither of the last two; a call that chose none, those it began with. Without agents' time."""
    values = values_of(session, [national_day(at)], at) | {"since": since}
    found: dict[tuple[str, str, str], Tally] = {}
    for row in session.execute(text(_LATELY), values).mappings():
        waits = Histogram(((row["bucket"], row["n"]),) if row["bucket"] is not None else ())
        part = Tally(**{name: int(row[name] or 0) for name in COUNTERS}, waits=waits)
        queue = row["department"], row["topic"], row["language"]
        found[queue] = found.get(queue, Tally()) + part
    return found


def roll_up(session: Session, at: datetime) -> list[date]:
    """Bring the figures up to date with what changed, and with the oldest marked days; gives the days made anew. Gives
    way to another process that is doing it."""
    _take_time(session)
    if not session.scalar(select(text("pg_try_advisory_xact_lock(:lock)")), {"lock": LOCK}):
        return []
    touched, is_safe = _touched(session, at)
    if len(touched) > AT_ONCE:  # after an outage: a few at a time too; what is not safe yet will be read again
        mark(session, touched if is_safe else ())
        touched = set()
    days = _marked(session) | touched
    for month, some in _months(days):
        _refresh(session, month, some, at)
    return sorted(days)


def rebuild(session: Session, month: date, at: datetime) -> None:
    """Make every figure of one month anew from the rows; a final month is corrected only if it comes out different."""
    _take_time(session)
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    days = [month + timedelta(days=n) for n in range((following(month) - month).days)]
    _refresh(session, month, days, at)


def months(session: Session) -> list[date]:
    """Every month of which there are rows or figures, the oldest first."""
    ends = text("""
        select least((select min(local_day) from contacts), (select min(day) from figures_days)),
          greatest((select max(local_day) from contacts), (select max(day) from figures_days))""")
    first, last = session.execute(ends).one()
    return list(_each_month(first, last)) if first else []


def _each_month(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = following(month)


def _months(days: Collection[date]) -> Iterator[tuple[date, list[date]]]:
    for month, some in groupby(sorted(days), key=lambda day: day.replace(day=1)):
        yield month, list(some)


def allow_time(session: Session, seconds: float) -> None:
    """For what counts rows while somebody waits."""
    session.execute(text(f"set local statement_timeout = {round(seconds * 1000)}"))


def _take_time(session: Session) -> None:
    """The web's limits are for webhooks."""
    for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        session.execute(text(f"set local {limit} = 0"))


def _marked(session: Session) -> set[date]:
    oldest = text("""
        delete from figures_dirty where day in (
          select distinct day from figures_dirty
          where day < (select date_trunc('month', min(day)) + interval '1 month' from figures_dirty)
          order by day limit :most
        ) returning day""")
    return set(session.scalars(oldest, {"most": AT_ONCE}))


def _touched(session: Session, at: datetime) -> tuple[set[date], bool]:
    """The days of what events told since the last safe number, and whether that number moved. Those not yet safe are
    read again: a transaction that began before may still commit a lower number."""
    progress = session.get(Progress, 1) or Progress(id=1, safe=0, seen=0, seen_at=at)
    newest = session.scalar(text("select coalesce(max(id), 0) from events")) or 0
    days = set(session.scalars(text(_TOUCHED), {"safe": progress.safe, "paris": PARIS}))
    moves = at - progress.seen_at >= OLD_ENOUGH or progress.seen == 0
    if moves:
        moved = {"safe": progress.seen, "seen": newest, "seen_at": at}
        told = upsert(Progress).values(id=1, **moved)
        session.execute(told.on_conflict_do_update(index_elements=["id"], set_=moved))
    return days, moves


def _refresh(session: Session, month: date, days: list[date], at: datetime) -> None:
    """Some days of one month, its hours, and the month."""
    values = values_of(session, days, at)
    session.execute(text("drop table if exists pg_temp.fresh"))
    session.execute(text(_MAKE_FRESH))
    session.execute(text(_FRESH), values)
    for tier in (DAYS, HOURS, PROCEDURES, SITES):
        session.execute(tier.delete().where(tier.c.day.in_(days)))
    session.execute(text(_from_fresh(DAYS, "true")), values)
    session.execute(text(_from_fresh(HOURS, f"hour is not null and partner = '{EVERYBODY}'")), values)
    session.execute(text(_BY_PROCEDURE), values)
    session.execute(text(_BY_SITE))
    as_of = max(freezes_on(month), national_day(at))
    final = national_day(at) > freezes_on(month)
    version = {"month": month, "after": following(month), "as_of": as_of}
    for tier, where in ((MONTHS, "true"), (MONTHS_BY_DEPARTMENT, f"partner = '{EVERYBODY}'")):
        mine = (tier.c.month == month) & (tier.c.as_of == as_of)
        session.execute(tier.delete().where(mine))
        session.execute(text(_from_days(tier, where)), version)
        if final and session.scalar(text(_is_same(tier)), version):
            session.execute(tier.delete().where(mine))


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
