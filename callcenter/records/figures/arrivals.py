"""When work that needs an agent comes, and how long callers wait before they give up: what staffing is made of."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from callcenter.records.figures.tiers import DAYS, EVERYBODY

HALF_HOURS = text("""
select local::date as day, extract(hour from local)::int * 2 + extract(minute from local)::int / 30 as half,
  count(*) as calls
from (
  select k.arrived_at at time zone :zone as local from calls k
  where k.channel = 'phone' and k.department = :department and k.arrived_at >= :since and k.arrived_at < :until
    and (k.ending in ('answered', 'abandoned', 'short_abandon', 'became_callback', 'full') or k.queued_at is not null)
    and k.turned_away is distinct from 'closed'
  union all
  select k.arrived_at at time zone :zone from calls k
  join callbacks b on b.id = k.callback_id left join calls asked on asked.id = b.asked_by
  where k.channel = 'callback' and k.ending = 'answered'
    and k.department = :department and k.arrived_at >= :since and k.arrived_at < :until
    and (asked.id is null or asked.turned_away = 'closed')
) came
where extract(isodow from local) = :weekday group by 1, 2 order by 1, 2
""")
"""Work of one weekday, by local day and half hour: every demand once, as `Arrivals` says."""
PATIENCE = text("""
select coalesce(sum(extract(epoch from coalesce(talking_at, ended_at) - queued_at)), 0),
  count(*) filter (where ending <> 'answered')
from calls k
where channel = 'phone' and k.department = :department and k.arrived_at >= :since and k.arrived_at < :until
  and queued_at is not null and ending in ('answered', 'abandoned', 'short_abandon')
""")
"""Seconds that callers spent in the queue, and how many of them left it."""


@dataclass(frozen=True)
class Arrivals:
    """Work of one weekday by local day and half hour, 0 to 47; and the seconds that all callers spent in the queue,
    with the number of those who left it.

    Every demand once. A call counts when it came, though it became a callback: it wanted an agent then. A callback
    counts when it came due, if the person was reached, and if no call made it: an agent, a supervisor or other software
    promised it; or if the call that did came while the line was closed.
    """

    by_half_hour: dict[tuple[date, int], int]
    waited: float
    gave_up: int


def arrivals(session: Session, department: str, weekday: int, zone: str, since: datetime, until: datetime) -> Arrivals:
    """Of one department between two instants; `weekday` from 1, Monday."""
    scope = {"department": department, "since": since, "until": until}
    halves = session.execute(HALF_HOURS, scope | {"zone": zone, "weekday": weekday})
    waited, gave_up = session.execute(PATIENCE, scope).one()
    return Arrivals({(row.day, row.half): row.calls for row in halves}, float(waited), gave_up)


def first_day(session: Session, department: str) -> date | None:
    """The local day of the first call from a department, by the figures; None before any."""
    mine = (DAYS.c.department == department) & (DAYS.c.channel == "phone") & (DAYS.c.partner == EVERYBODY)
    found: date | None = session.scalar(
        select(DAYS.c.day).where(mine, DAYS.c.contacts > 0).order_by(DAYS.c.day).limit(1)
    )
    return found
