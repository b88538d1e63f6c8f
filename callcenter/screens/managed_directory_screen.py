"""The directory as it is written: partners in their times, topics of the menu, referents of partners."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from pydantic import Field

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.db import reading
from callcenter.errors import BadNumber, NotFound
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, directory, sessions
from callcenter.records import referents as referents_records
from callcenter.records.sessions import Act
from callcenter.rules.menu import Menu, Topic, first_free
from callcenter.rules.territory import NATION, national_day

MOST_ACTS = 20

Words = dict[str, Annotated[str, Field(max_length=4000)]]
Scope = Annotated[str, Field(max_length=7, description="the nation (N) or one department")]


@dataclass(frozen=True)
class TopicShown:
    """A choice as callers of the scope hear it: `labels` are said, `names` read. `own`: written for this very scope;
    `code` empty: a heading. `accounts`: how many may take its calls in the nation; where none may,
    whoever is on duty does."""

    keys: str
    code: str
    labels: dict[str, str]
    keywords: dict[str, list[str]]
    sheet: dict[str, str]
    partners: list[str]
    own: bool
    accounts: int = 0
    names: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PartnerTime:
    """One name of a partner in its time; `until` None: still."""

    code: str
    name: str
    scope: str
    since: date
    until: date | None
    phrases: dict[str, str]


@dataclass(frozen=True)
class ReferentShown:
    """A partner's desk that agents may call for help, or a helpline. `is_rung` False: recorded before the line's rules
    on numbers were what they are, and it is not called."""

    id: str
    scope: str
    partner: str
    name: str
    desk: str
    phone: str
    hours: str
    phrases: dict[str, str]
    helpline: bool
    is_rung: bool


@dataclass(frozen=True)
class ProcedureShown:
    """A démarche that agents may record today."""

    code: str
    labels: dict[str, str]
    topic: str
    partner: str
    scope: str
    phrases: dict[str, str]


@dataclass(frozen=True)
class DirectoryShown:
    """All that is written for a scope. `free`: keys for one more topic, empty when every level is full."""

    scope: str
    topics: tuple[TopicShown, ...]
    free: str
    partners: tuple[PartnerTime, ...]
    referents: tuple[ReferentShown, ...]
    procedures: tuple[ProcedureShown, ...]
    history: tuple[Act, ...]


def of(scope: str) -> DirectoryShown:
    """What is written for the nation or a department."""
    today = national_day(clock.now())
    with reading() as session:
        own = {topic.keys for s, topic in directory.topics(session, today) if s == scope}
        partners = directory.partner_times(session)
        found = referents(scope)
        procedures = [p for p in directory.procedures(session, today) if p.scope in (scope, NATION)]
        theirs = sessions.history(session, ["topic", "referent", "procedure"], scope)
        accounts = agents.per_topic(session)
        acts = sorted([*theirs, *sessions.history(session, ["partner"])], key=lambda act: act.at, reverse=True)
    menu = config_snapshot.current().menu.of(scope)
    return DirectoryShown(
        scope=scope,
        topics=tuple(_topic(topic, own, accounts) for topic in menu.topics.values()),
        free=_free(menu),
        partners=tuple(PartnerTime(p.code, p.name, p.scope, p.since, p.until, dict(p.phrases)) for p in partners),
        referents=tuple(found),
        procedures=tuple(
            ProcedureShown(p.code, dict(p.labels), p.topic, p.partner, p.scope, dict(p.phrases)) for p in procedures
        ),
        history=tuple(acts[:MOST_ACTS]),
    )


def topic(scope: str, keys: str) -> TopicShown:
    """One choice of a menu. Raises NotFound."""
    found = next((each for each in of(scope).topics if each.keys == keys), None)
    if found is None:
        raise NotFound
    return found


def names_of(scope: str, keys: str) -> dict[str, str]:
    """How a choice is read now, by language; nothing where there is none, or that has another key already."""
    return next(({**each.labels, **each.names} for each in of(scope).topics if each.keys == keys), {})


def referents(department: str) -> list[ReferentShown]:
    """Whom an agent of this department may call, its own before the nation's; the helplines after the partners'."""
    with reading() as session:
        rows = [*referents_records.referents(session, department), *referents_records.helplines(session, department)]
        names = directory.partner_names(session, national_day(clock.now()))
    return [
        ReferentShown(
            r.id,
            r.scope,
            r.partner,
            names.get(r.partner, r.partner),
            r.desk,
            _national(r.phone),
            r.hours,
            r.phrases,
            r.helpline,
            _is_rung(r.phone),
        )
        for r in rows
    ]


def _is_rung(written: str) -> bool:
    try:
        return PhoneNumber.parse(written).may_be_rung
    except BadNumber:
        return False


def _topic(topic: Topic, own: set[str], accounts: Mapping[str, int]) -> TopicShown:
    keywords = {language: list(words) for language, words in topic.keywords.items()}
    partners = list(topic.partners)
    return TopicShown(
        topic.keys, topic.code, dict(topic.labels), keywords, dict(topic.sheet), partners, topic.keys in own,
        accounts.get(topic.code, 0), {language: topic.name(language) for language in topic.labels},
    )  # fmt: skip


def _free(menu: Menu) -> str:
    try:
        return first_free(menu)
    except ValueError:
        return ""


def _national(written: str) -> str:
    try:
        return PhoneNumber.parse(written).national
    except BadNumber:
        return written
