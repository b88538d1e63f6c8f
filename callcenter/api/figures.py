"""The figures: of any period, territory, partner and side, for the report and for other software."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import prod
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from callcenter import clock
from callcenter.actions import standing
from callcenter.api.board import Scope, scope_of
from callcenter.api.identity import OVERSEER, Admitted, open_to
from callcenter.db import Session, reading
from callcenter.errors import NotAllowed, NotFound, Refusal
from callcenter.records import directory, figures, rankings
from callcenter.records.corrections import corrections
from callcenter.records.figures import EVERYBODY
from callcenter.records.rankings import AgentDay, RowBehind, SiteWeek
from callcenter.records.rollups import allow_time
from callcenter.rules import quality
from callcenter.rules.measures import BY_CODE, DESK, MEASURES, PHONE, SIDES, Measure, Value, shown_for
from callcenter.rules.places import Place, inside, place
from callcenter.rules.quality import Share
from callcenter.rules.tally import Tally, whole
from callcenter.rules.territory import TERRITORIES, UNKNOWN, national_day

PATIENCE = 25.0  # seconds a report may take: the rows behind a figure are counted
DAYS_OF_A_CURVE = 92  # a longer one goes by months
LONGEST = timedelta(days=366 * 10)
NO_PARTNER = "sans"
MOST_CELLS = 15_000  # of one answer, which is some 30 MB of JSON

Dimension = Literal["day", "month", "department", "partner", "channel"]


class BadPeriod(Refusal):
    """Choisissez une période dont le début précède la fin, de dix ans au plus."""

    status = 422
    english = "Choose a period that begins before it ends, of ten years at most."


class NoSuchPlace(Refusal):
    """Ce territoire ou ce partenaire n'existe pas."""

    status = 422
    english = "There is no such territory or partner."


class TooFine(Refusal):
    """Ce découpage compte trop de cellules : demandez une période plus courte, un territoire ou moins de dimensions."""

    status = 422
    english = "This cut has too many cells: ask for a shorter period, a territory, or fewer dimensions."


@dataclass(frozen=True)
class Asked:
    """What a report is about. `territory`: a department, a region as `R76`, or empty for all that one may see."""

    first: date
    last: date
    territory: str = ""
    partner: str = ""
    side: str = ""

    @property
    def channels(self) -> tuple[str, ...]:
        return SIDES[self.side] if self.side else (*SIDES[PHONE], *SIDES[DESK])

    @property
    def partner_column(self) -> str | None:
        """As the rows have it: a démarche of no partner has an empty one."""
        return {"": None, NO_PARTNER: ""}.get(self.partner, self.partner)

    def departments(self, scope: Scope) -> frozenset[str] | None:
        """The departments asked for, None for all of them. Raises NotAllowed for one of somebody else's."""
        if not self.territory:
            return scope
        wanted = inside(self.territory)
        if not wanted <= {*TERRITORIES, UNKNOWN}:
            raise NoSuchPlace
        if scope is not None and not wanted & scope:
            raise NotAllowed
        return wanted if scope is None else wanted & scope

    def place(self, scope: Scope) -> Place:
        """What the report is of, to whoever sees `scope`."""
        return place(self.territory, scope)


@dataclass(frozen=True)
class Line:
    """One measure, the telephone beside the front desk. `people`: of how many each side is, where it is a mean."""

    measure: Measure
    phone: Value
    desk: Value
    people: tuple[int, int]


@dataclass(frozen=True)
class Bar:
    """One of a ranking, by accompaniments: on the telephone, at the desk, and the share of both among all. `only`: the
    departments of a region that are counted, where not all of them are."""

    code: str
    name: str
    phone: int
    desk: int
    share: Share
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class SiteLine:
    """What one site did: both tallies."""

    id: int
    name: str
    phone: Tally
    desk: Tally


