"""A year that never was: calls, agents and visits made up so that screens, benches and tests look like life.

Who calls follows the population (INSEE, `territories.csv`); what about, the partners' published shares of 2023 (Cour
des comptes 2024, `partners.csv`), the others sharing what is left. The shape of the year, of the week and of the day,
the handling times and the patience are guesses of ours, not measures. Every instant is UTC; durations are seconds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import heapify, heappop, heappush
from random import Random

from callcenter.reference import rows
from callcenter.rules.callbacks import Source
from callcenter.rules.hearing import Hearing
from callcenter.rules.opening_hours import is_holiday
from callcenter.rules.pools import Pool
from callcenter.rules.states import Ending
from callcenter.rules.territory import TERRITORIES, clock_of, local_day

MONTHS = (1.06, 1.0, 1.04, 1.05, 1.15, 1.0, 0.86, 0.72, 1.16, 1.07, 1.0, 0.89)
WEEKDAYS = (1.22, 1.06, 0.98, 1.0, 0.86)
HOURS: Mapping[int, float] = {
    8: 0.6, 9: 1.5, 10: 1.6, 11: 1.35, 12: 0.6, 13: 0.75, 14: 1.35, 15: 1.15, 16: 0.95, 17: 0.65,
}  # fmt: skip
PATIENCE = 420.0  # mean
HANDLING = (330.0, 0.7)  # median of a conversation, and sigma of its logarithm
WRAP_UP = 55.0
SHORT = 5.0
CALLS_PER_AGENT = 55.0  # a working day's, from which the staff of a region follows
MENU = 20.0  # from the ring to the queue
LEAVES_IN_MENU = 0.04
ASKS_TO_BE_CALLED = 0.05  # of those who join the queue, once they have heard that they may
HEARS = 20.0  # until then
CALLED_AFTER = (300.0, 4200.0)  # the promise is for the hour that follows: a few are late
TRIES, APART, ANSWERS_A_DIAL = 3, timedelta(minutes=30), 0.8
RINGS, RINGS_OUT = 12.0, 25.0
CLOSES = 18  # o'clock
SETTLED, ORIENTED, INFORMED = 0.8, 0.06, 0.3
HEARS_BADLY = 0.02  # of everybody else
FALLS_SILENT = 0.006  # where nobody is at post
RELAYED, RELAY_TAKES = 0.006, 2.5  # by a relay service, and how much longer a conversation takes then
RETURNS = 0.08  # of those who were answered, who call again about the same within seven days
ANSWERS, SCORES = 0.3, (0.02, 0.03, 0.1, 0.85)
"""Who says how satisfied they were, and the shares of 1, 2, 3 and 4."""


@dataclass(frozen=True)
class SimulatedCall:
    """One call. `agent`: who of the region took it; `accepted`, `answered`, `ended`, `wrapped` where somebody did.
    `asked`: the call whose caller is called back by this one; `is_last`: and with it the promise ends."""

    department: str
    topic: str
    arrived: datetime
    ending: Ending
    queued: datetime | None = None
    agent: int | None = None
    accepted: datetime | None = None
    answered: datetime | None = None
    ended: datetime | None = None
    wrapped: datetime | None = None
    asked: "SimulatedCall | None" = None
    is_last: bool = False
    hearing: Hearing = Hearing.ORDINARY
    silent: bool = False
    """Nobody could answer them, they said no more, and were promised a callback that they had not asked for."""

    @property
    def hears(self) -> tuple[bool, bool]:
        """Whether they hear badly, and whether a relay service speaks for them."""
        return self.hearing == Hearing.HARD, self.hearing == Hearing.RELAY

    @property
    def drawn_from(self) -> tuple[Source, Pool]:
        """Who asked for their callback, and its pool."""
        return (Source.SILENCE, Pool.SILENT) if self.silent else (Source.CITIZEN, Pool.OWN)


@dataclass(frozen=True)
class SimulatedMatter:
    """What came of a démarche."""

    partner: str
    procedure: str
    topic: str
    outcome: str
    settled: bool


class Chances:
    """The dice of one simulation: the same seed gives the same year."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311 - dice, not secrets
        self._procedures = rows("procedures.csv")
        self._weights = _procedure_weights(self._procedures)
        inhabited = [territory for territory in TERRITORIES.values() if territory.inhabited]
        self._departments = [territory.code for territory in inhabited]
        self._people = [territory.population for territory in inhabited]

    def departments(self, count: int) -> list[str]:
        """Where so many people live."""
        return self.dice.choices(self._departments, self._people, k=count)

    def matter(self) -> SimulatedMatter:
        """One démarche and what came of it."""
        row = self.dice.choices(self._procedures, self._weights)[0]
        outcome = self.dice.choices(
            ("orientation", "information", "accompaniment"), (ORIENTED, INFORMED, 1 - ORIENTED - INFORMED)
        )[0]
        settled = outcome != "orientation" and self.dice.random() < SETTLED / (1 - ORIENTED)
        return SimulatedMatter(row["partner"], row["code"], row["topic"], outcome, settled)

    def score(self) -> int | None:
        """From 1 to 4; None for those who do not answer."""
        return self.dice.choices((1, 2, 3, 4), SCORES)[0] if self.dice.random() < ANSWERS else None

    def returns(self) -> bool:
        """Whether somebody who was answered calls again about the same."""
        return self.dice.random() < RETURNS

    def instants(self, days: Sequence[date], department: str, count: int) -> list[datetime]:
        """So many arrivals on these days of a department, by the season, the week and the hour."""
        weights = [MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] for day in days]
        clock = clock_of(department)
        found = []
        for day in self.dice.choices(days, weights, k=count):
            hour = self.dice.choices(list(HOURS), list(HOURS.values()))[0]
            local = datetime(day.year, day.month, day.day, hour, self.dice.randrange(60), self.dice.randrange(60))
            found.append(local.replace(tzinfo=clock))
        return found


