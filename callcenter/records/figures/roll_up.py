"""The counting of what changed into the tiers, and of a whole month anew."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Insert,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

from callcenter.records.figures import agents_time
from callcenter.records.figures.facts import OF_PROMISES, counted, facts_of, merged, unasked, values_of
from callcenter.records.figures.tiers import (
    DAYS,
    EVERYBODY,
    HOURS,
    MONTHS,
    MONTHS_BY_DEPARTMENT,
    PROCEDURES,
    SITES,
    DirtyDay,
    Progress,
    following,
    freezes_on,
)
from callcenter.rules.quality import RETURN_WITHIN
from callcenter.rules.tally import COUNTERS
from callcenter.rules.territory import PARIS, national_day

AT_ONCE = 3  # days of one transaction, besides what changed lately: of a nation that takes seconds
LOCK = 7_311_005  # advisory: one roll-up at a time in the whole service
JUDGED_FOR = timedelta(days=60)  # how long back returns are judged
OLD_ENOUGH = timedelta(minutes=1)  # no transaction lives for longer, so every event numbered before is committed


FRESH = Table(
    "fresh",
    MetaData(),
    Column("day", Date), Column("hour", DateTime(timezone=True)), Column("department", Text), Column("partner", Text),
    Column("channel", Text), Column("site_id", Integer), Column("bucket", Integer), Column("n", BigInteger),
    *(Column(name, BigInteger) for name in COUNTERS),
    prefixes=["temporary"],
    postgresql_on_commit="drop",
)  # fmt: skip
"""What some days come to, before it is put into the tiers. `n`: how many waited so long, of those of a bucket."""
KEYS = ("day", "hour", "department", "partner", "channel", "site_id", "bucket")
_OF_DAYS = text("select * from contacts where local_day = any(cast(:days as date[]))")
"""The contacts of some local days."""
_BY_PROCEDURE = """
insert into figures_procedures (day, department, partner, procedure, channel, accompaniments)
select c.local_day, c.department, a.partner, a.procedure, c.channel, count(*)
from accompaniments a join contacts c on c.id = a.contact_id
where c.local_day = any(cast(:days as date[])) group by 1, 2, 3, 4, 5
"""
_BY_SITE = """
insert into figures_sites (
  partner, day, department, site_id, channel, contacts, settlement_known, settled, answers, satisfied
)
select partner, day, department, site_id, channel, coalesce(sum(contacts), 0), coalesce(sum(settlement_known), 0),
  coalesce(sum(settled), 0), coalesce(sum(answers), 0), coalesce(sum(satisfied), 0)
from fresh where site_id is not null group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
"""
_LIMIT = "select set_config(:limit, :to, true)"
"""A limit of this transaction alone, in thousandths of a second; 0: none."""
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


_JUDGED_BY = """
update contacts c set returned = null from contacts again
where again.id = :id and c.pseudonym = again.pseudonym and c.returned is not null and c.local_day >= :since
  and c.arrived_at <= again.arrived_at and c.arrived_at >= again.arrived_at - cast(:within as interval)
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
    values = {"at": at, "within": RETURN_WITHIN, "since": national_day(at) - JUDGED_FOR}
    session.execute(text(_RETURNS), values)


def judge_again(session: Session, contact_id: str, at: datetime) -> None:
    """What a contact was about, or with which others it may be one matter, has changed: whose return it was, and its
    own, is judged anew by night."""
    since = national_day(at) - JUDGED_FOR + timedelta(days=2)  # those that a night to come still judges
    session.execute(text(_JUDGED_BY), {"id": contact_id, "within": RETURN_WITHIN, "since": since})


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
    session.execute(text(_LIMIT), {"limit": "statement_timeout", "to": str(round(seconds * 1000))})


def _take_time(session: Session) -> None:
    """The web's limits are for webhooks."""
    for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        session.execute(text(_LIMIT), {"limit": limit, "to": "0"})


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
    session.execute(CreateTable(FRESH))
    for counts in (_contacts_into_fresh(values), _unasked_into_fresh(values)):
        session.execute(counts)
    session.execute(text(agents_time.INTO_FRESH), values)
    for tier in (DAYS, HOURS, PROCEDURES, SITES):
        session.execute(tier.delete().where(tier.c.day.in_(days)))
    of_everybody = (FRESH.c.hour.is_not(None), FRESH.c.partner == EVERYBODY)
    session.execute(_from_fresh(DAYS, values["policy"]))
    session.execute(_from_fresh(HOURS, values["policy"], *of_everybody))
    session.execute(text(_BY_PROCEDURE), values)
    session.execute(text(_BY_SITE))
    as_of = max(freezes_on(month), national_day(at))
    final = national_day(at) > freezes_on(month)
    for tier, where in ((MONTHS, ()), (MONTHS_BY_DEPARTMENT, (DAYS.c.partner == EVERYBODY,))):
        mine = (tier.c.month == month) & (tier.c.as_of == as_of)
        session.execute(tier.delete().where(mine))
        session.execute(_from_days(tier, month, as_of, *where))
        if final and session.scalar(_is_same(tier, month, as_of)):
            session.execute(tier.delete().where(mine))


