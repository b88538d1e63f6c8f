"""The table in which front desks send their visits: one line per démarche, the lines of one reference one contact.

Published in `docs/visits/` as a table schema with a sample. What is left empty is not recorded, never 0.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import BinaryIO
from zlib import crc32

from callcenter.rules import tables
from callcenter.rules.menu import NATION
from callcenter.rules.outcomes import masked, refusals
from callcenter.rules.quality import Scale
from callcenter.rules.states import FollowUp, Outcome
from callcenter.rules.tables import LostFigures, NotATable, named
from callcenter.rules.territory import TERRITORIES, UNKNOWN

REQUIRED = ("reference", "id_fs", "debut", "demarche", "issue")
OF_CONTACT = ("canal", "departement", "minutes", "attente_minutes", "note", "echelle", "regle_usager")
OF_MATTER = ("partenaire", "motif", "internet_verifie", "regle", "suite", "continue", "remarques")
COLUMNS = (*REQUIRED, *OF_CONTACT, *OF_MATTER)
STAGED = (
    "line", "contact_key", "matter_key", "reference", "site_id", "local", "instant", "channel", "department", "lasted",
    "waited", "satisfaction", "satisfaction_scale", "settled_said",
    "procedure", "partner", "topic", "scope", "outcome", "reason",
    "internet_checked", "settled", "follow_up", "continues", "notes",
)  # fmt: skip
EARLIEST, LATEST = 2000, 2199  # years
_IS_POWER = re.compile(r"^[0-9][.,]?[0-9]*[eE]\+[0-9]+$")
_FRENCH = re.compile(
    r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})(?: à|,|T)? "
    r"([0-9]{1,2}) ?[:hH] ?([0-9]{2})?(?::([0-9]{2}))?"
)
CHANNELS = {"": "front_desk", "accueil": "front_desk", "bus": "bus"}
OUTCOMES = {
    "information": Outcome.INFORMATION,
    "accompagnement": Outcome.ACCOMPANIMENT,
    "orientation": Outcome.ORIENTATION,
}
REASONS = {
    "": None,
    "reserve_au_partenaire": "partner_only",
    "presence_obligatoire": "must_come",
    "litige": "rights_dispute",
    "hors_champ": "out_of_scope",
    "site_internet": "website",
}
FOLLOW_UPS = {
    "": FollowUp.NONE,
    "aucune": FollowUp.NONE,
    "rappel": FollowUp.CALLBACK,
    "rendez_vous": FollowUp.APPOINTMENT,
    "sms": FollowUp.SMS,
}
_DEPARTMENTS = frozenset((*TERRITORIES, UNKNOWN, ""))


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


class Why(Enum):
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


OUTCOME_REFUSALS = {
    "orientation_needs_reason": Why.NEEDS_REASON,
    "orientation_is_not_settled": Why.NOT_SETTLED,
    "website_needs_checked_access": Why.WEBSITE,
    "reason_without_orientation": Why.NO_ORIENTATION,
}


@dataclass(frozen=True)
class Refused:
    """A line that is not taken, by its number in the file, the header being 1."""

    line: int
    why: Why

    @property
    def column(self) -> str:
        return self.why.column


Staged = tuple[object, ...]
"""The values of STAGED, in their order."""


def read_csv(content: bytes | BinaryIO) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    """The lines of a table, each with its number and its values; None for one with too many, or too few to say what is
    required. Unknown columns are tolerated. Raises NotVisits for what is empty, binary, cut short, or lacks a required
    column."""
    table = tables.read(content, NotVisits, COLUMNS, REQUIRED)
    last = max(table.places[name] for name in REQUIRED)
    width = max(table.places.values())
    for row in table.rows:
        yield row.line, None if row.surplus or width - row.missing < last else row.values


def line_reader(
    scales: Iterable[Scale], vocabulary: Vocabulary, partners: Collection[str], at: datetime
) -> Callable[[int, Mapping[str, str]], Staged | Refused]:
    """The function that checks one line and gives its staged values, or why it is refused. `at`: now."""
    tops = {scale.top for scale in scales}
    procedures = {named(code): code for code in vocabulary}
    known_partners = {"": "", **{named(code): code for code in partners}}
    latest = (at + timedelta(days=1)).replace(tzinfo=None)

    def read(line: int, given: Mapping[str, str]) -> Staged | Refused:
        value = given.get
        try:
            reference = (
                tables.figures(given["reference"]) if _IS_POWER.search(given["reference"]) else given["reference"]
            )
        except LostFigures:
            return Refused(line, Why.LOST_REFERENCE)
        try:
            site = tables.figures(given["id_fs"])
        except LostFigures:
            return Refused(line, Why.LOST_SITE)
        reference = reference.strip()
        if not 0 < len(reference) <= 60:
            return Refused(line, Why.REFERENCE)
        if not (site.isascii() and site.isdigit() and len(site) < 10):
            return Refused(line, Why.SITE)
        try:
            begins = moment(given["debut"])
        except ValueError:
            return Refused(line, Why.START)
        local, instant = (begins, None) if begins.tzinfo is None else (None, begins)
        if (local is not None and local > latest) or (instant is not None and instant > at + timedelta(hours=1)):
            return Refused(line, Why.FUTURE)
        channel = CHANNELS.get(named(value("canal", "")))
        department = tables.department(value("departement", ""))
        if channel is None:
            return Refused(line, Why.CHANNEL)
        if department not in _DEPARTMENTS:
            return Refused(line, Why.DEPARTMENT)
        procedure = procedures.get(named(given["demarche"]))
        if procedure is None:
            return Refused(line, Why.PROCEDURE)
        day = begins.date()
        held = next((h for h in vocabulary[procedure] if h.since <= day and (h.until is None or day <= h.until)), None)
        if held is None:
            return Refused(line, Why.NOT_THEN)
        partner = known_partners.get(named(value("partenaire", "")))
        if partner is None:
            return Refused(line, Why.PARTNER)
        outcome, reason = OUTCOMES.get(named(given["issue"])), named(value("motif", ""))
        follow_up = FOLLOW_UPS.get(named(value("suite", "")))
        if outcome is None:
            return Refused(line, Why.OUTCOME)
        if reason not in REASONS:
            return Refused(line, Why.REASON)
        told = dict[Why, bool | None]()
        for why in (Why.CHECKED, Why.SETTLED, Why.SAID):
            try:
                told[why] = tables.yes_or_no(value(why.column, ""))
            except ValueError:
                return Refused(line, why)
        checked, is_settled, said = told[Why.CHECKED], told[Why.SETTLED], told[Why.SAID]
        if follow_up is None:
            return Refused(line, Why.FOLLOW_UP)
        if outcome is Outcome.ORIENTATION or reason:
            for code in refusals(outcome, bool(is_settled), REASONS[reason], bool(checked)):
                return Refused(line, OUTCOME_REFUSALS[code])
            is_settled = False
        durations = list[float | None]()
        for why in (Why.LASTED, Why.WAITED):
            try:
                durations.append(_seconds(value(why.column, "")))
            except ValueError:
                return Refused(line, why)
        lasted, waited = durations
        score, scale = _whole(value("note", "")), _whole(value("echelle", ""))
        if score or scale:
            if not (scale.isascii() and scale.isdigit() and score.isascii() and score.isdigit()):
                return Refused(line, Why.SCORE)
            if int(scale) not in tops:
                return Refused(line, Why.SCALE)
            if not (int(scale) < 10) <= int(score) <= int(scale):  # scales of ten and more begin at 0
                return Refused(line, Why.SCORE)
        continues = value("continue", "").strip()
        notes = masked(value("remarques", ""))
        told_start = begins.isoformat()
        of_contact = "\t".join((told_start, channel, department, score, scale, str(said), str(lasted), str(waited)))
        of_matter = "\t".join(
            (partner, outcome, reason, str(checked), str(is_settled), follow_up, continues, notes or "")
        )
        return (
            line, crc32(of_contact.encode()), crc32(of_matter.encode()), reference, int(site), local, instant, channel,
            department or None, lasted, waited, score or None, scale or None, said, procedure,
            partner or held.partner, held.topic, held.scope, outcome.value, REASONS[reason],
            bool(checked), is_settled, follow_up.value, continues or None, notes,
        )  # fmt: skip

    return read


def moment(written: str) -> datetime:
    """When somebody came: as ISO writes it, or as French spreadsheets do, day first. Raises ValueError, for a day
    without its hour too."""
    if found := _FRENCH.fullmatch(" ".join(written.split())):
        day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
        begins = datetime(year + 2000 if year < 100 else year, month, day, hour, minute, second)
    elif len(written) < len("2026-03-14T09:30"):
        raise ValueError(written)
    else:
        begins = datetime.fromisoformat(written)
    if not EARLIEST <= begins.year <= LATEST:
        raise ValueError(written)
    return begins


def _seconds(minutes: str) -> float | None:
    """Minutes, `,` or `.`, as seconds; None for nothing. Raises ValueError beyond a day."""
    if not minutes.strip():
        return None
    found = tables.number(minutes) * 60
    if not 0 <= found <= 86_400:
        raise ValueError(minutes)
    return found


def _whole(score: str) -> str:
    """`4,0` is 4."""
    try:
        return tables.figures(score)
    except LostFigures:
        return score
