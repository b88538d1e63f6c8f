"""Agents: who they are, whom they may serve, and what they are doing.

Every move is conditional: it returns False when somebody got there first, and writes nothing.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    Index,
    LargeBinary,
    SQLColumnExpression,
    String,
    Uuid,
    cast,
    exists,
    false,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter import sealing
from callcenter.db import Base
from callcenter.phone_number import PhoneNumber
from callcenter.records.identifiers import new_id
from callcenter.records.moves import Stateful
from callcenter.rules.logins import login_of, may_be_login
from callcenter.rules.moved_by import MovedBy
from callcenter.rules.plain_text import MOST_WORDS, folded
from callcenter.rules.routing import ANYBODY, Answerers, agent_queues, answerers, departments_of
from callcenter.rules.state_machines import AGENT
from callcenter.rules.states import AT_WORK, ON_DUTY, WITH_A_CALL, AgentState, PauseReason
from callcenter.rules.territory import UNKNOWN

KEPT = timedelta(days=731)  # an account, once closed
VISIT_KEPT = timedelta(days=7)  # what was written of a visit and not recorded
TAKE_CALLS = ("agent", "supervisor")
NO_PASSWORD = "!"  # no password has this hash


class Agent(Stateful, Base):
    """A member of staff: agent, supervisor, auditor or admin. `departments` is what a supervisor may see."""

    __tablename__ = "agents"
    states = AGENT
    __table_args__ = (
        CheckConstraint("role in ('agent', 'supervisor', 'auditor', 'admin')", name="agents_role"),
        CheckConstraint("line in ('phone', 'shift')", name="agents_line"),
        CheckConstraint(
            "(call_id is not null) = (state in ('offered', 'connecting', 'talking', 'wrap_up'))",
            name="agents_call_in_hand",
        ),
        CheckConstraint("active = (closed_at is null)", name="agents_closed"),
        CheckConstraint("login = lower(btrim(login))", name="agents_login"),
        CheckConstraint("(moved_by is null) = (moved_why is null)", name="agents_moved"),
        Index("agents_on_duty", "state", postgresql_where="state <> 'offline'"),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(12), default="agent")
    departments: Mapped[list[str]] = mapped_column(ARRAY(String(7)), default=list)
    active: Mapped[bool] = mapped_column(default=True)
    closed_at: Mapped[datetime | None]  # since when the account is not active
    interface: Mapped[str] = mapped_column(String(2), default="fr")  # the language of their screens

    site_id: Mapped[int | None]
    department: Mapped[str] = mapped_column(String(7))
    topics: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    languages: Mapped[list[str]] = mapped_column(ARRAY(String(2)), default=lambda: ["fr"])
    desk_phone: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed

    line: Mapped[str] = mapped_column(String(5), default="phone")
    shift_line: Mapped[str | None] = mapped_column(String(40))  # the carrier's id of a line open all shift

    state: Mapped[str] = mapped_column(String(12), default=AgentState.OFFLINE)
    since: Mapped[datetime]
    free_since: Mapped[datetime | None]  # the rank among the free, kept through a call that came to nothing
    pause_reason: Mapped[str | None] = mapped_column(String(16))
    next_state: Mapped[str | None] = mapped_column(String(12))  # chosen during a call, kept until it is over
    next_reason: Mapped[str | None] = mapped_column(String(16))
    call_id: Mapped[str | None] = mapped_column(Uuid(as_uuid=False), unique=True)
    lost_from: Mapped[str | None] = mapped_column(String(12))  # the state to come back to
    shortcuts: Mapped[dict[str, str] | None] = mapped_column(JSONB)  # `rules.shortcuts`: the letters that they changed
    visit: Mapped[bytes | None] = mapped_column(LargeBinary)  # the form of a visit that is not recorded yet, sealed
    visit_at: Mapped[datetime | None]  # when that was last written on
    moved_by: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))  # who chose the state, or the next, for them
    moved_why: Mapped[str | None] = mapped_column(String(12))  # (`rules.moved_by`)
    moved_words: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed

    @property
    def phone(self) -> PhoneNumber | None:
        """The desk phone's number."""
        return PhoneNumber(sealing.unseal(self.desk_phone, _phone_of(self.id))) if self.desk_phone else None

    def written_with(self, to: str, at: datetime, columns: dict[str, Any]) -> dict[str, Any]:
        """Of `call_id` and `pause_reason` those that belong to the state. `keeps_rank`, besides the columns: they lose
        no place among the free for what was not their doing."""
        keeps_rank, reason = columns.pop("keeps_rank", False), columns.pop("pause_reason", None)
        written = columns | {
            "call_id": columns.get("call_id", self.call_id) if to in WITH_A_CALL else None,
            "pause_reason": reason if to == AgentState.PAUSE else None,
        }
        if to == AgentState.AVAILABLE:
            written["free_since"] = written["since"] = self.free_since or at if keeps_rank else at
        elif not keeps_rank:
            written["since"] = at
        if to != AgentState.LOST:
            written["lost_from"] = None
        if to == AgentState.OFFERED:  # what somebody chose for them is over
            written |= {"moved_by": None, "moved_why": None, "moved_words": None}
        if to not in WITH_A_CALL and reason != PauseReason.OUTCOME_OWED:  # what they chose is done, or still waits
            written["next_state"] = written["next_reason"] = None
        return written

    @property
    def visit_so_far(self) -> tuple[str, dict[str, str]] | None:
        """The visit that is being written down: the id it will have, and the answers by the names of the fields."""
        if self.visit is None:
            return None
        kept = json.loads(sealing.unseal(self.visit, _visit_of(self.id)))
        return kept["id"], kept["answers"]

    def keep_visit(self, contact_id: str, answers: Mapping[str, str], at: datetime) -> None:
        """In place of what was kept before; nothing at all once it is recorded."""
        kept = json.dumps({"id": contact_id, "answers": dict(answers)})
        self.visit, self.visit_at = (sealing.seal(kept, _visit_of(self.id)), at) if answers else (None, None)

    @property
    def told_why(self) -> str:
        """What whoever changed their state wrote to them."""
        return sealing.unseal(self.moved_words, _words_of(self.id)) if self.moved_words else ""

    @property
    def takes_calls(self) -> bool:
        """Whether a call may ever be theirs."""
        return self.active and self.role in TAKE_CALLS

    @property
    def scope(self) -> frozenset[str] | None:
        """The departments that are theirs to look at and act in; None: all, for an administrator."""
        return None if self.role == "admin" else frozenset(self.departments)

    def sees(self, department: str) -> bool:
        """Whether a department is of their scope."""
        return self.scope is None or department in self.scope

    def may_order(self, scope: str) -> bool:
        """Whether a department, a region (`R76`) or the nation is wholly of their scope."""
        within = departments_of(scope)
        return bool(within) and (self.scope is None or within <= self.scope)

    def tends(self, department: str) -> bool:
        """Whether they look after the citizens of a department: of their own, and of none that is known, who are every
        team's."""
        return department == UNKNOWN or self.sees(department)

    @property
    def queues(self) -> tuple[str, ...]:
        """The queues this agent serves."""
        return agent_queues(self.id, self.department, self.topics, self.languages)


