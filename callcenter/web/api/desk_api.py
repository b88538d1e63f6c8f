"""What an agent may ask for at their desk, as JSON or as a form; the answer is the desk as it is then."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from callcenter import clock
from callcenter.actions import (
    agent,
    answers,
    callback_now,
    continuing,
    conversation,
    monitoring,
    notes,
    offer_answers,
    outcome_form,
    shortcuts,
)
from callcenter.actions.agreed_callback import Agreed
from callcenter.errors import NotFound
from callcenter.records.contacts import WrapUpEntry
from callcenter.records.identifiers import new_id
from callcenter.rules.callbacks import slot_of
from callcenter.rules.outcomes import KINDS, WAYS
from callcenter.rules.roles import AGENT
from callcenter.rules.states import AgentState, FollowUp, Outcome, PauseReason
from callcenter.rules.territory import TERRITORIES, UNKNOWN
from callcenter.screens import desk_screen, directory_screen
from callcenter.screens.desk_screen import Desk
from callcenter.screens.fields import Day, Id
from callcenter.web.identity import Admitted, open_to


class Command(BaseModel):
    """Something an agent asks for; `carry_out` refuses with a sentence."""

    model_config = ConfigDict(extra="ignore")

    def carry_out(self, agent_id: str, at: datetime) -> None:
        raise NotImplementedError


class TakePost(Command):
    """`phone`: the desk phone rings for each call; `shift`: its line stays open all shift."""

    line: Literal["phone", "shift"] = "phone"

    def carry_out(self, agent_id: str, at: datetime) -> None:
        agent.take_post(agent_id, self.line, at)


class LeavePost(Command):
    """No more calls; during one, once it is recorded."""

    def carry_out(self, agent_id: str, at: datetime) -> None:
        agent.leave_post(agent_id, at)


class Pause(Command):
    """No calls for a while."""

    reason: PauseReason = PauseReason.BREAK

    def carry_out(self, agent_id: str, at: datetime) -> None:
        agent.pause(agent_id, self.reason, at)


class BeAvailable(Command):
    """Calls again."""

    def carry_out(self, agent_id: str, at: datetime) -> None:
        agent.become_available(agent_id, at)


class Accept(Command):
    """Take the call that is offered."""

    offer_id: Id

    def carry_out(self, agent_id: str, at: datetime) -> None:
        offer_answers.accept_offer(agent_id, self.offer_id, at)


class Refuse(Command):
    """Let it go to the next agent."""

    offer_id: Id

    def carry_out(self, agent_id: str, at: datetime) -> None:
        offer_answers.refuse_offer(agent_id, self.offer_id, at)


class HangUp(Command):
    """End the conversation."""

    def carry_out(self, agent_id: str, at: datetime) -> None:
        conversation.hang_up(agent_id, at)


class HoldCall(Command):
    """Music for the citizen, or the conversation again."""

    on: bool

    def carry_out(self, agent_id: str, at: datetime) -> None:
        conversation.hold(agent_id, self.on, at)


class MuteSelf(Command):
    """Whether the citizen hears the agent."""

    on: bool

    def carry_out(self, agent_id: str, at: datetime) -> None:
        conversation.mute(agent_id, self.on, at)


class TagRelay(Command):
    """Whether the person speaks through a relay service."""

    on: bool

    def carry_out(self, agent_id: str, at: datetime) -> None:
        conversation.tag_relay(agent_id, self.on)


class DeclineMonitoring(Command):
    """Whether the citizen refuses that supervisors take part; who does, leaves."""

    declined: bool

    def carry_out(self, agent_id: str, at: datetime) -> None:
        monitoring.decline(agent_id, self.declined, at)


class Extend(Command):
    """Once as much time again to record the outcome."""

    def carry_out(self, agent_id: str, at: datetime) -> None:
        conversation.extend_wrap_up(agent_id)


class ChooseNext(Command):
    """What comes after this call; no state takes the choice back."""

    state: AgentState | None = None
    reason: PauseReason | None = None

    def carry_out(self, agent_id: str, at: datetime) -> None:
        agent.choose_next_state(agent_id, self.state, self.reason, at)


class KeepNotes(Command):
    """What was typed so far, kept until the outcome is recorded. `revision`: of the notes that were changed; they are
    refused when other notes have been kept since."""

    contact_id: Id
    notes: str = Field("", max_length=4000)
    revision: int = 0

    def carry_out(self, agent_id: str, at: datetime) -> None:
        notes.keep(agent_id, self.contact_id, self.notes, self.revision)


AnswerName = Annotated[str, Field(pattern=r"^[a-z_]{1,20}(-[0-9]{1,2})?$")]
Answers = Annotated[dict[AnswerName, Annotated[str, Field(max_length=4000)]], Field(max_length=120)]
"""What was chosen so far, by the names of a form's fields."""


