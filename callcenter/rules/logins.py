"""The name somebody signs in with: one spelling for its lock, its look-up, its account and the tables of many."""

import re
from unicodedata import normalize

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}")


def login_of(written: str) -> str:
    """What was typed, as it is kept: full-width letters, capitals and spaces around or doubled make no other name."""
    folded = normalize("NFKC", normalize("NFKC", written).casefold())
    return " ".join(folded.encode(errors="replace").decode().split())


def may_be_login(login: str) -> bool:
    """Whether an account may have this name."""
    return _NAME.fullmatch(login) is not None
