"""Numbers that are typed for a callback, through the carrier's webhooks: of every plan of France, read back, asked
about where they may be two, and promised to nobody whose key did not say so."""

from collections.abc import Iterator

import pytest
import time_machine

from callcenter.db import reading
from callcenter.demonstration import embedded
from callcenter.phone_number import PhoneNumber
from callcenter.records.callbacks import Callback
from tests.ivr.conftest import MONDAY
from tests.support.town import line_hours
from tests.support.voice_line import DURAND, Carrier, Document


@pytest.fixture
def monday(database: embedded.Server, live: embedded.Server) -> Iterator[None]:
    with time_machine.travel(MONDAY), line_hours():
        yield


def _typing(carrier: Carrier, department: str = "46", from_: str = DURAND) -> Document:
    """Nobody can answer, and a number is to be typed."""
    away = carrier.asks(f"/voice/heard?s=topic&d={department}", "3", From=from_)
    return carrier.asks(away.action, "1" if from_ == "anonymous" else "2", From=from_)


def _promised() -> list[str]:
    with reading() as session:
        return [each.phone.e164 for each in session.query(Callback) if each.phone]


@pytest.mark.parametrize(
    ("department", "keys", "read", "number"),
    [
        ("975", "411234", "0508411234", "+508411234"),
        ("46", "0508411234", "0508411234", "+508411234"),
        ("986", "721234", "721234", "+681721234"),
        ("987", "87123456", "87123456", "+68987123456"),
        ("988", "261234", "261234", "+687261234"),
        ("988", "0612345698", "0612345698", "+33612345698"),
    ],
)
def test_a_number_is_typed_as_it_is_dialled_where_they_live(
    monday: None, carrier: Carrier, department: str, keys: str, read: str, number: str
) -> None:
    read_back = carrier.asks(_typing(carrier, department, "anonymous").action, keys, From="anonymous")
    assert f"Vous avez tapé le {read}." in read_back
    slots = carrier.asks(read_back.action, "1", From="anonymous")
    assert "rappellerons" in carrier.asks(slots.action, "1", From="anonymous")
    assert _promised() == [number]


@pytest.mark.parametrize(("key", "number"), [("1", "+687261234"), ("2", "+33687261234")])
def test_figures_that_may_be_two_numbers_are_asked_about(monday: None, carrier: Carrier, key: str, number: str) -> None:
    asked = carrier.asks(_typing(carrier, "988").action, "0687261234")
    assert "peut être deux numéros" in asked
    assert asked.text.index("261234") < asked.text.index("0687261234")
    again = carrier.asks(asked.action, "#")
    assert "0687261234" in again
    assert "pas compris" not in again
    slots = [carrier.asks(again.action, key) for _ in range(2)]  # told twice
    assert slots[0].text == slots[1].text
    assert "rappellerons" in carrier.asks(slots[0].action, "1")
    assert _promised() == [number]
    assert "261234" not in asked.action + again.action + slots[0].action


def test_whoever_calls_from_such_a_territory_may_type_its_numbers_before_saying_where_they_live(
    monday: None, carrier: Carrier
) -> None:
    from_ = "+687289999"
    away = carrier.asks("/voice/heard?s=welcome", "0", From=from_)
    typing = carrier.asks(away.action, "2", From=from_)
    assert "Vous avez tapé le 261234." in carrier.asks(typing.action, "261234", From=from_)


