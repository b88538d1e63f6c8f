"""Time with partners' people while the citizen waited: no part of our own hold, nor of handling."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.orm import Session

_OF_LEGS = text("""
select l.id::text, seconds_with_partners(l) from legs l where l.id = any(cast(:ids as uuid[])) and l.held > 0
""")


def held_apart(session: Session, leg_ids: Collection[str]) -> dict[str, float]:
    """By leg, in seconds; those without any left out."""
    found = session.execute(_OF_LEGS, {"ids": list(leg_ids)}).all() if leg_ids else []
    return {leg_id: seconds for leg_id, seconds in found if seconds}
