"""Every word exists in every language, and none is there that nobody reads."""

import re
import string
from pathlib import Path

import pytest

from callcenter.actions import hours
from callcenter.actions.accounts import TOLD
from callcenter.actions.orders import ACTS
from callcenter.records.sites import COLUMNS
from callcenter.rules import accounts, alerts, shortcuts
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.callbacks import CallbackState, DialResult, Source
from callcenter.rules.consults import ConsultEnd, PassReason
from callcenter.rules.distress import EMERGENCY, HELPLINES
from callcenter.rules.languages import LANGUAGES
from callcenter.rules.moved_by import ACCOUNT, WHYS
from callcenter.rules.outcomes import KINDS, WAYS
from callcenter.rules.priority import Reason
from callcenter.rules.published_measures import GROUPS, MEASURES, SIDES
from callcenter.rules.state_machines import MACHINES
from callcenter.rules.states import (
    AgentState,
    CallState,
    Due,
    Ending,
    FollowUp,
    Monitoring,
    OfferState,
    OrientationReason,
    Outcome,
    PauseReason,
)
from callcenter.rules.why_a_call_waits import Hindrance
from callcenter.rules.whys import Why
from callcenter.screens import directory_screen
from callcenter.web.pages import refusals, site_pages, template_environment, words
from callcenter.web.pages.admin import directory_pages

