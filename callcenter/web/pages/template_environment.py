"""What every template may say: words, names, instants and numbers as the reader's language writes them."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.config import settings
from callcenter.records.sessions import Act
from callcenter.rules import quality, weekly_hours
from callcenter.rules.consults import CHOSEN_REASONS
from callcenter.rules.moved_by import WHYS
from callcenter.rules.orders import clock_of_scope
from callcenter.rules.outcomes import KINDS, WAYS
from callcenter.rules.priority import FRONT
from callcenter.rules.published_measures import BY_CODE
from callcenter.rules.report_places import ReportPlace, place
from callcenter.rules.roles import AGENT, CONTACTS, OVERSEER, STAFF, SUPERVISOR
from callcenter.rules.rounds import MONTHS, WEEKDAYS
from callcenter.rules.states import CHOSEN_PAUSES, FollowUp, OrientationReason
from callcenter.rules.territory import NATION, PARIS, TERRITORIES
from callcenter.screens import directory_screen, orders_screen
from callcenter.screens.desk_contacts import HalfDay
from callcenter.screens.desk_parts import timezone_of
from callcenter.screens.desk_screen import HOLD_LIMIT, CallInHand
from callcenter.web.pages.days_said import opens_said, period_said
from callcenter.web.pages.history_said import ActSaid, act_said
from callcenter.web.pages.place_names import place_name
from callcenter.web.pages.words import say

_NUMBERED = re.compile("procedure-([0-9]{1,2})")
NARROW = "\u202f"  # no line is broken there
SITE_MEASURES = ("demands", "settled_in_one_contact", "satisfied")  # in a report's table of sites

PLACES = (  # the menu: who may go there, its name, and where it is
    (AGENT, "desk", "/desk"),
    (AGENT, "callbacks", "/callbacks"),
    (CONTACTS, "contacts", "/contacts"),
    (OVERSEER, "wall", "/supervision"),
    (OVERSEER, "waiting", "/supervision/waiting"),
    (OVERSEER, "orders", "/supervision/orders"),
    (OVERSEER, "all_callbacks", "/supervision/callbacks"),
    (OVERSEER, "reports", "/reports"),
    (STAFF, "sites", "/sites"),
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
        "colon": _colon,
        "quoted": _quoted,
        "since": _since,
        "lasting": _lasting,
        "demarche_numbers": lambda answers: demarche_numbers(answers) or [0],
        "half_day": _half_day,
        "until": _until,
        "topic": _topic,
        "act_said": _act_said,
        "said_hours": _said_hours,
        "period_said": _period_said,
        "opens_said": _opens_said,
        "clock_said": _clock_said,
        "sheet": directory_screen.sheet,
        "is_simulated": lambda: config_snapshot.current().simulated,
        "referents": directory_screen.referents,
        "procedure": _procedure,
        "partner_name": directory_screen.partner_name,
        "department": _department,
        "ring": _ring,
        "hour": hour,
        "ms": _ms,
        "minutes": _minutes,
        "elapsed": _elapsed,
        "reason_options": _reason_options,
        "moment": _moment,
        "standing_of": lambda department: orders_screen.standing(frozenset([department]), clock.now()),
        "zone_of": lambda scope: clock_of_scope(scope).key,
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
        "pass_reasons": CHOSEN_REASONS,
        "moved_whys": WHYS,
        "orientation_reasons": tuple(OrientationReason),
        "follow_ups": tuple(FollowUp),
        "agreement_kinds": KINDS,
        "agreement_ways": WAYS,
        "hold_limit": HOLD_LIMIT,
        "held_minutes": _held_minutes,
        "monitoring": settings().monitoring,
        "is_state_brand": settings().brand == "etat",
    }
    environment.filters |= {"number": _number, "decimal": _decimal, "pairs": in_pairs}
    return environment


@pass_context
def _say(context: Context, key: str, **values: object) -> str:
    return say(context["language"], key, **values)


@pass_context
def _colon(context: Context) -> str:
    return ":" if context["language"] == "en" else " :"


@pass_context
def _quoted(context: Context, words: str) -> str:
    """Somebody's own words, between the marks of the reader's language; no line breaks inside the marks."""
    return f"“{words}”" if context["language"] == "en" else f"«\u00a0{words}\u00a0»"


@pass_context
def _topic(context: Context, code: str | None) -> str:
    return directory_screen.topic_name(code, context["language"])


@pass_context
def _act_said(context: Context, act: Act) -> ActSaid:
    return act_said(act, context["language"])


@pass_context
def _said_hours(context: Context, written: str) -> str:
    """Hours as people say them."""
    return weekly_hours.said(written, context["language"])


@pass_context
def _period_said(context: Context, first: date, last: date, today: date) -> str:
    return period_said(first, last, today, context["language"])


@pass_context
def _opens_said(context: Context, opens: datetime, today: date) -> str:
    return opens_said(opens, today, context["language"])


@pass_context
def _clock_said(context: Context, at: datetime) -> str:
    minutes = at.hour * 60 + at.minute
    return weekly_hours.clock(minutes or weekly_hours.DAY, context["language"])


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


@pass_context
def _lasting(context: Context, at: datetime, timezone: str = PARIS) -> Markup:
    """Since when something lasts, in words that the browser goes on with: « depuis 13 min »; without a script, the
    hour."""
    said = say(context["language"], "state.since", time=hour(at, timezone))
    return Markup('<time datetime="{}" data-lasts-since="{}">{}</time>').format(at.isoformat(), _ms(at), said)


def _until(at: datetime, timezone: str = PARIS) -> Markup:
    """An instant to which the browser counts down; without a script, the hour."""
    said = hour(at, timezone, "%H:%M:%S")
    return Markup('<time datetime="{}" data-until="{}">{}</time>').format(at.isoformat(), _ms(at), said)


@pass_context
def _half_day(context: Context, each: HalfDay, timezone: str) -> str:
    """`mardi 01/12, matin`."""
    language = context["language"]
    local = each.opens.astimezone(ZoneInfo(timezone))
    day, half = say(language, f"staffing.day_{local.isoweekday()}"), say(language, f"callbacks.{each.code[-1]}").lower()
    return f"{day} {local:%d/%m}, {half}"


def demarche_numbers(answers: Mapping[str, object]) -> list[int]:
    """The numbers of a form's démarches, as its fields say them."""
    return sorted({int(found[1]) for name in answers if (found := _NUMBERED.fullmatch(name))})


