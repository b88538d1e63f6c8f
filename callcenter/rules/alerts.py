"""When a figure of the wall is worth a look, and when worth an alarm; and that it does not flicker between the two."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from callcenter.rules.pools import ALARM_AT
from callcenter.rules.quality import Share

CALLS_ENOUGH = 21  # a queue's share is judged from so many calls on: of fewer, one who hangs up is already 5 %
MARGIN = 0.1  # a level is left only when the figure is back by a tenth of the bound that was passed


class Level(IntEnum):
    """How a figure stands."""

    CALM = 0
    WATCH = 1
    ALARM = 2


@dataclass(frozen=True)
class Threshold:
    """From which value a figure is to be watched, and from which it is an alarm; downwards where `alarm < watch`."""

    watch: float
    alarm: float

    @property
    def is_upward(self) -> bool:
        return self.alarm >= self.watch

    def level(self, value: float | None, before: Level = Level.CALM) -> Level:
        """The level of a value after a level: it rises at once and falls by the margin. Nothing known is calm."""
        if value is None:
            return Level.CALM
        reached = self._passed(value, 0.0)
        held = min(before, self._passed(value, MARGIN))
        return max(reached, held)

    def _passed(self, value: float, margin: float) -> Level:
        side = 1 if self.is_upward else -1
        bounds = (self.watch * (1 - side * margin), self.alarm * (1 - side * margin))
        return Level(sum(side * value >= side * bound for bound in bounds))


LONGEST_WAIT = "longest_wait"
PER_FREE_AGENT = "per_free_agent"
SERVICE_LEVEL = "service_level"
ABANDONMENT = "abandonment"
UNSTAFFED = "unstaffed"
CALLBACK_POOLS = "callback_pools"
TEXTS = "texts"
DEFAULTS: Mapping[str, Threshold] = {
    LONGEST_WAIT: Threshold(60, 180),  # seconds
    PER_FREE_AGENT: Threshold(1, 3),  # calls waiting per free agent
    UNSTAFFED: Threshold(1, 1),  # departments where the line is open and nobody is at their post
    SERVICE_LEVEL: Threshold(0.80, 0.60),
    ABANDONMENT: Threshold(0.05, 0.10),
    CALLBACK_POOLS: Threshold(ALARM_AT, ALARM_AT),  # of the fullest pool of callbacks of the hour
    TEXTS: Threshold(ALARM_AT, ALARM_AT),  # of the texts of the hour
}


@dataclass(frozen=True, order=True)
class Watched:
    """One figure that is watched: of everything one sees (`topic` empty), or of one queue."""

    measure: str
    topic: str = ""
    language: str = ""


Levels = Mapping[Watched, Level]


@dataclass(frozen=True)
class Raised:
    """One alert: of everything one sees (`topic` empty) or of one queue, with every measure that raised it."""

    topic: str
    language: str
    level: Level
    measures: tuple[str, ...]


def judge(
    values: Mapping[Watched, float | Share | None],
    before: Levels,
    own: Mapping[tuple[str, str], Threshold] | None = None,
) -> dict[Watched, Level]:
    """The level of each figure, those before in mind. `own`: the thresholds of a topic, by topic and measure; those of
    no topic hold for every figure that has none of its own. A queue's share that rests on few calls is calm."""
    levels = {}
    for watched, value in values.items():
        held = before.get(watched, Level.CALM)
        if isinstance(value, Share):
            enough = CALLS_ENOUGH * (1 - MARGIN) if held else CALLS_ENOUGH
            value = None if watched.topic and value.of < enough else value.value
        levels[watched] = threshold(watched, own or {}).level(value, held)
    return levels


def most_urgent(levels: Levels) -> list[Raised]:
    """What is not calm, one alert for everything one sees and one for each queue: the gravest first, then the widest,
    then what waits now before the shares of an hour. What a queue's own alert says is not said again of the whole."""
    urgency = list(DEFAULTS)
    of_queues = {w.measure: level for w, level in sorted(levels.items(), key=lambda each: each[1]) if w.topic and level}
    found: dict[tuple[str, str], list[Watched]] = {}
    for each, level in levels.items():
        is_told = not each.topic and level <= of_queues.get(each.measure, Level.CALM)
        if level and not is_told:
            found.setdefault((each.topic, each.language), []).append(each)
    raised = [
        Raised(
            topic, language, max(levels[w] for w in parts), tuple(sorted((w.measure for w in parts), key=urgency.index))
        )
        for (topic, language), parts in found.items()
    ]
    return sorted(raised, key=lambda r: (-r.level, bool(r.topic), urgency.index(r.measures[0]), r.topic, r.language))


def threshold(watched: Watched, own: Mapping[tuple[str, str], Threshold]) -> Threshold:
    """By which a figure is judged: its topic's, else that of everything, else the default."""
    of_topic, of_all = own.get((watched.topic, watched.measure)), own.get(("", watched.measure))
    return of_topic or of_all or DEFAULTS[watched.measure]


def leads_the_same_way(measure: str, given: Threshold) -> bool:
    """Whether a threshold grows graver upwards or downwards as its measure does."""
    return given.watch == given.alarm or given.is_upward == DEFAULTS[measure].is_upward