@dataclass(frozen=True)
class Opening:
    """The opening commitment of a territory's principal sites; the others apart."""

    kept: int
    not_kept: int
    unknown: int
    apart: int
    sites: tuple[SiteWeek, ...]


@dataclass(frozen=True)
class Report:
    """Everything that one report shows."""

    asked: Asked
    place: Place
    policies: tuple[str, ...]
    """The versions of the thresholds that counted the figures; none where nothing was counted."""
    lines: tuple[Line, ...]
    curve: tuple[tuple[date, int, int], ...]
    """Day or month, demands by telephone, demands at the desk."""
    by_month: bool
    partners: tuple[Bar, ...]
    procedures: tuple[Bar, ...]
    departments: tuple[Bar, ...]
    regions: tuple[Bar, ...]
    channels: tuple[Bar, ...]
    sites: tuple[SiteLine, ...]
    opening: Opening
    frozen_on: date | None
    """When the figures became final, if the period is of whole months that have."""
    corrected: Mapping[date, date]
    """Of the months that the period touches, those that were corrected since they were final, and the last day on which
    they were."""


def asked(first: date | None, last: date | None, territory: str, partner: str, side: str) -> Asked:
    """What was asked, this month by default. Raises BadPeriod, NoSuchPlace."""
    today = national_day(clock.now())
    last = last or max(today, first or today)
    first = first or last.replace(day=1)
    if not timedelta(0) <= last - first <= LONGEST:
        raise BadPeriod
    if side not in ("", *SIDES):
        raise NoSuchPlace
    return Asked(first, last, territory, partner, side)


def report(wanted: Asked, scope: Scope, name_of_procedure: Callable[[str], str]) -> Report:
    """The whole report. Raises NotAllowed, NoSuchPlace, DatabaseDown."""
    departments = wanted.departments(scope)
    first, last = wanted.first, wanted.last
    by_month = (last - first).days >= DAYS_OF_A_CURVE
    with reading(PATIENCE) as session:
        allow_time(session, PATIENCE - 5)
        names = _partners(session, wanted)
        partner = wanted.partner_column
        chosen: Any = {
            "departments": departments,
            "channels": wanted.channels,
            "partners": (EVERYBODY if partner is None else partner,),
        }
        of_channels = figures.between(session, first, last, ("channel",), **chosen)
        sides = _sides(of_channels)
        chosen["waits"] = False
        curve = figures.between(session, first, last, ("month" if by_month else "day", "channel"), **chosen)
        apart = {"partners": None if partner is None else (partner,)}
        of_partners = figures.between(session, first, last, ("partner", "channel"), **(chosen | apart))
        of_departments = figures.between(session, first, last, ("department", "channel"), **chosen)
        of_procedures = figures.by_procedure(session, first, last, departments, wanted.channels, partner)
        sites = _sites(session, wanted, departments)
        opening = _opening(rankings.opening(session, departments))
        policies = figures.policies(session, first, last, departments, wanted.channels)
        corrected = corrections(session, first, last, departments, wanted.channels)
    regions = [
        replace(bar, only=place(bar.code, departments).only)
        for bar in _ranked(_by_region(of_departments), lambda code: place(code, None).name)
    ]
    return Report(
        wanted,
        wanted.place(scope),
        policies,
        tuple(_lines(wanted, sides)),
        tuple(_demands(curve, wanted, by_month=by_month)),
        by_month,
        _ranked(of_partners, lambda code: names.get(code, code)),
        _ranked(of_procedures, name_of_procedure),
        _ranked(of_departments, lambda code: TERRITORIES[code].name if code in TERRITORIES else code),
        tuple(regions),
        _ranked({(channel, channel): tally for (channel,), tally in of_channels.items()}, str),
        sites,
        opening,
        _frozen_on(wanted),
        {
            month: max(on for (each, _), on in corrected.items() if each == month)
            for month in sorted({month for month, _ in corrected})
        },
    )


