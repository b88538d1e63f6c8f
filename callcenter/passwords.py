"""Passwords, and how few are looked at at a time: each costs 19 MB and some 30 ms of a core."""

from functools import lru_cache
from secrets import token_urlsafe
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 4
_room = BoundedSemaphore(AT_ONCE)


def hashed(password: str) -> str:
    """What is kept of a password; waits for its turn."""
    with _room:
        return hasher().hash(_bytes(password))


def is_password(kept: str | None, password: str) -> bool:
    """Whether this is the password of which `kept` is the hash; waits for its turn. Nobody's (None) takes as long."""
    hashed_before = kept or _nobodys()
    with _room:
        try:
            return hasher().verify(hashed_before, _bytes(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


@lru_cache
def hasher() -> PasswordHasher:
    """argon2id with OWASP's parameters: a shift that signs in at once must not stop the desks of those at work."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@lru_cache
def _nobodys() -> str:
    return hashed(token_urlsafe(16))


def _bytes(password: str) -> bytes:
    return password.encode(errors="surrogatepass")  # half a character is a wrong password, not a fault
