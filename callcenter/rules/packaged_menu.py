"""The menu that comes with the service, out of the reference files: what callers hear until somebody writes another."""

from functools import cache

from callcenter.reference import rows
from callcenter.rules.menu import Menu, Topic

LABELS = ("fr", "en")


@cache
def packaged_menu() -> Menu:
    """The topics that come with the service, as a menu."""
    return Menu(packaged_topics())


def packaged_topics() -> list[Topic]:
    """The topics that come with the service."""
    spoken: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in rows("topic_keywords.csv"):
        words = tuple(word.strip() for word in row["keywords"].split(";"))
        of_topic = spoken.setdefault(row["code"], {})
        of_topic[row["language"]] = (*of_topic.get(row["language"], ()), *words)
    return [
        Topic(
            row["keys"],
            row["code"],
            {n: row[n] for n in LABELS},
            partners=tuple(row["partners"].split()),
            keywords=spoken.get(row["code"], {}),
            names={n: row[f"name_{n}"] for n in LABELS},
        )
        for row in rows("topics.csv")
    ]