def _contacts_into_fresh(values: Mapping[str, Any]) -> Insert:
    """What the contacts of some days come to."""
    summed = counted(facts_of(_OF_DAYS), *KEYS).params(values)
    return insert(FRESH).from_select([*KEYS, "n", *COUNTERS], summed)


def _unasked_into_fresh(values: Mapping[str, Any]) -> Insert:
    """What the promises of some days come to that no call asked for."""
    promises = unasked()
    one_by_one = select(
        promises.c.day, promises.c.hour, promises.c.department, literal_column(f"'{EVERYBODY}'"),
        literal_column("'callback'"), literal_column("0"), *(promises.c[name] for name in OF_PROMISES),
    )  # fmt: skip
    of_days = one_by_one.where(promises.c.day == any_(bindparam("days", type_=ARRAY(Date)))).params(values)
    return insert(FRESH).from_select(["day", "hour", "department", "partner", "channel", "n", *OF_PROMISES], of_days)


def _from_fresh(tier: Table, policy: str, *where: ColumnElement[bool]) -> Insert:
    """A tier's cells of the days that are fresh."""
    names = [key.name for key in tier.primary_key.columns]
    fresh = [FRESH.c[name] for name in (*names, "bucket")]
    waited = select(*fresh, func.sum(FRESH.c.n).label("n"), *merged(FRESH.c)).where(*where).group_by(*fresh)
    parts = waited.subquery("parts")
    keys = [parts.c[name] for name in names]
    cells = select(*keys, literal(policy), *_stored(parts), *_waits(parts)).group_by(*keys)
    return insert(tier).from_select([*names, "policy", *COUNTERS, "buckets", "counts"], cells)


def _from_days(tier: Table, month: date, as_of: date, *where: ColumnElement[bool]) -> Insert:
    """A version of one month, of its days as they are counted now."""
    names = [key.name for key in tier.primary_key.columns if key.name not in ("month", "as_of")]
    keys = [DAYS.c[name] for name in names]
    chosen = (DAYS.c.day >= month, DAYS.c.day < following(month), *where)
    sums = select(*keys, *_stored(DAYS)).where(*chosen).group_by(*keys).cte("sums")
    each = select(*keys, DAYS.c.policy).where(*chosen).distinct().subquery("each")
    said = [each.c[name] for name in names]
    in_order: Any = aggregate_order_by(literal_column("' '"), each.c.policy)
    policies = select(*said, func.string_agg(each.c.policy, in_order).label("policy")).group_by(*said)
    policies_of = policies.cte("policies")
    w = (
        func.unnest(DAYS.c.buckets, DAYS.c.counts)
        .table_valued("bucket", "n", joins_implicitly=True)
        .render_derived("w")
    )
    waited = select(*keys, w.c.bucket, func.sum(w.c.n).label("n")).where(*chosen).group_by(*keys, w.c.bucket)
    counted_waits = waited.subquery("counted")
    theirs = [counted_waits.c[name] for name in names]
    waits = select(*theirs, *_waits(counted_waits)).group_by(*theirs).cte("waits")
    cells = select(
        literal(month), literal(as_of), *(sums.c[name] for name in names), policies_of.c.policy,
        *(sums.c[name] for name in COUNTERS), waits.c.buckets, waits.c.counts,
    )  # fmt: skip
    told = cells.join_from(sums, policies_of, and_(*(sums.c[name] == policies_of.c[name] for name in names)))
    told = told.outerjoin(waits, and_(*(sums.c[name] == waits.c[name] for name in names)))
    columns = ["month", "as_of", *names, "policy", *COUNTERS, "buckets", "counts"]
    return insert(tier).from_select(columns, told)


def _is_same(tier: Table, month: date, as_of: date) -> Select[tuple[bool]]:
    """Whether a version of a month says exactly what the one before it said."""
    columns = [column for column in tier.columns if column.name != "as_of"]
    before = select(func.max(tier.c.as_of)).where(tier.c.month == month, tier.c.as_of < as_of).scalar_subquery()
    now = select(*columns).where(tier.c.month == month, tier.c.as_of == as_of)
    was = select(*columns).where(tier.c.month == month, tier.c.as_of == before)
    return select(~exists(now.except_(was).subquery()) & ~exists(was.except_(now).subquery()))


def _stored(of: FromClause) -> list[ColumnElement[Any]]:
    """The counters of several cells together, with null for zero."""
    return [func.nullif(each, literal_column("0")).label(each.name) for each in merged(of.c)]


def _waits(of: FromClause) -> list[ColumnElement[Any]]:
    """How many waited how long: the buckets of which there are any, and how many in each."""
    known = of.c.bucket.is_not(None)
    return [
        func.array_agg(aggregate_order_by(of.c.bucket, of.c.bucket)).filter(known).label("buckets"),
        func.array_agg(aggregate_order_by(of.c.n, of.c.bucket)).filter(known).label("counts"),
    ]
