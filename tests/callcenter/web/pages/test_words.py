"""Every word exists in every language, and none is there that nobody reads."""

import re
import string
from pathlib import Path

import pytest

from callcenter.actions import hours
from callcenter.actions.accounts import TOLD
from callcenter.actions.orders import ACTS
from callcenter.records.sites import COLUMNS
from callcenter.rules import accounts, alerts
from callcenter.rules.callbacks import CallbackState, Source
from callcenter.rules.languages import LANGUAGES
from callcenter.rules.outcomes import KINDS, WAYS
from callcenter.rules.priority import Reason
from callcenter.rules.published_measures import MEASURES, SIDES
from callcenter.rules.states import AgentState, CallState, FollowUp, Monitoring, OrientationReason, Outcome, PauseReason
from callcenter.rules.why_a_call_waits import Hindrance
from callcenter.screens import directory_screen
from callcenter.web.pages import site_pages, template_environment, words

pytestmark = pytest.mark.usefixtures("database")
UI = Path(words.__file__).parent
TEMPLATES = [path.read_text() for path in UI.glob("templates/**/*.html")]
CODE = [path.read_text() for path in UI.rglob("*.py")]
MADE = {  # keys whose last part is a value
    *(f"state.{state}" for state in AgentState),
    *(f"reason.{reason}" for reason in PauseReason),
    *(f"monitor.{mode}{form}" for mode in Monitoring for form in ("", "_label", "_by")),
    *(f"monitor.is_{mode}" for mode in Monitoring),
    *(f"error.monitoring_{code}" for code in ("nobody", "untold", "elsewhere", "at_post")),
    *(f"record.{word}" for values in (Outcome, OrientationReason, FollowUp) for word in values),
    *(f"record.{outcome}_hint" for outcome in Outcome),
    *(f"error.{code}" for code in ("form", "orientation_needs_reason", "orientation_is_not_settled")),
    *(f"error.{code}" for code in ("website_needs_checked_access", "reason_without_orientation")),
    *(f"waiting.not_{why}" for why in Hindrance),
    *(f"waiting.{why}_short" for why in Hindrance),
    *(f"orders.{act}" for act in ACTS),
    *(f"waiting.is_{state}" for state in (CallState.WAITING, CallState.OFFERED)),
    *(f"error.order_{code}" for code in ("words", "target", "circle", "ages")),
    *(f"ahead.{reason}" for reason in Reason),
    *(f"language.{language}" for language in LANGUAGES),
    *(f"agreement.{word}" for word in (*KINDS, *WAYS)),
    *(f"visit.s{n}" for n in (1, 2, 3, 4)),
    *(f"keys.{key}" for key in "drmapns"),
    *(f"service.{place}" for _, place, _ in template_environment.PLACES),
    *(f"callbacks.{state}" for state in CallbackState),
    *(f"callbacks.by_{source}" for source in Source),
    *(f"role.{role}" for role in accounts.ROLES),
    *(f"doubt.{key}" for key in site_pages.DOUBTS.values()),
    *(f"sites.weeks_{weeks}" for weeks in ("odd", "even")),
    *(f"history.{word}" for word in ["created", "changed", "deactivated", "reactivated", "set_a_password", "imported"]),
    *(f"history.moved_to_{state}" for state in ("pause", "offline")),
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
            "phone_not_called",
            "columns",
        ]
    ),
    "doubt.other",
    *(f"list.round_{code}" for code in ("place", "hours", "lost", "kind", "columns", "cleaned")),
    *(f"hours.why_{why}" for why in (*hours.REASONS, "hours", "holiday", "unknown", "exception")),
    *(f"rollout.{word}{state}" for word in ("", "means_", "make_") for state in hours.STATES),
    *(f"error.{code}" for code in ("hours_scope", "hours_days", "hours_reason", "hours_topic", "rollout")),
    *(f"admin.{place}" for place in ("agents", "sites", "directory", "hours", "departments", "shared-lines")),
    *(f"error.line_{word}" for word in ("name", "number", "listed")),
    *(f"history.{act}" for act in ("listed_a_shared_line", "took_a_shared_line_off")),
    *(f"error.topic_{word}" for word in ("keys", "code", "labels", "sheet", "heading", "menu", "planned")),
    *(f"error.{code}" for code in ("directory_day", "partner", "referent")),
    *(f"directory.label_hint_{language}" for language in LANGUAGES),
    *(f"history.{act}" for act in ("wrote_a_topic", "removed_a_topic", "named_a_partner", "ended_a_partner")),
    *(f"history.{act}" for act in ("wrote_a_referent", "removed_a_referent")),
    *(f"history.{act}" for act in ("took_in_a_list_of_sites", "took_in_rounds")),
    *(f"history.{did}_by_the_list" for did in ("changed", "gone", "back")),
    *(f"field.{name}" for name in ("new", "changed", "gone", "back", "stops")),
    *(f"field.{column}" for column in COLUMNS),
    *(f"history.{act}" for act in ("message", "message_ended", "set_thresholds")),
    *(f"history.{act}_a_queue" for act in ACTS),
    *(f"field.{name}" for name in ("message", "thresholds")),
    *(f"history.{act}_a_procedure" for act in ("wrote", "removed")),
    *(f"error.{code}" for code in ("procedure", "procedure_topic")),
    "field.keys",
    *(f"field.{name}" for name in ("hours", "days", "reason", "topic", "holiday", "rollout")),
    *(f"history.{act}" for act in ("closed_by_exception", "took_an_exception_back", "wrote_hours")),
    *(f"history.{act}" for act in ("overrode_a_holiday", "planned_the_rollout", "took_a_plan_back")),
    *(f"rest.{state}" for state in ("available", "pause")),
    *(f"{word}.{measure.code}" for measure in MEASURES for word in ("measure", "definition")),
    *(f"unit.{measure.unit}" for measure in MEASURES),
    *(f"{word}.{measure}" for measure in alerts.DEFAULTS for word in ("alert", "alert_unit")),
    *(f"staffing.day_{n}" for n in range(1, 8)),
    *(f"wall.{each}" for each in ("offered", "answered", "abandoned")),
    *(f"channel.{channel}" for channels in SIDES.values() for channel in channels),
    *(f"table.{end}" for side in ("phone", "desk") for end in (side, f"{side}_part", f"{side}_of")),
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
