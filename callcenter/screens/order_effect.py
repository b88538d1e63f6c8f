"""What an order would do, and to how many callers now: read before it is confirmed."""

from dataclasses import dataclass
from datetime import timedelta

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.db import reading
from callcenter.records import concerned
from callcenter.rules.opening_hours import DatedException, site_of
from callcenter.rules.orders import spoken_seconds
from callcenter.rules.routing import departments_of
from callcenter.rules.territory import NATION, UNKNOWN

LATELY = timedelta(hours=1)


@dataclass(frozen=True)
class Effect:
    """Of an order for the queues of a scope. `waiting`: calls in them now; `lately`: calls that came in the last hour;
    `promised`: callbacks still to be made; `on_duty`, `free`: agents who serve the topic it leads to, or of the site
    that closes; `before`: the words that a message would take the place of."""

    waiting: int
    lately: int
    promised: int
    on_duty: int = 0
    free: int = 0
    before: str = ""


@dataclass(frozen=True)
class Spoken:
    """A message in one language, word for word as callers hear it, and about how many seconds they listen."""

    language: str
    words: str
    seconds: int


def of_order(scope: str, topic: str = "", to_topic: str = "") -> Effect:
    """Of a message (no topic), or of an order for one queue or all (empty) of a scope. Raises DatabaseDown."""
    at = clock.now()
    within = departments_of(scope) | ({UNKNOWN} if scope == NATION else set())
    standing = (each.words["fr"] for each in config_snapshot.current().messages if each.scope == scope)
    with reading() as session:
        found = concerned.concerned(session, within, topic, at - LATELY)
        serving = concerned.serving(session, to_topic) if to_topic else concerned.Serving(0, 0)
    return Effect(
        found.waiting, found.lately, found.promised, serving.on_duty, serving.free, next(standing, "")
    )  # fmt: skip


def of_closure(exception: DatedException) -> Effect:
    """Of a dated closure of the line, of a queue or of one site, whose callers stay on the line."""
    site_id = site_of(exception.scope)
    if site_id is None:
        return of_order(exception.scope, exception.topic)
    with reading() as session:
        return Effect(0, 0, 0, on_duty=concerned.at_post_of(session, site_id))


def spoken(words: dict[str, str]) -> tuple[Spoken, ...]:
    """French first."""
    return tuple(
        Spoken(language, words[language], spoken_seconds(words[language]))
        for language in ("fr", "en")
        if language in words
    )
