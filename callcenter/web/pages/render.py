"""Pages and their regions, from templates. A region is a part of a page that a stream may replace."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.config import settings
from callcenter.reference import rows
from callcenter.rules import quality
from callcenter.rules.alerts import Level, Levels, Watched, judge, most_urgent
from callcenter.rules.outcomes import KINDS, WAYS
from callcenter.rules.priority import FRONT
from callcenter.rules.published_measures import BY_CODE
from callcenter.rules.report_places import Place, place
from callcenter.rules.roles import AGENT, OVERSEER, STAFF, SUPERVISOR
from callcenter.rules.routing import NATION
from callcenter.rules.states import CHOSEN_PAUSES, FollowUp, OrientationReason
from callcenter.rules.territory import TERRITORIES, UNKNOWN
from callcenter.screens import directory_screen
from callcenter.screens.desk import HOLD_LIMIT, Desk, timezone_of
from callcenter.screens.wall import Board, Scope, scope_of, thresholds, watched
from callcenter.web.identity import Visitor
from callcenter.web.pages import charts
from callcenter.web.pages.words import say, words

DESK_REGIONS = ("announce", "bar", "offer", "main", "queues", "caller", "day")
OPEN_WALL_REGIONS = (
    "wall_at", "wall_alerts", "wall_tiles", "wall_queues", "wall_curve", "wall_map", "wall_places",
)  # fmt: skip
WALL_REGIONS = (*OPEN_WALL_REGIONS, "wall_agents", "wall_owed")
SITE_MEASURES = ("demands", "settled_in_one_contact", "satisfied")  # in a report's table of sites

PLACES = (  # the menu: who may go there, its name, and where it is
    (AGENT, "desk", "/desk"),
    (AGENT, "callbacks", "/callbacks"),
    (OVERSEER, "wall", "/supervision"),
    (OVERSEER, "all_callbacks", "/supervision/callbacks"),
    (OVERSEER, "reports", "/reports"),
    (STAFF, "sites", "/sites"),
    (OVERSEER, "waiting", "/supervision/waiting"),
    (OVERSEER, "orders", "/supervision/orders"),
    (SUPERVISOR, "admin", "/admin"),
)

Regions = dict[str, str]


def page(name: str, visitor: Visitor, **context: Any) -> str:
    """A whole page."""
    return (
        _environment().get_template(name).render(visitor=visitor, language=visitor.language, now=clock.now(), **context)
    )


def desk_regions(desk: Desk, visitor: Visitor) -> Regions:
    """Every live part of the desk. The same state gives the same bytes: what passes is counted by the browser."""
    return _regions(DESK_REGIONS, desk=desk, visitor=visitor, language=visitor.language)


def wall_regions(board: Board, levels: Levels, language: str, *, may_act: bool, is_open: bool) -> Regions:
    """Every live part of the board: the same bytes for everybody who sees the same departments. An open screen, which
    anybody may walk past, has no agent's name."""
    names = OPEN_WALL_REGIONS if is_open else WALL_REGIONS
    queues: dict[tuple[str, str], Level] = {}
    for each, level in levels.items():
        queues[each.topic, each.language] = max(level, queues.get((each.topic, each.language), Level.CALM))
    greatest = max((point.offered for point in board.curve), default=0)
    labels = [_hour(point.minute) for point in board.curve]
    series = zip(*((point.offered, point.answered, point.abandoned) for point in board.curve), strict=True)
    return _regions(
        names,
        board=board,
        levels=levels,
        alerts=most_urgent(levels),
        queue_levels=queues,
        watched=Watched,
        curve=charts.curve(labels, *series, marks=6, top=charts.round_up(greatest)),
        tiles=tile_grid(),
        places_seen={place.department: place for place in board.places},
        language=language,
        may_act=may_act,
        timezone="Europe/Paris",
    )


def wall(
    visitor: Visitor, board: Board, scope: Scope, what: str, *, may_act: bool = False, is_open: bool = False
) -> str:
    """The wall's page, that goes on by the stream of `what` it follows."""
    levels = judge(watched(board), {}, thresholds())
    return page(
        "wall.html",
        visitor,
        regions=wall_regions(board, levels, visitor.language, may_act=may_act, is_open=is_open),
        departments=sorted(scope) if scope is not None else None,
        what=what,
        is_open=is_open,
        may_act=may_act,
    )


def place_name(of: Place, language: str) -> str:
    """`Lot (46)`, `Occitanie`, `Occitanie (départements 12, 46 seulement)`, `Toute la France`, `Département 46`."""
    if of.code == UNKNOWN:
        return say(language, "caller.unknown")
    if of.code in TERRITORIES:
        return f"{of.name} ({of.code})"
    if not of.only:
        return of.name or say(language, "report.nation")
    if of.name:
        words = "report.region_part_one" if len(of.only) == 1 else "report.region_part"
    else:
        words = "report.some_departments_one" if len(of.only) == 1 else "report.some_departments"
    return say(language, words, name=of.name, codes=", ".join(of.only))


def partials(regions: Mapping[str, str]) -> str:
    """What htmx puts in place, each region by itself; a morph keeps focus and what is being typed."""
    return "".join(
        f'<hx-partial hx-target="#{name}" hx-swap="innerMorph">{html}</hx-partial>' for name, html in regions.items()
    )


def notice(language: str, sentence: str, *, is_error: bool) -> str:
    """A word to the reader above everything else; an empty one takes the last away."""
    html = (
        _environment()
        .get_template("regions/notice.html")
        .render(language=language, sentence=sentence, is_error=is_error)
    )
    return f'<hx-partial hx-target="#notice" hx-swap="innerHTML">{html}</hx-partial>'


