"""Texts: in the alphabet that makes them short, counted, and followed until they arrive or do not."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter import config
from callcenter.actions import satisfaction
from callcenter.actions.agent import take_post
from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import persons, texts
from callcenter.records.identifiers import new_reference
from callcenter.records.texts import Kind, Text
from callcenter.rules.carrier_news import Delivery
from callcenter.rules.languages import LANGUAGES
from ivr import sms, text_messages
from ivr.practice.telephones import PracticeLine
from ivr.prompts import SENTENCES, text
from tests.ivr.test_satisfaction import DURAND, spoken
from tests.support.conversation import carrier as practice_carrier
from tests.support.town import settle
from tests.support.voice_line import Carrier

LONGEST = {"reference": new_reference(), "spans": "de 08:30-12:00 13:30-17:30"}
"""The widest values of what is filled into a sentence that is texted."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_a_text_is_written_in_the_short_alphabet_and_is_one_segment(language: str) -> None:
    keys = [key for key in SENTENCES[language] if key.startswith("text.")]
    assert len(keys) >= 5
    for key in keys:
        said = text(language, key, **LONGEST)
        assert sms.plain(said) == said, key  # as it is written in the file
        assert sms.segments(said) == 1, key


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Êtes-vous à l’heure… “oui” ?", 'Etes-vous à l\'heure... "oui" ?'),
        ("Bœuf à Besançon, Noël à Être", "Boeuf à Besancon, Noel à Etre"),
        ("é è à ù Ç É €", "é è à ù Ç É €"),
        ("de\u00a08 h – 9\u202fh", "de 8 h - 9 h"),
        ("e\u0301t\u0065\u0301", "été"),
        ("👍 日本", " "),
    ],
)
def test_what_the_alphabet_lacks_is_written_with_what_it_has(written: str, sent: str) -> None:
    assert sms.plain(written) == sent


@given(st.text(max_size=400))
def test_every_text_can_be_sent_and_counted(written: str) -> None:
    sent = sms.plain(written)
    assert sms.plain(sent) == sent
    assert sms.segments(sent) >= 1
    assert sms.segments(sms.within([written, written, written], 4)) <= 4


@pytest.mark.parametrize(
    ("written", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2), ("€" * 152, 2),
     ("€" * 153, 3), ("a" * 152 + "€" + "a" * 151, 2), ("a" * 152 + "€" + "a" * 152, 3)],
)  # fmt: skip
def test_segments_are_counted_as_a_carrier_does(written: str, count: int) -> None:
    assert sms.segments(written) == count


def test_a_letter_outside_the_alphabet_is_never_counted_as_one_inside() -> None:
    with pytest.raises(ValueError, match="ê"):
        sms.segments("être")


@pytest.fixture(autouse=True)
def line() -> Iterator[PracticeLine]:
    with practice_carrier() as line:
        yield line


@pytest.fixture
def asked(carrier: Carrier, line: PracticeLine, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Mme Durand has been asked by text; the text's id."""
    karim = settle("karim", "46", ["impots", "autre"])
    take_post(karim, "phone", now())
    spoken(karim)
    monkeypatch.setenv("TEXTS", "1")
    config.settings.cache_clear()
    later = now() + timedelta(minutes=5)
    for contact_id in satisfaction.to_ask(later):
        satisfaction.ask_by_text(contact_id, later, text_messages.satisfaction)
    yield the_text().id
    monkeypatch.delenv("TEXTS")
    config.settings.cache_clear()


def the_text() -> Text:
    with reading() as session:
        (only,) = session.query(Text)
    assert isinstance(only, Text)
    return only


def reports(carrier: Carrier, text_id: str, status: str, **more: str) -> None:
    sid = "SM" + "1" * 32
    said = {"MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status, "To": DURAND}
    assert carrier.asks(f"/voice/text/status?m={text_id}", **said, **more).text == ""


def test_what_became_of_a_text_is_asked_for_and_kept_without_its_words(
    carrier: Carrier, asked: str, line: PracticeLine
) -> None:
    (sent,) = line.messages()
    assert "1 (pas du tout)" in sent["body"]
    kept = the_text()
    assert (kept.kind, kept.delivery, kept.error_code) == (Kind.SATISFACTION, None, None)
    for status in ("sent", "delivered", "sent", "queued"):  # late, and out of order
        reports(carrier, asked, status)
    assert (the_text().delivery, the_text().error_code) == (Delivery.DELIVERED, None)
    reports(carrier, asked, "undelivered", ErrorCode="30003")
    assert the_text().delivery == Delivery.DELIVERED  # an end stands


def test_a_text_that_does_not_arrive_keeps_the_reason(carrier: Carrier, asked: str) -> None:
    reports(carrier, asked, "undelivered", ErrorCode="30006")
    reports(carrier, asked, "undelivered", ErrorCode="30006")
    assert (the_text().delivery, the_text().error_code) == (Delivery.UNDELIVERED, 30006)


@pytest.mark.parametrize("status", ["", "invented", "9" * 5_000])
def test_news_that_mean_nothing_change_nothing(carrier: Carrier, asked: str, status: str) -> None:
    reports(carrier, asked, status, ErrorCode="9" * 5_000)
    reports(carrier, "nobody", "sent")
    assert the_text().delivery is None
    reports(carrier, asked, "failed", ErrorCode="9" * 5_000)
    assert (the_text().delivery, the_text().error_code) == (Delivery.FAILED, None)


def test_erasing_a_person_and_time_forget_their_texts(carrier: Carrier, asked: str) -> None:
    number = PhoneNumber(DURAND)
    with reading() as session:
        assert [row["kind"] for row in persons.held(session, number)["texts"]] == ["satisfaction"]
    with transaction() as session:
        texts.ask(session, Kind.SITES, PhoneNumber("+33612345679"), now() - texts.KEPT - timedelta(days=1))
        texts.tidy(session, now())
    assert the_text().id == asked
    with transaction() as session:
        persons.erase(session, number, now())
    with reading() as session:
        assert session.query(Text).count() == 0
