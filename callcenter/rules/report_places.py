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
    """What is counted under a code when only these departments are; None: all of them. Whoever sees one region whole,
    and nothing else, has asked for that region when they ask for everything."""
    if code in TERRITORIES:
        return ReportPlace(code, TERRITORIES[code].name)
    if code and code not in _regions():
        return ReportPlace(code, code)
    if not code and departments is not None:
        code = _region_of(frozenset(departments))
    name, inhabited = _regions().get(code, ("", frozenset()))
    if departments is None or (code and inhabited <= {*departments}):
        return ReportPlace(code, name)
    return ReportPlace(code, name, tuple(sorted({*departments} & inhabited if code else departments)))


def inside(code: str) -> frozenset[str]:
    """The departments of a region; a code that is no region's is its own."""
    return frozenset(each for each, one in TERRITORIES.items() if f"R{one.region}" == code) or frozenset([code])


def _region_of(departments: frozenset[str]) -> str:
    """The region that these departments are, all of it and no more; or empty."""
    regions = ((code, inhabited) for code, (_, inhabited) in _regions().items() if inhabited)
    return next((code for code, inhabited in regions if inhabited <= departments <= inside(code)), "")


@cache
def _regions() -> dict[str, tuple[str, frozenset[str]]]:
    """Each region's name and the departments where somebody lives."""
    regions: dict[str, tuple[str, frozenset[str]]] = {}
    for each in TERRITORIES.values():
        lived_in = frozenset(one for one in inside(f"R{each.region}") if TERRITORIES[one].inhabited)
        regions[f"R{each.region}"] = (each.region_name, lived_in)
    return regions
