"""Whoever calls again while a promise stands hears of it, and keeps it, cancels it or speaks now."""

from datetime import timedelta

from callcenter.actions import callback_due
from callcenter.clock import now
from callcenter.db import reading
from callcenter.demonstration import embedded
from callcenter.records import calls, contacts
from callcenter.records.callbacks import Callback
from callcenter.rules.callbacks import CallbackState
from callcenter.rules.states import Ending
from tests.ivr.test_webhooks import _frozen
from tests.support.promised_by_key import OTHER_LINE, chooses_topic, is_over, the_promise
from tests.support.voice_line import Carrier


def _promised(carrier: Carrier) -> Callback:
    away = chooses_topic(carrier)
    slots = carrier.asks(away.action, "1")
    carrier.asks(slots.action, "1")
    is_over(carrier)
    return the_promise()


def _ended(carrier: Carrier) -> tuple[str | None, str, str | None]:
    """How the second call ended, and for whom its contact counts."""
    is_over(carrier, OTHER_LINE)
    with reading() as session:
        call = calls.by_carrier_id(session, OTHER_LINE)
        assert call is not None
        contact = contacts.get(session, call.contact_id)
        assert contact is not None
        return call.ending, contact.department, contact.topic


def test_calling_again_says_so_and_keeps_it(monday: None, carrier: Carrier) -> None:
    kept = _promised(carrier)
    greeted = carrier.asks("/voice/incoming", CallSid=OTHER_LINE)
    assert greeted.text == carrier.asks("/voice/incoming", CallSid=OTHER_LINE).text
    assert "Nous avons promis de vous rappeler aujourd'hui, entre" in greeted
    said = carrier.asks(greeted.action, "1", CallSid=OTHER_LINE)
    assert "C'est entendu : nous vous rappellerons aujourd'hui, entre" in said
    assert said.verbs[-1] == "Hangup"
    assert (the_promise().state, the_promise().due_from) == (CallbackState.PROMISED, kept.due_from)
    assert _ended(carrier) == (Ending.SERVED_BY_MENU, "46", "impots")


def test_calling_again_and_hanging_up_at_once_is_left_in_the_menu(monday: None, carrier: Carrier) -> None:
    _promised(carrier)
    carrier.asks("/voice/incoming", CallSid=OTHER_LINE)
    assert _ended(carrier) == (Ending.LEFT_IN_MENU, "inconnu", None)


def test_what_stands_is_said_with_a_store_frozen(monday: None, carrier: Carrier, stores: embedded.Stores) -> None:
    _promised(carrier)
    greeted = carrier.asks("/voice/incoming", CallSid=OTHER_LINE)
    with _frozen(stores.postgresql):
        assert "C'est entendu" in carrier.asks(greeted.action, "1", CallSid=OTHER_LINE)


def test_calling_again_and_cancelling_told_twice_goes_on_to_the_menu(monday: None, carrier: Carrier) -> None:
    _promised(carrier)
    greeted = carrier.asks("/voice/incoming", CallSid=OTHER_LINE)
    for _ in range(2):
        said = carrier.asks(greeted.action, "2", CallSid=OTHER_LINE)
        assert "annulé" in said
        assert "code postal" in said
    assert the_promise().state == CallbackState.CANCELLED
    assert _ended(carrier) == (Ending.SERVED_BY_MENU, "46", "impots")


def test_whoever_cancels_and_then_waits_has_waited(monday: None, carrier: Carrier, agent: str) -> None:
    offered = carrier.asks(chooses_topic(carrier).address("Enqueue", "action"), QueueResult="leave")
    carrier.asks(offered.action, "1")
    is_over(carrier)
    greeted = carrier.asks("/voice/incoming", CallSid=OTHER_LINE)
    carrier.asks(greeted.action, "2", CallSid=OTHER_LINE)
    assert "Enqueue" in chooses_topic(carrier, CallSid=OTHER_LINE).verbs
    assert _ended(carrier)[0] == Ending.SHORT_ABANDON


def test_calling_again_and_speaking_now_leaves_the_promise_until_they_do(
    monday: None, carrier: Carrier, agent: str
) -> None:
    held = chooses_topic(carrier)
    offered = carrier.asks(held.address("Enqueue", "action"), QueueResult="leave")
    carrier.asks(offered.action, "1")
    is_over(carrier)
    greeted = carrier.asks("/voice/incoming", CallSid=OTHER_LINE)
    menu = carrier.asks(greeted.action, "3", CallSid=OTHER_LINE)
    assert "code postal" in menu
    assert "Enqueue" in chooses_topic(carrier, CallSid=OTHER_LINE).verbs
    assert the_promise().state == CallbackState.PROMISED
    callback_due.queue_due(the_promise().id, now() + timedelta(minutes=1))
    assert the_promise().state == CallbackState.PROMISED  # nobody dials who is on the line


def test_another_telephone_is_an_ordinary_caller(monday: None, carrier: Carrier) -> None:
    _promised(carrier)
    greeted = carrier.asks("/voice/incoming", CallSid=OTHER_LINE, From="+33565059999")
    assert "Nous avons promis" not in greeted
    assert "code postal" in greeted
