"""Callbacks, for those who keep them: the agent's, the supervisor's, and what other software may ask for."""

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from callcenter import clock
from callcenter.actions import callback_by_staff, callback_now
from callcenter.errors import NotFound
from callcenter.phone_number import PhoneNumber
from callcenter.records.agents import Agent
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Wish
from callcenter.rules.callbacks import slot_of
from callcenter.rules.roles import AGENT, OVERSEER, SUPERVISOR
from callcenter.rules.territory import TERRITORIES, UNKNOWN
from callcenter.screens import accounts_screen, directory_screen
from callcenter.screens.callbacks_screen import CallbackShown, Half, UnheardCaller, all_open, as_shown, mine, unheard
from callcenter.screens.fields import Day, Id, Language
from callcenter.web.identity import Admitted, open_to


class Ask(BaseModel):
    """A promise to make. Without a day: as soon as the line is open there. `half`: m for the morning, a for the
    afternoon."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(description="a French number, national or E.164", examples=["05 65 05 12 34"], max_length=30)
    department: str = Field(description="the citizen's territory", examples=["46"], max_length=7)
    topic: str = Field("autre", max_length=40)
    language: Language = "fr"
    day: Day | None = None
    half: Half = "m"
    agent: str | None = Field(None, description="the login of the agent to whom it is promised", max_length=60)

    def carry_out(self, staff: Agent, at: datetime) -> Callback:
        is_known = self.department in (*TERRITORIES, UNKNOWN)
        if not is_known or self.topic not in directory_screen.topics_of([self.department]):
            raise NotFound
        number = PhoneNumber.meant(self.number, self.department)
        wish = Wish(self.department, self.topic, self.language)
        slot = _slot(self.day, self.half)
        agent_id = None if self.agent is None else accounts_screen.id_of(self.agent)
        return callback_by_staff.promise_to_number(staff, number, wish, slot, at, agent_id)


class AskUnheard(BaseModel):
    """Promises to people who hung up unheard; without a day: as soon as the line is open there."""

    model_config = ConfigDict(extra="ignore")

    call_ids: list[str] = Field(min_length=1, max_length=200)
    day: Day | None = None
    half: Half = "m"

    def carry_out(self, staff: Agent, at: datetime) -> list[Callback]:
        return callback_by_staff.promise_to_unheard(staff, self.call_ids, _slot(self.day, self.half), at)


class CallbacksMade(BaseModel):
    """What may be told to the citizen; whoever may not be called is missing."""

    promised: list[CallbackShown]


def _slot(day: date | None, half: str) -> str:
    """Empty: soon."""
    return slot_of(day, half) if day else ""


router = APIRouter(prefix="/api/callbacks", tags=["callbacks"])


@router.get("")
@open_to(*OVERSEER)
def list_all(visitor: Admitted) -> list[CallbackShown]:
    """Every open promise of the departments of whoever asks: state, due time, attempts and lateness."""
    return all_open(visitor.staff)


@router.get("/mine")
@open_to(*AGENT)
def list_mine(visitor: Admitted) -> list[CallbackShown]:
    """The open promises of the agent who asks, and of the queues they serve."""
    return mine(visitor.staff)


@router.get("/unheard")
@open_to(*SUPERVISOR)
def list_unheard(visitor: Admitted) -> list[UnheardCaller]:
    """Who hung up unheard in the last 48 hours and has not been spoken with since."""
    return unheard(visitor.staff)


@router.post("", status_code=201)
@open_to(*SUPERVISOR)
def ask(asked: Ask, visitor: Admitted) -> CallbackShown:
    """Promise a callback. One that is open to the same number stands, and is given instead; of another team's nothing
    is told but that it is there (409). Refused for a number that may not be called, a department or an agent that is
    not yours, a time when the line is closed, or too many promises."""
    at = clock.now()
    return as_shown([asked.carry_out(visitor.staff, at)], at, visitor.staff)[0]


@router.post("/unheard", status_code=201)
@open_to(*SUPERVISOR)
def ask_unheard(asked: AskUnheard, visitor: Admitted) -> CallbacksMade:
    """Promise callbacks to people who hung up unheard."""
    at = clock.now()
    return CallbacksMade(promised=as_shown(asked.carry_out(visitor.staff, at), at, visitor.staff))


@router.post("/{callback_id}/start", status_code=204)
@open_to(*AGENT)
def start(callback_id: Id, visitor: Admitted) -> None:
    """Begin now a promise of one's own or of one's queues, before its time too: one's desk phone rings, then the
    person's. Refused (409) while one speaks or owes an outcome, to whoever telephones us, where the line is closed, and
    once a colleague has it."""
    callback_now.start(visitor.staff.id, callback_id, clock.now())


@router.delete("/{callback_id}", status_code=204)
@open_to(*SUPERVISOR)
def cancel(callback_id: str, visitor: Admitted) -> None:
    """End a promise that is not being spoken."""
    callback_by_staff.cancel(visitor.staff, callback_id, clock.now())
