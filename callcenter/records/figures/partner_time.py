"""Time with partners' people while the citizen waited: no part of our own hold, nor of handling."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.orm import Session

_OF_LEGS = text("""
select l.id::text, least(l.held, coalesce((
  select sum(greatest(extract(epoch from
    least(h.together_at, h.over_at, l.left_at) - greatest(h.joined_at, l.talked_from)), 0))
  from consults h where h.call_id = l.call_id and h.kind in ('referent', 'line') and h.joined_at is not null
), 0))::float
from legs l where l.id = any(cast(:ids as uuid[])) and l.held > 0
""")
"""Seconds of a leg's hold in which somebody of a partner's had answered, until all three spoke."""


def held_apart(session: Session, leg_ids: Collection[str]) -> dict[str, float]:
    """By leg, in seconds; those without any left out."""
    found = session.execute(_OF_LEGS, {"ids": list(leg_ids)}).all() if leg_ids else []
    return {leg_id: seconds for leg_id, seconds in found if seconds}
