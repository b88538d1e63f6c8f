"""Somebody or something has picked up a callback that we dial: what the carrier takes them for, and their answer."""

from datetime import datetime, timedelta

from callcenter.actions import dial
from callcenter.db import reading, transaction
from callcenter.records import attempts

MACHINE = timedelta(seconds=30)  # from the carrier's word: the question whole, and the time to answer it
COMES_IN = timedelta(seconds=45)  # from the key to the room, where one may first hear that a supervisor may listen


def note_machine(attempt_id: str, machine: bool, at: datetime) -> None:
    """The carrier has listened to them, and may be wrong: the line is not closed now. A machine's is kept only until a
    person would have answered the question. Its first word stands. Raises DatabaseDown."""
    with transaction() as session:
        held = attempts.hold(session, attempt_id)
        if held is None or held[0].machine is not None:
            return
        attempt, call = held
        attempt.machine = machine
        if machine and not call.relay and dial.is_live(attempt, call) and call.talking_at is None:
            dial.lasts(attempt, call, min(attempt.lease_until, at + MACHINE))


def judge(attempt_id: str) -> bool | None:
    """Whether the carrier takes them for a machine; None where it does not know. Raises DatabaseDown."""
    with reading() as session:
        attempt = attempts.get(session, attempt_id)
        return attempt.machine if attempt else None


def join(attempt_id: str, at: datetime) -> str | None:
    """They agreed: the call whose room they now join; None when their agent is gone. Raises DatabaseDown."""
    with transaction() as session:
        held = attempts.hold(session, attempt_id)
        if held is None or not dial.is_live(*held):
            return None
        attempt, call = held
        if call.talking_at is None:
            dial.lasts(attempt, call, max(attempt.lease_until, at + COMES_IN))
        return call.id
