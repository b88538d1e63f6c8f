"""The directory as it is written: partners in their times, topics of the menu, referents of partners."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from callcenter import clock
from callcenter.actions import directory as verbs
from callcenter.actions import standing
from callcenter.api.identity import ADMIN, AGENT, Admitted, Id, open_to
from callcenter.api.legible import Day
from callcenter.db import reading
from callcenter.errors import BadNumber, NotFound
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, sessions
from callcenter.records import directory as records
from callcenter.records.agents import Agent
from callcenter.records.sessions import Act
from callcenter.rules.menu import NATION, Menu, Topic, first_free
from callcenter.rules.territory import national_day

MOST_ACTS = 20

Words = dict[str, Annotated[str, Field(max_length=4000)]]
Scope = Annotated[str, Field(max_length=7, description="the nation (N) or one department")]


@dataclass(frozen=True)
class TopicShown:
    """A choice as callers of the scope hear it. `own`: written for this very scope; `code` empty: a heading.
    `accounts`: how many may take its calls in the nation; where none may, whoever is on duty does."""

    keys: str
    code: str
    labels: dict[str, str]
    keywords: dict[str, list[str]]
    sheet: dict[str, str]
    partners: list[str]
    own: bool
    accounts: int = 0


@dataclass(frozen=True)
class PartnerTime:
    """One name of a partner in its time; `until` None: still."""

    code: str
    name: str
    scope: str
    since: date
    until: date | None


@dataclass(frozen=True)
class ReferentShown:
    """A partner's desk that agents may call for help."""

    id: str
    scope: str
    partner: str
    name: str
    desk: str
    phone: str
    hours: str


@dataclass(frozen=True)
class ProcedureShown:
    """A démarche that agents may record today."""

    code: str
    labels: dict[str, str]
    topic: str
    partner: str
    scope: str


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


class WriteTopic(BaseModel):
    """A choice of the menu from a day on (today without one). `was`: the keys it stood on; `heading`: what is said of
    the first key when a topic stood alone on it. Labels follow « Pour »."""

    scope: Scope
    keys: Annotated[str, Field(max_length=2)]
    code: Annotated[str, Field(max_length=40)] = ""
    labels: Words
    keywords: dict[str, list[Annotated[str, Field(max_length=60)]]] = {}
    sheet: Words = {}
    partners: list[str] = []
    since: Day | None = None
    was: str = ""
    heading: Words = {}

    def carry_out(self, admin: Agent, at: datetime) -> None:
        labels = {language: " ".join(label.split()) for language, label in self.labels.items()}
        keywords = {language: tuple(words) for language, words in self.keywords.items() if words}
        sheet = {language: text.strip() for language, text in self.sheet.items() if text.strip()}
        topic = Topic(self.keys, self.code, labels, tuple(self.partners), keywords, sheet)
        verbs.writes_topic(admin, self.scope, topic, self.since or national_day(at), at, self.was, self.heading)


class RemoveTopic(BaseModel):
    """Those after it move up."""

    scope: Scope
    keys: str
    since: Day | None = None

    def carry_out(self, admin: Agent, at: datetime) -> None:
        verbs.removes_topic(admin, self.scope, self.keys, self.since or national_day(at), at)


class NamePartner(BaseModel):
    """A name from a day on; an empty one ends the partner. Earlier names stay with their times."""

    scope: Scope = NATION
    code: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(max_length=120)] = ""
    since: Day | None = None

    def carry_out(self, admin: Agent, at: datetime) -> None:
        if self.name.strip():
            verbs.names_partner(admin, self.scope, self.code, self.name, self.since or national_day(at), at)
        else:
            verbs.ends_partner(admin, self.code, self.since or national_day(at), at)


class WriteReferent(BaseModel):
    """A partner's desk that agents may call for help. `hours`: as they are told."""

    scope: Scope = NATION
    partner: str
    desk: Annotated[str, Field(max_length=120)]
    phone: Annotated[str, Field(max_length=40)]
    hours: Annotated[str, Field(max_length=120)] = ""

    def carry_out(self, admin: Agent, at: datetime) -> str:
        return verbs.writes_referent(admin, self.scope, self.partner, self.desk, self.phone, self.hours, at)


class WriteProcedure(BaseModel):
    """A démarche of a topic, and of the partner that holds it if one alone does, from a day on (today without one)."""

    scope: Scope = NATION
    code: Annotated[str, Field(max_length=40)]
    labels: Words
    topic: Annotated[str, Field(max_length=40)]
    partner: Annotated[str, Field(max_length=40)] = ""
    since: Day | None = None

    def carry_out(self, admin: Agent, at: datetime) -> None:
        labels = {language: " ".join(label.split()) for language, label in self.labels.items()}
        procedure = records.Procedure(self.code, self.topic, self.partner, labels, self.scope)
        verbs.writes_procedure(admin, procedure, self.since or national_day(at), at)


