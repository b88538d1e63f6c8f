"""Help and transfers of a period, from their own rows: time with partners, who was reached, why conversations were
passed on. Days are the citizens' own; time with a partner is no part of our wait, nor of a call's handling time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

_OURS = "k.local_day between :first and :last and (cast(:wanted as text[]) is null or k.department = any(:wanted))"
_PARTNERS = f"""
select coalesce(c.partner, '') as partner, k.department, count(*) as asked, count(c.joined_at) as reached,
  count(*) filter (where c.joined_at is null and c.ended = 'busy') as busy,
  count(*) filter (where c.joined_at is null and c.ended = 'no_answer') as no_answer,
  count(*) filter (where c.joined_at is null and c.ended in ('failed', 'lost')) as failed,
  count(*) filter (where c.joined_at is null and c.ended not in ('busy', 'no_answer', 'failed', 'lost')) as given_up,
  count(c.together_at) as together, count(c.handed_at) as handed,
  coalesce(sum(extract(epoch from coalesce(c.over_at, :at) - c.joined_at)), 0)::float as seconds
from consults c join contacts k on k.id = c.contact_id
where c.kind in ('referent', 'line') and {_OURS}
  and (cast(:partner as text) is null or coalesce(c.partner, '') = :partner)
group by 1, 2 order by asked desc, 1, 2
"""
_COLLEAGUES = f"""
select count(*) as asked, count(c.joined_at) as came,
  coalesce(sum(extract(epoch from coalesce(c.over_at, :at) - c.joined_at)), 0)::float as seconds
from consults c join contacts k on k.id = c.contact_id where c.kind in ('agent', 'queue') and {_OURS}
"""
_REASONS = f"""
select p.reason, count(*) filter (where p.warm and p.to_agent is not null) as handed_over,
  count(*) filter (where not p.warm and p.to_agent is not null) as to_agent,
  count(p.to_queue) as to_queue, count(p.to_partner) as to_partner
from passes p join contacts k on k.id = p.contact_id where {_OURS} group by p.reason order by count(*) desc, p.reason
"""
_CALLS = f"""
select count(distinct p.call_id) filter (where p.warm and p.to_agent is not null) as handed_over,
  count(distinct p.call_id) filter (where not p.warm) as passed_on,
  count(distinct p.call_id) filter (where p.to_partner is not null) as left_with_partner
from passes p join contacts k on k.id = p.contact_id where {_OURS}
"""


@dataclass(frozen=True)
class PartnerHelp:
    """A partner's desks (`partner` empty: helplines) as agents called them for citizens of a department. `reached`:
    somebody or something answered; `busy`, `no_answer`, `failed`: nobody did; `given_up`: before that, by the agent or
    with the call; `together`: all three spoke; `handed`: the citizen was left with them; `seconds` with them in all."""

    partner: str
    department: str
    asked: int
    reached: int
    busy: int
    no_answer: int
    failed: int
    given_up: int
    together: int
    handed: int
    seconds: float


@dataclass(frozen=True)
class ColleaguesHelp:
    """Colleagues who were asked along, of whom some `came`; `seconds` with them in all."""

    asked: int
    came: int
    seconds: float


@dataclass(frozen=True)
class PassedFor:
    """How often conversations were passed on for a reason: `handed_over` to a colleague after speaking, without that
    `to_agent` or `to_queue`, or left `to_partner`."""

    reason: str
    handed_over: int
    to_agent: int
    to_queue: int
    to_partner: int


@dataclass(frozen=True)
class CallsPassed:
    """How many calls were handed over to a colleague, passed on without speaking, and left with a partner's person."""

    handed_over: int
    passed_on: int
    left_with_partner: int


@dataclass(frozen=True)
class HelpFigures:
    """All of a period and some departments."""

    partners: tuple[PartnerHelp, ...]
    colleagues: ColleaguesHelp
    reasons: tuple[PassedFor, ...]
    calls: CallsPassed


def of_help(
    session: Session,
    first: date,
    last: date,
    departments: Collection[str] | None,
    at: datetime,
    partner: str | None = None,
) -> HelpFigures:
    """From `first` to `last`; of one `partner` alone where it is given (empty: helplines), whoever else was asked and
    passed to."""
    wanted = sorted(departments) if departments is not None else None
    values = {"first": first, "last": last, "wanted": wanted, "at": at, "partner": partner}
    partners = session.execute(text(_PARTNERS), values).mappings()
    reasons = session.execute(text(_REASONS), values).mappings()
    return HelpFigures(
        tuple(PartnerHelp(**row) for row in partners),
        ColleaguesHelp(**session.execute(text(_COLLEAGUES), values).mappings().one()),
        tuple(PassedFor(**row) for row in reasons),
        CallsPassed(**session.execute(text(_CALLS), values).mappings().one()),
    )
