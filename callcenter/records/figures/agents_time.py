"""Agents' time in conversation, in wrap-up and available: by local day and hour, for the tiers and behind a figure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.records.figures.facts import values_of
from callcenter.rules.tally import Tally

MOST = 200  # lines
DAYS_OF_TIME = 31  # the latest of a period of which each agent's time is told
_TIME = """
with zones (department, zone) as (select * from unnest(cast(:departments as text[]), cast(:zones as text[]))),
told as (
  select noun_id, now, at as since,
    coalesce(lead(at) over (partition by noun_id order by at, id), cast(:at as timestamptz)) as until
  from events where noun = 'agent' and at >= cast(:from_ as timestamptz) and at < cast(:to as timestamptz)
),
spent as (
  select d.day, e.noun_id as agent_id, a.department, i.hour,
    round(1000 * extract(epoch from
      least(e.until, i.hour + interval '1 hour') - greatest(e.since, i.hour)))::bigint as ms,
    e.now in ('talking', 'wrap_up', 'helping') as is_busy
  from told e join agents a on a.id = e.noun_id
  join zones z on z.department = a.department
  cross join unnest(cast(:days as date[])) as d (day)
  cross join lateral generate_series(
    d.day::timestamp at time zone z.zone, (d.day + 1)::timestamp at time zone z.zone - interval '1 hour',
    interval '1 hour'
  ) as i (hour)
  where e.now in ('talking', 'wrap_up', 'helping', 'available')
    and e.until > i.hour and e.since < i.hour + interval '1 hour'
)
"""
"""`spent`: of the days `:days` on their departments' own clocks, each hour's milliseconds of every agent. A state lasts
until the agent's next one, the last until `:at`."""
INTO_FRESH = (
    _TIME
    + """
insert into fresh (day, hour, department, partner, channel, n, busy_ms, available_ms)
select day, hour, department, '*', 'phone', 0,
  sum(ms) filter (where is_busy), sum(ms) filter (where not is_busy)
from spent group by day, hour, department
"""
)
_BY_AGENT = (
    _TIME
    + """
select w.day, a.name, a.department, sum(ms) filter (where is_busy) as busy_ms,
  sum(ms) filter (where not is_busy) as available_ms
from spent w join agents a on a.id = w.agent_id
where cast(:wanted as text[]) is null or w.department = any(:wanted)
group by w.day, a.id order by w.day desc, a.name, a.id limit :most
"""
)


@dataclass(frozen=True)
class AgentDay:
    """What one agent did of their time on one local day of their department: `busy_ms` and `available_ms`."""

    day: date
    name: str
    department: str
    tally: Tally


def time_behind(
    session: Session, first: date, last: date, departments: Collection[str] | None, at: datetime
) -> list[AgentDay]:
    """What each agent of these departments did of their time on each of the latest days."""
    days = [last - timedelta(days=n) for n in range(min((last - first).days + 1, DAYS_OF_TIME))]
    wanted = sorted(departments) if departments is not None else None
    values = values_of(session, days[::-1], at) | {"wanted": wanted, "most": MOST}
    return [
        AgentDay(
            row["day"], row["name"], row["department"],
            Tally(busy_ms=int(row["busy_ms"] or 0), available_ms=int(row["available_ms"] or 0)),
        )
        for row in session.execute(text(_BY_AGENT), values).mappings()
    ]  # fmt: skip