def search(
    session: Session,
    text: str = "",
    department: str = "",
    role: str = "",
    *,
    active: bool | None = True,
    limit: int = 200,
) -> list[Agent]:
    """Staff by a part of their name or login, in the order of their names. `active` None: closed accounts too."""
    found = select(Agent) if active is None else select(Agent).where(Agent.active == active)
    for word in folded(text).split()[:MOST_WORDS]:
        parts = (func.strpos(func.folded(part), word) > 0 for part in (Agent.name, Agent.login))
        found = found.where(or_(*parts))
    if department:
        found = found.where(Agent.department == department)
    if role:
        found = found.where(Agent.role == role)
    return list(session.scalars(found.order_by(Agent.name, Agent.login).limit(limit)))


def by_logins(session: Session, logins: Sequence[str]) -> dict[str, Agent]:
    """Staff by the names they sign in with, active or not, held until this transaction ends."""
    named = select(Agent).where(Agent.login.in_(logins)).order_by(Agent.id).with_for_update()
    return {row.login: row for row in session.scalars(named)}


def per_department(session: Session) -> dict[str, int]:
    """How many agents may take calls, by department."""
    counted = select(Agent.department, func.count()).where(Agent.active, _takes_calls())
    return {row[0]: row[1] for row in session.execute(counted.group_by(Agent.department))}


