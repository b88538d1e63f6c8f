"""Asking to be called back, through the carrier's webhooks: offered early, read back, stored before it is spoken, one
promise a number, and nobody dialled who may not be."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from callcenter.actions import callback, callback_ceilings, callback_due
from callcenter.clock import now
from callcenter.config import settings
from callcenter.db import reading, transaction
from callcenter.demonstration import embedded
from callcenter.errors import DatabaseDown, Refusal
from callcenter.phone_number import PhoneNumber
from callcenter.records import calls
from callcenter.records.attempts import Attempt
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Wish
from callcenter.rules.callbacks import CallbackState
from callcenter.rules.states import CallState, Ending
from callcenter.rules.territory import clock_of
from ivr.prompts import spoken_day
from tests.ivr.test_waiting_room import Waiting, has_waited
from tests.ivr.test_webhooks import _frozen
from tests.support.promised_by_key import OTHER_LINE, chooses_topic, is_over, the_promise, the_promises
from tests.support.town import line_hours
from tests.support.voice_line import CALL, DURAND, Carrier, Document

WISH = Wish("46", "impots")


SATURDAY = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)


def test_the_callback_is_offered_early_and_the_place_is_kept(monday: None, carrier: Carrier, agent: str) -> None:
    carrier.asks("/voice/incoming")
    waiting = Waiting(carrier)
    has_waited(timedelta(seconds=40))
    announced = waiting.hears()
    assert "tapez 1" in announced
    key = announced.address("Gather", "action")
    assert carrier.asks(key, "1").verbs == ["Leave"]
    offered = waiting.leaves()
    assert "0565051234" in offered
    with transaction() as session:
        assert session.query(Callback).count() == 0
    said = carrier.asks(offered.action, "1")
    assert said.text == carrier.asks(offered.action, "1").text  # told twice, the same promise
    kept = the_promise()
    starts, ends = (each.astimezone(ZoneInfo("Europe/Paris")) for each in (kept.promised_from, kept.promised_until))
    assert "entre 10 heures et 11 heures" in said
    assert (starts.hour, ends.hour, ends - starts) == (10, 11, timedelta(hours=1))
    assert " ".join(kept.reference) in said or kept.reference in said.text.replace(" ", "")
    assert (kept.pool, kept.source) == ("own", "citizen")
    assert 40 <= kept.waited < 60
    with reading() as session:
        call = calls.by_carrier_id(session, CALL)
    assert call is not None
    assert (call.state, call.ending) == (CallState.ENDED, Ending.BECAME_CALLBACK)
    callback_due.queue_due(kept.id, now())
    assert the_promise().state == CallbackState.PROMISED  # her line is still open: the last words
    is_over(carrier)
    callback_due.queue_due(kept.id, now())
    with reading() as session:
        (queued,) = calls.waiting(session)
    assert queued.queued_at is not None
    assert abs((queued.arrived_at - queued.queued_at).total_seconds() - kept.waited) < 0.001


def test_a_typed_number_is_read_back_and_confirmed_and_told_twice_is_one_promise(
    monday: None, carrier: Carrier
) -> None:
    def twice(address: str, keys: str) -> Document:
        first, again = carrier.asks(address, keys), carrier.asks(address, keys)
        assert first.text == again.text
        return first

    away = chooses_topic(carrier)
    typing = twice(away.action, "2")
    read_back = twice(typing.action, "0612345698")
    assert "0612345698" in read_back
    wrong = twice(read_back.action, "2")
    read_back = twice(wrong.action, "0612345699")
    slots = twice(read_back.action, "1")
    assert the_promises() == []
    promised = twice(slots.action, "2")
    kept = the_promise()
    assert (kept.phone, kept.pool) == (PhoneNumber("+33612345699"), "typed")
    assert "l'après-midi" in slots
    assert "Nous vous rappellerons" in promised
    assert "0612345699" not in "".join(each.action for each in (typing, read_back, slots))


def test_whoever_types_anothers_number_learns_nothing_of_what_was_promised_to_it(
    monday: None, carrier: Carrier
) -> None:
    """Neither the day nor the reference, which leads to what was said; the line that asked for it hears both again."""

    def asks_for_durand(line: str, from_: str) -> Document:
        said = {"CallSid": line, "From": from_}
        typing = carrier.asks(chooses_topic(carrier, **said).action, "1" if from_ == "anonymous" else "2", **said)
        slots = carrier.asks(carrier.asks(typing.action, "0565051234", **said).action, "1", **said)
        return carrier.asks(slots.action, "2", **said)

    daughter = "+33612345678"
    assert "Nous vous rappellerons" in asks_for_durand(CALL, daughter)
    for line, from_ in (("CA" + "5" * 32, "+33687654321"), ("CA" + "6" * 32, "anonymous")):
        heard = asks_for_durand(line, from_)
        assert "Un rappel est déjà prévu à ce numéro" in heard
        assert not [word for word in ("rappellerons", "référence", "novembre") if word in heard]
    again = asks_for_durand(OTHER_LINE, daughter)
    assert "déjà enregistrée" in again
    assert "Votre référence" in again
    assert the_promise().phone == PhoneNumber(DURAND)


def test_an_anonymous_caller_must_type_a_number(monday: None, carrier: Carrier, agent: str) -> None:
    held = chooses_topic(carrier, From="anonymous")
    offered = carrier.asks(held.address("Enqueue", "action"), From="anonymous", QueueResult="leave")
    assert "nous vous demanderons un numéro" in offered
    typing = carrier.asks(offered.action, "1", From="anonymous")
    read_back = carrier.asks(typing.action, "0612345698", From="anonymous")
    assert "Nous vous rappellerons" in carrier.asks(read_back.action, "1", From="anonymous")
    assert the_promise().phone == PhoneNumber("+33612345698")


def test_what_cannot_be_stored_is_not_promised(stores: embedded.Stores, carrier: Carrier, agent: str) -> None:
    waiting = Waiting(carrier)
    offered = waiting.leaves()
    with _frozen(stores.postgresql):
        said = carrier.asks(offered.action, "1")
        assert "Nous ne pouvons pas enregistrer" in said
        assert "rappellerons" not in said.text
        assert "Enqueue" in said.verbs
    with reading() as session:
        assert session.query(Callback).count() == 0


@pytest.mark.parametrize(
    ("at", "department", "first", "second"),
    [
        (SATURDAY, "46", "2026-11-30 08:30-13:00", "2026-11-30 13:00-18:00"),
        (SATURDAY, "974", "2026-11-30 08:30-13:00", "2026-11-30 13:00-18:00"),
        (datetime(2026, 11, 26, 9, 0, tzinfo=UTC), "972", "2026-11-26 08:30-13:00", "2026-11-26 13:00-18:00"),
        (datetime(2026, 11, 26, 15, 0, tzinfo=UTC), "974", "2026-11-27 08:30-13:00", "2026-11-27 13:00-18:00"),
        (datetime(2026, 11, 25, 21, 0, tzinfo=UTC), "974", "2026-11-26 08:30-13:00", "2026-11-26 13:00-18:00"),
        (datetime(2026, 11, 26, 8, 0, tzinfo=UTC), "987", "2026-11-26 08:30-13:00", "2026-11-26 13:00-18:00"),
        (datetime(2026, 12, 24, 19, 0, tzinfo=UTC), "46", "2026-12-28 08:30-13:00", "2026-12-28 13:00-18:00"),
        (datetime(2026, 12, 19, 19, 0, tzinfo=UTC), "974", "2026-12-21 08:30-13:00", "2026-12-21 13:00-18:00"),
        (datetime(2025, 12, 25, 19, 0, tzinfo=UTC), "46", "2025-12-26 08:30-13:00", "2025-12-26 13:00-18:00"),
        (datetime(2025, 12, 25, 19, 0, tzinfo=UTC), "67", "2025-12-29 08:30-13:00", "2025-12-29 13:00-18:00"),
    ],
)
def test_out_of_hours_half_days_are_offered_by_the_clock_and_holidays_of_the_department(
    carrier: Carrier, at: datetime, department: str, first: str, second: str
) -> None:
    """And a day is named as it is there: today and tomorrow by these words, though it may be another day in Paris."""
    zone = clock_of(department)
    with time_machine.travel(at), line_hours():
        for line, key, expected in ((CALL, "1", first), (OTHER_LINE, "2", second)):
            from_ = DURAND if key == "1" else "+33565051235"
            closed = chooses_topic(carrier, department, CallSid=line, From=from_)
            slots = carrier.asks(closed.action, "1", CallSid=line, From=from_)
            promised = carrier.asks(slots.action, key, CallSid=line, From=from_)
            kept = the_promises()[-1]
            starts, ends = kept.promised_from.astimezone(zone), kept.promised_until.astimezone(zone)
            ahead = (starts.date() - at.astimezone(zone).date()).days
            day = {0: "aujourd'hui", 1: "demain"}.get(ahead) or spoken_day("fr", starts.date())
            assert f"Ils vous répondront {day}, à partir de" in closed
            assert f"Pour être rappelé {day}, le matin, tapez 1." in slots
            assert f"Nous vous rappellerons {day}, entre" in promised
            assert f"{starts:%Y-%m-%d %H:%M}-{ends:%H:%M}" == expected


def test_with_the_queue_full_a_callback_soon_or_later_is_offered(
    monday: None, carrier: Carrier, agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUEUE_LIMIT", "0")
    settings.cache_clear()
    full = chooses_topic(carrier)
    assert "Un très grand nombre" in full
    slots = carrier.asks(full.action, "1")
    assert "dès que possible" in slots
    assert "l'après-midi" in slots
    assert "Nous vous rappellerons" in carrier.asks(slots.action, "3")
    assert the_promise().promised_from > now()
    monkeypatch.undo()
    settings.cache_clear()


def test_asking_twice_confirms_the_first_and_adds_a_matter(monday: None, carrier: Carrier) -> None:
    away = chooses_topic(carrier)
    slots = carrier.asks(away.action, "1")
    carrier.asks(slots.action, "3")
    first = the_promise()
    is_over(carrier)
    away = chooses_topic(carrier, key="0", CallSid=OTHER_LINE)
    slots = carrier.asks(away.action, "1", CallSid=OTHER_LINE)
    said = carrier.asks(slots.action, "1", CallSid=OTHER_LINE)
    assert "déjà enregistrée : nous vous rappellerons" in said
    assert "C'est noté" not in said  # what they have just chosen is not what will happen
    again = the_promise()
    assert (again.id, again.due_from, again.topic) == (first.id, first.due_from, first.topic)
    assert again.also == ["autre"]


def _abusive(kind: str, random_: random.Random) -> str:
    """One number of a kind that is never dialled, as it is typed or as a carrier shows it."""

    def digits(count: int) -> str:
        return "".join(random_.choices("0123456789", k=count))

    match kind:
        case "premium":
            return "08" + random_.choice("0123456789") + digits(7)
        case "telemarketing":
            blocks = ("0162", "0163", "0270", "0271", "0377", "0378", "0424", "0425", "0568", "0569", "0948", "0949")
            return random_.choice((*blocks, "09475", "09476", "09477", "09478", "09479"))[:5].ljust(10, digits(1))
        case "foreign":
            return random_.choice(("+44", "+1", "+32", "+41", "+234", "+377", "+216")) + digits(9)
        case "satellite":
            return random_.choice(("+870", "+8816", "+8821", "+8835", "+979")) + digits(8)
        case "short":
            return random_.choice(("3", "1", "36", "10")) + digits(random_.choice((1, 2, 3)))
        case _:
            return random_.choice(("15", "17", "18", "112", "114", "115", "119", "196", "191", "3117", "+33112"))


def test_ten_thousand_abusive_requests_dial_nobody(monday: None, carrier: Carrier) -> None:
    chance = random.Random(10_000)
    kinds = ("premium", "telemarketing", "foreign", "satellite", "short", "emergency")
    refused = 0
    for n in range(9_750):
        number = _abusive(kinds[n % len(kinds)], chance)
        try:
            if n % 2:
                callback.draft_number(CALL, number, now())
            else:
                callback.promise_to_caller(CALL, number, WISH, now(), typed=False)
        except Refusal:
            refused += 1
    assert refused == 9_750
    assert the_promises() == []
    away = chooses_topic(carrier)
    typing = carrier.asks(away.action, "2").action
    for n in range(100):  # and through the telephone, where a number has ten keys
        number = _abusive(kinds[n % 2], chance)
        assert "ne convient pas" in carrier.asks(typing, number), number
    assert the_promises() == []
    for n in range(100):  # one number, again and again, from as many lines
        callback.promise_to_caller(f"CA{n:032}", DURAND, WISH, now(), typed=False)
    assert len(the_promises()) == 1
    line = PhoneNumber("+33612000000").e164
    typed = 0
    for n in range(50):  # one line, as many numbers of other people
        callback.draft_number(f"CB{n:032}", f"06130{n:05}", now())
        try:
            callback.promise_to_caller(f"CB{n:032}", line, WISH, now(), typed=True)
            typed += 1
        except Refusal:
            continue
    assert typed == callback_ceilings.PER_DAY
    with reading() as session:
        assert session.query(Attempt).count() == 0


def test_no_more_is_promised_in_an_hour_than_the_nation_can_keep(
    monday: None, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBACKS_PER_HOUR", "2")
    settings.cache_clear()
    for n in range(2):
        callback.promise_to_caller(f"CA{n:032}", f"+3356505000{n}", WISH, now(), typed=False)
    away = chooses_topic(carrier)
    slots = carrier.asks(away.action, "1")
    said = carrier.asks(slots.action, "1")
    assert "Trop de rappels" in said
    assert len(the_promises()) == 2
    monkeypatch.undo()
    settings.cache_clear()


def test_one_number_is_promised_three_callbacks_a_day_and_no_more(monday: None) -> None:
    for n in range(callback_ceilings.PER_DAY):
        callback.promise_to_caller(f"CA{n:032}", DURAND, WISH, now(), typed=False)
        assert callback.cancel_from_menu(DURAND, now())
    with pytest.raises(Refusal):
        callback.promise_to_caller("CA" + "9" * 32, DURAND, WISH, now(), typed=False)
    assert {each.state for each in the_promises()} == {CallbackState.CANCELLED}


def test_a_promise_stored_too_late_to_be_told_is_not_stored(monday: None) -> None:
    with pytest.raises(DatabaseDown):
        callback.promise_to_caller(
            CALL, DURAND, WISH, now() - callback.HEARD_WITHIN - timedelta(seconds=1), typed=False
        )
    assert the_promises() == []
