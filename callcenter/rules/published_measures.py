"""Which measures a report shows, in which order, and what may be published of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from callcenter.rules import quality
from callcenter.rules.quality import FEW, Share
from callcenter.rules.tally import Tally

PHONE = "phone"
DESK = "front_desk"
SIDES = {PHONE: ("phone", "callback"), DESK: ("front_desk", "bus")}
"""The channels of each side of a report: a callback is a telephone contact, a bus is a front desk."""

ROUNDED_TO = 5  # counts, and seconds of many people
ROUGHLY = 15  # seconds of fewer than
MANY = 50
LEAST = -(-FEW // ROUNDED_TO) * ROUNDED_TO
LONGEST_DAY_MS = 10 * 3_600_000  # nobody works for longer: Code du travail, L3121-18

Value = int | float | Share | None
Unit = Literal["contacts", "accompaniments", "calls", "share", "time", "seconds", "dials"]
"""`time`: a share too, of milliseconds, which nobody wants to read."""


@dataclass(frozen=True)
class Measure:
    """One line of a report. `counted`: the counters of which one is not 0 in every row behind the figure."""

    of: Callable[[Tally], Value]
    unit: Unit
    counted: tuple[str, ...]
    on_both_sides: bool = True
    """False: a measure of the line alone; beside it the front desk has no figure, which is not 0."""
    by_partner: bool = False
    """Whether it can be told for one partner: calls, offers and promises belong to no partner."""
    people: Callable[[Tally], int] = lambda _tally: 0
    """Of a mean, a percentile or a longest: how many people it is of."""
    rests_on: float = 1.0
    """Which part of them: those beyond it for a percentile, nobody but one for a longest."""

    @property
    def code(self) -> str:
        return self.of.__name__


_CALLS = (
    "answered", "abandoned", "short_abandon", "left_in_menu", "served_by_menu", "became_callback", "closed",
    "refused_full", "technical", "in_progress",
)  # fmt: skip
_REQUIRING = ("answered", "abandoned", "short_abandon", "became_callback", "refused_full", "technical_known")
_QUEUED = ("answered", "abandoned")


def _waited(tally: Tally) -> int:
    return tally.waits.total


def _handled(tally: Tally) -> int:
    return tally.handled


def _relayed(tally: Tally) -> int:
    return tally.relay_handled


def _hard_of_hearing(tally: Tally) -> int:
    return tally.hearing_handled


def _promised(tally: Tally) -> int:
    return tally.promised


def _reached(tally: Tally) -> int:
    return tally.reached


MEASURES = (
    Measure(quality.demands, "contacts", ("contacts",), by_partner=True),
    Measure(quality.accompaniments, "accompaniments", ("accompaniments",), by_partner=True),
    Measure(quality.settled_in_one_contact, "share", ("settlement_known",), by_partner=True),
    Measure(quality.oriented, "share", ("accompaniments",), by_partner=True),
    Measure(quality.satisfied, "share", ("answers",), by_partner=True),
    Measure(quality.very_satisfied, "share", ("answers",), by_partner=True),
    Measure(quality.answered_the_question, "share", ("contacts",), by_partner=True),
    Measure(quality.settled_as_said, "share", ("said",), by_partner=True),
    Measure(quality.said_whether_settled, "share", ("contacts",), by_partner=True),
    Measure(quality.recorded, "share", ("owing",), by_partner=True),
    Measure(quality.handling_time, "seconds", ("handled",), by_partner=True, people=_handled),
    Measure(quality.mean_wait, "seconds", ("wait_ms",), by_partner=True, people=_waited),
    Measure(quality.median_wait, "seconds", ("wait_ms",), by_partner=True, people=_waited, rests_on=0.5),
    Measure(quality.p90_wait, "seconds", ("wait_ms",), by_partner=True, people=_waited, rests_on=0.1),
    Measure(quality.longest_wait, "seconds", ("wait_ms",), by_partner=True, people=_waited, rests_on=0),
    Measure(quality.offered, "calls", _CALLS, on_both_sides=False),
    Measure(quality.requiring_an_agent, "calls", _REQUIRING, on_both_sides=False),
    Measure(quality.picked_up_live, "share", _REQUIRING, on_both_sides=False),
    Measure(quality.picked_up_or_called_back, "share", _REQUIRING, on_both_sides=False),
    Measure(quality.global_pick_up, "share", _CALLS, on_both_sides=False),
    Measure(quality.service_level, "share", _QUEUED, on_both_sides=False),
    Measure(quality.abandonment, "share", _QUEUED, on_both_sides=False),
    Measure(quality.no_return_within_7_days, "share", ("return_known",), on_both_sides=False),
    Measure(quality.relay_handling_time, "seconds", ("relay_handled",), on_both_sides=False, people=_relayed),
    Measure(
        quality.hearing_handling_time, "seconds", ("hearing_handled",), on_both_sides=False, people=_hard_of_hearing
    ),
    Measure(quality.occupancy, "time", ("busy_ms", "available_ms"), on_both_sides=False),
    Measure(quality.offers_missed, "share", ("offers",), on_both_sides=False),
    Measure(quality.callbacks_kept, "share", ("promised",), on_both_sides=False),
    Measure(quality.callback_attempts, "dials", ("promised",), on_both_sides=False, people=_promised),
    Measure(quality.reached_after_silence, "share", ("silent_promised",), on_both_sides=False),
    Measure(quality.callback_lateness, "seconds", ("reached",), on_both_sides=False, people=_reached),
)
BY_CODE = {each.code: each for each in MEASURES}
GROUPS = {
    "matters": (
        "demands", "accompaniments", "settled_in_one_contact", "oriented", "recorded", "no_return_within_7_days",
    ),
    "said": ("satisfied", "very_satisfied", "answered_the_question", "settled_as_said", "said_whether_settled"),
    "reached": (
        "offered", "requiring_an_agent", "picked_up_live", "picked_up_or_called_back", "global_pick_up",
        "service_level", "abandonment", "mean_wait", "median_wait", "p90_wait", "longest_wait",
    ),
    "worked": (
        "handling_time", "relay_handling_time", "hearing_handling_time", "occupancy", "offers_missed",
        "callbacks_kept", "callback_attempts", "callback_lateness", "reached_after_silence",
    ),
}  # fmt: skip
"""The measures as a page shows them, each once: what was asked and settled, what people say of it, how they were
reached, and the work."""


def shown_for(side: str, measure: Measure, tally: Tally, partner: bool = False) -> Value:
    """A figure of one side, or None where it has no meaning there or nothing is known."""
    if (side == DESK and not measure.on_both_sides) or (partner and not measure.by_partner):
        return None
    return measure.of(tally)


def published(count: int) -> int | None:
    """A count as it may be published: to the nearest five, so that the difference of two tells no small one either;
    None: kept back, being one of 1 to 10. What is published is never under 15 but 0: nobody at all is told."""
    if 0 < count < FEW:
        return None
    return max((count + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO, LEAST) if count else 0


def published_share(share: Share) -> float | None:
    """Of the two counts as they are published; None where one is kept back or there is nothing to share."""
    part, of = published(share.part), published(share.of)
    return part / of if of and part is not None else None


def published_mean(measure: Measure, value: float, people: int) -> float | None:
    """A mean or a percentile of so many people, as it may be published: seconds to the nearest five, of fewer than
    fifty to the nearest fifteen, dials to a tenth; None where it rests on fewer than eleven of them, as a longest
    always does. With the number of people rounded as well, the difference of two means does not tell what a few
    waited."""
    if people * measure.rests_on < FEW:
        return None
    if measure.unit == "dials":
        return round(value, 1)
    return _rounded(value, people)


def published_seconds(value: float, people: int) -> float | None:
    """The same of seconds that are no measure of the report."""
    return None if people < FEW else _rounded(value, people)


def _rounded(value: float, people: int) -> float:
    step = ROUNDED_TO if people >= MANY else ROUGHLY
    return step * round(value / step)


def published_time(share: Share, days: int) -> float | None:
    """A share of agents' time in a period of so many days, to a whole per cent; None unless it takes eleven agents to
    work for so long."""
    return round(share.part / share.of, 2) if share.of >= FEW * LONGEST_DAY_MS * days else None
