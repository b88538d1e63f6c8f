"""How many agents a load of calls needs: Erlang B, C and A, each by a recurrence that neither overflows nor cancels.

`load` is calls per second × seconds of handling, in erlangs. Erlang C lets everybody wait for ever, so with no more
agents than the load nothing is served in time; Erlang A lets each caller's patience run out after an exponential time,
as callers' does. Sources: A. K. Erlang (1917); C. Palm (1943); Garnett, Mandelbaum and Reiman (2002).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, repeat
from math import exp, expm1, inf, log

MOST = 2_000  # agents of one department and half hour
TINY = 1e-13  # of the probability of the fullest state seen: what is left out of an endless sum
NEVER = 1e-200  # a probability that is not worth a queue
HUGE = 1e200


@dataclass(frozen=True)
class Performance:
    """What so many agents give. Shares between 0 and 1; seconds."""

    agents: int
    in_time: float
    """Share of the calls answered within the target."""
    abandoned: float
    wait: float
    """Mean wait of everybody; endless under Erlang C when the agents cannot keep up."""
    occupancy: float


def erlang_b(load: float, agents: int) -> float:
    """The share of calls that find every agent busy, when nobody waits."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float:
    """The share of calls that must wait, when everybody does wait."""
    if load >= agents:
        return 1.0
    blocked = erlang_b(load, agents)
    return agents * blocked / (agents - load * (1 - blocked))


def patient(rate: float, handling: float, agents: int, target: float) -> Performance:
    """Erlang C: `rate` calls per second of `handling` seconds, with nobody giving up."""
    load = rate * handling
    if load >= agents:
        return Performance(agents, 0.0, 0.0, inf, 1.0 if agents else 0.0)
    waits = erlang_c(load, agents)
    spare = (agents - load) / handling  # calls per second beyond what comes
    return Performance(agents, 1 - waits * exp(-spare * target), 0.0, waits / spare, load / agents if agents else 0.0)


def impatient(rate: float, handling: float, patience: float, agents: int, target: float) -> Performance:
    """Erlang A: the same, and callers give up after a mean of `patience` seconds, the more the longer the queue."""
    if not rate:
        return Performance(agents, 1.0, 0.0, 0.0, 0.0)
    if not agents:
        return Performance(0, 0.0, 1.0, patience, 0.0)
    load, served, left = rate * handling, agents / handling, 1 / patience
    blocked = erlang_b(load, agents)
    if blocked < NEVER:
        return Performance(agents, 1.0, 0.0, 0.0, load / agents)
    # Every state is counted relative to the one in which all are busy and nobody waits.
    below, busy = 1 / blocked - 1, load * (1 - blocked) / blocked - agents
    above = waiting = in_time = 0.0
    queued = highest = 1.0
    answered = _answered_in_time(served, left, target)
    n = 0
    while queued > TINY * highest or served + n * left < rate:
        above += queued
        waiting += n * queued
        in_time += queued * next(answered)
        n += 1
        queued *= rate / (served + n * left)
        highest = max(highest, queued)
        if queued > HUGE:  # few agents and patient callers: everything is told in larger units
            below, busy, above, waiting, in_time, queued, highest = (
                each / HUGE for each in (below, busy, above, waiting, in_time, queued, highest)
            )
    total = below + above
    queue = waiting / total
    return Performance(
        agents, (below + in_time) / total, left * queue / rate, queue / rate, (busy + agents * above) / total / agents
    )


def fewest(rate: float, handling: float, patience: float | None, goal: float, target: float) -> Performance | None:
    """The fewest agents who answer the share `goal` within `target`; None when no number up to MOST does."""
    for agents in range(MOST + 1):
        service = given(rate, handling, patience, agents, target)
        if service.in_time >= goal:
            return service
    return None


def given(rate: float, handling: float, patience: float | None, agents: int, target: float) -> Performance:
    """Erlang A where the callers' patience is known, else Erlang C."""
    if patience is None:
        return patient(rate, handling, agents, target)
    return impatient(rate, handling, patience, agents, target)


def patience_of(waited: float, gave_up: int) -> float | None:
    """The callers' mean patience in seconds, those whom an agent reached first counted as having waited at least so
    long: all the waiting ÷ the number who gave up. Unknown when nobody did."""
    return waited / gave_up if gave_up else None


def _answered_in_time(served: float, left: float, target: float) -> Iterator[float]:
    """Of those who find everybody busy and 0, 1, 2, … before them: the share answered within the target.

    Their turn comes after n + 1 departures at the rates served, served + left, …, which makes exp(-left × that time) a
    beta variable; weighed by the patience that outlives it, what is sought is an incomplete beta function, whose
    recurrence in n is a sum of positive terms taken off the first."""
    c, reach = served / left, left * target
    b, y = c + 1, -expm1(-reach)
    if not y:
        yield from repeat(0.0)
    within, term = -expm1(-reach * b), log(y) - reach * b + log(b)
    for n in count():
        yield c / (c + n + 1) * within
        within = max(within - exp(term), 0.0)
        term += log(y * (n + 1 + b) / (n + 2))
