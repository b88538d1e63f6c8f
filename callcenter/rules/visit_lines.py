"""One line of a table of visits: checked value by value, until one is wrong, and made ready for the database."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar
from zlib import crc32

from callcenter.rules import tables
from callcenter.rules.outcomes import masked, refusals
from callcenter.rules.quality import Scale
from callcenter.rules.states import FollowUp, Outcome
from callcenter.rules.tables import LostFigures, named
from callcenter.rules.territory import TERRITORIES, UNKNOWN
from callcenter.rules.visits import Held, Refused, Vocabulary, WhyRefused

STAGED = (
    "line", "contact_key", "matter_key", "reference", "site_id", "local", "instant", "channel", "department", "lasted",
    "waited", "satisfaction", "satisfaction_scale", "settled_said",
    "procedure", "partner", "topic", "scope", "outcome", "reason",
    "internet_checked", "settled", "follow_up", "continues", "notes",
)  # fmt: skip
Staged = tuple[object, ...]
"""The values of STAGED, in their order."""

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
OUTCOME_REFUSALS = {
    "orientation_needs_reason": WhyRefused.NEEDS_REASON,
    "orientation_is_not_settled": WhyRefused.NOT_SETTLED,
    "website_needs_checked_access": WhyRefused.WEBSITE,
    "reason_without_orientation": WhyRefused.NO_ORIENTATION,
}

_Meaning = TypeVar("_Meaning")


class _Wrong(Exception):
    """A value that refuses its line."""

    def __init__(self, why: WhyRefused) -> None:
        self.why = why


@dataclass(frozen=True)
class _Known:
    """What a line is judged by. `at`: now."""

    tops: frozenset[int]
    vocabulary: Vocabulary
    procedures: Mapping[str, str]
    partners: Mapping[str, str]
    at: datetime


def line_reader(
    scales: Iterable[Scale], vocabulary: Vocabulary, partners: Collection[str], at: datetime
) -> Callable[[int, Mapping[str, str]], Staged | Refused]:
    """The function that checks one line and gives its staged values, or why it is refused. `at`: now."""
    known = _Known(
        tops=frozenset(scale.top for scale in scales),
        vocabulary=vocabulary,
        procedures={named(code): code for code in vocabulary},
        partners={"": "", **{named(code): code for code in partners}},
        at=at,
    )
    return partial(_read, known)


def _read(known: _Known, line: int, given: Mapping[str, str]) -> Staged | Refused:
    try:
        return _staged(known, line, given)
    except _Wrong as wrong:
        return Refused(line, wrong.why)


def _staged(known: _Known, line: int, given: Mapping[str, str]) -> Staged:
    """The first value that is wrong, in this order, is the one that is told."""
    value = given.get
    reference, site = _names(given["reference"], given["id_fs"])
    begins = _start(given["debut"], known.at)
    channel = _meaning(CHANNELS, value("canal", ""), WhyRefused.CHANNEL)
    department = _department(value("departement", ""))
    procedure = _meaning(known.procedures, given["demarche"], WhyRefused.PROCEDURE)
    held = _held(known.vocabulary[procedure], begins.date())
    partner = _meaning(known.partners, value("partenaire", ""), WhyRefused.PARTNER)
    outcome = _meaning(OUTCOMES, given["issue"], WhyRefused.OUTCOME)
    reason = _reason(value("motif", ""))
    checked, settled, said = (
        _yes_or_no(value(why.column, ""), why) for why in (WhyRefused.CHECKED, WhyRefused.SETTLED, WhyRefused.SAID)
    )
    follow_up = _meaning(FOLLOW_UPS, value("suite", ""), WhyRefused.FOLLOW_UP)
    settled = _settled(outcome, reason, settled, checked)
    lasted, waited = (_seconds(value(why.column, ""), why) for why in (WhyRefused.LASTED, WhyRefused.WAITED))
    score, scale = _score(value("note", ""), value("echelle", ""), known.tops)
    continues, notes = value("continue", "").strip(), masked(value("remarques", ""))
    of_contact = begins.isoformat(), channel, department, score, scale, str(said), str(lasted), str(waited)
    of_matter = partner, outcome, reason, str(checked), str(settled), follow_up, continues, notes or ""
    local, instant = (begins, None) if begins.tzinfo is None else (None, begins)
    return (
        line, _key(of_contact), _key(of_matter), reference, site, local, instant, channel,
        department or None, lasted, waited, score or None, scale or None, said, procedure,
        partner or held.partner, held.topic, held.scope, outcome.value, REASONS[reason],
        bool(checked), settled, follow_up.value, continues or None, notes,
    )  # fmt: skip


def _key(values: Iterable[str]) -> int:
    """By which two lines that say the same of one thing are known."""
    return crc32("\t".join(values).encode())


def _names(reference: str, site: str) -> tuple[str, int]:
    """A spreadsheet may have written either as a power of ten."""
    if _IS_POWER.search(reference):
        reference = _figures(reference, WhyRefused.LOST_REFERENCE)
    site = _figures(site, WhyRefused.LOST_SITE)
    reference = reference.strip()
    if not 0 < len(reference) <= 60:
        raise _Wrong(WhyRefused.REFERENCE)
    if not (site.isascii() and site.isdigit() and len(site) < 10):
        raise _Wrong(WhyRefused.SITE)
    return reference, int(site)


def _figures(written: str, why: WhyRefused) -> str:
    try:
        return tables.figures(written)
    except LostFigures:
        raise _Wrong(why) from None


def _start(written: str, at: datetime) -> datetime:
    """When they came. Without a zone it is the site's clock, which nobody knows here: a day ahead is let pass."""
    try:
        begins = moment(written)
    except ValueError:
        raise _Wrong(WhyRefused.START) from None
    is_local = begins.tzinfo is None
    latest = (at + timedelta(days=1)).replace(tzinfo=None) if is_local else at + timedelta(hours=1)
    if begins > latest:
        raise _Wrong(WhyRefused.FUTURE)
    return begins


