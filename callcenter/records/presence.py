"""Who is on the line with us now: nobody dials their number meanwhile."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from callcenter.records.calls import LAST_WORDS, RINGS, Call
from callcenter.records.consults import Consult, left_with_partner
from callcenter.rules.states import CallState


def on_the_line(number_key: Any, at: datetime) -> ColumnElement[bool]:
    """Whether the owner of a number telephones us now: with an agent, with the partner's person whom they were left
    with, or hearing the last words after either. A callback is such a line too once it was left with a partner."""
    theirs = aliased(Call)
    lately = at - LAST_WORDS
    with_partner = exists().where(Consult.call_id == theirs.id, left_with_partner(lately))
    open_ = theirs.state.not_in([CallState.ENDED, CallState.WRAP_UP]) | (theirs.ended_at > lately)
    return exists().where(
        theirs.number_key == number_key,
        theirs.arrived_at > at - RINGS,
        theirs.line_over_at.is_(None),
        ((theirs.channel == "phone") & open_) | with_partner,
    )


def is_on_the_line(session: Session, number_key: bytes, at: datetime) -> bool:
    """The same, as a question."""
    return bool(session.scalar(select(on_the_line(number_key, at))))