def get(session: Session, agent_id: str) -> Agent | None:
    """The agent as it is now, whatever was read before."""
    return session.get(Agent, agent_id, populate_existing=True)


def names(session: Session, agent_ids: Collection[str]) -> dict[str, str]:
    """Their names, by their ids; empty for an account that was forgotten."""
    found = session.execute(select(Agent.id, Agent.name).where(Agent.id.in_(agent_ids)))
    return {row[0]: row[1] for row in found} if agent_ids else {}


def by_login(session: Session, login: str) -> Agent | None:
    """An active member of staff, by the name they sign in with, however it is written."""
    name = login_of(login)
    if not may_be_login(name):
        return None
    return session.scalar(select(Agent).where(Agent.login == name, Agent.active))


def lock(session: Session, agent_id: str) -> Agent | None:
    """The agent, held until this transaction ends; the call in their hands, if any, is locked before them."""
    return session.get(Agent, agent_id, with_for_update=True, populate_existing=True)


def per_topic(session: Session) -> dict[str, int]:
    """How many accounts may take calls of each topic."""
    serving = select(func.unnest(Agent.topics).label("topic")).where(Agent.active, _takes_calls()).subquery()
    return {row[0]: row[1] for row in session.execute(select(serving.c.topic, func.count()).group_by(serving.c.topic))}


def somebody_serves(session: Session, topic: str, language: str, *, at_work: bool = False) -> bool:
    """Whether anybody on duty serves these: whatever their department, they serve the nation's ring. ANYBODY: whatever
    their topics; `at_work`: and is not paused."""
    serving = exists().where(Agent.state.in_(AT_WORK if at_work else ON_DUTY), *_serves(topic, language))
    return bool(session.scalar(select(serving)))


def somebody_else_serves(session: Session, topic: str, language: str, but: str) -> bool:
    """Whether anybody on duty serves these, besides one agent."""
    serving = exists().where(Agent.state.in_(ON_DUTY), Agent.id != but, *_serves(topic, language))
    return bool(session.scalar(select(serving)))


def who_answers(session: Session, topic: str, language: str) -> tuple[Answerers, bool]:
    """Who answers somebody who chose this language, and whether any of them is on duty."""
    if somebody_serves(session, topic, language):  # the rule, in one query
        return Answerers(language), True
    answer = answerers(topic, language, lambda *served: somebody_speaks(session, *served))
    return answer, somebody_serves(session, ANYBODY if answer.anybody else topic, answer.language)


def languages(session: Session) -> frozenset[str]:
    """Every language that somebody who may take calls speaks, on duty or not."""
    return frozenset(
        session.scalars(select(func.unnest(Agent.languages)).where(Agent.active, _takes_calls()).distinct())
    )


def somebody_speaks(session: Session, topic: str, language: str) -> bool:
    """Whether anybody who may take calls speaks it of this topic, on duty or not: otherwise none of them will ever
    answer. ANYBODY: whatever their topics."""
    speaking = exists().where(Agent.active, _takes_calls(), *_serves(topic, language))
    return bool(session.scalar(select(speaking)))