def behind(
    wanted: Asked,
    measure: str,
    scope: Scope,
    procedure: str | None = None,
    site: int | None = None,
    channel: str | None = None,
) -> tuple[Measure, list[RowBehind], dict[int, str]]:
    """The latest contacts that count for one figure, with their sites' names; of one démarche, one
    answering site, one channel. Raises NotFound, NotAllowed."""
    if measure not in BY_CODE or channel not in (None, *wanted.channels):
        raise NotFound
    departments = wanted.departments(scope)
    channels = wanted.channels if channel is None else (channel,)
    with reading(PATIENCE) as session:
        allow_time(session, PATIENCE - 5)
        rows = rankings.behind(
            session, BY_CODE[measure].counted, wanted.first, wanted.last, departments, channels,
            wanted.partner_column, clock.now(), procedure=procedure, site=site,
        )  # fmt: skip
        ids = {row.site_id for row in rows if row.site_id is not None} | ({site} if site is not None else set())
        names = rankings.site_names(session, ids)
    return BY_CODE[measure], rows, names


def time_behind(wanted: Asked, scope: Scope) -> list[AgentDay]:
    """What each agent did of their time on the latest days of the period: what occupancy is counted from. Raises
    NotAllowed, NoSuchPlace."""
    departments = wanted.departments(scope)
    with reading(PATIENCE) as session:
        allow_time(session, PATIENCE - 5)
        return rankings.time_behind(session, wanted.first, wanted.last, departments, clock.now())


def partner_names(wanted: Asked) -> dict[str, str]:
    """The last name, in the period, of each who was a partner in it."""
    with reading() as session:
        return directory.partner_names_between(session, wanted.first, wanted.last)


def _partners(session: Session, wanted: Asked) -> dict[str, str]:
    """The last name, in the period, of each who was a partner in it. Raises NoSuchPlace for another."""
    names = directory.partner_names_between(session, wanted.first, wanted.last)
    if wanted.partner not in ("", NO_PARTNER, *names):
        raise NoSuchPlace
    return names


def procedure_names(on: date, language: str) -> dict[str, str]:
    """What each démarche was called on that day; one that no longer held by then, under its last name."""
    with reading() as session:
        names = directory.procedure_names(session, on)
    return {code: labels.get(language) or labels["fr"] for code, labels in names.items()}


def _lines(wanted: Asked, sides: Mapping[str, Tally]) -> Iterable[Line]:
    of_partner = bool(wanted.partner)
    for measure in MEASURES:
        if of_partner and not measure.by_partner:
            continue
        shown = [
            shown_for(side, measure, sides[side], of_partner) if wanted.side in ("", side) else None
            for side in (PHONE, DESK)
        ]
        yield Line(measure, shown[0], shown[1], (measure.people(sides[PHONE]), measure.people(sides[DESK])))


def _sides(found: Mapping[tuple[Any, ...], Tally]) -> dict[str, Tally]:
    """The tallies of the channels, last in their keys, as the two sides."""
    return {
        side: whole(tally for key, tally in found.items() if key[-1] in channels) for side, channels in SIDES.items()
    }


def _each(found: Mapping[tuple[Any, ...], Tally]) -> dict[Any, dict[str, Tally]]:
    """The two sides of each first key."""
    parts: dict[Any, dict[tuple[Any, ...], Tally]] = {}
    for key, tally in found.items():
        parts.setdefault(key[0], {})[key] = tally
    return {first: _sides(part) for first, part in parts.items()}


def _demands(
    found: Mapping[tuple[Any, ...], Tally], wanted: Asked, *, by_month: bool
) -> Iterable[tuple[date, int, int]]:
    """Every day or month of the period up to today, those of no demand too; nothing where there is none at all."""
    each = _each(found)
    when = wanted.first.replace(day=1) if by_month else wanted.first
    while each and when <= min(wanted.last, max(*each, national_day(clock.now()))):
        sides = each.get(when, {PHONE: Tally(), DESK: Tally()})
        yield when, sides[PHONE].contacts, sides[DESK].contacts
        when = figures.following(when) if by_month else when + timedelta(days=1)


