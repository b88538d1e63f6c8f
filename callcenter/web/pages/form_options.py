"""What a form offers to choose from."""

from collections.abc import Collection

from callcenter.rules.accounts import ROLES
from callcenter.rules.languages import LANGUAGES
from callcenter.rules.territory import TERRITORIES
from callcenter.screens import directory_screen
from callcenter.web.pages.words import say

Options = list[tuple[str, str]]


def department_options(codes: frozenset[str] | None = None) -> Options:
    """The inhabited departments, or those of them that are in `codes`."""
    inhabited = [each for each in TERRITORIES.values() if each.inhabited and (codes is None or each.code in codes)]
    return [(each.code, f"{each.code} – {each.name}") for each in inhabited]


def role_options(language: str) -> Options:
    return [(role, say(language, f"role.{role}")) for role in ROLES]


def language_options(language: str) -> Options:
    return [(code, say(language, f"language.{code}")) for code in LANGUAGES]


def topic_options(language: str, departments: Collection[str] | None = None, held: Collection[str] = ()) -> Options:
    """The topics of the nation and of these departments (None: of all), and those that are chosen already."""
    near = directory_screen.topics() if departments is None else directory_screen.topics_of(departments)
    return [
        (code, topic.name(language))
        for code, topic in directory_screen.topics().items()
        if code in near or code in held
    ]
