"""The table in which front desks send their visits: one line per démarche, the lines of one reference one contact.

Published in `docs/visits/` as a table schema with a sample. What is left empty is not recorded, never 0.
"""

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import chain
from zlib import crc32

from callcenter.errors import Refusal
from callcenter.rules.menu import NATION
from callcenter.rules.outcomes import masked, refusals
from callcenter.rules.quality import Scale
from callcenter.rules.states import FollowUp, Outcome
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
LONGEST_LINE = 20_000  # characters: more is no line of a table
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
YES_NO = {"": None, "oui": True, "non": False}
_DEPARTMENTS = frozenset((*TERRITORIES, UNKNOWN, ""))


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


class NotVisits(Refusal):
    """Ce fichier n'est pas un tableau de visites lisible : rien n'a été enregistré."""

    status = 422
    english = "This file is not a readable table of visits: nothing was recorded."


class Why(StrEnum):
    """Why a line is refused: the value is the sentence the front desk reads."""

    COLUMNS = "le nombre de valeurs n'est pas celui des colonnes"
    REFERENCE = "référence absente ou de plus de 60 caractères"
    SITE = "id_fs n'est pas un nombre"
    UNKNOWN_SITE = "site inconnu : importez d'abord la liste nationale"
    NOT_YOURS = "site d'un département qui n'est pas le vôtre"
    START = "début illisible : 2026-03-14T09:30, heure locale du site, ou avec son décalage"
    FUTURE = "début dans l'avenir"
    CHANNEL = "canal inconnu : accueil ou bus"
    DEPARTMENT = "département inconnu"
    PROCEDURE = "démarche inconnue"
    ELSEWHERE = "cette démarche est un service d'un autre département"
    NOT_THEN = "cette démarche n'était pas proposée ce jour-là"
    PARTNER = "partenaire inconnu"
    OUTCOME = "issue inconnue : information, accompagnement ou orientation"
    REASON = "motif inconnu"
    NEEDS_REASON = "une orientation demande un motif"
    NOT_SETTLED = "une orientation n'est pas réglée"
    WEBSITE = "renvoi vers un site internet sans accès vérifié"
    NO_ORIENTATION = "un motif sans orientation"
    YES_NO = "internet_verifie, regle et regle_usager valent oui, non ou rien"
    FOLLOW_UP = "suite inconnue : aucune, rappel, rendez_vous ou sms"
    MINUTES = "minutes et attente_minutes sont des nombres entre 0 et 1440"
    SCORE = "note sans échelle, échelle sans note, ou note hors de l'échelle"
    SCALE = "échelle non déclarée : sa correspondance est inconnue"
    OTHERWISE = "la même référence dit autre chose sur une ligne précédente"
    CONTINUES = "la visite que celle-ci continue n'est pas connue"
    WITH_ANOTHER = "une autre ligne de cette visite est refusée"


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


Staged = tuple[object, ...]
"""The values of STAGED, in their order."""


def read_csv(lines: Iterable[str]) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    """The lines of a CSV, `,` or `;`, each with its number and its values; None for one with too many or too few.
    Unknown columns are tolerated. Raises NotVisits for what is empty, binary, cut short, or lacks a required column."""
    text = iter(lines)
    try:
        first = next(text, "").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise NotVisits("(ce n'est pas du texte UTF-8)") from None
    if not first.strip():
        raise NotVisits("(il est vide)")
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    header = [name.strip().lower() for name in first.rstrip("\r\n").replace('"', "").split(delimiter)]
    if "\0" in first or len(first) > LONGEST_LINE:
        raise NotVisits("(ce n'est pas du texte)")
    if missing := [name for name in REQUIRED if name not in header]:
        raise NotVisits(f"(colonnes absentes : {', '.join(missing)})")
    if len(set(header)) < len(header):
        raise NotVisits("(une colonne y est deux fois)")
    places = [(header.index(name), name) for name in COLUMNS if name in header]
    width, short = len(header), False
    reader = csv.reader(chain([first], text), delimiter=delimiter, strict=True)
    try:
        next(reader)
        begins = 2
        for values in reader:
            short = 0 < len(values) < width
            if values:
                yield begins, {name: values[place] for place, name in places} if len(values) == width else None
            begins = reader.line_num + 1
    except (csv.Error, UnicodeDecodeError) as failure:
        raise NotVisits(f"(ligne {reader.line_num} : {failure})") from None
    if short:
        raise NotVisits("(sa dernière ligne est coupée)")