def free_longest(session: Session, scope: str, topic: str, language: str, but: Collection[str]) -> list[str]:
    """Who is free and serves a topic in a department, a region or the nation, free longest first."""
    free = select(Agent.id).where(Agent.state == AgentState.AVAILABLE, Agent.active, _takes_calls())
    theirs = free.where(*_serves(topic, language), Agent.department.in_(departments_of(scope)), Agent.id.not_in(but))
    return list(session.scalars(theirs.order_by(Agent.free_since)))


def spoken_of(session: Session) -> frozenset[tuple[str, str]]:
    """Every topic, and ANYBODY for all of them, with each language in which an account in use may answer of it."""
    one_by_one = select(
        func.unnest(func.array_append(Agent.topics, ANYBODY)).label("topic"), Agent.languages.label("languages")
    ).where(Agent.active, _takes_calls())
    by_topic = one_by_one.distinct().subquery()
    found = select(by_topic.c.topic, func.unnest(by_topic.c.languages)).distinct()
    return frozenset((row[0], row[1]) for row in session.execute(found))


def on_duty(session: Session) -> list[Agent]:
    """Everyone at their post, free longest first; lost connections are not."""
    return list(session.scalars(select(Agent).where(Agent.state.in_(ON_DUTY)).order_by(Agent.since)))


def note_mover(agent: Agent, by: MovedBy | None) -> None:
    """Who chose what the agent does, or does next, and why; None: the agent."""
    agent.moved_by, agent.moved_why = (by.who, by.why) if by else (None, None)
    agent.moved_words = sealing.seal(by.words, _words_of(agent.id)) if by and by.words else None


def forget_closed(session: Session, at: datetime) -> None:
    """Accounts closed for two years lose name, login and telephone (`domain.md`); their ids, no names, stay."""
    gone = update(Agent).where(Agent.closed_at < at - KEPT, Agent.name != "")
    login = func.concat("parti-", cast(Agent.id, String))
    session.execute(
        gone.values(
            login=login, name="", password_hash="", desk_phone=None, shift_line=None, visit=None, moved_words=None
        )
    )


def sealed_phone(agent_id: str, e164: str) -> bytes | None:
    """The desk phone of an account, as it rests in its row; None for none."""
    return sealing.seal(e164, _phone_of(agent_id)) if e164 else None


def forget_visits(session: Session, at: datetime) -> None:
    """What was written of a visit and left so for a week goes."""
    session.execute(update(Agent).where(Agent.visit_at < at - VISIT_KEPT).values(visit=None, visit_at=None))


def _visit_of(agent_id: str) -> sealing.SealedPlace:
    return sealing.SealedPlace("agents", "visit", agent_id)


def _words_of(agent_id: str) -> sealing.SealedPlace:
    return sealing.SealedPlace("agents", "moved_words", agent_id)


def _phone_of(agent_id: str) -> sealing.SealedPlace:
    return sealing.SealedPlace("agents", "desk_phone", agent_id)


def seeing(supervisor: type[Agent], departments: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """`Agent.sees`, for every one of these, where PostgreSQL asks it: of a supervisor or an administrator whose account
    is open."""
    within = func.coalesce(departments.op("<@")(supervisor.departments), false())
    return supervisor.active & ((supervisor.role == "admin") | ((supervisor.role == "supervisor") & within))


def supervising(department: str) -> tuple[ColumnElement[bool], ...]:
    """The supervisors of a department's agents, administrators apart, whose account is open."""
    return Agent.active.is_(True), Agent.role == "supervisor", Agent.departments.any_() == department


def _serves(topic: str, language: str) -> list[ColumnElement[bool]]:
    spoken: list[ColumnElement[bool]] = [Agent.languages.any_() == language]
    return spoken if topic == ANYBODY else [*spoken, Agent.topics.any_() == topic]


def _takes_calls() -> ColumnElement[bool]:
    return Agent.role.in_(TAKE_CALLS)