pytestmark = pytest.mark.usefixtures("database")
UI = Path(words.__file__).parent
TEMPLATES = [path.read_text() for path in UI.glob("templates/**/*.html")]
CODE = [path.read_text() for path in UI.rglob("*.py")]
COUNTED = (
    "lately", "promised", "at_post", "waiting_hear_not", "waiting_exception", "waiting_threshold",
    *(f"waiting_{act}" for act in ACTS[:-1]),
)  # fmt: skip
CHOSEN_ENDS = (ConsultEnd.DISMISSED, ConsultEnd.CANCELLED, ConsultEnd.HANDED_OVER, ConsultEnd.CALL_OVER)  # told no more
MADE = {  # keys whose last part is a value
    *(f"state.{state}" for state in AgentState),
    *(f"state.{reason}" for reason in (PauseReason.NO_PHONE, PauseReason.LINE_LOST)),
    *(f"reason.{reason}" for reason in PauseReason),
    *(f"monitor.{mode}{form}" for mode in Monitoring for form in ("", "_label", "_by")),
    *(f"monitor.is_{mode}" for mode in Monitoring),
    *(f"error.monitoring_{code}" for code in ("nobody", "untold", "outsider", "elsewhere", "at_post")),
    *(f"error.{code}" for code in ("colleague_not_free", "colleague_away", "nobody_serves", "distress_taken")),
    *(f"record.{word}" for values in (Outcome, OrientationReason, FollowUp) for word in values),
    *(f"record.{outcome}_hint" for outcome in Outcome),
    *(f"error.{code}" for code in ("form", "orientation_needs_reason", "orientation_is_not_settled")),
    *(f"error.{code}" for code in ("website_needs_checked_access", "reason_without_orientation")),
    *(f"waiting.{why}_short" for why in Hindrance),
    *(f"orders.{word}{act}" for act in ACTS[:-1] for word in ("", "confirm_", "will_")),
    *(f"orders.{word}_{n}" for word in COUNTED for n in ("none", "one", "many")),
    *(f"wall.{word}_{n}" for word in ("waits", "free_now") for n in ("none", "one", "many")),
    *(f"wall.doing_{state}" for state in ("talking", "wrap_up", "pause", "lost")),
    *(f"waiting.is_{state}" for state in ("talking", "wrap_up")),
    *(f"moved.why_{why}" for why in (*WHYS, ACCOUNT)),
    *(f"moved.{when}{state}" for when in ("", "next_") for state in ("pause", "offline", "available")),
    *(f"waiting.is_{state}" for state in (CallState.WAITING, CallState.OFFERED)),
    *(
        f"error.order_{code}"
        for code in ("words", "target", "circle", "ages", "scope", "topic", "act", "ends", "until")
    ),
    *(f"error.{code}" for code in ("moved_why",)),
    "field.until",
    *(f"error.period_{code}" for code in ("first", "last", "reversed", "long")),
    *(f"report.group_{group}" for group in GROUPS),
    *(
        f"report.{each}"
        for each in ("calls", "helps", "demarches_count", "talked", "held", "wrapped", "missed", "promised")
    ),
    *(f"report.{each}" for each in ("busy", "available", "paused")),
    *(f"ahead.{reason}" for reason in Reason),
    *(f"language.{language}" for language in LANGUAGES),
    *(f"agreement.{word}" for word in (*KINDS, *WAYS)),
    *(f"visit.s{n}" for n in (1, 2, 3, 4)),
    *(f"keys.{act}" for act in shortcuts.DEFAULT),
    *(f"state.since_{call}" for call in ("waits", "offered", "answered", "gone")),
    *(f"error.{code}" for code in ("procedure_missing", "procedure_twice", "outcome_missing", "settled_missing")),
    *(f"error.callback_{code}" for code in ("when", "day", "who", "nobody")),
    *(f"service.{place}" for _, place, _ in template_environment.PLACES),
    *(f"error.{what}_{kind}" for what in ("title", "next") for kind in (*refusals.TITLED, "other")),
    *(f"callbacks.{state}" for state in CallbackState),
    *(f"callbacks.by_{source}" for source in Source),
    *(f"callbacks.why{kind}" for kind in ("", "_silence")),
    *(f"role.{role}" for role in accounts.ROLES),
    *(f"doubt.{key}" for key in site_pages.DOUBTS.values()),
    *(f"sites.weeks_{weeks}" for weeks in ("odd", "even")),
    *(f"history.{act.name.lower()}" for act in AuditedAct),
    *(f"trail.{code}" for codes in (Why, DialResult, Source, Monitoring, OfferState, ConsultEnd) for code in codes),
    *(
        f"staff.lacks_{form}{code}"
        for form in ("", "short_")
        for code in ("password", "phone", "topics", "departments")
    ),
    *(f"field.{name}" for name in (*TOLD, "login", "name", "phone", "password")),
    *(
        f"error.staff_{name}"
        for name in ["login", "name", "role", "department", "site", "topics", "languages", "departments", "phone"]
    ),
    *(
        f"error.staff_{name}"
        for name in [
            "password",
            "taken",
            "twice",
            "inactive",
            "own_role",
            "site_several",
            "phone_lost",
            "phone_two",
            "phone_not_called",
            "columns",
        ]
    ),
    "doubt.other",
    *(
        f"list.round_{code}"
        for code in ("place", "hours", "weeks", "lost", "two_numbers", "kind", "columns", "cleaned")
    ),
    *(f"hours.why_{why}" for why in (*hours.REASONS, "hours", "holiday", "unknown", "exception")),
    *(f"rollout.{word}{state}" for word in ("", "means_", "make_") for state in hours.STATES),
    *(f"error.{code}" for code in ("hours_scope", "hours_days", "hours_reason", "hours_topic", "rollout")),
    *(f"admin.{place}" for place in ("agents", "sites", "directory", "hours", "departments", "shared-lines")),
    *(f"error.line_{word}" for word in ("name", "number", "listed")),
    *(f"error.topic_{word}" for word in ("keys", "code", "labels", "sheet", "heading", "menu", "planned")),
    *(f"error.{code}" for code in ("directory_day", "partner", "referent", "referent_phone")),
    *(f"directory.label_hint_{language}" for language in LANGUAGES),
    *(f"field.{name}" for name in ("new", "changed", "gone", "back", "stops")),
    *(f"field.{column}" for column in COLUMNS),
    *(f"field.{name}_{language}" for name in ("name", "phrase", "keywords", "sheet") for language in LANGUAGES),
    *(f"field.{name}" for name in ("partner", "partners", "told_hours", "towns")),
    *(f"list.town_{code}" for code in ("name", "lost", "postal_code", "place")),
    *(f"directory.name_hint_{language}" for language in LANGUAGES),
    *(f"directory.new_{kind}" for kind in directory_pages.FIELDS),
    *(f"directory.phrase_hint_{kind}_{language}" for kind in directory_pages.FIELDS for language in LANGUAGES),
    *(f"error.{code}" for code in ("phrase", "topic_names")),
    *(f"hours.{kind}" for kind in ("make_holiday", "make_worked", "as_calendar")),
    *(f"field.{name}" for name in ("message", "message_en", "thresholds")),
    *(f"error.{code}" for code in ("procedure", "procedure_topic")),
    "field.keys",
    "field.addressees",
    *(f"error.message_{code}" for code in ("words", "to", "nobody")),
    "callbacks.why",
    "callbacks.why_silence",
    *(f"due.{due}" for due in Due),
    *(
        f"moment.{each.noun}_{state.replace('-', '_')}"
        for each in MACHINES
        if each.noun != "agent"
        for state in each.states
    ),
    *(f"consult.hears_{who}" for who in ("both", "helper", "citizen", "nobody")),
    *(f"consult.ended_{how}" for how in ConsultEnd if how not in CHOSEN_ENDS),
    *(f"consult.{word}" for word in ("rings", "called", "to_colleague", "to_referent", "on_wall", "asks_on_wall")),
    *(f"consult.{word}" for word in ("hand_over_to", "leave_with", "hand_over_help", "leave_help")),
    *(f"passed.{reason}" for reason in PassReason),
    *(f"distress.number_{code}" for code in (*EMERGENCY, *HELPLINES)),
    *(f"report.help_{each}" for each in ("asked", "answered", "reached", "busy", "no_answer", "failed", "given_up")),
    *(f"report.help_{each}" for each in ("handed", "seconds", "mean", "handed_over", "to_agent", "to_queue")),
    "report.help_to_partner",
    *(f"report.help_calls_{each}" for each in ("handed_over", "passed_on", "left_with_partner")),
    *(f"table.{each}" for each in ("department", "figure", "value")),
    *(f"passed.{by}" for by in ("by", "by_warm")),
    *(f"contact.{word}" for word in ("kind_serve", "kind_consult", "kind_monitor")),
    *(f"contact.mode_{mode}" for mode in Monitoring),
    *(f"contacts.{to}" for to in ("newer", "older")),
    *(f"ending.{ending}" for ending in Ending),
    *(f"field.{name}" for name in ("hours", "days", "reason", "topic", "holiday", "rollout")),
    *(f"rest.{state}" for state in ("available", "pause")),
    *(f"{word}.{measure.code}" for measure in MEASURES for word in ("measure", "definition")),
    *(f"unit.{measure.unit}" for measure in MEASURES),
    *(f"{word}.{measure}" for measure in alerts.DEFAULTS for word in ("alert", "alert_unit")),
    *(f"staffing.day_{n}" for n in range(1, 8)),
    *(f"wall.{each}" for each in ("offered", "answered", "abandoned")),
    *(f"channel.{channel}" for channels in SIDES.values() for channel in channels),
    *(f"table.{end}" for side in ("phone", "desk") for end in (side, f"{side}_part", f"{side}_of")),
    *(f"table.{end}_before" for side in ("phone", "desk") for end in (side, f"{side}_part", f"{side}_of")),
    *(f"table.{end}_before" for end in ("first", "last")),
    *(f"table.{column}" for column in ("table", "code", "name", "unit")),
    *(f"table.{column}" for column in ("first", "last", "territory", "partner", "side", "policy", "state")),
    *(f"table.{column}" for column in ("final_since", "corrected")),
}


