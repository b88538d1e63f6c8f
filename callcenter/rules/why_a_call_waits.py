"""Why a call waits where it waits: for each agent at their post, what keeps them from being offered it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from callcenter.rules.routing import ANYBODY, own_queue
from callcenter.rules.states import AgentState
from callcenter.rules.territory import NATION, rings


class Hindrance(StrEnum):
    """The first thing that keeps an agent from being offered a call."""

    LANGUAGE = "language"  # they do not speak it
    TOPIC = "topic"  # they do not serve it
    OWN = "own"  # for this moment it is another agent's
    RING = "ring"  # it has not widened to where they are
    STATE = "state"  # they serve this queue, and are not free


@dataclass(frozen=True, slots=True)
class AgentOnDuty:
    """An agent on duty, as far as a call is concerned."""

    id: str
    department: str
    topics: Collection[str]
    languages: Collection[str]
    state: str


def hindrance(agent: AgentOnDuty, topic: str, language: str, queue: str) -> Hindrance | None:
    """None: this agent is eligible now. `queue`: where the call stands, such as `R76:impots:fr`, `R76:*:fr` or
    `A:<agent>`."""
    ring, _, rest = queue.partition(":")
    if queue.startswith("A:"):
        if queue != own_queue(agent.id):
            return Hindrance.OWN
    elif language not in agent.languages:
        return Hindrance.LANGUAGE
    elif topic not in agent.topics and not rest.startswith(f"{ANYBODY}:"):
        return Hindrance.TOPIC
    elif ring != NATION and ring not in rings(agent.department):
        return Hindrance.RING
    return None if agent.state == AgentState.AVAILABLE else Hindrance.STATE
