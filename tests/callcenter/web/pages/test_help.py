"""Every screen has a help page, in each language, and leads to it."""

import re
from pathlib import Path

import pytest

from callcenter.rules.languages import LANGUAGES
from callcenter.web.pages import help_texts
from callcenter.web.pages.help_texts import help_pages

TEMPLATES = Path(help_texts.__file__).parent / "templates"
BLOCK = r"\{%% block %s %%\}([a-z_-]+)\{%% endblock %%\}"
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


def test_every_screen_leads_to_a_help_page_of_its_own_or_of_its_section() -> None:
    """A new screen says `{% block help %}name{% endblock %}`; its page stands in `help/fr.toml` and `help/en.toml`."""
    assert {name: slug for name, slug in _screens().items() if slug not in help_pages("fr")} == {}
    assert len(_screens()) > 20


def test_no_help_page_is_of_no_screen() -> None:
    told = set(_screens().values()) | {"refused"}
    assert set(help_pages("fr")) - told == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_tells_as_much_of_the_same_screens(language: str) -> None:
    french, other = help_pages("fr"), help_pages(language)
    assert list(french) == list(other)
    assert {name: len(page.steps) for name, page in french.items()} == {n: len(p.steps) for n, p in other.items()}
    assert all(page.title and page.what and all(page.steps) for page in other.values())
