"""What each agent of some departments did in a few weeks: counts and times, for the supervisor who looks after them.
Never what people said of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.records.figures.facts import values_of

_BY_AGENT = """
with zones (department, zone) as (select * from unnest(cast(:departments as text[]), cast(:zones as text[]))),
mine as (
  select a.id, a.name, a.department,
    cast(:first as timestamp) at time zone z.zone as begins, cast(:after as timestamp) at time zone z.zone as ends
  from agents a join zones z on z.department = a.department
  where a.name <> '' and (cast(:wanted as text[]) is null or a.department = any(:wanted))
),
served as (
  select m.id, l.contact_id, not c.relay and not k.distress as compared,
    greatest(extract(epoch from l.left_at - l.talked_from) - l.held, 0) as talked,
    l.held - seconds_with_partners(l) as held,
    greatest(extract(epoch from l.wrapped_at - l.left_at), 0) as wrapped
  from mine m join legs l on l.agent_id = m.id and l.asked_at >= m.begins and l.asked_at < m.ends
  join calls c on c.id = l.call_id join contacts k on k.id = l.contact_id
  where l.kind = 'serve' and l.talked_from is not null
),
legs_of as (
  select id, count(*) as calls, avg(talked) filter (where compared) as talked,
    avg(held) filter (where compared) as held, avg(wrapped) filter (where compared) as wrapped
  from served group by id
),
helped as (
  select m.id, count(*) as helps
  from mine m join legs l on l.agent_id = m.id and l.asked_at >= m.begins and l.asked_at < m.ends
  where l.kind = 'consult' and l.talked_from is not null
  group by m.id
),
recorded as (
  select s.id, count(*) as demarches
  from (select distinct id, contact_id from served) s join accompaniments d on d.contact_id = s.contact_id group by s.id
),
offered as (
  select m.id, count(*) as offers, count(*) filter (where o.state = 'missed') as missed
  from mine m join offers o on o.agent_id = m.id and o.at >= m.begins and o.at < m.ends group by m.id
),
kept as (
  select m.id, count(*) as promised
  from mine m join callbacks b on b.promised_by = m.id and b.promised_at >= m.begins and b.promised_at < m.ends
  group by m.id
),
told as (
  select m.id, e.now, e.at as since, m.begins, m.ends,
    coalesce(lead(e.at) over (partition by m.id order by e.at, e.id), cast(:at as timestamptz)) as until
  from mine m join events e on e.noun = 'agent' and e.noun_id = m.id
    and e.at >= m.begins - interval '2 days' and e.at < m.ends
),
spent as (
  select id, now, sum(extract(epoch from least(until, ends) - greatest(since, begins))) as seconds
  from told where until > begins and since < ends group by id, now
),
states as (
  select id, sum(seconds) filter (where now in ('talking', 'wrap_up', 'helping')) as busy,
    sum(seconds) filter (where now = 'available') as available, sum(seconds) filter (where now = 'pause') as paused
  from spent group by id
)
select m.id::text, m.name, m.department, coalesce(g.calls, 0) as calls, coalesce(h.helps, 0) as helps,
  coalesce(r.demarches, 0) as demarches,
  g.talked::float, g.held::float, g.wrapped::float, coalesce(o.offers, 0) as offers, coalesce(o.missed, 0) as missed,
  coalesce(k.promised, 0) as promised, s.busy::float, s.available::float, s.paused::float
from mine m left join legs_of g using (id) left join helped h using (id)
  left join recorded r using (id) left join offered o using (id) left join kept k using (id)
  left join states s using (id)
where g.calls is not null or h.helps is not null or o.offers is not null or s.id is not null
order by m.name, m.id
"""


@dataclass(frozen=True)
class AgentFigures:
    """One agent's weeks: `calls` that they served, and the `helps` that they gave to colleagues. `talked`, `held`,
    `wrapped`: mean seconds of a call served, relay calls and distresses apart; `busy` (conversation, help and wrap-up),
    `available`, `paused`: seconds in all; None where nothing is known."""

    id: str
    name: str
    department: str
    calls: int
    helps: int
    demarches: int
    talked: float | None
    held: float | None
    wrapped: float | None
    offers: int
    missed: int
    promised: int
    busy: float | None
    available: float | None
    paused: float | None


def by_agent(
    session: Session, first: date, after: date, departments: Collection[str] | None, at: datetime
) -> list[AgentFigures]:
    """From `first` to the day before `after`, on their own clocks, by name: whoever was at work at all."""
    wanted = sorted(departments) if departments is not None else None
    values = values_of(session, [first], at) | {"first": first, "after": after, "wanted": wanted}
    return [AgentFigures(**row) for row in session.execute(text(_BY_AGENT), values).mappings()]
