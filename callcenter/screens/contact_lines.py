"""Contacts as lines of a list: an agent's own, or what a search has found."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from callcenter import clock, sealing
from callcenter.actions import correcting, cut_off
from callcenter.db import Session, reading
from callcenter.errors import Refusal
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, calls, contact_search, contacts, threads
from callcenter.records.agents import Agent
from callcenter.records.contacts import Contact
from callcenter.records.figures import roll_up
from callcenter.rules.states import Due
from callcenter.rules.territory import national_day
from callcenter.screens.desk_contacts import DemarcheDone, done
from callcenter.screens.desk_parts import timezone_of

WEEK = timedelta(days=6)  # looked at where no period is given
LONGEST = timedelta(days=183)  # nothing is kept for longer
PATIENCE = 8.0  # seconds
_REFERENCE = re.compile("[1-9][0-9]{9}|V[0-9]+-[0-9]+")


class BadSearch(Refusal):
    """Choisissez une période dont le début précède la fin, de six mois au plus."""

    status = 422
    english = "Choose a period that begins before it ends, of six months at most."


class NeitherNumberNorReference(Refusal):
    """Ce n'est ni une référence de dix chiffres, ni un numéro de téléphone."""

    status = 422
    english = "This is neither a reference of ten figures nor a telephone number."


@dataclass(frozen=True)
class ContactLine:
    """One contact. `by`: who served it; `may_correct`: by whoever looks; `is_owed`: and is theirs to record;
    `may_call_back`: their conversation broke off just now, and they may be called back at once."""

    contact_id: str
    reference: str
    channel: str
    arrived_at: datetime
    timezone: str
    topic: str | None
    department: str
    by: str | None
    due: str
    ending: str | None
    demarches: tuple[DemarcheDone, ...]
    may_correct: bool
    is_owed: bool
    may_call_back: bool


@dataclass(frozen=True)
class Lines:
    """A page of them; `page` counts from 0, `more`: another follows."""

    lines: tuple[ContactLine, ...]
    page: int
    more: bool


@dataclass(frozen=True)
class Search:
    """What is looked for: these local days, a department, a topic, an agent by their name."""

    first: date
    last: date
    department: str = ""
    topic: str = ""
    agent: str = ""


def asked(first: date | None, last: date | None, department: str, topic: str, agent: str) -> Search:
    """The last seven days where no period is given. Raises BadSearch."""
    until = last or max(national_day(clock.now()), first or date.min)
    since = first or until - WEEK
    if not since <= until or until - since > LONGEST:
        raise BadSearch
    return Search(since, until, department, topic, agent)


def mine(staff: Agent, page: int = 0) -> Lines:
    """An agent's own last contacts."""
    with reading() as session:
        return lines_of(session, staff, contact_search.of_agent(session, staff.id, page), page)


def found(staff: Agent, search: Search, page: int = 0) -> Lines:
    """What a search finds of what this member of staff may read."""
    with reading(PATIENCE) as session:
        roll_up.allow_time(session, PATIENCE)
        staff_named = agents.search(session, search.agent, active=None) if search.agent else ()
        named = [each.id for each in staff_named] if search.agent else None
        rows = contact_search.between(
            session, staff, search.first, search.last, page,
            department=search.department, topic=search.topic, agents=named,
        )  # fmt: skip
        return lines_of(session, staff, rows, page)


def is_reference(written: str) -> bool:
    """Whether what was typed is a reference rather than a number."""
    return bool(_REFERENCE.fullmatch("".join(each for each in written.upper() if each.isalnum() or each == "-")))


def of_number(staff: Agent, written: str, page: int = 0) -> Lines:
    """The contacts of a number, however it is written. Raises NeitherNumberNorReference."""
    numbers = PhoneNumber.possible(written)
    if not numbers:
        raise NeitherNumberNorReference
    with reading(PATIENCE) as session:
        keys = [sealing.pseudonym(number.e164) for number in numbers]
        return lines_of(session, staff, contact_search.of_numbers(session, staff, keys, page), page)


def lines_of(
    session: Session, staff: Agent, rows: Sequence[Contact], page: int = 0, most: int = contact_search.PAGE
) -> Lines:
    """These contacts as lines, `most` of them a page; one more says that another page follows."""
    shown = rows[:most]
    demarches = contacts.accompaniments(session, [each.id for each in shown])
    told = threads.references(session, shown)
    names = agents.names(session, {each.agent_id for each in shown if each.agent_id})
    held = calls.of_contacts(session, [each.id for each in shown])
    at = clock.now()
    return Lines(
        tuple(
            ContactLine(
                contact_id=each.id,
                reference=told[each.id],
                channel=each.channel,
                arrived_at=each.arrived_at,
                timezone=timezone_of(each.department),
                topic=each.topic,
                department=each.department,
                by=names.get(each.agent_id or ""),
                due=each.due,
                ending=held[each.id].ending if each.id in held else None,
                demarches=tuple(done(row) for row in demarches if row.contact_id == each.id),
                may_correct=correcting.may_correct(session, staff, each, at),
                is_owed=each.due == Due.OWED and each.agent_id == staff.id,
                may_call_back=cut_off.may_call_back(session, staff, each, held.get(each.id), at),
            )
            for each in shown
        ),
        page,
        len(rows) > most,
    )
