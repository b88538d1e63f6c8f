"""When calls that need an agent come, and how long their callers wait before they give up: what staffing is made of."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

_NEEDED = "(ending in ('answered', 'abandoned', 'short_abandon', 'became_callback', 'full') or queued_at is not null)"
_SCOPE = "channel = 'phone' and department = :department and arrived_at >= :since and arrived_at < :until"
HALF_HOURS = text(
    f"""
    select extract(hour from local)::int * 2 + extract(minute from local)::int / 30 as half, count(*) as calls
    from (select arrived_at at time zone :zone as local from calls where {_SCOPE} and {_NEEDED}) arrived
    where extract(isodow from local) = :weekday group by 1 order by 1
    """
)
PATIENCE = text(
    f"""
    select coalesce(sum(extract(epoch from coalesce(talking_at, ended_at) - queued_at)), 0),
      count(*) filter (where ending <> 'answered')
    from calls where {_SCOPE} and queued_at is not null and ending in ('answered', 'abandoned', 'short_abandon')
    """
)


@dataclass(frozen=True)
class Arrivals:
    """Calls of one weekday by half hour of the local day, 0 to 47, all the weeks together; and the seconds that all
    callers spent in the queue, with the number of those who left it."""

    by_half_hour: dict[int, int]
    waited: float
    gave_up: int


def arrivals(session: Session, department: str, weekday: int, zone: str, since: datetime, until: datetime) -> Arrivals:
    """Of one department between two instants; `weekday` from 1, Monday."""
    scope = {"department": department, "since": since, "until": until}
    halves = session.execute(HALF_HOURS, scope | {"zone": zone, "weekday": weekday})
    waited, gave_up = session.execute(PATIENCE, scope).one()
    return Arrivals({row.half: row.calls for row in halves}, float(waited), gave_up)
