"""What citizens say of the service: two questions by key once the agent has ended the call, else by text.

The first answer stands, so a webhook told twice changes nothing. Whoever refuses is asked no more, on any later call
of their number.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from callcenter.actions import text_ceiling
from callcenter.config import settings
from callcenter.db import Session, reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import calls, contacts, satisfaction_texts, texts, threads
from callcenter.records.calls import LAST_WORDS
from callcenter.records.figures import roll_up
from callcenter.rules.hearing import Hearing
from callcenter.rules.satisfaction import SCALE, Reply, read
from callcenter.rules.states import CallState
from callcenter.telephone import telephone

ASKED_WITHIN = timedelta(hours=1)  # of the call's end; later a text would be a surprise
REPLIES_WITHIN = timedelta(days=3)


@dataclass(frozen=True)
class LastWords:
    """What is said once the agent has ended the call, and whether the questions follow. `cut`: nobody said that the end
    was meant, and they are asked first."""

    reference: str
    language: str
    hearing: Hearing
    asks: bool
    cut: bool


def last_words(call_id: str) -> LastWords | None:
    """Of a call; None for an unknown one. Raises DatabaseDown."""
    with reading() as session:
        call = calls.get(session, call_id)
        contact = contacts.get(session, call.contact_id) if call else None
        if call is None or contact is None:
            return None
        spoke = call.talking_at is not None and call.state in (CallState.WRAP_UP, CallState.ENDED)
        asks = spoke and satisfaction_texts.may_be_asked(session, contact)
        cut = spoke and call.cut
        return LastWords(threads.reference(session, contact), call.language, call.hearing, asks, cut)


def record_answer(call_id: str, reply: Reply) -> None:
    """The citizen's answer to one of the questions, or that they want no more of them. Raises DatabaseDown."""
    with transaction() as session:
        call = calls.get(session, call_id)
        if call and call.talking_at:
            _keep(session, call.contact_id, reply)


def record_reply(from_: str, text: str, at: datetime) -> None:
    """A text came: an answer to what we asked this number lately. That they want no more texts is heard whenever it
    comes, to whatever it answers. Raises DatabaseDown."""
    number, reply = PhoneNumber.of_caller(from_), read(text)
    if number is None:
        return
    with transaction() as session:
        contact = satisfaction_texts.asked_since(session, number, at - REPLIES_WITHIN)
        if contact is None and reply.asks_no_more:
            contact, reply = satisfaction_texts.latest(session, number), Reply(asks_no_more=True)
        if contact:
            _keep(session, contact.id, reply)


def to_ask(at: datetime) -> list[str]:
    """Contacts whose citizen heard the questions out, or hung up before them, and who can be asked by text; none unless
    texts are on. Raises DatabaseDown."""
    if not settings().texts or text_ceiling.are_spent(at):
        return []
    with reading() as session:
        return satisfaction_texts.unasked(session, at - ASKED_WITHIN, at - LAST_WORDS)


def ask_by_text(contact_id: str, at: datetime, words: Callable[[str], str]) -> None:
    """Ask once: the row says so before the carrier is asked. `words`: the text, of a language. Raises
    DatabaseDown, CarrierDown."""
    with transaction() as session:
        contact = contacts.hold(session, contact_id)
        call = calls.of_contact(session, contact_id)
        if contact is None or call is None or contact.asked_at or not satisfaction_texts.may_be_asked(session, contact):
            return
        number = call.phone
        if number and number.takes_texts and not text_ceiling.may_one_leave(session, at):
            return
        contact.asked_at = at
        if number is None or not number.takes_texts:
            return
        text_id = texts.ask(session, texts.Kind.SATISFACTION, number, at)
    telephone().send_text(text_id, number, words(call.language))


def _keep(session: Session, contact_id: str, reply: Reply) -> None:
    contact = contacts.hold(session, contact_id)
    if contact is None or contact.erased_at:
        return
    contact.asks_no_more = contact.asks_no_more or reply.asks_no_more
    if reply.score is not None and contact.satisfaction is None:
        contact.satisfaction, contact.satisfaction_scale = reply.score, SCALE
        roll_up.mark(session, [contact.local_day])
    if reply.settled is not None and contact.settled_said is None:
        contact.settled_said = reply.settled
        roll_up.mark(session, [contact.local_day])
