"""The wall: a photograph of the service, cut to the departments of whoever looks."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from operator import itemgetter

from callcenter.actions import callback_ceilings, config_snapshot
from callcenter.db import reading
from callcenter.records import wall_photograph, wall_settings
from callcenter.records.agents import spoken_of
from callcenter.records.figures import last_hour as last_hour_figures
from callcenter.records.wall_photograph import AtPost, Minute, Owed, Photograph, Waiting
from callcenter.rules import alerts, quality
from callcenter.rules.alerts import Threshold, Watched
from callcenter.rules.opening_hours import is_open
from callcenter.rules.pools import Used
from callcenter.rules.quality import Share
from callcenter.rules.routing import answerers
from callcenter.rules.states import AgentState
from callcenter.rules.tally import Tally, grouped, whole
from callcenter.rules.territory import TERRITORIES, UNKNOWN
from callcenter.screens import orders_screen
from callcenter.screens.orders_screen import Standing
from callcenter.screens.scope import Scope

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TILES = (AgentState.AVAILABLE, AgentState.TALKING, AgentState.WRAP_UP, AgentState.PAUSE, AgentState.LOST)
COUNTED_AS = dict.fromkeys(
    (AgentState.OFFERED, AgentState.CONNECTING, AgentState.ASKED, AgentState.HELPING), AgentState.TALKING
)


@dataclass(frozen=True)
class QueueRow:
    """One queue: what waits for a matter, how many agents of the scope serve it and what they do, and the shares of its
    last hour."""

    topic: str
    language: str
    waiting: int
    oldest: datetime | None
    on_duty: int
    free: int
    service_level: Share
    abandonment: Share
    states: Mapping[str, int]


@dataclass(frozen=True)
class QueueShares:
    """Of one department's calls for one queue."""

    department: str
    topic: str
    language: str
    service_level: Share
    abandonment: Share


@dataclass(frozen=True)
class LastHour:
    """What arrived in the sixty minutes before `at`: by department, by queue, and by minute for the curve. `spoken`:
    the matters that an account serves, with each language in which it does."""

    at: datetime
    tallies: Mapping[str, Tally]
    queues: tuple[QueueShares, ...]
    minutes: tuple[Minute, ...]
    spoken: frozenset[tuple[str, str]]
    pools: tuple[Used, ...]
    """Every pool of callbacks, of the whole nation."""
    texts: Used
    open: frozenset[str] = frozenset()
    """Departments whose callers find the line open."""


@dataclass(frozen=True)
class Point:
    """One minute of the curve, every department of the scope together."""

    minute: datetime
    offered: int
    answered: int
    abandoned: int


@dataclass(frozen=True)
class DepartmentRow:
    """One department: who waits now, who is free and at their post there, whether the line is open to it, and its last
    hour. `wait`: the class of its longest wait, 0 when nobody waits, then under the first of the board's `wait_bounds`,
    under the second, and from the second on."""

    department: str
    waiting: int
    oldest: datetime | None
    wait: int
    free: int
    on_duty: int
    is_open: bool
    service_level: Share
    abandonment: Share

    @property
    def is_unstaffed(self) -> bool:
        """Open, with nobody at their post: its callers wait for another department's agents."""
        return self.is_open and not self.on_duty


@dataclass(frozen=True)
class Board:
    """What one scope sees. Every instant is PostgreSQL's; the shares and the handling time are of the last hour."""

    at: datetime
    departments: tuple[str, ...] | None
    """Those of the scope; None: all."""
    called: bool
    """Whether anybody called within the hour."""
    waiting: int
    oldest: datetime | None
    service_level: Share
    abandonment: Share
    handling_time: float | None
    states: Mapping[str, int]
    rows: tuple[QueueRow, ...]
    places: tuple[DepartmentRow, ...]
    wait_bounds: Threshold
    """Seconds: those of the longest wait of everything one sees, for each department too; not a topic's own."""
    curve: tuple[Point, ...]
    agents: tuple[AtPost, ...]
    owed: tuple[Owed, ...]
    callback_pools: float
    """How much of the fullest pool of callbacks is promised, of the whole nation: 1 is all of it."""
    texts: float
    """The same of the texts that may be sent."""
    standing: Standing
    """Orders and closures that hold here now."""


def photograph() -> Photograph:
    """The whole service as it is now. Raises DatabaseDown."""
    with reading() as session:
        return wall_photograph.photograph(session)


