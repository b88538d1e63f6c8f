"""The directory as it is written: partners in their times, topics of the menu, referents of partners."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from callcenter import clock
from callcenter.actions import directory
from callcenter.records.agents import Agent
from callcenter.records.directory import Procedure
from callcenter.rules.menu import Topic, code_of
from callcenter.rules.roles import ADMIN, AGENT
from callcenter.rules.territory import NATION, national_day
from callcenter.screens.fields import Day, Id
from callcenter.screens.managed_directory_screen import DirectoryShown, ReferentShown, Scope, Words, of, referents
from callcenter.web.identity import Admitted, open_to


def _plain(written: Words) -> dict[str, str]:
    """On one line each; what is empty is not written."""
    return {language: plain for language, text in written.items() if (plain := " ".join(text.split()))}


class WriteTopic(BaseModel):
    """A choice of the menu from a day on (today without one). `was`: the keys it stood on; `heading`: what is said of
    the first key when a topic stood alone on it. `labels` are said after « Pour », `names` are read
    (made of the labels where there are none)."""

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
    names: Words = {}

    def carry_out(self, admin: Agent, at: datetime) -> None:
        labels = {language: " ".join(label.split()) for language, label in self.labels.items()}
        keywords = {language: tuple(words) for language, words in self.keywords.items() if words}
        sheet = {language: text.strip() for language, text in self.sheet.items() if text.strip()}
        topic = Topic(self.keys, self.code, labels, tuple(self.partners), keywords, sheet, _plain(self.names))
        directory.write_topic(admin, self.scope, topic, self.since or national_day(at), at, self.was, self.heading)


class RemoveTopic(BaseModel):
    """Those after it move up."""

    scope: Scope
    keys: str
    since: Day | None = None

    def carry_out(self, admin: Agent, at: datetime) -> None:
        directory.remove_topic(admin, self.scope, self.keys, self.since or national_day(at), at)


class NamePartner(BaseModel):
    """A name from a day on; an empty one ends the partner. Earlier names stay with their times. `phrases`: what is said
    of it."""

    scope: Scope = NATION
    code: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(max_length=120)] = ""
    since: Day | None = None
    phrases: Words = {}

    def carry_out(self, admin: Agent, at: datetime) -> None:
        if self.name.strip():
            since = self.since or national_day(at)
            directory.name_partner(admin, self.scope, self.code, self.name, since, at, _plain(self.phrases))
        else:
            directory.end_partner(admin, self.code, self.since or national_day(at), at)


class WriteReferent(BaseModel):
    """A partner's desk that agents may call for help, or a `helpline`, of no partner, for a distress. `hours`: as
    people write them; `id`: of one that is changed."""

    scope: Scope = NATION
    partner: str = ""
    helpline: bool = False
    desk: Annotated[str, Field(max_length=120)]
    phone: Annotated[str, Field(max_length=40)]
    hours: Annotated[str, Field(max_length=500)] = ""
    phrases: Words = {}
    id: Id | None = None

    def carry_out(self, admin: Agent, at: datetime) -> str:
        return directory.write_referent(
            admin, self.scope, self.partner, self.desk, self.phone, self.hours, at, _plain(self.phrases),
            self.id or "", helpline=self.helpline,
        )  # fmt: skip


class WriteProcedure(BaseModel):
    """A démarche of a topic, and of the partner that holds it if one alone does, from a day on (today without one).
    `labels` are read, `phrases` said; without a code it is made of the French name."""

    scope: Scope = NATION
    code: Annotated[str, Field(max_length=40)] = ""
    labels: Words
    phrases: Words = {}
    topic: Annotated[str, Field(max_length=40)]
    partner: Annotated[str, Field(max_length=40)] = ""
    since: Day | None = None

    def carry_out(self, admin: Agent, at: datetime) -> None:
        labels = {language: " ".join(label.split()) for language, label in self.labels.items()}
        code = self.code or code_of(labels.get("fr", ""))
        procedure = Procedure(code, self.topic, self.partner, labels, self.scope, _plain(self.phrases))
        directory.write_procedure(admin, procedure, self.since or national_day(at), at)


class RemoveProcedure(BaseModel):
    """No longer recorded from a day on; what was recorded stays."""

    code: Annotated[str, Field(max_length=40)]
    since: Day | None = None

    def carry_out(self, admin: Agent, at: datetime) -> None:
        directory.remove_procedure(admin, self.code, self.since or national_day(at), at)


class WrittenReferent(BaseModel):
    """Its id."""

    id: str


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
    directory.remove_referent(visitor.staff, referent_id, clock.now())


@router.get("/referents/mine")
@open_to(*AGENT)
def my_referents(visitor: Admitted) -> list[ReferentShown]:
    """Whom you may call for help."""
    return referents(visitor.staff.department)