def _ranked(found: Mapping[tuple[Any, ...], Tally], name: Callable[[str], str]) -> tuple[Bar, ...]:
    each = _each(found)
    ranking = quality.ranking({code: whole(sides.values()) for code, sides in each.items()})
    return tuple(
        Bar(code or NO_PARTNER, name(code), each[code][PHONE].accompaniments, each[code][DESK].accompaniments, share)
        for code, share in ranking
        if share.part
    )


def _by_region(found: Mapping[tuple[Any, ...], Tally]) -> dict[tuple[Any, ...], Tally]:
    """The departments of each region added up, under the code that a territory of the form has."""
    regions = figures.regions()
    parts: dict[tuple[Any, ...], Tally] = {}
    for (department, channel), tally in found.items():
        code = UNKNOWN if department == UNKNOWN else f"R{regions[department]}"
        parts[code, channel] = parts.get((code, channel), Tally()) + tally
    return parts


def _sites(session: Session, wanted: Asked, departments: frozenset[str] | None) -> tuple[SiteLine, ...]:
    each = _each(
        figures.by_site(session, wanted.first, wanted.last, departments, wanted.channels, wanted.partner_column)
    )
    lines = [(site, sides[PHONE], sides[DESK]) for site, sides in each.items()]
    shown = sorted(lines, key=lambda s: (-s[1].contacts - s[2].contacts, s[0]))
    names = rankings.site_names(session, [site for site, _, _ in shown])
    return tuple(SiteLine(site, names.get(site, str(site)), phone, desk) for site, phone, desk in shown)


def _opening(sites: list[SiteWeek]) -> Opening:
    asked_of = [site for site in sites if site.is_principal]
    known = [site.week for site in asked_of if site.week is not None]
    kept = sum(week.kept for week in known)
    return Opening(kept, len(known) - kept, len(asked_of) - len(known), len(sites) - len(asked_of), tuple(sites))


def _frozen_on(wanted: Asked) -> date | None:
    month = wanted.last.replace(day=1)
    is_whole = wanted.first.day == 1 and wanted.last + timedelta(days=1) == figures.following(month)
    freezes = figures.freezes_on(month)
    return freezes if is_whole and freezes < national_day(clock.now()) else None


class Figure(BaseModel):
    """`value`: a share between 0 and 1, seconds, dials or a count; null where nothing is known, which is not 0. A share
    also says its two counts."""

    value: float | None
    part: int | None = None
    of: int | None = None


class Cell(BaseModel):
    """The figures of one combination of what was asked `by`; the other keys are null."""

    day: date | None = None
    month: date | None = None
    department: str | None = None
    partner: str | None = None
    channel: str | None = None
    figures: dict[str, Figure] = Field(description="by the measure's code: see `definitions`")


class Definition(BaseModel):
    """What a measure is, as it is computed, with its unit and its source."""

    definition: str
    unit: str
    telephone_only: bool


class Counted(BaseModel):
    """What is counted. `only`: the departments that are, where you may not see all of the region, or of the nation."""

    code: str
    name: str
    only: list[str]


class Correction(BaseModel):
    """A final month whose figures changed in a department after they were first published: the last day they did."""

    month: date
    department: str
    corrected_on: date


class Figures(BaseModel):
    """`policies`: the versions of the thresholds by which the rows were counted; `simulated`: the database holds an
    invented year. Counts are exact here: before you publish, mask those under 11 and round the others."""

    policies: list[str]
    simulated: bool
    territory: Counted
    first: date
    last: date
    final_since: date | None = Field(description="of whole months that are final; null: the figures may still move")
    corrections: list[Correction]
    cells: list[Cell]
    definitions: dict[str, Definition]


