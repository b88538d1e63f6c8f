"""Sites as dots where they are: a drawing of a department, without any geometry of anybody else's (decision W6)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, radians

from callcenter.screens.sites_screen import SiteShown

WIDTH, TALLEST = 640, 560
MARGIN = 28
SHORTEST = 160
LETTER, LINE = 7.4, 15  # how wide a letter and how high a line of a label is, at most
NARROW = 2  # times larger are labels drawn where the sheet is half as wide: a telephone


@dataclass(frozen=True)
class Label:
    """The town of a dot, to its right or to its left."""

    town: str
    is_left: bool


@dataclass(frozen=True)
class Dot:
    """One site. `label`: its town, where there is room for it; `narrow`: the same on a telephone."""

    site: SiteShown
    x: float
    y: float
    label: Label | None = None
    narrow: Label | None = None


@dataclass(frozen=True)
class SiteMap:
    """Dots on a sheet of WIDTH by `height`; `missing`: sites without coordinates."""

    dots: tuple[Dot, ...]
    height: int
    missing: int
    width: int = WIDTH


def drawn(sites: Sequence[SiteShown]) -> SiteMap | None:
    """The sites on one sheet, north above; a degree of longitude is as long as it is there. None: nothing to draw."""
    placed = [(s, s.longitude, s.latitude) for s in sites if s.longitude is not None and s.latitude is not None]
    if not placed:
        return None
    shrink = cos(radians(sum(y for _, _, y in placed) / len(placed)))
    flat = [(site, x * shrink, -y) for site, x, y in placed]
    left, right = min(x for _, x, _ in flat), max(x for _, x, _ in flat)
    top, bottom = min(y for _, _, y in flat), max(y for _, _, y in flat)
    scale = min((WIDTH - 2 * MARGIN) / (right - left or 1e-9), (TALLEST - 2 * MARGIN) / (bottom - top or 1e-9), 4000)
    height = max(SHORTEST, round((bottom - top) * scale) + 2 * MARGIN)
    middle = (WIDTH - (right + left) * scale) / 2, (height - (bottom + top) * scale) / 2
    dots = [Dot(site, round(x * scale + middle[0], 1), round(y * scale + middle[1], 1)) for site, x, y in flat]
    labels, narrow = _labels(dots), _labels(dots, NARROW)
    named = (replace(dot, label=labels.get(dot), narrow=narrow.get(dot)) for dot in dots)
    return SiteMap(tuple(named), height, len(sites) - len(placed))


def _labels(dots: Sequence[Dot], times: int = 1) -> dict[Dot, Label]:
    """Towns are named from the north on, each once, where the name meets neither a dot nor another name. `times`: how
    much larger than on a wide sheet."""
    taken = [(dot.x - 8, dot.y - 8, dot.x + 8, dot.y + 8) for dot in dots]
    named, found = set[str](), dict[Dot, Label]()
    for dot in sorted(dots, key=lambda each: (each.y, each.x)):
        town, high = dot.site.city, LINE * times / 2
        wide = LETTER * times * len(town)
        starts = {dot.x + 10: False, dot.x - 10 - wide: True}
        boxes = {(start, dot.y - high, start + wide, dot.y + high): left for start, left in starts.items()}
        free = [box for box in boxes if box[0] >= 0 and box[2] <= WIDTH and not any(_meet(box, o) for o in taken)]
        if free and town not in named:
            named.add(town)
            taken.append(free[0])
            found[dot] = Label(town, boxes[free[0]])
    return found


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