def _meaning(table: Mapping[str, _Meaning], written: str, why: WhyRefused) -> _Meaning:
    found = table.get(named(written))
    if found is None:
        raise _Wrong(why)
    return found


def _department(written: str) -> str:
    found = tables.department(written)
    if found not in _DEPARTMENTS:
        raise _Wrong(WhyRefused.DEPARTMENT)
    return found


def _held(meanings: Iterable[Held], day: date) -> Held:
    """What the code of a démarche meant on a day."""
    for held in meanings:
        if held.since <= day and (held.until is None or day <= held.until):
            return held
    raise _Wrong(WhyRefused.NOT_THEN)


def _reason(written: str) -> str:
    reason = named(written)
    if reason not in REASONS:
        raise _Wrong(WhyRefused.REASON)
    return reason


def _yes_or_no(written: str, why: WhyRefused) -> bool | None:
    try:
        return tables.yes_or_no(written)
    except ValueError:
        raise _Wrong(why) from None


def _settled(outcome: Outcome, reason: str, settled: bool | None, checked: bool | None) -> bool | None:
    """An orientation settles nothing, and has its own rules; a reason belongs to one."""
    if outcome is not Outcome.ORIENTATION and not reason:
        return settled
    for code in refusals(outcome, bool(settled), REASONS[reason], bool(checked)):
        raise _Wrong(OUTCOME_REFUSALS[code])
    return False


def _seconds(minutes: str, why: WhyRefused) -> float | None:
    """Minutes, `,` or `.`, as seconds, of a day at the most; None for nothing."""
    if not minutes.strip():
        return None
    try:
        found = tables.number(minutes) * 60
    except ValueError:
        raise _Wrong(why) from None
    if not 0 <= found <= 86_400:
        raise _Wrong(why)
    return found


def _score(note: str, scale: str, tops: Collection[int]) -> tuple[str, str]:
    """A score and its scale, both or neither."""
    score, top = _whole(note), _whole(scale)
    if not (score or top):
        return "", ""
    if not (top.isascii() and top.isdigit() and score.isascii() and score.isdigit()):
        raise _Wrong(WhyRefused.SCORE)
    if int(top) not in tops:
        raise _Wrong(WhyRefused.SCALE)
    lowest = 1 if int(top) < 10 else 0  # scales of ten and more begin at 0
    if not lowest <= int(score) <= int(top):
        raise _Wrong(WhyRefused.SCORE)
    return score, top


def _whole(score: str) -> str:
    """`4,0` is 4."""
    try:
        return tables.figures(score)
    except LostFigures:
        return score


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