def line_reader(
    scales: Iterable[Scale], vocabulary: Vocabulary, partners: Collection[str], at: datetime
) -> Callable[[int, Mapping[str, str]], Staged | Refused]:
    """The function that checks one line and gives its staged values, or why it is refused. `at`: now."""
    tops = {scale.top for scale in scales}
    latest = (at + timedelta(days=1)).replace(tzinfo=None)

    def read(line: int, given: Mapping[str, str]) -> Staged | Refused:
        value = given.get
        reference, site, start = given["reference"].strip(), given["id_fs"].strip(), given["debut"].strip()
        if not 0 < len(reference) <= 60:
            return Refused(line, Why.REFERENCE)
        if not (site.isascii() and site.isdigit() and len(site) < 9):
            return Refused(line, Why.SITE)
        try:
            begins = datetime.fromisoformat(start)
        except ValueError:
            return Refused(line, Why.START)
        if len(start) < 16:  # a day is no time of arrival
            return Refused(line, Why.START)
        local, instant = (begins, None) if begins.tzinfo is None else (None, begins)
        if (local is not None and local > latest) or (instant is not None and instant > at + timedelta(hours=1)):
            return Refused(line, Why.FUTURE)
        channel = CHANNELS.get(value("canal", "").strip())
        department = value("departement", "").strip()
        if channel is None:
            return Refused(line, Why.CHANNEL)
        if department not in _DEPARTMENTS:
            return Refused(line, Why.DEPARTMENT)
        procedure, partner = given["demarche"].strip(), value("partenaire", "").strip()
        if procedure not in vocabulary:
            return Refused(line, Why.PROCEDURE)
        day = begins.date()
        held = next((h for h in vocabulary[procedure] if h.since <= day and (h.until is None or day <= h.until)), None)
        if held is None:
            return Refused(line, Why.NOT_THEN)
        if partner and partner not in partners:
            return Refused(line, Why.PARTNER)
        outcome, reason = OUTCOMES.get(given["issue"].strip()), value("motif", "").strip()
        checked, settled = value("internet_verifie", "").strip(), value("regle", "").strip()
        follow_up = FOLLOW_UPS.get(value("suite", "").strip())
        if outcome is None:
            return Refused(line, Why.OUTCOME)
        if reason not in REASONS:
            return Refused(line, Why.REASON)
        said = value("regle_usager", "").strip()
        if checked not in YES_NO or settled not in YES_NO or said not in YES_NO:
            return Refused(line, Why.YES_NO)
        if follow_up is None:
            return Refused(line, Why.FOLLOW_UP)
        is_settled = YES_NO[settled]
        if outcome is Outcome.ORIENTATION or reason:
            for code in refusals(outcome, bool(is_settled), REASONS[reason], bool(YES_NO[checked])):
                return Refused(line, OUTCOME_REFUSALS[code])
            is_settled = False
        try:
            lasted, waited = _seconds(value("minutes", "")), _seconds(value("attente_minutes", ""))
        except ValueError:
            return Refused(line, Why.MINUTES)
        score, scale = value("note", "").strip(), value("echelle", "").strip()
        if score or scale:
            if not (scale.isascii() and scale.isdigit() and score.isascii() and score.isdigit()):
                return Refused(line, Why.SCORE)
            if int(scale) not in tops:
                return Refused(line, Why.SCALE)
            if not (int(scale) < 10) <= int(score) <= int(scale):  # scales of ten and more begin at 0
                return Refused(line, Why.SCORE)
        continues = value("continue", "").strip()
        notes = masked(value("remarques", ""))
        of_contact = "\t".join((start, channel, department, score, scale, said, str(lasted), str(waited)))
        of_matter = "\t".join((partner, outcome, reason, checked, settled, follow_up, continues, notes or ""))
        return (
            line, crc32(of_contact.encode()), crc32(of_matter.encode()), reference, int(site), local, instant, channel,
            department or None, lasted, waited, score or None, scale or None, YES_NO[said], procedure,
            partner or held.partner, held.topic, held.scope, outcome.value, REASONS[reason],
            bool(YES_NO[checked]), is_settled, follow_up.value, continues or None, notes,
        )  # fmt: skip

    return read


def _seconds(minutes: str) -> float | None:
    """Minutes, `,` or `.`, as seconds; None for nothing. Raises ValueError beyond a day."""
    if not minutes.strip():
        return None
    found = float(minutes.strip().replace(",", ".")) * 60
    if not 0 <= found <= 86_400:
        raise ValueError(minutes)
    return found