router = APIRouter(prefix="/api/figures", tags=["figures"])


@router.get("")
@open_to(*OVERSEER)
def read_figures(
    visitor: Admitted,
    first: Annotated[date | None, Query(description="first local day; the first of this month by default")] = None,
    last: Annotated[date | None, Query(description="last local day; today by default")] = None,
    by: Annotated[list[Dimension] | None, Query(description="one cell for each of these; none: one cell")] = None,
    territory: Annotated[str, Query(description="a department (`46`), a region (`R76`) or `inconnu`")] = "",
    partner: Annotated[str, Query(description="a partner's code, `sans` for démarches of none")] = "",
    side: Annotated[Literal["", "phone", "front_desk"], Query(description="one side of the comparison")] = "",
) -> Figures:
    """The quality measures of the departments that are yours, by the definitions that the report and the wall use. An
    answer of more than 15,000 possible cells is refused (422): the days of a year by department, say, are asked for in
    quarters."""
    wanted = asked(first, last, territory, partner, side)
    scope = scope_of(visitor.staff)
    departments, of = wanted.departments(scope), wanted.place(scope)
    keys = tuple(dict.fromkeys(by or ()))
    if wanted.partner_column is not None:
        partners: tuple[str, ...] | None = (wanted.partner_column,)
    else:
        partners = None if "partner" in keys else (EVERYBODY,)
    with reading(PATIENCE) as session:
        allow_time(session, PATIENCE - 5)
        names = _partners(session, wanted)
        if _cells(wanted, keys, departments, partners or (*names, "")) > MOST_CELLS:
            raise TooFine
        found = figures.between(
            session, wanted.first, wanted.last, keys, departments=departments, partners=partners,
            channels=wanted.channels,
        )  # fmt: skip
        policies = figures.policies(session, wanted.first, wanted.last, departments, wanted.channels)
        corrected = corrections(session, wanted.first, wanted.last, departments, wanted.channels)
    of_partner = partners != (EVERYBODY,)
    cells = [_cell(dict(zip(keys, key, strict=True)), tally, of_partner) for key, tally in sorted(found.items())]
    return Figures(
        policies=list(policies),
        simulated=standing.current().simulated,
        territory=Counted(code=of.code, name=of.name, only=list(of.only)),
        first=wanted.first,
        last=wanted.last,
        final_since=_frozen_on(wanted),
        corrections=[
            Correction(month=month, department=department, corrected_on=on)
            for (month, department), on in sorted(corrected.items())
        ],
        cells=cells,
        definitions=definitions(),
    )


def _cells(wanted: Asked, by: Iterable[str], departments: Collection[str] | None, partners: Collection[str]) -> int:
    """How many there may be at most."""
    days = (wanted.last - wanted.first).days + 1
    sizes = {
        "day": days,
        "month": days // 28 + 2,
        "department": len(TERRITORIES) + 1 if departments is None else len(departments),
        "partner": len(partners),
        "channel": len(wanted.channels),
    }
    return prod(sizes[each] for each in by)


def definitions() -> dict[str, Definition]:
    """Every measure as its own function says it."""
    return {
        each.code: Definition(
            definition=" ".join((each.of.__doc__ or "").split()),
            unit=each.unit,
            telephone_only=not each.on_both_sides,
        )
        for each in MEASURES
    }


def _cell(key: dict[str, Any], tally: Tally, of_partner: bool) -> Cell:
    side = DESK if key.get("channel") in SIDES[DESK] else PHONE
    shown = {
        each.code: _figure(shown_for(side, each, tally, of_partner))
        for each in MEASURES
        if each.by_partner or not of_partner
    }
    if key.get("partner") == "":
        key["partner"] = NO_PARTNER
    return Cell(**key, figures=shown)


def _figure(value: Value) -> Figure:
    if isinstance(value, Share):
        return Figure(value=value.value, part=value.part, of=value.of)
    return Figure(value=value)
