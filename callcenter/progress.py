"""Signs of life from within long work: between two things, each of which has a time limit of its own, it says so."""

from collections.abc import Callable
from contextvars import ContextVar


def _nobody() -> None:
    """Nobody watches this work."""


_watched: ContextVar[Callable[[], None]] = ContextVar("watched", default=_nobody)


def watch_with(sign: Callable[[], None]) -> None:
    """Work of this thread, and of those that it hands its context to, is watched so from now on."""
    _watched.set(sign)


def goes_on() -> None:
    """The work that is being done here is not stuck."""
    _watched.get()()
