"""Contacts and accompaniments: the same record for a call, a callback and a visit at the front desk (`metrics.md`).

A contact is one person on one occasion; an accompaniment is one démarche of it. What is not known is absent, never 0.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
    delete,
    exists,
    false,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter import sealing
from callcenter.db import Base
from callcenter.phone_number import PhoneNumber
from callcenter.records.identifiers import new_id, new_reference
from callcenter.records.moves import Stateful
from callcenter.rules.state_machines import CONTACT
from callcenter.rules.states import Due, FollowUp, Outcome
from callcenter.rules.territory import UNKNOWN, national_day


class Contact(Stateful, Base):
    """`department` is the citizen's; `site_id` the answering agent's. `waited`: seconds from the queue to the
    conversation; `lasted`: of a visit. `site_reference`: what a front desk's own software calls it."""

    __tablename__ = "contacts"
    states = CONTACT
    __table_args__ = (
        CheckConstraint("channel in ('front_desk', 'bus', 'phone', 'callback')", name="contacts_channel"),
        Index("contacts_owed", "agent_id", postgresql_where="due = 'owed'"),
        Index("contacts_by_person", "pseudonym", "arrived_at"),
        Index("contacts_by_day", "local_day"),
        Index(
            "contacts_once_per_site",
            "site_id",
            "site_reference",
            unique=True,
            postgresql_where="site_reference is not null",
        ),
        Index("contacts_to_erase", "arrived_at", postgresql_where="erased_at is null"),
        Index("contacts_continued", "continues", postgresql_where="continues is not null"),
        Index("contacts_by_agent", "agent_id", "arrived_at"),
        Index("contacts_in_distress", "arrived_at", postgresql_where="distress"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(24), unique=True, default=new_reference)
    channel: Mapped[str] = mapped_column(String(10))
    site_id: Mapped[int | None]
    site_reference: Mapped[str | None] = mapped_column(String(60))
    department: Mapped[str] = mapped_column(String(7), default=UNKNOWN)
    department_assumed: Mapped[bool] = mapped_column(default=False, server_default=false())  # it is the site's
    topic: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2), default="fr")
    hard_of_hearing: Mapped[bool] = mapped_column(default=False)
    relay: Mapped[bool] = mapped_column(default=False)
    distress: Mapped[bool] = mapped_column(default=False, server_default=false())  # its times are compared with none
    pseudonym: Mapped[bytes | None] = mapped_column(LargeBinary)
    arrived_at: Mapped[datetime]
    local_day: Mapped[date] = mapped_column(Date)  # in the clock of `department`
    waited: Mapped[float | None]
    lasted: Mapped[float | None]
    returned: Mapped[bool | None]  # within seven days of an answered call, by the same number about the same matter
    agent_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    continues: Mapped[str | None] = mapped_column(ForeignKey("contacts.id"))  # the earlier one it goes on from
    due: Mapped[str] = mapped_column(String(10), default=Due.NOTHING)
    owed_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime | None]
    draft_revision: Mapped[int] = mapped_column(default=0, server_default="0")  # grows with each change of the draft
    draft: Mapped[bytes | None] = mapped_column(LargeBinary)  # notes, sealed, gone once recorded or released
    answers_revision: Mapped[int] = mapped_column(default=0, server_default="0")  # grows with each change of them
    answers: Mapped[bytes | None] = mapped_column(LargeBinary)  # of its form so far, sealed, gone with the draft
    satisfaction: Mapped[int | None]  # the raw answer
    satisfaction_scale: Mapped[int | None]
    settled_said: Mapped[bool | None]  # the citizen's own answer to « votre demande est-elle réglée ? »
    asked_at: Mapped[datetime | None]  # when a text asked: set before the carrier is, so none is sent twice
    asks_no_more: Mapped[bool] = mapped_column(default=False, server_default=false())  # they refused the questions
    erased_at: Mapped[datetime | None]  # number, references and notes are blank; what was counted stays

    def written_with(self, to: str, at: datetime, columns: dict[str, Any]) -> dict[str, Any]:
        """When it was owed and recorded; nobody will read the notes of the call again."""
        if to == Due.OWED:
            return {"owed_at": at} | columns
        written = {"recorded_at": at} if to == Due.RECORDED else {}
        return {"draft": None, "answers": None} | written | columns

    @property
    def drafted(self) -> str | None:
        """The notes that were typed and are not recorded yet."""
        return sealing.unseal(self.draft, _draft_of(self.id)) if self.draft else None

    @property
    def answered(self) -> dict[str, str]:
        """What was answered in its form and is not recorded yet, by the names of the fields."""
        return json.loads(sealing.unseal(self.answers, _answers_of(self.id))) if self.answers else {}