def _regions(names: Iterable[str], **context: Any) -> Regions:
    return {name: _environment().get_template(f"regions/{name}.html").render(**context).strip() for name in names}


@dataclass(frozen=True)
class Tile:
    """Where a territory stands on the map of tiles."""

    code: str
    column: int
    row: int


@cache
def tile_grid() -> tuple[Tile, ...]:
    """Every territory's place on the map."""
    return tuple(Tile(row["code"], int(row["column"]), int(row["row"])) for row in rows("tile_grid.csv"))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("callcenter.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "t": _say,
        "since": _since,
        "until": _until,
        "topic": _topic,
        "act_name": _act_name,
        "sheet": directory_screen.sheet,
        "is_simulated": lambda: config_snapshot.current().simulated,
        "referents": directory_screen.referents,
        "procedure": _procedure,
        "department": _department,
        "ring": _ring,
        "hour": _hour,
        "ms": _ms,
        "minutes": _minutes,
        "seconds": _seconds,
        "ahead": _ahead,
        "percent": _percent,
        "decimal": _decimal,
        "place": _place,
        "region": _region,
        "site_measures": {code: BY_CODE[code] for code in SITE_MEASURES},
        "answered_the_question": quality.answered_the_question,
        "by_topic": directory_screen.by_topic,
        "timezone_of": timezone_of,
        "places": PLACES,
        "department_codes": frozenset(TERRITORIES),
        "departments": [each for each in TERRITORIES.values() if each.inhabited],
        "chosen_pauses": CHOSEN_PAUSES,
        "orientation_reasons": tuple(OrientationReason),
        "follow_ups": tuple(FollowUp),
        "agreement_kinds": KINDS,
        "agreement_ways": WAYS,
        "hold_limit": HOLD_LIMIT,
        "monitoring": settings().monitoring,
        "is_state_brand": settings().brand == "etat",
    }
    environment.filters |= {"number": _number, "decimal": _decimal}
    return environment


@pass_context
def _say(context: Context, key: str, **values: object) -> str:
    return say(context["language"], key, **values)


@pass_context
def _topic(context: Context, code: str | None) -> str:
    return directory_screen.topic_name(code, context["language"])


@pass_context
def _act_name(context: Context, act: str) -> str:
    """An act of a history; one without a word of its own as it was written down."""
    key = f"history.{act.replace(' ', '_')}"
    return say(context["language"], key) if key in words(context["language"]) else act


@pass_context
def _procedure(context: Context, code: str) -> str:
    return directory_screen.procedure_name(code, context["language"])


@pass_context
def _department(context: Context, code: str) -> str:
    name = directory_screen.department_name(code)
    return f"{name} ({code})" if name else say(context["language"], "caller.unknown")


@pass_context
def _ring(context: Context, ring: str) -> str:
    if ring == NATION:
        return say(context["language"], "queues.nation")
    if ring == "A":
        return say(context["language"], "queues.own")
    if ring in TERRITORIES:
        return TERRITORIES[ring].name
    return next((t.region_name for t in TERRITORIES.values() if f"R{t.region}" == ring), ring)


@pass_context
def _place(context: Context, territory: str) -> str:
    """What a report is about: `R76`, `46`, `inconnu`, or empty for everywhere; named by what its reader may see."""
    return place_name(place(territory, scope_of(context["visitor"].staff)), context["language"])


@pass_context
def _region(context: Context, code: str, name: str, only: tuple[str, ...]) -> str:
    return place_name(Place(code, name, only), context["language"])


@pass_context
def _percent(context: Context, share: float) -> str:
    """`83,3 %`."""
    return f"{_decimal(context, round(100 * share, 1))} %"


@pass_context
def _decimal(context: Context, value: float) -> str:
    """Two decimals at most, as the language writes them."""
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return written if context["language"] == "en" else written.replace(".", ",")


@pass_context
def _number(context: Context, value: int) -> str:
    """Thousands apart, as the language writes them."""
    return f"{value:,}" if context["language"] == "en" else f"{value:,}".replace(",", "\u202f")


@pass_context
def _since(context: Context, at: datetime, timezone: str = "Europe/Paris") -> Markup:
    """An instant whose age the browser counts; without a script, the hour."""
    said = say(context["language"], "state.since", time=_hour(at, timezone))
    return Markup('<time datetime="{}" data-since="{}">{}</time>').format(at.isoformat(), _ms(at), said)


def _until(at: datetime, timezone: str = "Europe/Paris") -> Markup:
    """An instant to which the browser counts down; without a script, the hour."""
    said = _hour(at, timezone, "%H:%M:%S")
    return Markup('<time datetime="{}" data-until="{}">{}</time>').format(at.isoformat(), _ms(at), said)


def _hour(at: datetime, timezone: str = "Europe/Paris", form: str = "%H:%M") -> str:
    return at.astimezone(ZoneInfo(timezone)).strftime(form)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


@pass_context
def _ahead(context: Context, seconds: float) -> str:
    """By how much a call goes before its arrival, or that it goes behind."""
    if seconds < 0:
        return say(context["language"], "ahead.behind")
    if seconds >= FRONT:
        return say(context["language"], "ahead.front")
    return say(context["language"], "ahead.minutes", minutes=round(seconds / 60))


@pass_context
def _seconds(context: Context, seconds: float) -> str:
    """`45 s`, `3 min`, `1 min 30`."""
    minutes, rest = divmod(seconds, 60)
    if not minutes or rest % 1:
        return f"{_decimal(context, seconds)} s"
    return f"{minutes:.0f} min {rest:02.0f}" if rest else f"{minutes:.0f} min"


def _minutes(seconds: float) -> str:
    """`3:07`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
