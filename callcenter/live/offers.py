"""Proposals: a call and an agent taken out of the index together, under a token, until PostgreSQL has decided.

Everything here raises LiveStoreDown when the store does not answer.
"""

from dataclasses import dataclass

from callcenter.live import store
from callcenter.live.queue import PACE_WINDOW


@dataclass(frozen=True)
class Reservation:
    """Whoever holds it settles it by `confirm` or `give_back`; past its deadline, whoever finds it `overdue`."""

    token: str
    call_id: str
    agent_id: str


def reserve_for_agent(agent_id: str, token: str, deadline: float) -> Reservation | None:
    """The best-scored call this agent may serve; None when nothing waits for them or they are not free.

    `token` is new and random; `deadline` in epoch seconds.
    """
    return _reservation(token, store.call("reserve_for_agent", agent_id, token, deadline))


def reserve_for_call(call_id: str, token: str, deadline: float) -> Reservation | None:
    """The agent free longest who may serve this call; None when nobody is free for it or it does not wait."""
    return _reservation(token, store.call("reserve_for_call", call_id, token, deadline))


def reserve_any(token: str, deadline: float) -> Reservation | None:
    """The best-scored call that some free agent may serve, with the one free longest; None when there is no pair."""
    return _reservation(token, store.call("reserve_any", token, deadline))


def confirm(reservation: Reservation, at: float) -> bool:
    """The offer was written at `at`: call and agent stay out, and the queue counts one pick.

    False, and nothing is done, when the reservation was settled already.
    Who joined or was freed after `at` goes back in.
    """
    held = reservation
    return bool(store.call("confirm", held.token, held.call_id, held.agent_id, at, at - PACE_WINDOW, int(PACE_WINDOW)))


def give_back(reservation: Reservation, call: bool, agent: bool) -> bool:
    """The offer was not written: each side asked for goes back with its own score or free-since, the other stays out.

    Nobody who left meanwhile comes back. False, and nothing is done, when the reservation was settled already.
    """
    held = reservation
    return bool(store.call("give_back", held.token, held.call_id, held.agent_id, int(call), int(agent)))


def overdue(now: float) -> list[Reservation]:
    """Reservations past their deadline, still to be settled. Two may settle the same one: the second does nothing."""
    return [Reservation(*member.split(" ")) for member in store.call("overdue", now)]


def _reservation(token: str, pair: list[str] | None) -> Reservation | None:
    return Reservation(token, *pair) if pair else None
