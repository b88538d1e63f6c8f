"""What a report is of: a department, a region, the nation, or the departments of one of them that somebody may see."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from callcenter.rules.territory import TERRITORIES


@dataclass(frozen=True)
class ReportPlace:
    """`code`: `46`, `inconnu`, a region as `R76`, or empty for the nation, whose `name` is empty. `only`: the
    departments that are counted, where not all of the region or the nation is."""

    code: str
    name: str
    only: tuple[str, ...] = ()


def place(code: str, departments: Collection[str] | None) -> ReportPlace:
    """What is counted under a code when only these departments are; None: all of them."""
    if code in TERRITORIES:
        return ReportPlace(code, TERRITORIES[code].name)
    if code and code not in _regions():
        return ReportPlace(code, code)
    name, inhabited = _regions().get(code, ("", frozenset()))
    if departments is None or (code and inhabited <= {*departments}):
        return ReportPlace(code, name)
    return ReportPlace(code, name, tuple(sorted({*departments} & inhabited if code else departments)))


def inside(code: str) -> frozenset[str]:
    """The departments of a region; a code that is no region's is its own."""
    return frozenset(each for each, one in TERRITORIES.items() if f"R{one.region}" == code) or frozenset([code])


@cache
def _regions() -> dict[str, tuple[str, frozenset[str]]]:
    """Each region's name and the departments where somebody lives."""
    regions: dict[str, tuple[str, frozenset[str]]] = {}
    for each in TERRITORIES.values():
        lived_in = frozenset(one for one in inside(f"R{each.region}") if TERRITORIES[one].inhabited)
        regions[f"R{each.region}"] = (each.region_name, lived_in)
    return regions
