"""Every screen has a help page, in each language, and leads to it."""

import re
from pathlib import Path

import pytest

from callcenter.rules.languages import LANGUAGES
from callcenter.web.pages import help_texts
from callcenter.web.pages.help_texts import help_pages
from callcenter.web.pages.words import say
from tests.callcenter.web.conftest import SignIn
from tests.support.town import settle

TEMPLATES = Path(help_texts.__file__).parent / "templates"
BLOCK = r"\{%% block %s %%\}([a-z_-]+)\{%% endblock %%\}"
STEPS = {  # of a screen rather than screens: read back, printed, refused
    "order_confirm.html": "orders.html", "closure_confirm.html": "admin/hours.html",
    "callbacks_print.html": "callbacks_all.html", "report_refused.html": "report.html",
}  # fmt: skip
NO_SCREEN = {"page.html", "live.html", "admin/base.html", "help.html", "refused.html"}  # what screens are made from


def _screens() -> dict[str, str]:
    """By template, the help page that its header leads to."""
    found = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        name, text = str(path.relative_to(TEMPLATES)), path.read_text()
        if "{% extends" in text and name not in NO_SCREEN:
            slugs = [re.search(BLOCK % block, text) for block in ("help", "place", "here")]
            found[name] = next((slug[1] for slug in slugs if slug), "")
    return found


def test_every_screen_leads_to_a_help_page_of_its_own() -> None:
    """A new screen says `{% block help %}name{% endblock %}`; its page stands in `help/fr.toml` and `help/en.toml`."""
    screens = _screens()
    assert {name: slug for name, slug in screens.items() if slug not in help_pages("fr")} == {}
    own = [slug for name, slug in screens.items() if name not in STEPS]
    assert [slug for slug in own if own.count(slug) > 1] == []
    assert {step: screens[step] for step in STEPS} == {step: screens[of] for step, of in STEPS.items()}
    assert len(screens) > 20


def test_no_help_page_is_of_no_screen() -> None:
    told = set(_screens().values()) | {"refused"}
    assert set(help_pages("fr")) - told == set()


def test_a_page_shows_the_way_to_its_own_help(sign_in: SignIn) -> None:
    settle("karim")
    settle("ines", role="supervisor", departments=["46"])
    for who, paths in (
        ("karim", {"day": "day", "visit": "visit", "keys": "keys", "help": "desk-help", "distress": "distress"}),
        ("ines", {"agents": "report-agents", "help": "report-help"}),
    ):
        browser = sign_in(who)
        for path, slug in paths.items():
            page = browser.get(f"/{'desk' if who == 'karim' else 'reports'}/{path}")
            assert (page.status_code, f'href="/help/{slug}"' in page.text) == (200, True), path
            assert help_pages("fr")[slug].what.replace("'", "&#39;") in browser.get(f"/help/{slug}").text


def test_the_help_of_the_desk_and_of_callbacks_names_what_is_there() -> None:
    """By the words of the buttons themselves."""
    for language in LANGUAGES:
        told = {name: " ".join(help_pages(language)[name].steps) for name in ("desk", "callbacks", "desk-help")}
        assert say(language, "consult.ask") in told["desk"]
        assert say(language, "tools.keys") in told["desk"]
        assert all(say(language, f"callbacks.{key}") in told["callbacks"] for key in ("start", "start_early"))
        assert all(say(language, f"consult.{key}") in told["desk-help"] for key in ("consult", "cold", "follow_up"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_tells_as_much_of_the_same_screens(language: str) -> None:
    french, other = help_pages("fr"), help_pages(language)
    assert list(french) == list(other)
    assert {name: len(page.steps) for name, page in french.items()} == {n: len(p.steps) for n, p in other.items()}
    assert all(page.title and page.what and all(page.steps) for page in other.values())
