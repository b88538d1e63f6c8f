"""Silence never costs the way back: whoever was understood once and then says nothing is promised a callback."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from callcenter.actions import agent as desk
from callcenter.actions import (
    agreed_callback,
    callback,
    callback_by_staff,
    callback_due,
    config_snapshot,
    dispatch,
    silence,
)
from callcenter.actions.agreed_callback import Agreed
from callcenter.clock import now
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.live import queue
from callcenter.records import agents, callbacks, calls, events, hours, promises_made
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call, Wish
from callcenter.records.promises import broken
from callcenter.rules.callbacks import CallbackState, Source
from callcenter.rules.opening_hours import DatedException
from callcenter.rules.pools import Pool
from callcenter.rules.priority import Reason
from callcenter.rules.states import CallState, Ending
from callcenter.rules.territory import national_day
from callcenter.rules.whys import Why
from tests.support.people import number_of
from tests.support.town import line_hours, settle
from tests.support.voice_line import CALL, DURAND, Carrier, Document

PARIS = ZoneInfo("Europe/Paris")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # ten o'clock in Cahors
NIGHT = datetime(2026, 11, 23, 19, 0, tzinfo=PARIS)


@pytest.fixture
def monday(database: object, live: object) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY) as clock, line_hours():
        yield clock


def says_nothing(carrier: Carrier, asked: Document, **said: str) -> Document:
    """Silence at this question, and at whatever is asked after it."""
    for _ in range(12):
        if "Gather" not in asked.verbs or "Enqueue" in asked.verbs:
            return asked
        asked = carrier.asks(asked.action, "", **said)
    raise AssertionError("asked for ever")


def calls_and_answers(carrier: Carrier, *keys: str, **said: str) -> Document:
    asked = carrier.asks("/voice/incoming", CallStatus="ringing", **said)
    for pressed in keys:
        asked = carrier.asks(asked.action, pressed, **said)
    return asked


def promises() -> list[Callback]:
    with reading() as session:
        return session.query(Callback).all()


def the_call(line: str = CALL) -> Call:
    with reading() as session:
        call = calls.by_carrier_id(session, line)
    assert call is not None
    return call


@pytest.mark.parametrize("keys", [("46000",), ("46000", "1"), ("46000", "1", "3"), ("0",), ("9",), ("8",), ("8", "8")])
def test_after_any_understood_answer_a_closed_line_promises_the_calling_number(
    monday: time_machine.Traveller, carrier: Carrier, agent: str, keys: tuple[str, ...]
) -> None:
    monday.move_to(NIGHT)
    said = calls_and_answers(carrier, *keys)
    for _ in range(60):
        if "Gather" not in said.verbs:
            break
        said = carrier.asks(said.action, "")
    assert said.verbs[-1] == "Hangup"
    assert "Nous vous rappellerons donc" in said or "We will therefore call you back" in said
    (kept,) = promises()
    assert (kept.source, kept.pool, kept.phone and kept.phone.e164) == (Source.SILENCE, Pool.SILENT, DURAND)
    opens = kept.promised_from.astimezone(PARIS)
    assert (opens.day, opens.hour, opens.minute) == (24, 8, 30)
    carrier.asks("/voice/status", CallStatus="completed")
    assert the_call().ending == Ending.CLOSED  # nobody asked: it became no callback


@pytest.mark.parametrize("keys", [(), ("7",), ("99999",), ("#",)])
def test_a_call_silent_throughout_hears_when_we_open_twice_and_slowly(
    monday: time_machine.Traveller, carrier: Carrier, agent: str, keys: tuple[str, ...]
) -> None:
    """A misdial, a machine: noise and what is not understood are no answer."""
    monday.move_to(NIGHT)
    said = says_nothing(carrier, calls_and_answers(carrier, *keys))
    assert said.verbs[-1] == "Hangup"
    assert said.text.count("nos conseillers répondront demain, à partir de 8 heures 30") == 2
    assert said.text.count('<prosody rate="slow">') == 2
    assert promises() == []
    carrier.asks("/voice/status", CallStatus="completed")
    assert the_call().ending == Ending.CLOSED
    with reading() as session:
        assert [call.carrier_id for call in callbacks.unheard(session, None, now() - timedelta(hours=1))] == [CALL]


def test_with_nobody_at_post_the_silent_are_promised_and_the_others_hear_until_when_we_answer(
    monday: time_machine.Traveller, carrier: Carrier
) -> None:
    assert "Nous vous rappellerons donc" in says_nothing(carrier, calls_and_answers(carrier, "46000", "1", "3"))
    other = {"CallSid": "CA" + "4" * 32, "From": number_of(4)}
    said = says_nothing(carrier, calls_and_answers(carrier, **other), **other)
    assert said.text.count("aujourd'hui jusqu'à 18 heures, puis demain à partir de 8 heures 30") == 2
    assert len(promises()) == 1


@pytest.mark.parametrize("number", ["anonymous", "+266696687", "+17378742833", "+8656696"])
def test_a_withheld_number_cannot_be_promised_and_hears_so(
    monday: time_machine.Traveller, carrier: Carrier, number: str
) -> None:
    said = says_nothing(carrier, calls_and_answers(carrier, "46000", From=number), From=number)
    assert "nous ne pouvons pas vous rappeler au numéro avec lequel vous appelez" in said
    assert said.verbs[-1] == "Hangup"
    assert promises() == []


def waits(carrier: Carrier) -> Document:
    """Somebody who was understood waits; nobody takes their call."""
    return calls_and_answers(carrier, "46000", "1", "3")


def test_whoever_is_offered_to_an_agent_at_that_moment_is_not_let_go(
    monday: time_machine.Traveller, carrier: Carrier, agent: str
) -> None:
    """The last agent left, the caller hears so and is silent, or wants no callback: meanwhile somebody comes."""
    held = waits(carrier)
    desk.leave_post(agent, now())
    queue.widen(now().timestamp())
    assert carrier.asks(held.address("Enqueue", "waitUrl")).verbs == ["Leave"]
    offered = carrier.asks(held.address("Enqueue", "action"), QueueResult="leave")
    assert "Aucun conseiller" in offered
    lea = settle("lea", "46", ["impots"])
    desk.take_post(lea, "phone", now())
    dispatch.offer_all()
    assert the_call().state == CallState.OFFERED
    for last in (says_nothing(carrier, offered), carrier.asks(offered.action, "3")):
        assert "Enqueue" in last.verbs
        assert "Hangup" not in last.verbs
    assert the_call().state == CallState.OFFERED
    assert promises() == []


def test_who_waits_at_closing_time_and_says_nothing_is_promised_with_the_time_already_waited(
    monday: time_machine.Traveller, carrier: Carrier, agent: str
) -> None:
    held = waits(carrier)
    monday.shift(timedelta(minutes=20))
    today = national_day(now())
    with transaction() as session:
        hours.except_(session, DatedException("46", today, today, reason="strike"))
    config_snapshot.refresh()
    offered = carrier.asks(held.address("Enqueue", "action"), QueueResult="leave")
    assert "En raison d'une grève, nos conseillers ne peuvent pas vous répondre" in offered
    assert "Nous vous rappellerons donc" in says_nothing(carrier, offered)
    (kept,) = promises()
    assert kept.waited == pytest.approx(1200, abs=5)
    assert the_call().ending == Ending.ABANDONED


def test_a_long_wait_goes_on_in_silence_while_somebody_is_at_work_and_is_promised_while_all_are_paused(
    monday: time_machine.Traveller, carrier: Carrier, agent: str
) -> None:
    held = waits(carrier)
    monday.shift(timedelta(minutes=31))
    lea = settle("lea", "46", ["impots"])
    desk.take_post(lea, "phone", now())  # and is offered the call
    offered = carrier.asks("/voice/heard?s=too_long&d=46&t=impots", "")
    assert "Enqueue" in says_nothing(carrier, offered).verbs
    desk.leave_post(lea, now())
    assert the_call().state == CallState.WAITING
    assert carrier.asks(held.address("Enqueue", "waitUrl")).verbs == ["Leave"]
    offered = carrier.asks(held.address("Enqueue", "action"), QueueResult="leave")
    assert "Vous attendez depuis longtemps" in offered
    assert "Nous vous rappellerons donc" in says_nothing(carrier, offered)


def promised(line: int = 1, source: Source = Source.SILENCE) -> Callback:
    """A promise of this kind, due now."""
    carrier_id, number, wish = f"CA{line:032}", number_of(line), Wish("46", "impots")
    if source == Source.SILENCE:
        silence.keep_way_back(carrier_id, number, wish, now(), understood=True)
    else:
        callback.promise_to_caller(carrier_id, number, wish, now(), typed=False)
    with transaction() as session:
        call = calls.by_carrier_id(session, carrier_id)
        assert call is not None
        calls.close_line(session, call, now())
        row = session.query(Callback).filter_by(asked_by=call.id).one()
        row.due_from = now() - timedelta(minutes=1)
        return row


def test_what_nobody_asked_for_is_dispatched_after_all_that_was(monday: time_machine.Traveller, agent: str) -> None:
    silent, asked = promised(1), None
    monday.shift(timedelta(minutes=10))
    asked = promised(2, Source.CITIZEN)
    for each in (silent, asked):
        callback_due.queue_due(each.id, now())
    with reading() as session:
        order = [(call.callback_id, call.reasons) for call in calls.waiting(session)]
    assert order == [(asked.id, []), (silent.id, [Reason.SILENCE])]


def test_who_did_not_ask_is_not_written_to_when_nobody_was_reached(monday: time_machine.Traveller) -> None:
    for line, source in ((1, Source.SILENCE), (2, Source.CITIZEN)):
        row = promised(line, source)
        with transaction() as session:
            missed = session.get_one(Callback, row.id)
            missed.state, missed.closed_at = CallbackState.NOT_REACHED, now()
    with transaction() as session:
        assert callbacks.untexted(session, now() - timedelta(hours=1)) == [row.id]
        assert [callbacks.takes_text(session, each.id, now()) is not None for each in promises()] == [
            each.source == Source.CITIZEN for each in promises()
        ]


def test_the_ceiling_of_silence_is_its_own_and_takes_nothing_from_those_who_ask(
    monday: time_machine.Traveller, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SILENT_CALLBACKS_PER_HOUR", "1")
    settings.cache_clear()
    promised(1)
    lines = [{"CallSid": f"CA{n:032}", "From": number_of(n)} for n in (2, 3)]
    said = says_nothing(carrier, calls_and_answers(carrier, "46000", **lines[0]), **lines[0])
    assert "Trop de rappels" in said
    assert said.text.count("Vous pouvez nous rappeler : nous répondons") == 2
    offered = calls_and_answers(carrier, "46000", "1", "3", "1", "1", **lines[1])
    assert "Nous vous rappellerons aujourd'hui" in offered
    with reading() as session:
        drawn = promises_made.all_drawn_since(session, now() - timedelta(hours=1))
    assert drawn == {("+33", Pool.SILENT): 1, ("+33", Pool.OWN): 1}
    monkeypatch.undo()
    settings.cache_clear()


def test_three_silences_in_a_day_do_not_cost_the_callback_that_is_asked_for(
    monday: time_machine.Traveller, carrier: Carrier
) -> None:
    for _ in range(4):
        says_nothing(carrier, calls_and_answers(carrier, "46000"))
        with transaction() as session:
            for row in session.query(Callback).all():
                row.state, row.closed_at = CallbackState.NOT_REACHED, now()
    assert len(promises()) == 3  # the number had enough of them
    assert "Nous vous rappellerons" in calls_and_answers(carrier, "46000", "1", "3", "1", "1")


def test_asking_for_it_makes_it_one_that_was_asked_for(monday: time_machine.Traveller, carrier: Carrier) -> None:
    says_nothing(carrier, calls_and_answers(carrier, "46000"))
    carrier.asks("/voice/status", CallStatus="completed")
    again = {"CallSid": "CA" + "8" * 32}
    kept = calls_and_answers(carrier, "1", **again)
    assert "C'est entendu : nous vous rappellerons" in kept
    (row,) = promises()
    assert row.source == Source.CITIZEN
    assert trail_of(row) == [("", "promised", Source.SILENCE), ("promised", "promised", Why.ASKED_FOR_AFTER_ALL)]


@pytest.mark.parametrize("how", ["by key", "by asking again", "by an agent", "by a supervisor"])
def test_however_it_is_asked_for_the_trail_says_so_once(monday: time_machine.Traveller, agent: str, how: str) -> None:
    """Who did it, where it was one of ours; asked for once more, it is what it was."""
    silent, ines = promised(1), settle("ines", role="supervisor", departments=["46"])
    assert silent.phone is not None
    for _ in range(2):
        match how:
            case "by key":
                callback.keep_from_menu("CA" + "8" * 32, number_of(1), now())
            case "by asking again":
                callback.promise_to_caller("CA" + "8" * 32, number_of(1), Wish("46", "sante"), now(), typed=False)
            case "by an agent":
                with transaction() as session:
                    call = calls.get(session, silent.asked_by or "")
                    assert call is not None
                    agreed_callback.promise_to_person(session, agent, call, Agreed("", mine=False), now())
            case _:
                with reading() as session:
                    supervisor = agents.get(session, ines)
                assert supervisor is not None
                callback_by_staff.promise_to_number(supervisor, silent.phone, Wish("46"), "", now())
    (row,) = promises()
    who = {"by an agent": agent, "by a supervisor": ines}.get(how)
    assert trail_of(row)[1:] == [("promised", "promised", Why.ASKED_FOR_AFTER_ALL)]
    with reading() as session:
        assert [each.who for each in events.of(session, [row.id])] == [None, who]
        assert row.promised_by == who
        assert broken(session, now()) == []
    assert row.also == (["sante"] if how == "by asking again" else [])


def trail_of(row: Callback) -> list[tuple[str, str, str]]:
    with reading() as session:
        return [(each.was, each.now, each.why) for each in events.of(session, [row.id])]