class Accompaniment(Base):
    """One démarche. `continues` names an earlier accompaniment: such a row opens nothing."""

    __tablename__ = "accompaniments"
    __table_args__ = (
        UniqueConstraint("contact_id", "procedure", name="accompaniments_one_per_demarche"),
        CheckConstraint("outcome in ('information', 'accompaniment', 'orientation')", name="accompaniments_outcome"),
        CheckConstraint("(reason is not null) = (outcome = 'orientation')", name="accompaniments_reason"),
        CheckConstraint("outcome <> 'orientation' or not settled", name="accompaniments_oriented_is_not_settled"),
        CheckConstraint("reason is distinct from 'website' or internet_checked", name="accompaniments_no_redirection"),
        Index("accompaniments_continued", "continues", postgresql_where="continues is not null"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    partner: Mapped[str] = mapped_column(String(20))
    procedure: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[str] = mapped_column(String(14))
    reason: Mapped[str | None] = mapped_column(String(16))
    internet_checked: Mapped[bool] = mapped_column(default=False)
    settled: Mapped[bool | None]  # None: not recorded
    follow_up: Mapped[str] = mapped_column(String(12), default=FollowUp.NONE)
    continues: Mapped[str | None] = mapped_column(ForeignKey("accompaniments.id"))
    notes: Mapped[bytes | None] = mapped_column(LargeBinary)  # masked, then sealed
    at: Mapped[datetime]

    @property
    def noted(self) -> str | None:
        """What the agent or the front desk wrote of it."""
        return sealing.unseal(self.notes, _notes_of(self.id)) if self.notes else None


class Agreement(Base):
    """A mandate or a consent that a citizen gave, apart from what was said or recorded of their démarches."""

    __tablename__ = "agreements"
    __table_args__ = (
        UniqueConstraint("contact_id", "kind", name="agreements_once"),
        CheckConstraint("kind in ('mandate', 'consent')", name="agreements_kind"),
        CheckConstraint("given_by in ('voice', 'text', 'paper')", name="agreements_given_by"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    contact_id: Mapped[str] = mapped_column(ForeignKey("contacts.id"))
    kind: Mapped[str] = mapped_column(String(8))
    given_by: Mapped[str] = mapped_column(String(5))
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"))  # who took it
    at: Mapped[datetime]


@dataclass(frozen=True)
class WrapUpEntry:
    """One démarche as the wrap-up form gives it, already checked by `rules.outcomes`. `continues`: a contact's
    reference."""

    partner: str
    procedure: str
    outcome: Outcome
    settled: bool | None
    reason: str | None = None
    internet_checked: bool = False
    follow_up: FollowUp = FollowUp.NONE
    continues: str | None = None
    notes: str | None = None


def open_contact(session: Session, contact_id: str, channel: str, at: datetime, number: PhoneNumber | None) -> bool:
    """A contact begins: nothing is owed yet. False: there is one of this id, and it stays as it is."""
    begun = session.scalar(
        upsert(Contact).values(
            id=contact_id, reference=new_reference(), channel=channel, arrived_at=at, due=Due.NOTHING,
            local_day=national_day(at),
            pseudonym=sealing.pseudonym(number.e164) if number else None,
        ).on_conflict_do_nothing(index_elements=["id"]).returning(Contact.id)
    )  # fmt: skip
    return begun is not None


def identify_caller(session: Session, contact_id: str, number: PhoneNumber) -> None:
    """The number of a contact, learnt late."""
    session.execute(update(Contact).where(Contact.id == contact_id).values(pseudonym=sealing.pseudonym(number.e164)))


def describe(session: Session, contact_id: str, **learnt: str | bool | date) -> None:
    """What the menu learnt of a contact, by column."""
    session.execute(update(Contact).where(Contact.id == contact_id).values(**learnt))


def discard(session: Session, contact_id: str) -> None:
    """The contact of a call that turned out to be there already."""
    session.execute(delete(Contact).where(Contact.id == contact_id))


def get(session: Session, contact_id: str) -> Contact | None:
    """One contact as it is now."""
    return session.get(Contact, contact_id, populate_existing=True)


def hold(session: Session, contact_id: str) -> Contact | None:
    """One contact, held until this transaction ends."""
    return session.get(Contact, contact_id, with_for_update=True, populate_existing=True)


def owed_by(session: Session, agent_id: str) -> list[Contact]:
    """What an agent has still to record, oldest first."""
    owed = select(Contact).where(Contact.agent_id == agent_id, Contact.due == Due.OWED).order_by(Contact.owed_at)
    return list(session.scalars(owed))


def drafts(contact: Contact, notes: str | None) -> None:
    """What is being typed, masked already, rests sealed until it is recorded."""
    contact.draft = sealing.seal(notes, _draft_of(contact.id)) if notes else None


def keep_answers(contact: Contact, answers: Mapping[str, str]) -> None:
    """What is answered so far rests sealed until it is recorded."""
    contact.answers = sealing.seal(json.dumps(dict(answers)), _answers_of(contact.id)) if answers else None
    contact.answers_revision += 1


def sealed_notes(accompaniment_id: str, notes: str | None) -> bytes | None:
    """Notes, masked already, as they rest in the row of their démarche."""
    return sealing.seal(notes, _notes_of(accompaniment_id)) if notes else None


def _draft_of(contact_id: str) -> sealing.SealedPlace:
    return sealing.SealedPlace("contacts", "draft", contact_id)


def _answers_of(contact_id: str) -> sealing.SealedPlace:
    return sealing.SealedPlace("contacts", "answers", contact_id)


def _notes_of(accompaniment_id: str) -> sealing.SealedPlace:
    return sealing.SealedPlace("accompaniments", "notes", accompaniment_id)


def record_agreement(session: Session, contact_id: str, kind: str, given_by: str, agent_id: str, at: datetime) -> None:
    """Log a mandate or a consent; the first of its kind stands."""
    given = upsert(Agreement).values(
        id=new_id(), contact_id=contact_id, kind=kind, given_by=given_by, agent_id=agent_id, at=at
    )
    session.execute(given.on_conflict_do_nothing(index_elements=["contact_id", "kind"]))


def accompaniments(session: Session, contact_ids: Sequence[str]) -> list[Accompaniment]:
    """The démarches of these contacts."""
    return list(
        session.scalars(
            select(Accompaniment).where(Accompaniment.contact_id.in_(contact_ids)).order_by(Accompaniment.at)
        )
    )


def of_accompaniments(session: Session, ids: Sequence[str]) -> dict[str, Contact]:
    """The contacts of these démarches, by démarche."""
    found = select(Accompaniment.id, Contact).join(Contact, Contact.id == Accompaniment.contact_id)
    return {row[0]: row[1] for row in session.execute(found.where(Accompaniment.id.in_(ids)))} if ids else {}


def agreements(session: Session, contact_id: str) -> list[Agreement]:
    """What was given in a contact."""
    return list(session.scalars(select(Agreement).where(Agreement.contact_id == contact_id).order_by(Agreement.at)))


def is_owing(session: Session, agent_id: str) -> bool:
    """Whether a contact of theirs still waits for its outcome."""
    owed = exists().where(Contact.agent_id == agent_id, Contact.due == Due.OWED)
    return bool(session.scalar(select(owed)))