def last_hour(at: datetime) -> LastHour:
    """The hour before an instant, straight from the rows: dearer than the photograph, so taken more rarely."""
    since = at - HOUR
    with reading() as session:
        found, minutes = last_hour_figures.lately(session, since, at), tuple(wall_photograph.minutes(session, since))
        spoken = spoken_of(session)
        pools, sent = callback_ceilings.pools_since(session, since), callback_ceilings.texts_since(session, since)
    queues = (QueueShares(*queue, quality.service_level(t), quality.abandonment(t)) for queue, t in found.items())
    return LastHour(
        at,
        grouped(found, itemgetter(0)),
        tuple(each for each in queues if each.abandonment.of),
        minutes,
        spoken,
        pools,
        sent,
        open_to(at),
    )


def open_to(at: datetime) -> frozenset[str]:
    """The departments whose callers find the line open, from what this process follows."""
    stands = config_snapshot.current()
    return frozenset(
        code
        for code, territory in TERRITORIES.items()
        if territory.inhabited and stands.is_open(code) and is_open(stands.hours, code, at)
    )


def look(scope: Scope) -> Board:
    """The board of a scope, as it is now."""
    taken = photograph()
    return cut(taken, last_hour(taken.at), scope, thresholds())


def thresholds() -> dict[tuple[str, str], Threshold]:
    """The thresholds that somebody set, by topic and measure."""
    with reading() as session:
        return wall_settings.thresholds(session)


def watched(board: Board) -> dict[Watched, float | Share | None]:
    """Every figure of a board that has thresholds: of all one sees, and of each queue. Nobody free while somebody waits
    is more than any bound."""
    free = board.states[AgentState.AVAILABLE]
    values: dict[Watched, float | Share | None] = {
        Watched(alerts.LONGEST_WAIT): _age(board.at, board.oldest),
        Watched(alerts.PER_FREE_AGENT): _per_free(board.waiting, free),
        Watched(alerts.SERVICE_LEVEL): board.service_level,
        Watched(alerts.ABANDONMENT): board.abandonment,
        Watched(alerts.UNSTAFFED): float(sum(place.is_unstaffed for place in board.places)),
        Watched(alerts.CALLBACK_POOLS): board.callback_pools,
        Watched(alerts.TEXTS): board.texts,
    }
    for row in board.rows:
        values[Watched(alerts.LONGEST_WAIT, row.topic, row.language)] = _age(board.at, row.oldest)
        values[Watched(alerts.PER_FREE_AGENT, row.topic, row.language)] = _per_free(row.waiting, row.free)
        values[Watched(alerts.SERVICE_LEVEL, row.topic, row.language)] = row.service_level
        values[Watched(alerts.ABANDONMENT, row.topic, row.language)] = row.abandonment
    return values


def cut(taken: Photograph, hour: LastHour, scope: Scope, own: Mapping[tuple[str, str], Threshold]) -> Board:
    """The part of a photograph that one scope may see. Callers of no known department are everybody's. `own`: the
    thresholds that somebody set."""

    def is_seen(department: str) -> bool:
        return scope is None or department in scope or department == UNKNOWN

    waiting = [w for w in taken.waiting if is_seen(w.department)]
    agents = tuple(a for a in taken.agents if scope is None or a.department in scope)
    tallies = {department: tally for department, tally in hour.tallies.items() if is_seen(department)}
    total, bounds = whole(tallies.values()), alerts.threshold(Watched(alerts.LONGEST_WAIT), own)
    return Board(
        at=taken.at,
        departments=tuple(sorted(scope)) if scope is not None else None,
        called=bool(quality.offered(total)) or any(is_seen(department) for department in taken.lately),
        waiting=sum(w.waiting for w in waiting),
        oldest=min((w.oldest for w in waiting), default=None),
        service_level=quality.service_level(total),
        abandonment=quality.abandonment(total),
        handling_time=quality.handling_time(total),
        states=_count(agents),
        rows=tuple(_queue_rows(waiting, agents, [q for q in hour.queues if is_seen(q.department)], hour.spoken)),
        places=tuple(
            _department_rows(
                taken.at, waiting, agents, tallies, bounds, hour.open if scope is None else scope, hour.open
            )
        ),
        wait_bounds=bounds,
        curve=tuple(_curve(hour, [m for m in hour.minutes if is_seen(m.department)])),
        agents=agents,
        owed=tuple(o for o in taken.owed if scope is None or o.department in scope),
        callback_pools=max((pool.share for pool in hour.pools), default=0.0),
        texts=hour.texts.share,
        standing=orders_screen.standing(scope, taken.at),
    )


