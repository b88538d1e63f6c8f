"""What an agent may choose from: topics and procedures, in both languages."""

from dataclasses import dataclass
from functools import cache

from callcenter.reference import rows
from callcenter.rules.territory import TERRITORIES

OTHER = "autre"


@dataclass(frozen=True)
class Named:
    """A code with its name in each language."""

    code: str
    fr: str
    en: str

    def name(self, language: str) -> str:
        return self.en if language == "en" else self.fr


@dataclass(frozen=True)
class Procedure(Named):
    """One démarche of the directory. `partner` is empty where no partner of the network holds it."""

    topic: str
    partner: str


@cache
def topics() -> dict[str, Named]:
    """Every topic that has a queue, in the order of the telephone menu; `autre` comes last."""
    spoken = [Named(row["code"], _shown(row["fr"]), _shown(row["en"])) for row in rows("topics.csv") if row["code"]]
    return {topic.code: topic for topic in [*spoken, Named(OTHER, "Autre sujet", "Another matter")]}


@cache
def procedures() -> dict[str, Procedure]:
    """Every procedure by its code."""
    return {
        row["code"]: Procedure(row["code"], row["fr"], row["en"], row["topic"], row["partner"])
        for row in rows("procedures.csv")
    }


def by_topic(first: str | None) -> list[tuple[Named, list[Procedure]]]:
    """Every procedure under its topic, the call's own topic first."""
    order = sorted(topics().values(), key=lambda topic: topic.code != first)
    return [(topic, [p for p in procedures().values() if p.topic == topic.code]) for topic in order]


def topic_name(code: str | None, language: str) -> str:
    """A topic's name; the code itself for one that the directory has lost."""
    topic = topics().get(code or OTHER)
    return topic.name(language) if topic else str(code)


def procedure_name(code: str, language: str) -> str:
    """A procedure's name; the code itself for one that the directory has lost."""
    procedure = procedures().get(code)
    return procedure.name(language) if procedure else code


def department_name(code: str) -> str | None:
    """`Lot`; None for the unknown department."""
    territory = TERRITORIES.get(code)
    return territory.name if territory else None


def _shown(spoken: str) -> str:
    """A topic as it is said begins with an article: « les impôts » is shown as « Impôts »."""
    for article in ("les ", "la ", "le ", "l'"):
        if spoken.startswith(article):
            spoken = spoken.removeprefix(article)
            break
    return spoken[:1].upper() + spoken[1:]
