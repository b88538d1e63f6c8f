"""Help in a conversation, as JSON: whom an agent may ask, what they ask of whom, how they pass a conversation on, and
how they telephone its person again.
The answer of each act is the desk as it is then. Accepting and refusing what a colleague asks are the desk's own."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from callcenter.actions import callback_now, consult, distress, transfer
from callcenter.rules.consults import KEYS, PassReason
from callcenter.rules.roles import AGENT
from callcenter.screens import desk_help
from callcenter.screens.desk_help import ColleagueToAsk, ReferentToCall
from callcenter.screens.fields import Id, Language
from callcenter.web.api.desk_api import Command, route_of
from callcenter.web.identity import Admitted, open_to

Scope = Annotated[str, Field(max_length=7)]
Topic = Annotated[str, Field(max_length=40)]
Words = Annotated[str, Query(max_length=60)]


class AskReferent(Command):
    """Ring a partner's desk into the conversation; the citizen hears music."""

    referent_id: Id

    def carry_out(self, agent_id: str, at: datetime) -> None:
        consult.ask_referent(agent_id, self.referent_id, at)


class AskAgent(Command):
    """Ask one colleague, who must be free."""

    agent_id: Id

    def carry_out(self, agent_id: str, at: datetime) -> None:
        consult.ask_agent(agent_id, self.agent_id, at)


class AskQueue(Command):
    """Ask whoever is free of those who serve a topic, in a department, a region (`R76`) or the nation (`N`)."""

    scope: Scope = "N"
    topic: Topic
    language: Language = "fr"

    def carry_out(self, agent_id: str, at: datetime) -> None:
        consult.ask_queue(agent_id, self.scope, self.topic, self.language, at)


class Speak(Command):
    """Who is in the conversation from now on: both, or one of them while the other hears music."""

    with_: Literal["both", "helper", "citizen"] = Field(alias="with")

    def carry_out(self, agent_id: str, at: datetime) -> None:
        consult.speak(agent_id, self.with_, at)


class ComeBack(Command):
    """To the citizen alone: the help leaves, or is asked no more."""

    def carry_out(self, agent_id: str, at: datetime) -> None:
        consult.come_back(agent_id, at)


class LeaveHelp(Command):
    """A colleague who helps leaves: the citizen stays with whoever asked."""

    def carry_out(self, agent_id: str, at: datetime) -> None:
        consult.leave(agent_id, at)


class PressKeys(Command):
    """Keys into the help's line, to pass a menu; `w` waits half a second."""

    keys: str = Field(pattern=f"^{KEYS.pattern}$")

    def carry_out(self, agent_id: str, at: datetime) -> None:
        consult.press(agent_id, self.keys, at)


class DeclareDistress(Command):
    """The caller is in distress: a supervisor is rung in, helplines may be, its times are compared with nobody's."""

    def carry_out(self, agent_id: str, at: datetime) -> None:
        distress.declare(agent_id, at)


class TakeDistressBack(Command):
    """It was none."""

    def carry_out(self, agent_id: str, at: datetime) -> None:
        distress.take_back(agent_id, at)


class TakeDistressOn(Command):
    """A supervisor sees to a distress of one of their agents': it rings on no screen any more."""

    contact_id: Id

    def carry_out(self, agent_id: str, at: datetime) -> None:
        distress.take_on(agent_id, self.contact_id, at)


class CallOut(Command):
    """Telephone the person of a contact that one is to record, or the number that they gave."""

    contact_id: Id
    number: str = Field("", max_length=40)

    def carry_out(self, agent_id: str, at: datetime) -> None:
        callback_now.call_out(agent_id, self.contact_id, at, self.number.strip())


class HandOver(Command):
    """Whoever was asked along goes on; of a partner's, after the three have spoken. `taken_by`: who took them there."""

    reason: PassReason = PassReason.SPECIALIST
    taken_by: str = Field("", max_length=60)

    def carry_out(self, agent_id: str, at: datetime) -> None:
        transfer.hand_over(agent_id, self.reason, at, self.taken_by)


class PassToAgent(Command):
    """Without speaking first: to one colleague."""

    agent_id: Id
    reason: PassReason = PassReason.SPECIALIST

    def carry_out(self, agent_id: str, at: datetime) -> None:
        transfer.pass_to_agent(agent_id, self.agent_id, self.reason, at)


class PassToQueue(Command):
    """Without speaking first: to a queue, with the arrival they had."""

    scope: Scope = "N"
    topic: Topic
    language: Language = "fr"
    reason: PassReason = PassReason.SPECIALIST

    def carry_out(self, agent_id: str, at: datetime) -> None:
        transfer.pass_to_queue(agent_id, self.scope, self.topic, self.language, self.reason, at)


COMMANDS: dict[str, type[Command]] = {
    "referent": AskReferent,
    "agent": AskAgent,
    "queue": AskQueue,
    "speak": Speak,
    "back": ComeBack,
    "leave": LeaveHelp,
    "keys": PressKeys,
    "distress": DeclareDistress,
    "no-distress": TakeDistressBack,
    "take-distress": TakeDistressOn,
    "call-out": CallOut,
    "hand-over": HandOver,
    "pass-agent": PassToAgent,
    "pass-queue": PassToQueue,
}

router = APIRouter(prefix="/api/consult", tags=["consult"])


@router.get("/referents")
@open_to(*AGENT)
def referents(visitor: Admitted, words: Words = "") -> list[ReferentToCall]:
    """Whom this agent may call, those called last first, with whether each is open now. `words`: of their partner, desk
    or number."""
    return desk_help.referents_of(visitor.staff.id, words)


@router.get("/helplines")
@open_to(*AGENT)
def helplines(visitor: Admitted) -> list[ReferentToCall]:
    """The helplines and local services of the department of the citizen in hand, for a distress."""
    return desk_help.helplines_of(visitor.staff.id)


@router.get("/colleagues")
@open_to(*AGENT)
def colleagues(visitor: Admitted) -> list[ColleagueToAsk]:
    """Who is free to be asked now."""
    return desk_help.colleagues_of(visitor.staff.id)


for _name, _command in COMMANDS.items():
    router.add_api_route(f"/{_name}", route_of(_command), methods=["POST"], name=_name, description=_command.__doc__)
