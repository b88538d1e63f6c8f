"""The table in which front desks send their visits: one line per démarche, the lines of one reference one contact.

Published in `docs/visits/` as a table schema with a sample. What is left empty is not recorded, never 0.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import BinaryIO

from callcenter.rules import tables
from callcenter.rules.tables import NotATable
from callcenter.rules.territory import NATION

REQUIRED = ("reference", "id_fs", "debut", "demarche", "issue")
OF_CONTACT = ("canal", "departement", "minutes", "attente_minutes", "note", "echelle", "regle_usager")
OF_MATTER = ("partenaire", "motif", "internet_verifie", "regle", "suite", "continue", "remarques")
COLUMNS = (*REQUIRED, *OF_CONTACT, *OF_MATTER)
LOST = (
    "un tableur a écrit ce nombre comme 5,65E+08 : des chiffres sont perdus",
    "a spreadsheet wrote this number as 5.65E+08: figures are lost",
)


@dataclass(frozen=True)
class Held:
    """A démarche of a time, both days included: whose it is, of which topic, and where: `scope` is a department that
    added it, or the nation."""

    partner: str
    topic: str
    since: date
    until: date | None = None
    scope: str = NATION


Vocabulary = Mapping[str, tuple[Held, ...]]
"""What each code of a démarche meant, the latest meaning first."""


class NotVisits(NotATable):
    """Ce fichier n'est pas un tableau de visites lisible : rien n'a été enregistré."""

    english = "This file is not a readable table of visits: nothing was recorded."


class WhyRefused(Enum):
    """Why a line is refused: the column that it is of (empty: the whole line), and the sentence its sender reads."""

    COLUMNS = "", "le nombre de valeurs n'est pas celui des colonnes", "there are too many or too few values"
    REFERENCE = "reference", "référence absente ou de plus de 60 caractères", "no reference, or over 60 characters"
    SITE = "id_fs", "id_fs n'est pas un nombre", "id_fs is no number"
    UNKNOWN_SITE = (
        "id_fs", "site inconnu : importez d'abord la liste nationale",
        "the site is not known: import the national list first",
    )  # fmt: skip
    NOT_YOURS = "id_fs", "site d'un département qui n'est pas le vôtre", "the site of a department that is not yours"
    START = (
        "debut", "début illisible : 14/03/2026 09:30 ou 2026-03-14T09:30, heure locale du site, ou avec son décalage",
        "a start that cannot be read: 14/03/2026 09:30 or 2026-03-14T09:30, local time of the site, or with its offset",
    )  # fmt: skip
    FUTURE = "debut", "début dans l'avenir", "a start to come"
    CHANNEL = "canal", "canal inconnu : accueil ou bus", "not a known channel: accueil or bus"
    DEPARTMENT = "departement", "département inconnu", "not a known department"
    PROCEDURE = "demarche", "démarche inconnue", "not a known démarche"
    ELSEWHERE = (
        "demarche", "cette démarche est un service d'un autre département",
        "this démarche is a service of another department",
    )  # fmt: skip
    NOT_THEN = (
        "demarche", "cette démarche n'était pas proposée ce jour-là", "this démarche was not offered on that day"
    )  # fmt: skip
    PARTNER = "partenaire", "partenaire inconnu", "not a known partner"
    OUTCOME = (
        "issue", "issue inconnue : information, accompagnement ou orientation",
        "not a known outcome: information, accompagnement or orientation",
    )  # fmt: skip
    REASON = "motif", "motif inconnu", "not a known reason"
    NEEDS_REASON = "motif", "une orientation demande un motif", "a referral needs a reason"
    NOT_SETTLED = "regle", "une orientation n'est pas réglée", "a referral is not settled"
    WEBSITE = (
        "internet_verifie", "renvoi vers un site internet sans accès vérifié",
        "sent to a website without their access having been checked",
    )  # fmt: skip
    NO_ORIENTATION = "motif", "un motif sans orientation", "a reason without a referral"
    CHECKED = "internet_verifie", "internet_verifie vaut oui, non ou rien", "internet_verifie is oui, non or nothing"
    SETTLED = "regle", "regle vaut oui, non ou rien", "regle is oui, non or nothing"
    SAID = "regle_usager", "regle_usager vaut oui, non ou rien", "regle_usager is oui, non or nothing"
    FOLLOW_UP = (
        "suite", "suite inconnue : aucune, rappel, rendez_vous ou sms",
        "not a known follow-up: aucune, rappel, rendez_vous or sms",
    )  # fmt: skip
    LASTED = "minutes", "minutes est un nombre entre 0 et 1440", "minutes is a number between 0 and 1440"
    WAITED = (
        "attente_minutes", "attente_minutes est un nombre entre 0 et 1440",
        "attente_minutes is a number between 0 and 1440",
    )  # fmt: skip
    SCORE = (
        "note", "note sans échelle, échelle sans note, ou note hors de l'échelle",
        "a score without its scale, a scale without a score, or a score beyond its scale",
    )  # fmt: skip
    SCALE = (
        "echelle", "échelle non déclarée : sa correspondance est inconnue",
        "a scale that is not declared: what it means is not known",
    )  # fmt: skip
    LOST_REFERENCE = "reference", *LOST
    LOST_SITE = "id_fs", *LOST
    OTHERWISE = (
        "reference", "la même référence dit autre chose sur une ligne précédente",
        "the same reference says otherwise on a line before",
    )  # fmt: skip
    CONTINUES = (
        "continue", "la visite que celle-ci continue n'est pas connue", "the visit that this one continues is not known"
    )  # fmt: skip
    WITH_ANOTHER = "", "une autre ligne de cette visite est refusée", "another line of this visit is refused"

    @property
    def column(self) -> str:
        return self.value[0]

    def sentence(self, language: str = "fr") -> str:
        return self.value[2] if language == "en" else self.value[1]


@dataclass(frozen=True)
class Refused:
    """A line that is not taken, by its number in the file, the header being 1."""

    line: int
    why: WhyRefused

    @property
    def column(self) -> str:
        return self.why.column


def read_csv(content: bytes | BinaryIO) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    """The lines of a table, each with its number and its values; None for one with too many, or too few to say what is
    required. Unknown columns are tolerated. Raises NotVisits for what is empty, binary, cut short, or lacks a required
    column."""
    table = tables.read(content, NotVisits, COLUMNS, REQUIRED)
    last = max(table.places[name] for name in REQUIRED)
    width = max(table.places.values())
    for row in table.rows:
        yield row.line, None if row.surplus or width - row.missing < last else row.values
