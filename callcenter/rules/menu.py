"""The telephone menu: topics on keys, two levels of at most five choices, and what each department adds to it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from callcenter.rules.plain_text import folded
from callcenter.rules.territory import NATION

CHOICES = 5  # the most a level may offer, "je ne sais pas" included
OTHER = "autre"  # the topic of those who do not know
CODE = re.compile(r"[a-z][a-z0-9-]{1,39}")
"""The code of a topic or a partner."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A choice of the menu: `keys` from the first level; `code` is empty for a heading. `labels` are the phrases that
    are said after « Pour », `names` what is read on screens, each by language.

    `keywords` are what is said for it, `sheet` what an agent answers, by language.
    """

    keys: str
    code: str
    labels: Mapping[str, str]
    partners: tuple[str, ...] = ()
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheet: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, language: str) -> str:
        """What is read; made of what is said where nobody has written another."""
        return self.names.get(language) or read_of(self.labels[language])


def code_of(name: str) -> str:
    """A code out of a name: « Relire un bail » is `relire-un-bail`; empty where nothing of it can be one."""
    code = re.sub(r"[^a-z0-9]+", "-", folded(name)).strip("-")[:40].rstrip("-")
    return code if CODE.fullmatch(code) else ""


def read_of(said: str) -> str:
    """What is said as it may be read: « les impôts » is « Impôts »."""
    for article in ("les ", "la ", "le ", "l'", "the "):
        if said.startswith(article):
            said = said.removeprefix(article)
            break
    return said[:1].upper() + said[1:]


class Menu:
    """The topics, two levels of at most five choices. A ValueError says what is wrong with them.

    `local`: menus of departments that have their own; `notices`: what is said to callers of a department, or of the
    nation, before they choose.
    """

    def __init__(
        self,
        topics: Iterable[Topic],
        local: Mapping[str, "Menu"] | None = None,
        notices: Mapping[str, Mapping[str, str]] | None = None,
        not_open: frozenset[str] = frozenset(),
    ) -> None:
        self.topics = {topic.keys: topic for topic in sorted(topics, key=lambda topic: topic.keys)}
        self.local = local or {}
        self.notices = notices or {}
        self.not_open = not_open
        headings = [keys for keys, topic in self.topics.items() if not topic.code]
        for group in ["", *headings]:
            keys = [topic.keys for topic in self.level(group)]
            if keys != [f"{group}{n}" for n in range(1, len(keys) + 1)] or not 1 <= len(keys) < CHOICES:
                raise ValueError(f"topics under {group or 'the first level'!r}: {keys}")
        if strays := set(self.topics) - {topic.keys for group in ["", *headings] for topic in self.level(group)}:
            raise ValueError(f"topics under no heading: {sorted(strays)}")
        if any(len(keys) > 1 for keys in headings):
            raise ValueError("a heading at the second level")

    def level(self, group: str) -> list[Topic]:
        """The choices under a heading's key, or of the first level."""
        return [topic for keys, topic in self.topics.items() if keys[:-1] == group]

    def of(self, department: str) -> "Menu":
        """The menu that callers of this department hear."""
        return self.local.get(department, self)

    def coded(self) -> list[Topic]:
        """Every topic that has a queue, headings aside, in the order of the keys."""
        return [topic for topic in self.topics.values() if topic.code]

    def every_code(self) -> tuple[str, ...]:
        """Every topic that has a queue somewhere: the nation's in the order of the keys, the departments' own after
        them, and last what is of none."""
        local = (topic.code for menu in self.local.values() for topic in menu.coded())
        return tuple(dict.fromkeys((*(topic.code for topic in self.coded()), *local, OTHER)))

    def codes_of(self, *departments: str) -> tuple[str, ...]:
        """Those of the nation and of these departments, in the same order."""
        there = {topic.code for menu in (self, *map(self.of, departments)) for topic in menu.coded()} | {OTHER}
        return tuple(code for code in self.every_code() if code in there)


def menu_of(
    topics: Iterable[tuple[str, Topic]],
    notices: Mapping[str, Mapping[str, str]] | None = None,
    not_open: frozenset[str] = frozenset(),
) -> Menu:
    """The nation's menu with each department's. A department's topics take the place of the nation's on their keys, and
    none of the nation's may be lost there. A ValueError says what is wrong, and where."""
    by_scope: dict[str, list[Topic]] = {}
    for scope, topic in topics:
        by_scope.setdefault(scope, []).append(topic)
    national = by_scope.pop(NATION, [])
    local = {scope: local_menu(national, own, scope) for scope, own in by_scope.items()}
    return Menu(national, local, notices, not_open)


def local_menu(national: Iterable[Topic], own: Iterable[Topic], department: str) -> Menu:
    """The menu of one department. Raises ValueError."""
    own = list(own)
    placed = {topic.code for topic in own if topic.code}
    mixed = {topic.keys: topic for topic in national if topic.code not in placed or not topic.code}
    mixed |= {topic.keys: topic for topic in own}
    try:
        menu = Menu(mixed.values())
    except ValueError as wrong:
        raise ValueError(f"{department}: {wrong}") from None
    if lost := {topic.code for topic in national if topic.code} - {topic.code for topic in menu.coded()}:
        raise ValueError(f"{department}: no key is left for {', '.join(sorted(lost))}")
    return menu


def first_free(menu: Menu) -> str:
    """Keys on which one more topic has room; the last heading's first. ValueError where all are full."""
    for heading in [keys for keys, topic in reversed(menu.topics.items()) if not topic.code]:
        if (taken := len(menu.level(heading))) < CHOICES - 1:
            return f"{heading}{taken + 1}"
    raise ValueError("every level of the menu is full")