def _said() -> set[str]:
    in_templates = re.compile(r"""\bt\(\s*["']([a-z_]+\.[a-z_0-9]+)["']\s*[,)]""")
    in_code = re.compile(r"""["']([a-z_]+\.[a-z_]+)["']""")
    found = {key for text in TEMPLATES for key in in_templates.findall(text)}
    found |= {key for text in CODE for key in in_code.findall(text) if not key.endswith((".html", ".ui", ".csv"))}
    return found | MADE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_is_said_is_there(language: str) -> None:
    assert _said() <= set(words.words(language))


def test_every_word_that_is_there_is_said() -> None:
    assert set(words.words("fr")) - _said() == set()


def test_the_languages_say_the_same_with_the_same_values() -> None:
    french, english = words.words("fr"), words.words("en")
    assert set(french) == set(english)
    for key, sentence in french.items():
        assert _values(sentence) == _values(english[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_audited_act_and_every_why_of_the_trail_is_told_in_words_of_its_own(language: str) -> None:
    for table, codes in (("history", [act.name.lower() for act in AuditedAct]), ("trail", list(Why))):
        told = [words.say(language, f"{table}.{code}") for code in codes]
        assert all(word[0].isupper() and "_" not in word for word in told)
        assert len(set(told)) == len(told)


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [("fr", 0, "0 contact"), ("fr", 1, "1 contact"), ("fr", 2, "2 contacts"), ("en", 0, "0 contacts")],
)
def test_a_word_goes_with_its_count(language: str, count: int, said: str) -> None:
    assert words.say(language, "report.contacts", count=count) == said


def test_a_word_of_one_or_many_may_hold_the_count_itself() -> None:
    assert words.say("fr", "report.more", count=1) == "Le suivant"
    assert words.say("fr", "report.more", count="1\u202f234") == "Les 1\u202f234 suivants"


def test_a_missing_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        words.say("fr", "no.such_word")


def test_every_state_of_a_call_has_a_name_or_is_not_shown_to_agents() -> None:
    shown = {CallState.OFFERED, CallState.CONNECTING, CallState.TALKING, CallState.WRAP_UP}
    assert {f"state.{state}" for state in shown} <= set(words.words("fr"))


def test_the_directory_speaks_both_languages_and_starts_with_the_calls_own_topic() -> None:
    first, procedures = directory_screen.by_topic("impots", ["46"])[0]
    assert (first.code, first.name("fr"), first.name("en")) == ("impots", "Impôts", "Taxes")
    assert "declaration-revenus" in {each.code for each in procedures}
    listed = [each.code for _, group in directory_screen.by_topic(None, ["46"]) for each in group]
    assert sorted(listed) == sorted(directory_screen.procedures())
    assert all(each.fr and each.en for each in directory_screen.procedures().values())


def _values(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence)} - {None}


def test_somebodys_own_words_stand_between_the_marks_of_the_readers_language() -> None:
    page = template_environment.environment().from_string("{{ quoted(words) }}")
    assert page.render(words="Figeac", language="fr") == "«\u00a0Figeac\u00a0»"
    assert page.render(words="<b>", language="en") == "“&lt;b&gt;”"