def in_pairs(reference: str) -> str:
    """A reference as it is said: `12 34 56 78 90`; a front desk's as it is."""
    return NARROW.join(re.findall("..", reference)) if re.fullmatch("[0-9]{10}", reference) else reference


def hour(at: datetime, timezone: str = PARIS, form: str = "%H:%M") -> str:
    return at.astimezone(ZoneInfo(timezone)).strftime(form)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


@pass_context
def _reason_options(context: Context, reasons: Iterable[str]) -> list[tuple[str, str]]:
    return [(reason, say(context["language"], f"hours.why_{reason}")) for reason in reasons]


@pass_context
def _elapsed(context: Context, since: datetime) -> str:
    """How long ago it was when the page was written: `moins d'une minute`, `13 min`, `2 h 05`."""
    minutes = int((context["now"] - since).total_seconds() // 60)
    if minutes < 1:
        return say(context["language"], "waiting.less")
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02}"


@pass_context
def _moment(context: Context, at: datetime, timezone: str = PARIS) -> str:
    """`lundi 30 novembre à 18:00`."""
    local, language = at.astimezone(ZoneInfo(timezone)), context["language"]
    day = f"{WEEKDAYS[language][local.weekday()]} {local.day} {MONTHS[language][local.month - 1]}"
    return say(language, "orders.moment", day=day, time=f"{local:%H:%M}")


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


def _held_minutes(call: CallInHand) -> int:
    """Since when its citizen had been on hold at the last word to their agent; it is said anew each minute."""
    if call.held_since is None or call.rung_back_at is None:
        return 0
    return int((call.rung_back_at - call.held_since).total_seconds()) // 60


def _minutes(seconds: float) -> str:
    """`3:07`."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
