"""Curves as SVG: where each point lies, so that a template has only to write it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 960, 240
LEFT, RIGHT, TOP, BOTTOM = 56, 24, 12, 28  # the right one has room for half a label


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: how far along it, and what is written there."""

    at: float
    label: str


@dataclass(frozen=True)
class Curve:
    """One or more lines over the same instants, as the `points` of polylines."""

    lines: tuple[str, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def curve(labels: Sequence[str], *series: Sequence[float | None], marks: int = 8, top: float | None = None) -> Curve:
    """Lines through the values of each series; a value that is not known leaves the line out there. `marks`: how many
    labels are written at most; `top`: the greatest value of the scale, else the greatest there is."""
    greatest = top or round_up(max((value for values in series for value in values if value is not None), default=0))
    steps = max(len(labels) - 1, 1)
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(n: int) -> float:
        return round(LEFT + wide * n / steps, 1)

    def y(value: float) -> float:
        return round(TOP + high * (1 - value / greatest), 1)

    lines = tuple(
        " ".join(f"{x(n)},{y(value)}" for n, value in enumerate(values) if value is not None) for values in series
    )
    every = ceil(len(labels) / marks) or 1
    across = tuple(Tick(x(n), label) for n, label in enumerate(labels) if n % every == 0)
    up = tuple(Tick(y(greatest * n / 4), f"{greatest * n / 4:g}") for n in range(5))
    return Curve(lines, across, up)


def round_up(value: float) -> float:
    """The next of 4, 8, 12, 20, 40, 80, … so that quarters of it are round."""
    if value <= 4:
        return 4
    power: float = 10.0 ** floor(log10(value))
    return next(step * power for step in (1.2, 2, 4, 8, 12) if value <= step * power)
