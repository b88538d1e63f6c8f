"""Identifiers: opaque, and safe to write in an URL, a log or a room's name."""

import secrets
from uuid import uuid4


def new_id() -> str:
    """A random UUID, as text."""
    return str(uuid4())


def first_of_many() -> str:
    """The first 20 digits of a random UUID's 32, for rows written together: with their number as the rest they are
    neighbours in every index, and cost a fortieth of as many random ones."""
    return uuid4().hex[:20]


def new_reference() -> str:
    """Ten digits, said in pairs like a telephone number; never begins with 0, so it is not taken for one."""
    return str(1_000_000_000 + secrets.randbelow(9_000_000_000))
