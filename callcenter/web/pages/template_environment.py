"""What every template may say: words, names, instants and numbers as the reader's language writes them."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from callcenter.actions import config_snapshot
from callcenter.config import settings
from callcenter.rules import quality
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.outcomes import KINDS, WAYS
from callcenter.rules.priority import FRONT
from callcenter.rules.published_measures import BY_CODE
from callcenter.rules.report_places import ReportPlace, place
from callcenter.rules.roles import AGENT, OVERSEER, STAFF, SUPERVISOR
from callcenter.rules.states import CHOSEN_PAUSES, FollowUp, OrientationReason
from callcenter.rules.territory import NATION, PARIS, TERRITORIES
from callcenter.screens import directory_screen
from callcenter.screens.desk_parts import timezone_of
from callcenter.screens.desk_screen import HOLD_LIMIT
from callcenter.web.pages.place_names import place_name
from callcenter.web.pages.words import say, words

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


@cache
def environment() -> Environment:
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
        "hour": hour,
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
    key = f"history.{AuditedAct(act).name.lower()}"
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
    return place_name(place(territory, context["visitor"].staff.scope), context["language"])


@pass_context
def _region(context: Context, code: str, name: str, only: tuple[str, ...]) -> str:
    return place_name(ReportPlace(code, name, only), context["language"])


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
def _since(context: Context, at: datetime, timezone: str = PARIS) -> Markup:
    """An instant whose age the browser counts; without a script, the hour."""
    said = say(context["language"], "state.since", time=hour(at, timezone))
    return Markup('<time datetime="{}" data-since="{}">{}</time>').format(at.isoformat(), _ms(at), said)


def _until(at: datetime, timezone: str = PARIS) -> Markup:
    """An instant to which the browser counts down; without a script, the hour."""
    said = hour(at, timezone, "%H:%M:%S")
    return Markup('<time datetime="{}" data-until="{}">{}</time>').format(at.isoformat(), _ms(at), said)


def hour(at: datetime, timezone: str = PARIS, form: str = "%H:%M") -> str:
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
