"""A callback asked for by key."""

from callcenter.db import reading
from callcenter.records.callbacks import Callback
from tests.support.voice_line import CALL, DURAND, Carrier, Document

OTHER_LINE = "CA" + "8" * 32


def the_promises() -> list[Callback]:
    with reading() as session:
        return session.query(Callback).order_by(Callback.promised_at).all()


def the_promise() -> Callback:
    (only,) = the_promises()
    return only


def is_over(carrier: Carrier, line: str = CALL, from_: str = DURAND) -> None:
    carrier.asks("/voice/status", CallStatus="completed", CallSid=line, From=from_)


def chooses_topic(carrier: Carrier, department: str = "46", key: str = "3", **said: str) -> Document:
    """The answer to the last question of the menu."""
    return carrier.asks(f"/voice/heard?s=topic&d={department}", key, **said)
