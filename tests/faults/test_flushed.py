"""The index is lost with a thousand calls waiting: a running sweep builds it again in the same order."""

from datetime import datetime, timedelta

from callcenter import clock
from callcenter.actions import live_index, promise_check
from callcenter.db import Session, reading, transaction
from callcenter.live import beacon, queue, store
from callcenter.records import calls, contacts, events
from callcenter.records.calls import Call
from callcenter.records.identifiers import new_id
from callcenter.rules.states import CallState
from callcenter.rules.whys import Why
from tests.faults.conftest import Town, until

WAITING = 1_000
DEPARTMENTS = ("46", "31", "974", "2A")


def test_a_thousand_calls_stand_again_in_their_order(town: Town) -> None:
    began = clock.now() - timedelta(minutes=30)
    with transaction(patience=30) as session:
        for n in range(WAITING):
            _waits(session, n, began + timedelta(seconds=(n * 37) % WAITING))
    with reading() as session:
        waiting = calls.waiting(session)
    for call in waiting:
        live_index.put_call(call)
    expected = {call.id: live_index.score(call) for call in waiting}
    assert queue.waiting() == expected
    until(lambda: beacon.read() is not None)
    store.client().flushall()
    until(lambda: queue.waiting() == expected, 15)
    order = sorted(expected, key=lambda call_id: expected[call_id])
    standing = queue.waiting()
    assert sorted(standing, key=lambda call_id: standing[call_id]) == order
    assert [queue.place(call_id, clock.now().timestamp()) is not None for call_id in order[:3]] == [True] * 3
    assert promise_check.check(clock.now(), ask_carrier=False).breaches == []


def _waits(session: Session, number: int, at: datetime) -> None:
    """A call in the queue as the verbs would have left it, on no line, so that nobody looks for it at the carrier."""
    contact_id, call_id = new_id(), new_id()
    contacts.open_contact(session, contact_id, "phone", at, None)
    session.add(
        Call(
            id=call_id, contact_id=contact_id, state=CallState.WAITING, arrived_at=at, queued_at=at, topic="social",
            department=DEPARTMENTS[number % len(DEPARTMENTS)],
        )
    )  # fmt: skip
    session.flush()
    events.note(session, at, "call", call_id, "", CallState.WAITING, Why.JOINED_THE_QUEUE)