def _department_rows(
    at: datetime,
    waiting: Iterable[Waiting],
    agents: Iterable[AtPost],
    tallies: Mapping[str, Tally],
    bounds: Threshold,
    listed: Collection[str],
    opened: Collection[str],
) -> Iterable[DepartmentRow]:
    """Every department of `listed`, and any other where somebody waits, serves or called within the hour: the longest
    wait first, then the open ones where nobody is at their post."""
    queued: dict[str, list[Waiting]] = {}
    for each in waiting:
        queued.setdefault(each.department, []).append(each)
    free = Counter(a.department for a in agents if a.state == AgentState.AVAILABLE)
    on_duty = Counter(a.department for a in agents if a.state != AgentState.LOST)
    known = {*listed, *queued, *tallies, *(a.department for a in agents)}
    places = []
    for department in known:
        oldest = min((w.oldest for w in queued.get(department, ())), default=None)
        tally = tallies.get(department, Tally())
        places.append(
            DepartmentRow(
                department, sum(w.waiting for w in queued.get(department, ())), oldest,
                0 if oldest is None else 1 + bounds.level(_age(at, oldest)), free[department],
                on_duty[department], department in opened,
                quality.service_level(tally), quality.abandonment(tally),
            )
        )  # fmt: skip
    return sorted(places, key=lambda each: (each.oldest or at, not each.is_unstaffed, each.department))


def _curve(hour: LastHour, minutes: Iterable[Minute]) -> Iterable[Point]:
    """Sixty whole minutes, those in which nobody called too."""
    last = hour.at.replace(second=0, microsecond=0)
    counted: dict[datetime, list[int]] = {last - n * MINUTE: [0, 0, 0] for n in range(60, 0, -1)}
    for each in minutes:
        if each.minute in counted:
            sums = zip(counted[each.minute], (each.offered, each.answered, each.abandoned), strict=True)
            counted[each.minute] = [a + b for a, b in sums]
    return (Point(minute, *counts) for minute, counts in counted.items())


def _age(at: datetime, oldest: datetime | None) -> float | None:
    return None if oldest is None else (at - oldest).total_seconds()


def _per_free(waiting: int, free: int) -> float:
    if not waiting:
        return 0.0
    return waiting / free if free else inf


def _count(agents: Iterable[AtPost]) -> dict[str, int]:
    """Agents by state; one who is being rung or connected is counted as in conversation."""
    found = Counter(COUNTED_AS.get(AgentState(a.state), AgentState(a.state)) for a in agents)
    return {state: found[state] for state in TILES}


def _queue_rows(
    waiting: Iterable[Waiting],
    agents: Iterable[AtPost],
    lately: Iterable[QueueShares],
    spoken: Collection[tuple[str, str]],
) -> Iterable[QueueRow]:
    """Every queue in which somebody waits, the longest wait first; then those of the last hour, the most called first.
    `spoken`: the matters that an account serves, by language."""
    queues: dict[tuple[str, str], list[Waiting]] = {}
    for each in waiting:
        queues.setdefault((each.topic, each.language), []).append(each)
    shares: dict[tuple[str, str], list[QueueShares]] = {}
    for part in lately:
        shares.setdefault((part.topic, part.language), []).append(part)
    on_duty = [a for a in agents if a.state != AgentState.LOST]
    waited_for = sorted(queues, key=lambda queue: min(w.oldest for w in queues[queue]))
    others = sorted(shares.keys() - queues.keys(), key=lambda q: (-sum(p.abandonment.of for p in shares[q]), q))
    for topic, language in (*waited_for, *others):
        group, parts = queues.get((topic, language), []), shares.get((topic, language), [])
        unserved = answerers(topic, language, lambda *each: each in spoken).anybody
        anybodys = any(w.for_anybody for w in group) if group else unserved
        serving = [a for a in on_duty if (anybodys or topic in a.topics) and language in a.languages]
        yield QueueRow(
            topic, language, sum(w.waiting for w in group), min((w.oldest for w in group), default=None),
            len(serving), sum(a.state == AgentState.AVAILABLE for a in serving),
            sum((each.service_level for each in parts), Share(0, 0)),
            sum((each.abandonment for each in parts), Share(0, 0)),
            _count(serving),
        )  # fmt: skip