@pytest.mark.parametrize(
    ("whole", "number"),
    [("0033612345698", "+33612345698"), ("00508411234", "+508411234"), ("0068987123456", "+68987123456")],
)
def test_a_number_that_is_typed_with_its_calling_code_is_asked_for_whole(
    monday: None, carrier: Carrier, whole: str, number: str
) -> None:
    """Without a postal code, on a withheld line: ten figures are listened for, and these have more."""
    away = carrier.asks("/voice/heard?s=welcome", "0", From="anonymous")
    typing = carrier.asks(away.action, "1", From="anonymous")
    assert 'numDigits="10"' in typing.text
    asked = carrier.asks(typing.action, whole[:10], From="anonymous")
    assert "Tapez le numéro entier, avec son indicatif, puis dièse" in asked
    assert 'numDigits="14"' in asked.text
    left = carrier.asks(asked.action, whole[10:], From="anonymous")  # what they were still typing
    assert "Tapez le numéro entier" in left
    read_back = carrier.asks(left.action, whole, From="anonymous")
    assert f"Vous avez tapé le {PhoneNumber(number).keys}." in read_back
    promised = carrier.asks(read_back.action, "1", From="anonymous")
    while "rappellerons" not in promised:
        promised = carrier.asks(promised.action, "1", From="anonymous")
    assert _promised() == [number]
    assert whole[4:] not in asked.action + left.action + read_back.action


def test_a_number_of_another_country_is_refused_and_typed_again(monday: None, carrier: Carrier) -> None:
    typing = _typing(carrier, from_="anonymous")
    asked = carrier.asks(typing.action, "0044207946", From="anonymous")
    refused = carrier.asks(asked.action, "00442079460958", From="anonymous")
    assert "Ce numéro ne convient pas" in refused
    read_back = carrier.asks(refused.action, "0612345698", From="anonymous")
    assert "Vous avez tapé le 0612345698." in read_back


def test_a_lone_hash_reads_the_number_back_again_and_is_no_no(monday: None, carrier: Carrier) -> None:
    heard = carrier.asks(_typing(carrier).action, "0612345698")
    for _ in range(5):
        heard = carrier.asks(heard.action, "#")
        assert "Vous avez tapé le 0612345698." in heard
        assert "pas compris" not in heard
    heard = carrier.asks(heard.action, "#")
    assert "pas compris" in heard  # silence
    slots = carrier.asks(heard.action, "1")
    carrier.asks(slots.action, "1")
    assert _promised() == ["+33612345698"]


@pytest.mark.parametrize("keys", ["", "#", "2", "7"])
def test_a_number_that_is_never_confirmed_is_never_called_and_the_caller_hears_which_is(
    monday: None, carrier: Carrier, keys: str
) -> None:
    heard = carrier.asks(_typing(carrier).action, "0612345698")
    for _ in range(60):
        if "Gather" not in heard.verbs:
            break
        heard = carrier.asks(heard.action, "0612345698" if "Tapez les dix" in heard else keys)
    assert "c'est au 0565051234, avec lequel vous appelez, que nous vous rappellerons" in heard
    assert _promised() == [DURAND]


@pytest.mark.parametrize("keys", ["", "#", "2", "7"])
def test_without_a_number_of_their_own_nothing_is_promised(monday: None, carrier: Carrier, keys: str) -> None:
    heard = carrier.asks(_typing(carrier, from_="anonymous").action, "0612345698", From="anonymous")
    for _ in range(60):
        if "Gather" not in heard.verbs:
            break
        heard = carrier.asks(heard.action, "0612345698" if "Tapez les dix" in heard else keys, From="anonymous")
    assert "Au revoir" in heard
    assert _promised() == []


@pytest.mark.parametrize("from_", ["+17378742833", "+86282452253", "+266696687", "+464", "Restricted"])
def test_strangers_who_withhold_their_number_share_nothing(monday: None, carrier: Carrier, from_: str) -> None:
    """Neither a promise, nor a territory, nor an offer to call that number; each must type one."""
    typing = _typing(carrier, "974", "anonymous")
    assert "dix chiffres" in typing
    away = carrier.asks("/voice/heard?s=topic&d=974", "3", From=from_)
    assert "nous vous demanderons un numéro" in away
    carrier.asks("/voice/heard?s=confirm&d=974", "1", From=from_)
    welcome = carrier.asks("/voice/incoming", From=from_, CallSid="CA" + "9" * 32)
    assert "Réunion" not in welcome
    assert "Bonjour, bienvenue" in welcome
    with reading() as session:
        assert session.query(Callback).count() == 0
