"""The live parts of the wall, and what puts them in place."""

from typing import Any

from callcenter.rules.alerts import Level, Levels, Watched, judge, most_urgent
from callcenter.rules.routing import departments_of
from callcenter.rules.states import AgentState
from callcenter.rules.territory import PARIS
from callcenter.screens.scope import Scope
from callcenter.screens.wall_screen import Board, thresholds, watched
from callcenter.web.identity import Visitor
from callcenter.web.pages import charts
from callcenter.web.pages.desk_regions import Regions, rendered
from callcenter.web.pages.render import page
from callcenter.web.pages.template_environment import hour
from callcenter.web.pages.tile_map import cropped, tile_grid

OPEN_WALL_REGIONS = (
    "wall_at", "wall_alerts", "wall_orders", "wall_tiles", "wall_queues", "wall_curve", "wall_map", "wall_places",
)  # fmt: skip
WALL_REGIONS = (*OPEN_WALL_REGIONS, "wall_agents", "wall_owed")


def wall_regions(board: Board, levels: Levels, language: str, *, may_act: bool, is_open: bool) -> Regions:
    """Every live part of the board: the same bytes for everybody who sees the same departments. An open screen, which
    anybody may walk past, has no agent's name."""
    names = OPEN_WALL_REGIONS if is_open else WALL_REGIONS
    queues: dict[tuple[str, str], Level] = {}
    for each, level in levels.items():
        queues[each.topic, each.language] = max(level, queues.get((each.topic, each.language), Level.CALM))
    greatest = max((point.offered for point in board.curve), default=0)
    labels = [hour(point.minute) for point in board.curve]
    series = zip(*((point.offered, point.answered, point.abandoned) for point in board.curve), strict=True)
    return rendered(
        names,
        board=board,
        levels=levels,
        alerts=most_urgent(levels),
        queue_levels=queues,
        watched=Watched,
        curve=charts.curve(labels, *series, marks=6, top=charts.round_up(greatest)),
        tiles=tile_grid(),
        map=cropped(board.departments),
        queues_seen={(row.topic, row.language): row for row in board.rows},
        whole=_whole(board),
        liftable=_liftable(board) if may_act else (),
        is_open=is_open,
        places_seen={place.department: place for place in board.places},
        language=language,
        may_act=may_act,
        timezone=PARIS,
    )


def wall_page(
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


def _whole(board: Board) -> dict[str, Any]:
    """Everything one sees, as the causes of an alert name it."""
    free = board.states[AgentState.AVAILABLE]
    return {
        "waiting": board.waiting, "oldest": board.oldest, "free": free, "service_level": board.service_level,
        "abandonment": board.abandonment,
    }  # fmt: skip


def _liftable(board: Board) -> set[str]:
    """The scopes whose orders whoever acts here may take back: those that are wholly theirs."""
    standing, own = board.standing, board.departments
    scopes = {each.scope for each in standing.messages} | {each.scope for each in standing.queues}
    scopes |= {each.scope for each in standing.thresholds}
    scopes |= {each.scope for each in standing.closures} | {each.department for each in standing.sites}
    return {scope for scope in scopes if own is None or departments_of(scope) <= {*own}}
