"""A caller whose department is not open yet has its sites sent to their telephone: asked for once, sent once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from callcenter import clock, jobs
from callcenter.actions import text_ceiling
from callcenter.config import settings
from callcenter.db import later, reading, transaction
from callcenter.errors import DatabaseDown
from callcenter.phone_number import PhoneNumber
from callcenter.records import calls, site_texts, texts
from callcenter.telephone import telephone

PER_DAY = 3  # texts to one number in 24 hours
HEARD_WITHIN = timedelta(seconds=2)  # whoever asks is then told that no text is sent, and so none is
WITHIN = timedelta(minutes=15)  # of asking; later, today's hours would be a surprise


def may_be_sent(from_: str) -> bool:
    """Whether a text may be offered to this caller: texts are on, and their number is a French mobile one."""
    number = PhoneNumber.of_caller(from_)
    return settings().texts and number is not None and number.may_be_called_back and number.takes_texts


def ask_for_text(carrier_id: str, from_: str, department: str, postal_code: str, language: str, at: datetime) -> bool:
    """Send the sites of this postal code, else of the department, to the calling number; told twice, once. False where
    no text is sent to it, or no more today. Raises DatabaseDown."""
    number = PhoneNumber.of_caller(from_)
    if number is None or not may_be_sent(from_) or text_ceiling.are_spent(at):
        return False
    with transaction() as session:
        call = calls.arrive(session, carrier_id, number, at)
        asked = site_texts.ask(session, call, department, postal_code, language, at)
        theirs = site_texts.asked_since(session, call.number_key, at - timedelta(days=1)) if call.number_key else 0
        if asked and theirs > PER_DAY:
            session.rollback()
            return False
        if clock.now() > at + HEARD_WITHIN:
            raise DatabaseDown
        if asked:
            later(session, jobs.Job.SITES, text_id=asked)
        return True


def send_text(text_id: str, at: datetime, words: Callable[[str, str, str, datetime], str]) -> None:
    """Send one text, once: the row says so before the carrier is asked. `words`: the text, of a language, a department,
    a postal code and the instant when it was asked for. Raises DatabaseDown, CarrierDown."""
    with transaction() as session:
        row = site_texts.take(session, text_id, at)
        call = calls.get(session, row.call_id) if row else None
        if row is None or call is None or call.phone is None or not may_be_sent(call.phone.e164):
            return
        if not text_ceiling.may_one_leave(session, at):
            session.rollback()
            return
        number, text_id = call.phone, texts.ask(session, texts.Kind.SITES, call.phone, at)
    telephone().send_text(text_id, number, words(row.language, row.department, row.postal_code, at))


def unsent(at: datetime) -> list[str]:
    """Texts whose hint was lost, or for which there was no room. Raises DatabaseDown."""
    if text_ceiling.are_spent(at):
        return []
    with reading() as session:
        return list(site_texts.untexted(session, at - WITHIN))
