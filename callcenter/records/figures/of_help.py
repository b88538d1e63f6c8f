"""Help and transfers of a period, from their own rows: time with partners, who was reached, why conversations were
passed on. Days are the citizens' own; time with a partner is no part of our wait, nor of a call's handling time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

# Every one of these is of the contacts of some departments (null: all), in some of the citizens' own days.
_BY_PARTNER = """
select coalesce(c.partner, '') as partner, k.department, count(*) as asked, count(c.joined_at) as answered,
  count(c.together_at) as reached,
  count(*) filter (where c.joined_at is null and c.ended = 'busy') as busy,
  count(*) filter (where c.joined_at is null and c.ended = 'no_answer') as no_answer,
  count(*) filter (where c.joined_at is null and c.ended in ('failed', 'lost')) as failed,
  count(*) filter (where c.joined_at is null and c.ended not in ('busy', 'no_answer', 'failed', 'lost')) as given_up,
  count(c.handed_at) as handed,
  coalesce(sum(extract(epoch from coalesce(c.over_at, :at) - c.joined_at)), 0)::float as seconds
from consults c join contacts k on k.id = c.contact_id
where c.kind in ('referent', 'line')
  and k.local_day between :first and :last and (cast(:wanted as text[]) is null or k.department = any(:wanted))
  and (cast(:partner as text) is null or coalesce(c.partner, '') = :partner)
group by 1, 2 order by asked desc, 1, 2
"""
"""What came of calling partners' desks and helplines, by partner and department."""
_OF_COLLEAGUES = """
select count(*) as asked, count(c.joined_at) as came,
  coalesce(sum(extract(epoch from coalesce(c.over_at, :at) - c.joined_at)), 0)::float as seconds
from consults c join contacts k on k.id = c.contact_id
where c.kind in ('agent', 'queue')
  and k.local_day between :first and :last and (cast(:wanted as text[]) is null or k.department = any(:wanted))
"""
"""How many colleagues were asked along and came, and the time with them."""
_BY_REASON = """
select p.reason, count(*) filter (where p.warm and p.to_agent is not null) as handed_over,
  count(*) filter (where not p.warm and p.to_agent is not null) as to_agent,
  count(p.to_queue) as to_queue, count(p.to_partner) as to_partner
from passes p join contacts k on k.id = p.contact_id
where k.local_day between :first and :last and (cast(:wanted as text[]) is null or k.department = any(:wanted))
group by p.reason order by count(*) desc, p.reason
"""
"""How often conversations were passed on, by reason."""
_CALLS_PASSED = """
select count(distinct p.call_id) filter (where p.warm and p.to_agent is not null) as handed_over,
  count(distinct p.call_id) filter (where not p.warm) as passed_on,
  count(distinct p.call_id) filter (where p.to_partner is not null) as left_with_partner
from passes p join contacts k on k.id = p.contact_id
where k.local_day between :first and :last and (cast(:wanted as text[]) is null or k.department = any(:wanted))
"""
"""How many calls were passed on, each counted once in each way."""


@dataclass(frozen=True)
class PartnerHelp:
    """A partner's desks (`partner` empty: helplines) as agents called them for citizens of a department. `answered`:
    somebody or something did, a menu and a voicemail too; `reached`: a person, whom the agent brought together with the
    citizen, as nobody does with a machine; `busy`, `no_answer`, `failed`: nothing answered; `given_up`: before that, by
    the agent or with the call; `handed`: the citizen was left with them; `seconds` with who or what answered, in
    all."""

    partner: str
    department: str
    asked: int
    answered: int
    reached: int
    busy: int
    no_answer: int
    failed: int
    given_up: int
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
    partners = session.execute(text(_BY_PARTNER), values).mappings()
    reasons = session.execute(text(_BY_REASON), values).mappings()
    return HelpFigures(
        tuple(PartnerHelp(**row) for row in partners),
        ColleaguesHelp(**session.execute(text(_OF_COLLEAGUES), values).mappings().one()),
        tuple(PassedFor(**row) for row in reasons),
        CallsPassed(**session.execute(text(_CALLS_PASSED), values).mappings().one()),
    )