def working_days(first: date, until: date, department: str) -> list[date]:
    """The days from `first` to the eve of `until`, Monday to Friday, that are no holiday of the department's."""
    days = (first + timedelta(days=n) for n in range((until - first).days))
    return [day for day in days if day.weekday() < len(WEEKDAYS) and is_holiday(department, day) is False]


def staff_of(calls: int, days: int) -> int:
    """How many agents a region with so many calls in so many working days has."""
    return max(2, round(calls / max(days, 1) / CALLS_PER_AGENT) + 1)


def served(chances: Chances, arrivals: Sequence[tuple[datetime, str]], agents: int) -> Iterator[SimulatedCall]:
    """The calls of one region, in the order in which they end at an agent or give up: each taken by the agent who has
    been free longest. Whoever waits longer than their patience gives up; some ask to be called back."""
    dice = chances.dice
    free: list[tuple[datetime, int]] = [(datetime.min.replace(tzinfo=arrivals[0][0].tzinfo), n) for n in range(agents)]
    heapify(free)
    promised: list[_Promised] = []
    for arrived, department in arrivals:
        yield from _dials(dice, promised, free, arrived)
        topic, relay = chances.matter().topic, dice.random() < RELAYED
        hearing = Hearing.of(relay=relay, hard_of_hearing=dice.random() < HEARS_BADLY)
        if dice.random() < LEAVES_IN_MENU:
            ended = arrived + timedelta(seconds=12)
            yield SimulatedCall(department, topic, arrived, Ending.LEFT_IN_MENU, ended=ended, hearing=hearing)
            continue
        queued = arrived + timedelta(seconds=MENU)
        if dice.random() < ASKS_TO_BE_CALLED:
            ends = queued + timedelta(seconds=HEARS)
            asks = SimulatedCall(
                department, topic, arrived, Ending.BECAME_CALLBACK, queued, ended=ends, hearing=hearing
            )
            heappush(promised, _Promised(ends + timedelta(seconds=dice.uniform(*CALLED_AFTER)), len(promised), asks))
            yield asks
            continue
        if dice.random() < FALLS_SILENT:
            ends = queued + timedelta(seconds=3 * HEARS)
            silent = SimulatedCall(department, topic, arrived, Ending.FULL, ended=ends, silent=True, hearing=hearing)
            heappush(promised, _Promised(ends + timedelta(seconds=dice.uniform(*CALLED_AFTER)), len(promised), silent))
            yield silent
            continue
        patience = timedelta(seconds=dice.expovariate(1 / PATIENCE))
        since, agent = free[0]
        answered = max(queued, since) + timedelta(seconds=dice.uniform(3, 15))
        if local_day(department, answered) != local_day(department, arrived) or answered - queued > patience:
            left = queued + patience
            ending = Ending.SHORT_ABANDON if patience.total_seconds() <= SHORT else Ending.ABANDONED
            yield SimulatedCall(department, topic, arrived, ending, queued, ended=left, hearing=hearing)
            continue
        heappop(free)
        accepted = answered - timedelta(seconds=2)
        ended, wrapped = _spoken(dice, answered, relay=relay)
        heappush(free, (wrapped, agent))
        yield SimulatedCall(
            department,
            topic,
            arrived,
            Ending.ANSWERED,
            queued,
            agent,
            accepted,
            answered,
            ended,
            wrapped,
            hearing=hearing,
        )
    yield from _dials(dice, promised, free, None)


