"""What an agent does to pass their conversation on: to a colleague or a partner's person after speaking together, or
to an agent or a queue without.

The rows move first, in one transaction; then the carrier is asked.
"""

from datetime import datetime, timedelta

from callcenter.actions import config_snapshot
from callcenter.actions.agent_rows import hold_call
from callcenter.actions.queue_names import check_queue
from callcenter.actions.release import release
from callcenter.db import transaction
from callcenter.errors import NoHelp, NotFound, NotPossibleNow, NotTogether, QueueClosed
from callcenter.records import agents, consults, handovers, legs
from callcenter.rules.consults import ConsultState, PassReason
from callcenter.rules.opening_hours import opening
from callcenter.rules.orders import led_to
from callcenter.rules.states import CallState, LegState
from callcenter.rules.territory import NATION, TERRITORIES

THEIRS_FIRST = timedelta(seconds=60)  # a call passed to one agent waits for them alone so long
TAKER = 60  # characters of a name


def hand_over(agent_id: str, reason: PassReason, at: datetime, taken_by: str = "") -> None:
    """Warm: whoever was asked along goes on. A colleague serves from now on; a partner's person, with whom all three
    have spoken, is left with the citizen, and the agent records an orientation with a person. `taken_by`: who took them
    there. Raises NoHelp, NotTogether, NotPossibleNow."""
    with transaction() as session:
        call, leg = hold_call(session, agent_id, CallState.TALKING)
        consult = consults.help_of_call(session, call.id)
        helper = legs.get(session, consult.leg_id) if consult and consult.leg_id else None
        if consult is None or helper is None or consult.state != ConsultState.JOINED or helper.state != LegState.JOINED:
            raise NoHelp
        if not consult.is_outside:
            after = handovers.hand_over(session, call, leg, consult, reason, at)
        elif consult.together_at is None or leg.hold or leg.held_since or helper.aside or helper.is_aside:
            raise NotTogether
        else:
            taker = " ".join(taken_by.split())[:TAKER]
            after = handovers.leave_with_partner(session, call, consult, reason, taker, at)
        if after is None:
            raise NoHelp
    release(after)


def pass_to_agent(agent_id: str, colleague_id: str, reason: PassReason, at: datetime) -> None:
    """Cold: the citizen waits for one colleague, and after a while for whoever serves the matter. Raises NotFound,
    NotPossibleNow."""
    with transaction() as session:
        call, leg = hold_call(session, agent_id, CallState.TALKING)
        colleague = agents.get(session, colleague_id)
        if colleague is None or colleague_id == agent_id:
            raise NotFound
        if not colleague.takes_calls or colleague.state in ("offline", "lost"):
            raise NotPossibleNow("colleague_away")
        after = handovers.pass_on(
            session, call, leg, reason, at, to_agent=colleague_id, topic=call.topic, language=call.language,
            department=call.department, widens_after=_ages(call.department, call.topic), own_until=at + THEIRS_FIRST,
        )  # fmt: skip
    release(after)


def pass_to_queue(agent_id: str, scope: str, topic: str, language: str, reason: PassReason, at: datetime) -> None:
    """Cold: the citizen waits in a queue, of a department, a region (`R76`) or the nation, with the arrival they had.
    Raises NotFound (no such queue), QueueClosed, NotPossibleNow (nobody on duty serves it)."""
    stands = config_snapshot.current()
    with transaction() as session:
        call, leg = hold_call(session, agent_id, CallState.TALKING)
        check_queue(call.department, scope, topic, language)
        department = scope if scope in TERRITORIES else call.department
        topic = _open_topic(stands, department, topic, at)
        if not agents.somebody_else_serves(session, topic, language, agent_id):
            raise NotPossibleNow("nobody_serves")
        ages = _ages(department, topic)
        if scope not in TERRITORIES:  # open to the region, or to the nation, at once
            ages = [0.0, 0.0 if scope == NATION else ages[1]]
        after = handovers.pass_on(
            session, call, leg, reason, at, to_agent=None, topic=topic, language=language, department=department,
            widens_after=ages, own_until=None,
        )  # fmt: skip
    release(after)


def _open_topic(stands: config_snapshot.ConfigSnapshot, department: str, topic: str, at: datetime) -> str:
    """The topic under which a citizen of a department would wait now, as supervisors lead it. Raises QueueClosed."""
    led = led_to(stands.orders, department, topic)
    if led is None:
        raise QueueClosed(None)
    hours = opening(stands.hours, department, at, led)
    if not hours.is_open:
        raise QueueClosed(hours.next_opening)
    return led


def _ages(department: str, topic: str) -> list[float]:
    return list(config_snapshot.current().widens_after(department, topic))