class RemoveProcedure(BaseModel):
    """No longer recorded from a day on; what was recorded stays."""

    code: Annotated[str, Field(max_length=40)]
    since: Day | None = None

    def carry_out(self, admin: Agent, at: datetime) -> None:
        verbs.removes_procedure(admin, self.code, self.since or national_day(at), at)


class WrittenReferent(BaseModel):
    """Its id."""

    id: str


def of(scope: str) -> DirectoryShown:
    """What is written for the nation or a department."""
    today = national_day(clock.now())
    with reading() as session:
        own = {topic.keys for s, topic in records.topics(session, today) if s == scope}
        partners = records.partner_times(session)
        found = referents(scope)
        procedures = [p for p in records.procedures(session, today) if p.scope in (scope, NATION)]
        theirs = sessions.history(session, ["topic", "referent", "procedure"], scope)
        accounts = agents.per_topic(session)
        acts = sorted([*theirs, *sessions.history(session, ["partner"])], key=lambda act: act.at, reverse=True)
    menu = standing.current().menu.of(scope)
    return DirectoryShown(
        scope=scope,
        topics=tuple(_topic(topic, own, accounts) for topic in menu.topics.values()),
        free=_free(menu),
        partners=tuple(PartnerTime(p.code, p.name, p.scope, p.since, p.until) for p in partners),
        referents=tuple(found),
        procedures=tuple(ProcedureShown(p.code, dict(p.labels), p.topic, p.partner, p.scope) for p in procedures),
        history=tuple(acts[:MOST_ACTS]),
    )


def topic(scope: str, keys: str) -> TopicShown:
    """One choice of a menu. Raises NotFound."""
    found = next((each for each in of(scope).topics if each.keys == keys), None)
    if found is None:
        raise NotFound
    return found


def referents(department: str) -> list[ReferentShown]:
    """Whom an agent of this department may call, its own before the nation's."""
    with reading() as session:
        rows = records.referents(session, department)
        names = records.partner_names(session, national_day(clock.now()))
    return [
        ReferentShown(r.id, r.scope, r.partner, names.get(r.partner, r.partner), r.desk, _national(r.phone), r.hours)
        for r in rows
    ]


def _topic(topic: Topic, own: set[str], accounts: Mapping[str, int]) -> TopicShown:
    keywords = {language: list(words) for language, words in topic.keywords.items()}
    partners = list(topic.partners)
    return TopicShown(
        topic.keys, topic.code, dict(topic.labels), keywords, dict(topic.sheet), partners, topic.keys in own,
        accounts.get(topic.code, 0),
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


router = APIRouter(prefix="/api/admin/directory", tags=["administration"])


@router.get("/{scope}")
@open_to(*ADMIN)
def read(scope: str, visitor: Admitted) -> DirectoryShown:
    """What is written for the nation or a department, and what its callers hear."""
    return of(scope)


@router.put("/topics", status_code=204)
@open_to(*ADMIN)
def write_topic(asked: WriteTopic, visitor: Admitted) -> None:
    """A choice of the menu, heard by the next caller of its day."""
    asked.carry_out(visitor.staff, clock.now())


@router.post("/topics/remove", status_code=204)
@open_to(*ADMIN)
def remove_topic(asked: RemoveTopic, visitor: Admitted) -> None:
    """A choice leaves the menu."""
    asked.carry_out(visitor.staff, clock.now())


@router.put("/partners", status_code=204)
@open_to(*ADMIN)
def name_partner(asked: NamePartner, visitor: Admitted) -> None:
    """A partner's name from a day on, or its end."""
    asked.carry_out(visitor.staff, clock.now())


@router.put("/procedures", status_code=204)
@open_to(*ADMIN)
def write_procedure(asked: WriteProcedure, visitor: Admitted) -> None:
    """A démarche that agents may record."""
    asked.carry_out(visitor.staff, clock.now())


@router.post("/procedures/remove", status_code=204)
@open_to(*ADMIN)
def remove_procedure(asked: RemoveProcedure, visitor: Admitted) -> None:
    """A démarche is no longer recorded."""
    asked.carry_out(visitor.staff, clock.now())


@router.post("/referents", status_code=201)
@open_to(*ADMIN)
def write_referent(asked: WriteReferent, visitor: Admitted) -> WrittenReferent:
    """A partner's desk that agents may call for help."""
    return WrittenReferent(id=asked.carry_out(visitor.staff, clock.now()))


@router.delete("/referents/{referent_id}", status_code=204)
@open_to(*ADMIN)
def remove_referent(referent_id: Id, visitor: Admitted) -> None:
    """No longer to be called."""
    verbs.removes_referent(visitor.staff, referent_id, clock.now())


@router.get("/referents/mine")
@open_to(*AGENT)
def my_referents(visitor: Admitted) -> list[ReferentShown]:
    """Whom you may call for help."""
    return referents(visitor.staff.department)
