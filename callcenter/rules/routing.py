"""Who may serve whom: rings, queues, and the one order.

A queue is territory-of-ring × topic × language. Rings widen from the citizen's department to its region, then
to the nation: `46:impots:fr`, `R76:impots:fr`, `N:impots:fr`. A caller whose department stays unknown is the nation's
at once. `A:<agent>` is an agent's own queue. A matter that no account in use serves waits as `46:*:fr`: whoever is on
duty in the ring takes it, rather than nobody ever."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from callcenter.rules.languages import FRENCH
from callcenter.rules.territory import TERRITORIES, rings

ANYBODY = "*"  # in the place of a topic
Ages = tuple[float, float]  # seconds of true age: open to the region, then to the nation


@dataclass(frozen=True)
class Answerers:
    """Who will answer: in which language, and whether whoever is on duty (`anybody`) or those who serve the topic."""

    language: str
    anybody: bool = False


def answerers(topic: str, language: str, is_served: Callable[[str, str], bool]) -> Answerers:
    """For somebody who chose this language. `is_served`: whether an account in use serves a topic, or ANYBODY any, in a
    language. The topic comes before the language, and both before nobody."""
    for spoken in dict.fromkeys((language, FRENCH)):
        if is_served(topic, spoken):
            return Answerers(spoken)
    return Answerers(language if language != FRENCH and is_served(ANYBODY, language) else FRENCH, anybody=True)


def call_queues(department: str, topic: str, language: str, agent_id: str | None = None) -> tuple[str, ...]:
    """The queues a call may stand in, nearest first; with `agent_id`, that agent's own queue comes before them. Of
    ANYBODY as its topic, those of whoever is on duty."""
    own = (own_queue(agent_id),) if agent_id else ()
    return own + tuple(f"{ring}:{topic}:{language}" for ring in rings(department))


def agent_queues(agent_id: str, department: str, topics: Iterable[str], languages: Iterable[str]) -> tuple[str, ...]:
    """Every queue an agent serves: three rings × their topics and anybody's × their languages, and their own."""
    spoken = tuple(languages)
    served = (
        f"{ring}:{topic}:{language}"
        for topic in (*topics, ANYBODY)
        for language in spoken
        for ring in rings(department)
    )
    return (own_queue(agent_id), *served)


def own_queue(agent_id: str) -> str:
    """The queue of what is one agent's alone."""
    return f"A:{agent_id}"


def widens_after(thresholds: Mapping[tuple[str, str], Ages], department: str, topic: str, otherwise: Ages) -> Ages:
    """The ages of a queue: the nearest scope's, of two for the same scope the one for this very topic."""
    written = ((scope, own) for scope in rings(department) for own in (topic, ""))
    return next((thresholds[each] for each in written if each in thresholds), otherwise)


def widening(queued_at: float, rings_of_call: int, ages: Ages) -> tuple[float, ...]:
    """When (epoch seconds) a call moves from each of its queues to the next: true age, whatever its priority."""
    return tuple(queued_at + age for age in ages[: max(rings_of_call - 1, 0)])


def widening_from_own(own_until: float, queued_at: float, queues_of_call: int, ages: Ages) -> tuple[float, ...]:
    """The same for a call that stands first in one agent's own queue, until `own_until` and no shorter."""
    rings = widening(queued_at, queues_of_call - 1, ages)
    return (own_until, *(max(own_until, at) for at in rings))


def score(queued_at: float, priority: float) -> float:
    """The one order everywhere: arrival minus the priority bonus, in epoch seconds; the lowest is served first."""
    return queued_at - priority


def departments_of(scope: str) -> set[str]:
    """The territories of a scope; none for what is no scope."""
    return {code for code, territory in TERRITORIES.items() if territory.inhabited and scope in rings(code)}
