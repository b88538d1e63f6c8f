"""When a final month was corrected: what its stored versions say of one another."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.rules.tally import COUNTERS

ALL = (*COUNTERS, "buckets", "counts")
_CHANGED = """
with versions as (
  select month, as_of, count(*) over (partition by month) as each
  from (select distinct month, as_of from figures_months_by_department where month between :first and :last) known
),
told as (
  select month, as_of, department, string_agg(counted.said, ';' order by channel) as said
  from figures_months_by_department m
  cross join lateral (
    select jsonb_object_agg(each.name, each.value)::text as said from jsonb_each(to_jsonb(m)) as each (name, value)
    where each.name = 'channel' or each.name = any(cast(:counters as text[]))
  ) counted
  join (select month, as_of from versions where each > 1) several using (month, as_of)
  where channel = any(cast(:channels as text[])) and (cast(:wanted as text[]) is null or department = any(:wanted))
  group by month, as_of, department
),
compared as (
  select month, department, as_of, coalesce(said, '') as said,
    lag(coalesce(said, '')) over (partition by month, department order by as_of) as before
  from versions join (select distinct month, department from told) everywhere using (month)
  left join told using (month, as_of, department)
)
select month, department, max(as_of) from compared where said <> before group by month, department
"""
"""The day on which the latest version of each month and department that says otherwise than the one before was made."""


def corrections(
    session: Session,
    first: date,
    last: date,
    departments: Collection[str] | None,
    channels: Collection[str],
    counters: Sequence[str] = ALL,
) -> dict[tuple[date, str], date]:
    """Of the months that a period touches, by month and department, the day on which one of these counters last changed
    after the month was final; those that stand as they were first published are left out."""
    values = {
        "counters": list(counters), "first": first.replace(day=1), "last": last, "channels": list(channels),
        "wanted": sorted(departments) if departments is not None else None,
    }  # fmt: skip
    return {(month, department): on for month, department, on in session.execute(text(_CHANGED), values)}
