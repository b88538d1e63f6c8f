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
CALLBACK_POOLS = "callback_pools"
TEXTS = "texts"
DEFAULTS: Mapping[str, Threshold] = {
    LONGEST_WAIT: Threshold(60, 180),  # seconds
    PER_FREE_AGENT: Threshold(1, 3),  # calls waiting per free agent
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


def most_urgent(levels: Levels) -> list[Watched]:
    """What is not calm: the gravest first, then everything one sees before a queue, then what waits now before the
    shares of an hour."""
    urgency = list(DEFAULTS)
    raised = (each for each, level in levels.items() if level)
    return sorted(raised, key=lambda w: (-levels[w], bool(w.topic), urgency.index(w.measure), w.topic, w.language))


def threshold(watched: Watched, own: Mapping[tuple[str, str], Threshold]) -> Threshold:
    """By which a figure is judged: its topic's, else that of everything, else the default."""
    of_topic, of_all = own.get((watched.topic, watched.measure)), own.get(("", watched.measure))
    return of_topic or of_all or DEFAULTS[watched.measure]


def leads_the_same_way(measure: str, given: Threshold) -> bool:
    """Whether a threshold grows graver upwards or downwards as its measure does."""
    return given.watch == given.alarm or given.is_upward == DEFAULTS[measure].is_upward
