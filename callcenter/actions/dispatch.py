"""Dispatch: the index proposes a call and an agent together, PostgreSQL decides.

Anyone may run it, several at once: what two of them see, one of them gets.
"""

from datetime import timedelta
from secrets import token_hex

import structlog

from callcenter import clock
from callcenter.actions import desk_phone, lines_led, live_index
from callcenter.config import settings
from callcenter.db import Conflict, reading, transaction
from callcenter.errors import DatabaseBusy, DatabaseDown
from callcenter.live import offers as proposals
from callcenter.live import signals
from callcenter.live.offers import Reservation
from callcenter.records import agents, assignments, calls
from callcenter.rules.states import AgentState, CallState

log = structlog.get_logger()
AT_ONCE = 200  # proposals one round may make before others get their turn


class Stale(Exception):
    """The index proposed what PostgreSQL no longer allows."""


def offer_call(call_id: str) -> None:
    """Offer this waiting call to the agent free longest, if there is one."""
    with live_index.best_effort("proposing a call"):
        _settle(proposals.reserve_for_call(call_id, _token(), _deadline()))


def offer_to_agent(agent_id: str) -> None:
    """Offer this free agent the best call they may serve, if there is one."""
    with live_index.best_effort("proposing to an agent"):
        _settle(proposals.reserve_for_agent(agent_id, _token(), _deadline()))


def offer_all() -> int:
    """Offer until nothing that waits has a free agent; how many offers were made. Raises LiveStoreDown,
    DatabaseDown."""
    made = 0
    for _ in range(AT_ONCE):
        reservation = proposals.reserve_any(_token(), _deadline())
        if reservation is None:
            break
        made += decide(reservation)
    return made


def decide(reservation: Reservation) -> bool:
    """One transaction: both rows were free and are now offered to each other, or each goes back where its row says.
    Raises DatabaseDown after giving both back."""
    at = clock.now()
    try:
        with transaction() as session:
            lease = at + timedelta(seconds=settings().offer_lease)
            offer = assignments.make_offer(session, reservation.call_id, reservation.agent_id, at, lease)
            if offer is None:
                raise Stale
            agent = agents.get(session, reservation.agent_id)
    except (Stale, DatabaseBusy):
        put_back(reservation)
        return False
    except Conflict:  # rows that contradict each other: kept out until the deadline, or they would be proposed for ever
        log.exception("an offer was refused by the database", call=reservation.call_id, agent=reservation.agent_id)
        return False
    except DatabaseDown:
        proposals.give_back(reservation, call=True, agent=True)
        raise
    with live_index.best_effort("confirming an offer"):
        if not proposals.confirm(
            reservation, at.timestamp()
        ):  # its deadline was quicker: both stand in the index again
            live_index.recheck_call(reservation.call_id)
            live_index.recheck_agent(reservation.agent_id)
        signals.look(reservation.agent_id)
    if agent:
        lines_led.tell_of_offer(agent, offer.id)
    return True


def put_back(reservation: Reservation) -> None:
    """Read both rows again: each that is still free goes back with its own score, the other stays out."""
    with reading() as session:
        call = calls.get(session, reservation.call_id)
        agent = agents.get(session, reservation.agent_id)
    proposals.give_back(
        reservation,
        call=call is not None and call.state == CallState.WAITING,
        agent=agent is not None and agent.state == AgentState.AVAILABLE and agent.takes_calls,
    )


def requeue(call: calls.Call, *touched: agents.Agent) -> None:
    """After a commit that put a call back to waiting and moved agents: the index, then new offers for both."""
    live_index.show(*touched)
    _let_lines_go(*touched)
    with live_index.best_effort("returning a call to its queue"):
        live_index.put_call(call)
    offer_call(call.id)
    for agent in touched:
        if agent.state == AgentState.AVAILABLE:
            offer_to_agent(agent.id)


def free_agent(agent: agents.Agent) -> None:
    """After a commit that moved an agent: the index, then the next call if they are free."""
    live_index.show(agent)
    _let_lines_go(agent)
    if agent.state == AgentState.AVAILABLE:
        offer_to_agent(agent.id)


def _let_lines_go(*touched: agents.Agent) -> None:
    """Who left their post at the end of a call has no more need of a line open all shift."""
    for agent in touched:
        if agent.state == AgentState.OFFLINE and agent.shift_line:
            with live_index.best_effort("closing an open line"):
                desk_phone.let_go(agent.id, None)


def _settle(reservation: Reservation | None) -> None:
    if reservation is not None:
        decide(reservation)


def _token() -> str:
    return token_hex(8)


def _deadline() -> float:
    return clock.now().timestamp() + settings().reservation_lease