@dataclass(frozen=True, order=True)
class _Promised:
    """Whom to call back next, and when; `tries` made before."""

    due: datetime
    tie: int
    asked: SimulatedCall = field(compare=False)
    tries: int = field(default=0, compare=False)


def _dials(
    dice: Random, promised: list[_Promised], free: list[tuple[datetime, int]], until: datetime | None
) -> Iterator[SimulatedCall]:
    """The callbacks that are due until then, None for all: one dial for each agent who takes one."""
    while promised and (until is None or promised[0].due <= until):
        one = heappop(promised)
        since, agent = heappop(free)
        accepted = max(one.due, since) + timedelta(seconds=3)
        department, topic = one.asked.department, one.asked.topic
        hearing = one.asked.hearing
        if dice.random() < ANSWERS_A_DIAL:
            answered = accepted + timedelta(seconds=RINGS)
            ended, wrapped = _spoken(dice, answered, relay=hearing == Hearing.RELAY)
            heappush(free, (wrapped, agent))
            yield SimulatedCall(
                department, topic, one.due, Ending.ANSWERED, one.due, agent, accepted, answered, ended, wrapped,
                one.asked, is_last=True, hearing=hearing,
            )  # fmt: skip
            continue
        ended = accepted + timedelta(seconds=RINGS_OUT)
        heappush(free, (ended, agent))
        again = _Promised(ended + APART, one.tie, one.asked, one.tries + 1)
        is_last = one.asked.silent or again.tries == TRIES or again.due.astimezone(clock_of(department)).hour >= CLOSES
        yield SimulatedCall(
            department, topic, one.due, Ending.NOT_REACHED, one.due, agent, accepted, ended=ended, asked=one.asked,
            is_last=is_last, hearing=hearing,
        )  # fmt: skip
        if not is_last:
            heappush(promised, again)


def _spoken(dice: Random, answered: datetime, *, relay: bool) -> tuple[datetime, datetime]:
    """When a conversation ends, and when it is recorded."""
    typical = HANDLING[0] * (RELAY_TAKES if relay else 1)
    ended = answered + timedelta(seconds=typical * dice.lognormvariate(0, HANDLING[1]))
    return ended, ended + timedelta(seconds=dice.expovariate(1 / WRAP_UP) + 5)


def _procedure_weights(procedures: Sequence[Mapping[str, str]]) -> list[float]:
    """A partner's published share, spread over its démarches; those without one share what is left evenly."""
    shares = {row["code"]: float(row["share_2023_percent"] or 0) for row in rows("partners.csv")}
    known = {row["partner"] for row in procedures if shares.get(row["partner"])}
    count = {code: sum(row["partner"] == code for row in procedures) for code in known}
    others = sum(row["partner"] not in known for row in procedures)
    left = 100 - sum(shares[code] for code in known)
    return [shares[p] / count[p] if (p := row["partner"]) in known else left / others for row in procedures]
