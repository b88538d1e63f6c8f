"""Nobody can answer now: each caller hears why and when, and is offered a callback before anything else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from callcenter.actions import agent as desk
from callcenter.actions import callback, callback_due, config_snapshot
from callcenter.actions import orders as supervised
from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.records import agents, calls, hours, rollout
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call, Wish
from callcenter.rules.callbacks import CallbackState
from callcenter.rules.opening_hours import DatedException
from callcenter.rules.priority import BONUS, Reason
from callcenter.rules.states import Ending
from callcenter.rules.territory import TERRITORIES
from tests.support.people import number_of
from tests.support.town import line_hours, settle
from tests.support.voice_line import CALL, DURAND, Carrier, Document

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # ten o'clock in Cahors
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def monday(database: object, live: object) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY) as clock, line_hours():
        yield clock


def orders(act: str, topic: str = "impots", to: str = "", scope: str = "46") -> None:
    with transaction() as session:
        rollout.order(session, scope, topic, act, to, now())
    config_snapshot.refresh()


def topic(carrier: Carrier, department: str = "46", **said: str) -> Document:
    """The answer to the last question of the menu: taxes."""
    return carrier.asks(f"/voice/heard?s=topic&d={department}", "3", **said)


def the_callback() -> Callback:
    with reading() as session:
        return session.query(Callback).one()


def waiting() -> list[Call]:
    with reading() as session:
        return calls.waiting(session)


def promised(topic: str = "impots", relay: bool = False, for_agent: str | None = None) -> Callback:
    """Somebody was promised a callback, which is due now."""
    wish = Wish("46", topic, "fr", relay)
    callback.promise_to_caller(CALL, DURAND, wish, now(), typed=False)
    with transaction() as session:
        row = session.query(Callback).one()
        row.due_from, row.for_agent = now() - timedelta(minutes=1), for_agent
        call = calls.by_carrier_id(session, CALL)
        assert call is not None
        calls.close_line(session, call, now())
    return the_callback()


def promises_first(said: Document, carrier: Carrier, why: str) -> Document:
    """The first thing that is asked after why is a callback; one key later a time, one more and it is promised."""
    words = "".join(said.text.split("<Say")[1:])
    assert why in words
    assert words.index(why) < words.index("Pour être rappelé au")
    assert said.verbs == ["Gather"]
    slots = carrier.asks(said.action, "1")
    assert "Pour être rappelé" in slots
    assert "Nous vous rappellerons" in carrier.asks(slots.action, "1")
    assert the_callback().state == CallbackState.PROMISED
    return slots


def test_outside_its_hours_a_caller_hears_when_and_is_offered_a_callback_first(
    monday: time_machine.Traveller, carrier: Carrier, agent: str
) -> None:
    monday.move_to(datetime(2026, 11, 23, 19, 0, tzinfo=PARIS))
    promises_first(topic(carrier), carrier, "répondront demain, à partir de 8 heures 30")


def test_a_queue_has_its_own_hours_and_its_callbacks_keep_them(
    monday: time_machine.Traveller, carrier: Carrier, agent: str
) -> None:
    with transaction() as session:
        hours.write(session, "N", "impots", "Mo-Fr 14:00-16:00")
    config_snapshot.refresh()
    slots = promises_first(topic(carrier), carrier, "répondront aujourd'hui, à partir de 14 heures")
    assert "le matin" not in slots
    kept = the_callback()
    window = [each.astimezone(PARIS).hour for each in (kept.promised_from, kept.promised_until)]
    assert window == [14, 16]
    with transaction() as session:
        hours.write(session, "N", "impots", "")
    config_snapshot.refresh()


def test_on_a_day_closed_by_exception_a_caller_hears_when(
    monday: time_machine.Traveller, carrier: Carrier, agent: str
) -> None:
    today = MONDAY.date()
    with transaction() as session:
        hours.except_(session, DatedException("46", today, today + timedelta(days=1), reason="crue"))
    config_snapshot.refresh()
    promises_first(topic(carrier), carrier, "répondront mercredi 25 novembre, à partir de")


def test_with_nobody_on_duty_a_callback_is_offered_first(monday: time_machine.Traveller, carrier: Carrier) -> None:
    slots = promises_first(topic(carrier), carrier, "Aucun conseiller n'est en ligne")
    assert "dès que possible" in slots


def test_with_nobody_of_any_ring_for_this_topic_a_callback_is_offered_first(
    monday: time_machine.Traveller, carrier: Carrier
) -> None:
    lea = settle("lea", "2A", ["sante"])
    settle("away", "46", ["impots"])
    desk.take_post(lea, "phone", now())
    promises_first(topic(carrier), carrier, "Aucun conseiller n'est en ligne")


def test_a_queue_that_a_supervisor_closed_says_so_and_promises_nothing_for_soon(
    monday: time_machine.Traveller, carrier: Carrier, agent: str
) -> None:
    orders("close")
    assert "Enqueue" in topic(carrier, "31", CallSid="CA" + "3" * 32, From=number_of(3)).verbs
    slots = promises_first(topic(carrier), carrier, "nous ne prenons plus d'appels pour cette demande")
    assert "dès que possible" not in slots
    assert "Aucun conseiller" not in slots
    english = carrier.asks("/voice/heard?s=topic&l=en&d=46", "3", CallSid="CA" + "4" * 32, From=number_of(4))
    assert "not taking any more calls about this" in english


def test_where_no_calendar_is_known_it_is_said_and_nothing_is_promised(
    monday: time_machine.Traveller, carrier: Carrier, agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TERRITORIES, "46", replace(TERRITORIES["46"], holidays="no such subdivision"))
    said = topic(carrier)
    assert "nous ne pouvons pas vous annoncer d'heure de réouverture" in said
    assert "Merci de nous rappeler plus tard" in said
    assert said.verbs[-1] == "Hangup"
    assert waiting() == []


def test_a_callback_that_is_due_joins_the_queue_its_own_is_led_to(monday: time_machine.Traveller, agent: str) -> None:
    kept = promised()
    orders("redirect", to="autre")
    callback_due.queue_due(kept.id, now())
    (call,) = waiting()
    assert (call.topic, call.queues[0], the_callback().topic) == ("autre", "46:autre:fr", "impots")


def test_a_callback_that_waits_already_goes_where_its_queue_is_merged_and_stays_where_it_is_closed(
    monday: time_machine.Traveller, agent: str
) -> None:
    settle("ines", role="admin")
    with reading() as session:
        ines = agents.by_login(session, "ines")
    assert ines is not None
    kept = promised()
    callback_due.queue_due(kept.id, now())
    supervised.order_queue(ines, "46", "impots", "close", "", now())
    assert [call.queues[0] for call in waiting()] == ["46:impots:fr"]
    assert supervised.order_queue(ines, "46", "impots", "merge", "autre", now()) == 1
    (call,) = waiting()
    assert (call.queues[0], call.callback_id) == ("46:autre:fr", kept.id)


def test_what_is_merged_into_a_matter_that_nobody_serves_is_anybodys(monday: time_machine.Traveller) -> None:
    settle("lea", "46", ["impots"])
    ines_id = settle("ines", role="admin")
    with reading() as session:
        ines = agents.get(session, ines_id)
    assert ines is not None
    callback_due.queue_due(promised().id, now())
    assert [call.queues[0] for call in waiting()] == ["46:impots:fr"]
    assert supervised.order_queue(ines, "46", "impots", "merge", "sante", now()) == 1
    assert [(call.topic, call.queues[0]) for call in waiting()] == [("sante", "46:*:fr")]


@pytest.mark.parametrize(
    ("hour", "keys", "ending"),
    [
        (19, [], Ending.CLOSED),  # heard when, and hung up
        (19, ["3"], Ending.CLOSED),  # refused the callback
        (19, ["1", "1"], Ending.BECAME_CALLBACK),
        (10, [], Ending.FULL),  # nobody on duty
        (10, ["1", "1"], Ending.BECAME_CALLBACK),
    ],
)
def test_each_who_is_turned_away_ends_for_its_own_reason(
    monday: time_machine.Traveller, carrier: Carrier, hour: int, keys: list[str], ending: Ending
) -> None:
    monday.move_to(datetime(2026, 11, 23, hour, 0, tzinfo=PARIS))
    said = topic(carrier)
    for key in keys:
        said = carrier.asks(said.action, key)
    carrier.asks("/voice/status", CallStatus="completed")
    with reading() as session:
        call = calls.by_carrier_id(session, CALL)
    assert call is not None
    assert call.ending == ending


def test_a_callback_of_a_closed_queue_waits_for_the_end_of_the_order(
    monday: time_machine.Traveller, agent: str
) -> None:
    kept = promised()
    orders("close")
    for _ in range(3):
        callback_due.queue_due(kept.id, now())
        assert waiting() == []
        assert the_callback().state == CallbackState.PROMISED
        assert now() < the_callback().due_from < the_callback().due_until
        monday.shift(timedelta(minutes=6))
    assert (the_callback().promised_from, the_callback().promised_until) == (kept.promised_from, kept.promised_until)
    orders("open")
    callback_due.queue_due(kept.id, now())
    (call,) = waiting()
    assert call.callback_id == kept.id


def test_a_callback_that_an_agent_promised_to_make_themselves_is_theirs_whatever_is_ordered(
    monday: time_machine.Traveller, agent: str
) -> None:
    kept = promised(for_agent=agent)
    orders("close")
    callback_due.queue_due(kept.id, now())
    (call,) = waiting()
    assert call.queues[0] == f"A:{agent}"


def test_a_relay_callers_callback_goes_ahead_as_their_call_would(monday: time_machine.Traveller, agent: str) -> None:
    kept = promised(relay=True)
    callback_due.queue_due(kept.id, now())
    (call,) = waiting()
    assert (call.priority, call.reasons, call.relay) == (BONUS[Reason.RELAY], [Reason.RELAY], True)


def test_an_ordinary_callback_keeps_its_place_and_no_more(monday: time_machine.Traveller, agent: str) -> None:
    kept = promised()
    callback_due.queue_due(kept.id, now())
    (call,) = waiting()
    assert (call.priority, call.reasons) == (0.0, [])