class KeepAnswers(Command):
    """What was chosen so far in the form of a contact, kept until it is recorded. `revision`: of the answers that were
    changed; they are refused when others have been kept since."""

    contact_id: Id
    answers: Answers
    revision: int = 0

    def carry_out(self, agent_id: str, at: datetime) -> None:
        answers.keep(agent_id, self.contact_id, self.answers, self.revision)


class KeepVisit(Command):
    """What was written so far in the form of a visit, kept until it is recorded, or for a week. `contact_id`: the one
    that it will have."""

    contact_id: Id
    answers: Answers

    def carry_out(self, agent_id: str, at: datetime) -> None:
        answers.keep_visit(agent_id, self.contact_id, self.answers, at)


class ChooseKeys(Command):
    """Which letter does what, for this account; `off`: none does anything."""

    letters: dict[str, Annotated[str, Field(max_length=4)]] = Field(default_factory=dict, max_length=40)
    off: bool = False

    def carry_out(self, agent_id: str, at: datetime) -> None:
        shortcuts.choose(agent_id, self.letters, off=self.off)


class AddNotes(Command):
    """Notes that were not in the outcome when it was recorded, from another page; for a day."""

    contact_id: Id
    notes: str = Field(min_length=1, max_length=4000)

    def carry_out(self, agent_id: str, at: datetime) -> None:
        notes.add_later(agent_id, self.contact_id, self.notes, at)


class GoOn(Command):
    """The contact to record goes on from an earlier one, of this id or named by its reference; or from none."""

    contact_id: Id
    earlier_id: Id | None = None
    reference: str = Field("", max_length=30)

    def carry_out(self, agent_id: str, at: datetime) -> None:
        if self.earlier_id:
            continuing.go_on(agent_id, self.contact_id, self.earlier_id, at)
        elif self.reference:
            continuing.go_on_from_reference(agent_id, self.contact_id, self.reference, at)
        else:
            continuing.stand_alone(agent_id, self.contact_id)


class CallBack(Command):
    """Call back at once the person of a contact that broke off; what came of it is recorded after."""

    contact_id: Id

    def carry_out(self, agent_id: str, at: datetime) -> None:
        callback_now.call_back(agent_id, self.contact_id, at)


class DemarcheGiven(BaseModel):
    """One démarche and what came of it."""

    procedure: str
    outcome: Outcome
    settled: bool | None = Field(None, description="never supposed: only an orientation may leave it out")
    reason: str | None = None
    internet_checked: bool = False
    follow_up: FollowUp = FollowUp.NONE
    continues: str | None = Field(None, description="the reference of the earlier contact it goes on from")
    notes: str | None = Field(None, max_length=4000)

    def entry(self, departments: Collection[str], kept: Mapping[str, str] | None = None) -> WrapUpEntry:
        """As it is recorded. `departments`: the citizen's and the agent's; another's own service is none of theirs.
        `kept`: the partners of what is recorded already, by code."""
        procedure = directory_screen.procedures_of(departments).get(self.procedure)
        partner = procedure.partner if procedure else (kept or {}).get(self.procedure)
        if partner is None:
            raise NotFound
        return WrapUpEntry(
            partner=partner,
            procedure=self.procedure,
            outcome=self.outcome,
            settled=False if self.outcome == Outcome.ORIENTATION and self.settled is None else self.settled,
            reason=self.reason,
            internet_checked=self.internet_checked,
            follow_up=self.follow_up,
            continues=self.continues,
            notes=self.notes,
        )


Agreement = Annotated[str, Field(pattern=f"^({'|'.join(KINDS)}):({'|'.join(WAYS)})$")]
"""What was given, and how: `mandate:voice`."""


def _agrees(agent_id: str, contact_id: str, agreement: str | None, at: datetime) -> None:
    if agreement:
        kind, _, given_by = agreement.partition(":")
        conversation.note_agreement(agent_id, contact_id, kind, given_by, at)


