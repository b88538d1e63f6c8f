"""What the page of a contact tells of help: who was asked along, who took the citizen at a partner's, by whom the
conversation was passed on; and the waits, ours and theirs, each by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from callcenter.records.consults import Consult
from callcenter.records.passes import Pass


@dataclass(frozen=True)
class HelpOf:
    """Somebody who was asked along. `name`: of the desk or the colleague, empty where whoever is free was asked
    (`queue`); `waited`: seconds until they answered, None where nobody did; `lasted`: seconds with them so far;
    `handed_at`: the citizen was left with them, of whom `taker` took over; `ended`: a code, None while it goes on."""

    kind: str
    name: str
    partner: str | None
    queue: str | None
    by: str
    asked_at: datetime
    joined_at: datetime | None
    together_at: datetime | None
    handed_at: datetime | None
    over_at: datetime | None
    waited: float | None
    lasted: float
    ended: str | None
    taker: str | None


@dataclass(frozen=True)
class PassOf:
    """The conversation went from one to another. One of `to_agent` and `to_partner` (names) and `to_queue` says to
    whom; `warm`: they had spoken first."""

    at: datetime
    by: str
    to_agent: str | None
    to_queue: str | None
    to_partner: str | None
    warm: bool
    reason: str


def help_of(consults: Sequence[Consult], names: Mapping[str, str], at: datetime) -> tuple[HelpOf, ...]:
    """In the order in which it was asked for."""
    return tuple(
        HelpOf(
            kind=each.kind,
            name=each.desk or names.get(each.helper_id or "", ""),
            partner=each.partner,
            queue=each.queue,
            by=names.get(each.asked_by, ""),
            asked_at=each.asked_at,
            joined_at=each.joined_at,
            together_at=each.together_at,
            handed_at=each.handed_at,
            over_at=each.over_at,
            waited=(each.joined_at - (each.rung_at or each.asked_at)).total_seconds() if each.joined_at else None,
            lasted=((each.over_at or at) - each.joined_at).total_seconds() if each.joined_at else 0.0,
            ended=each.ended,
            taker=each.taker,
        )
        for each in consults
    )


def passes_of(passes: Sequence[Pass], consults: Sequence[Consult], names: Mapping[str, str]) -> tuple[PassOf, ...]:
    """In the order in which they were made."""
    desks = {each.id: each.desk for each in consults}
    return tuple(
        PassOf(
            at=each.at,
            by=names.get(each.by, ""),
            to_agent=names.get(each.to_agent, "") if each.to_agent else None,
            to_queue=each.to_queue,
            to_partner=desks.get(each.consult_id or "", each.to_partner) if each.to_partner else None,
            warm=each.warm,
            reason=each.reason,
        )
        for each in passes
    )
