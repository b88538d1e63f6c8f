"""Callbacks, for those who keep them: the agent's, the supervisor's, and what other software may ask for."""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from callcenter import clock
from callcenter.actions import callback_by_staff
from callcenter.db import Session, reading
from callcenter.records import agents, callbacks, calls
from callcenter.records.agents import Agent
from callcenter.records.callbacks import Callback
from callcenter.rules.routing import answerers

Half = Literal["m", "a"]
SHOWN_CLOSED = 50


class CallbackShown(BaseModel):
    """One promise. `contact_id`: in which it was asked for, where it was in one. `number` is masked, and None (as
    `reference` is empty) once its person is erased; `late`: seconds past the end of its window; `also`: topics added by
    asking again; `language`: that will be spoken, as far as is known now; `asked_language`: that was chosen, where
    nobody of ours speaks it; `for_agent`: the name of the agent it is kept for, if for one."""

    model_config = ConfigDict(frozen=True)

    id: str
    contact_id: str | None
    state: str
    source: str
    reference: str
    department: str
    topic: str
    also: tuple[str, ...]
    language: str
    asked_language: str | None
    hard_of_hearing: bool
    relay: bool
    number: str | None
    promised_from: datetime
    promised_until: datetime
    due_from: datetime
    due_until: datetime
    attempts: int
    late: float
    for_agent: str | None
    mine: bool
    closed_at: datetime | None


class UnheardCaller(BaseModel):
    """Somebody who hung up unheard, and whom nobody has spoken with or promised a callback since."""

    model_config = ConfigDict(frozen=True)

    call_id: str
    arrived_at: datetime
    department: str
    topic: str
    number: str


def mine(agent: Agent) -> list[CallbackShown]:
    """The open promises that are this agent's, and those of the queues they serve."""
    at = clock.now()
    with reading() as session:
        return _shown(session, callbacks.for_agent(session, agent), at, agent)


def all_open(overseer: Agent) -> list[CallbackShown]:
    """Every open promise of the departments of whoever looks, the soonest due first."""
    at = clock.now()
    with reading() as session:
        return _shown(session, callbacks.listed(session, _scope(overseer)), at, overseer)


def lately_closed(overseer: Agent) -> list[CallbackShown]:
    """Those that ended in the last two days."""
    at = clock.now()
    with reading() as session:
        closed = callbacks.closed_since(session, _scope(overseer), at - callback_by_staff.UNHEARD_FOR, SHOWN_CLOSED)
        return _shown(session, closed, at, overseer)


def unheard(overseer: Agent) -> list[UnheardCaller]:
    """Who hung up unheard in the last two days."""
    at = clock.now()
    with reading() as session:
        lost = callbacks.unheard(session, _scope(overseer), at - callback_by_staff.UNHEARD_FOR)
        return [
            UnheardCaller(
                call_id=call.id,
                arrived_at=call.arrived_at,
                department=call.department,
                topic=call.topic,
                number=call.phone.masked,
            )
            for call in lost
            if call.phone and call.phone.may_be_called_back
        ]


def printed(overseer: Agent) -> list[tuple[CallbackShown, str | None]]:
    """Every open promise with its full number (None: erased), for the day the software is down: whoever prints it is
    written down by `callback_by_staff`."""
    with reading() as session:
        found = callbacks.listed(session, _scope(overseer), 2000)
        rows = _shown(session, found, clock.now(), overseer)
        return [(row, each.phone.national if each.phone else None) for row, each in zip(rows, found, strict=True)]


def as_shown(made: list[Callback], at: datetime, reader: Agent) -> list[CallbackShown]:
    """Promises as this reader is shown them."""
    with reading() as session:
        return _shown(session, made, at, reader)


def _shown(session: Session, found: list[Callback], at: datetime, reader: Agent) -> list[CallbackShown]:
    names = {each.for_agent: agents.get(session, each.for_agent) for each in found if each.for_agent}
    spoken = agents.spoken_of(session)
    asked = calls.contacts_of(session, [each.asked_by for each in found if each.asked_by])
    return [
        _one(each, at, reader, names.get(each.for_agent or ""), _language(each, spoken), asked.get(each.asked_by or ""))
        for each in found
    ]


def _language(each: Callback, spoken: Collection[tuple[str, str]]) -> str:
    return answerers(each.topic, each.language, lambda *served: served in spoken).language


def _one(
    each: Callback, at: datetime, reader: Agent, owner: Agent | None, language: str, contact_id: str | None
) -> CallbackShown:
    until = each.closed_at or at
    return CallbackShown(
        id=each.id,
        contact_id=contact_id if each.reference else None,
        state=each.state,
        source=each.source,
        reference=each.reference,
        department=each.department,
        topic=each.topic,
        also=tuple(each.also),
        language=language,
        asked_language=None if language == each.language else each.language,
        hard_of_hearing=each.hard_of_hearing,
        relay=each.relay,
        number=each.phone.masked if each.phone else None,
        promised_from=each.promised_from,
        promised_until=each.promised_until,
        due_from=each.due_from,
        due_until=each.due_until,
        attempts=each.attempts,
        late=max((until - each.promised_until).total_seconds(), 0.0),
        for_agent=owner.name if owner else None,
        mine=each.for_agent == reader.id,
        closed_at=each.closed_at,
    )


def _scope(overseer: Agent) -> list[str] | None:
    scope = overseer.scope
    return None if scope is None else sorted(scope)