class AgreedCallback(BaseModel):
    """A half-day (`m` morning, `a` afternoon), with any agent or with this one (`mine`). Without a day: the promise
    that is open to the person already."""

    day: Day | None = None
    half: Literal["m", "a"] = "m"
    mine: bool = False

    def agreed(self) -> Agreed:
        return Agreed(slot_of(self.day, self.half) if self.day else "", self.mine)


class RecordOutcome(Command):
    """The outcome of a contact: of the call in hand, or one that is owed. `revision`: of the kept notes that its own
    replace; any that were kept since, or without it, are added. `callback`: where a démarche is followed up by one, it
    is promised in the same act."""

    contact_id: Id
    revision: int | None = None
    callback: AgreedCallback | None = None
    entries: list[DemarcheGiven] = Field(min_length=1, max_length=9)
    agreement: Agreement | None = None

    def carry_out(self, agent_id: str, at: datetime) -> None:
        served = directory_screen.departments_of_contact(agent_id, self.contact_id)
        entries = [each.entry(served) for each in self.entries]
        agreed = self.callback.agreed() if self.callback else None
        outcome_form.record_outcome(agent_id, self.contact_id, entries, at, self.revision, agreed)
        _agrees(agent_id, self.contact_id, self.agreement, at)


class RecordVisit(Command):
    """A visit at the desk, in the same form. `minutes`: how long ago the person came; `satisfaction` and
    `settled_said`: the two questions that callers are asked too, as the person answered them. Sent twice under one
    `contact_id`, it is one visit."""

    contact_id: Id = Field(default_factory=new_id)
    department: str = UNKNOWN
    minutes: int = Field(0, ge=0, le=600)
    satisfaction: int | None = Field(None, ge=1, le=4)
    settled_said: bool | None = None
    entries: list[DemarcheGiven] = Field(min_length=1, max_length=9)
    agreement: Agreement | None = None

    def carry_out(self, agent_id: str, at: datetime) -> None:
        arrived_at = at - timedelta(minutes=self.minutes)
        department = self.department if self.department in TERRITORIES else UNKNOWN
        served = directory_screen.departments_of_visit(agent_id, department)
        entries = [each.entry(served) for each in self.entries]
        answers = self.satisfaction, self.settled_said
        contact = outcome_form.record_visit(agent_id, self.contact_id, department, entries, arrived_at, at, *answers)
        _agrees(agent_id, contact.id, self.agreement, at)


class Beat(Command):
    """The page is there."""

    def carry_out(self, agent_id: str, at: datetime) -> None:
        agent.beat(agent_id, at)


COMMANDS: dict[str, type[Command]] = {
    "post": TakePost,
    "leave": LeavePost,
    "pause": Pause,
    "available": BeAvailable,
    "accept": Accept,
    "refuse": Refuse,
    "hangup": HangUp,
    "hold": HoldCall,
    "mute": MuteSelf,
    "relay": TagRelay,
    "monitoring": DeclineMonitoring,
    "extend": Extend,
    "next": ChooseNext,
    "notes": KeepNotes,
    "answers": KeepAnswers,
    "visit-answers": KeepVisit,
    "keys": ChooseKeys,
    "add-notes": AddNotes,
    "continue": GoOn,
    "call-back": CallBack,
    "outcome": RecordOutcome,
    "visit": RecordVisit,
}

router = APIRouter(prefix="/api/desk", tags=["desk"])


@router.get("")
@open_to(*AGENT)
def look(visitor: Admitted) -> Desk:
    """All that this agent's screen shows."""
    return desk_screen.of(visitor.staff.id)


@router.post("/beat", status_code=204)
@open_to(*AGENT)
def beat(visitor: Admitted) -> None:
    """Every four seconds: fifteen without one is a lost connection."""
    Beat().carry_out(visitor.staff.id, clock.now())


def route_of(command: type[Command]) -> Callable[..., Desk]:
    """The endpoint of a command, for any agent."""

    @open_to(*AGENT)
    def answer(asked: command, visitor: Admitted) -> Desk:  # type: ignore[valid-type]
        asked.carry_out(visitor.staff.id, clock.now())  # type: ignore[attr-defined]
        return desk_screen.of(visitor.staff.id)

    return answer


for _name, _command in COMMANDS.items():
    router.add_api_route(f"/{_name}", route_of(_command), methods=["POST"], name=_name, description=_command.__doc__)
