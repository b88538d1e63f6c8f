"""Time with partners' people while the citizen waited: no part of our own hold, nor of handling."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.orm import Session

HELD_APART = """least(l.held, coalesce((
  select sum(greatest(extract(epoch from
    least(help.together_at, help.over_at, l.left_at) - greatest(help.joined_at, l.talked_from)), 0))
  from consults help
  where help.call_id = l.call_id and help.kind in ('referent', 'line') and help.joined_at is not null), 0))"""
"""Seconds of a leg's hold (`l`) in which somebody of a partner's had answered, until all three spoke."""
_OF_LEGS = text(
    f"select l.id::text, ({HELD_APART})::float from legs l where l.id = any(cast(:ids as uuid[])) and l.held > 0"
)


def held_apart(session: Session, leg_ids: Collection[str]) -> dict[str, float]:
    """The same by leg, those without any left out."""
    found = session.execute(_OF_LEGS, {"ids": list(leg_ids)}).all() if leg_ids else []
    return {leg_id: seconds for leg_id, seconds in found if seconds}
