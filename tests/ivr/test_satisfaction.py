"""The two questions after a conversation: by key, by text, told twice, unanswered, refused for good."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest

from callcenter import config
from callcenter.actions import healing, outcome_form, satisfaction
from callcenter.actions.agent import take_post
from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.records import calls, contacts
from callcenter.records.contacts import Contact, WrapUpEntry
from callcenter.records.figures import roll_up
from callcenter.records.figures.totals import between
from callcenter.rules import quality
from callcenter.rules.satisfaction import Reply, read
from callcenter.rules.states import Outcome
from callcenter.screens import wall_screen
from ivr import text_messages
from ivr.practice.telephones import PracticeLine
from tests.support.conversation import carrier as practice_carrier
from tests.support.conversation import ends, speaks
from tests.support.kept import rolled_up
from tests.support.town import settle
from tests.support.voice_line import Carrier

DURAND = "+33612345678"
LINES = count(1)


@pytest.fixture(autouse=True)
def line() -> Iterator[PracticeLine]:
    with practice_carrier() as line:
        yield line


@pytest.fixture
def karim(carrier: Carrier) -> str:
    karim = settle("karim", "46", ["impots", "autre"])
    take_post(karim, "phone", now())
    return karim


def spoken(karim: str, number: str = DURAND) -> str:
    """A conversation that the agent has ended and recorded; its call."""
    call_id = speaks(karim, f"CA{next(LINES):032x}", number, now())
    ends(karim, call_id, now())
    with reading() as session:
        call = calls.get(session, call_id)
    assert call is not None
    entry = WrapUpEntry("dgfip", "declaration-revenus", Outcome.INFORMATION, settled=True)
    outcome_form.record_outcome(karim, call.contact_id, [entry], now())
    return call_id


def contact_of(call_id: str) -> Contact:
    with reading() as session:
        call = calls.get(session, call_id)
        contact = contacts.get(session, call.contact_id) if call else None
    assert contact is not None
    return contact


def test_the_caller_answers_both_questions_and_every_webhook_comes_twice(carrier: Carrier, karim: str) -> None:
    call_id = spoken(karim)
    first = [carrier.asks(f"/voice/goodbye?c={call_id}") for _ in range(2)]
    assert all("référence" in each and "satisfait" in each for each in first)
    then = [carrier.asks(each.action, "3") for each in first]
    assert all("réglée" in each for each in then)
    rolled_up(now())
    last = [carrier.asks(each.action, "2") for each in then]
    assert all("Merci de vos réponses" in each and each.verbs[-1] == "Hangup" for each in last)
    carrier.asks(first[0].action, "1")  # a late twin with another key: the first answer stands
    contact = contact_of(call_id)
    assert (contact.satisfaction, contact.satisfaction_scale, contact.settled_said) == (3, 4, False)
    assert "satisfait" not in carrier.asks(f"/voice/goodbye?c={call_id}")
    with reading() as session:
        assert roll_up.is_marked(session)  # the second answer alone changes the figures of its day
    rolled_up(now())
    with reading() as session:
        (tally,) = between(session, contact.local_day, contact.local_day).values()
    assert quality.satisfied(tally) == quality.Share(1, 1)
    assert quality.very_satisfied(tally) == quality.Share(0, 1)
    assert quality.answered_the_question(tally) == quality.Share(1, 1)
    assert quality.settled_as_said(tally) == quality.Share(0, 1)
    assert quality.said_whether_settled(tally) == quality.Share(1, 1)


def test_silence_ends_politely_and_a_wrong_key_is_asked_once_more(carrier: Carrier, karim: str) -> None:
    call_id = spoken(karim)
    asked = carrier.asks(f"/voice/goodbye?c={call_id}")
    silent = carrier.asks(asked.action, "")
    assert "Au revoir" in silent
    assert silent.verbs[-1] == "Hangup"
    again = carrier.asks(asked.action, "7")
    assert "satisfait" in again
    assert carrier.asks(again.action, "8").verbs[-1] == "Hangup"
    assert contact_of(call_id).satisfaction is None


def test_whoever_hears_badly_is_told_three_choices_at_a_time_and_any_key_answers(carrier: Carrier, karim: str) -> None:
    call_id = spoken(karim)
    with transaction() as session:
        call = calls.get(session, call_id)
        assert call is not None
        call.hard_of_hearing = True
    asked = carrier.asks(f"/voice/goodbye?c={call_id}")
    assert [key for key in "43210" if f"tapez {key}." in asked] == ["4", "3", "2"]
    assert "tapez 9, ou attendez" in asked
    assert asked.text.count("<prosody") == asked.text.count("<Say") > 1
    for keys in ("", "9"):
        last = carrier.asks(asked.action, keys)
        assert [key for key in "43210" if f"tapez {key}." in last] == ["1", "0"]
        assert "la suite" not in last
        assert "tapez 1." in carrier.asks(last.action, "*")
        assert "tapez 1." in carrier.asks(last.action, "#")
        assert carrier.asks(last.action, "").verbs[-1] == "Hangup"
    assert "réglée" in carrier.asks(asked.action, "1")  # not told yet, and known from an earlier call
    assert contact_of(call_id).satisfaction == 1


def test_whoever_refused_is_never_asked_again(carrier: Carrier, karim: str) -> None:
    call_id = spoken(karim)
    asked = carrier.asks(f"/voice/goodbye?c={call_id}")
    assert "plus ces questions" in carrier.asks(asked.action, "0")
    assert "satisfait" not in carrier.asks(f"/voice/goodbye?c={call_id}")
    assert "satisfait" not in carrier.asks(f"/voice/goodbye?c={spoken(karim)}")
    assert "satisfait" in carrier.asks(f"/voice/goodbye?c={spoken(karim, '+33612345679')}")


def test_a_relay_call_is_given_the_time_and_nobody_unheard_is_asked(carrier: Carrier, karim: str) -> None:
    call_id = spoken(karim)
    with transaction() as session:
        call = calls.get(session, call_id)
        assert call is not None
        call.relay = True
    asked = carrier.asks(f"/voice/goodbye?c={call_id}")
    assert 'timeout="60"' in asked.text
    assert asked.text.count("<prosody") == asked.text.count("<Say") > 1
    assert 'timeout="60"' in carrier.asks(asked.action, "4").text
    with transaction() as session:
        call = calls.get(session, call_id)
        contact = contacts.get(session, call.contact_id) if call else None
        assert call is not None
        assert contact is not None
        call.talking_at, contact.satisfaction = None, None
    assert "satisfait" not in carrier.asks(f"/voice/goodbye?c={call_id}")


def test_by_text_where_texts_are_on(
    carrier: Carrier, karim: str, line: PracticeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id, answered = spoken(karim), spoken(karim, "+33612345679")
    satisfaction.record_answer(answered, Reply(score=4))
    spoken(karim, "+33565051234")  # a fixed line takes no texts
    later = now() + timedelta(minutes=5)
    assert satisfaction.to_ask(later) == []
    monkeypatch.setenv("TEXTS", "1")
    config.settings.cache_clear()
    try:
        assert satisfaction.to_ask(now()) == []  # they may still be on the line
        for contact_id in satisfaction.to_ask(later) * 2:
            satisfaction.ask_by_text(contact_id, later, text_messages.satisfaction)
        assert satisfaction.to_ask(later) == []
        healing.ask_satisfaction(later)
    finally:
        monkeypatch.delenv("TEXTS")
        config.settings.cache_clear()
    (text,) = line.messages()
    assert text["to"] == DURAND
    assert "de 1 (pas du tout) à 4" in text["body"]
    for body in ("Bonjour", "4 oui", "1 non"):
        assert "Response" in carrier.asks("/voice/text", From=DURAND, Body=body).text
    contact = contact_of(call_id)
    assert (contact.satisfaction, contact.settled_said) == (4, True)
    carrier.asks("/voice/text", From=DURAND, Body="STOP")
    assert contact_of(call_id).asks_no_more
    carrier.asks("/voice/text", From="+33699999999", Body="4 oui")


def test_stop_is_heard_whenever_it_comes_and_to_whatever_it_answers(carrier: Carrier, karim: str) -> None:
    call_id = spoken(karim)  # whom no text has asked anything
    carrier.asks("/voice/text", From=DURAND, Body="4 oui")
    assert contact_of(call_id).satisfaction is None
    carrier.asks("/voice/text", From=DURAND, Body="1 non. STOP")
    contact = contact_of(call_id)
    assert (contact.asks_no_more, contact.satisfaction, contact.settled_said) == (True, None, None)
    assert "satisfait" not in carrier.asks(f"/voice/goodbye?c={spoken(karim)}")


def test_texts_have_one_ceiling_and_the_rest_wait_for_their_turn(
    karim: str, line: PracticeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        spoken(karim, f"+3361234567{n}")
    spoken(karim, "+33565051234")  # a fixed line takes no texts, and is not counted
    later = now() + timedelta(minutes=5)
    monkeypatch.setenv("TEXTS", "1")
    monkeypatch.setenv("TEXTS_PER_HOUR", "2")
    config.settings.cache_clear()
    try:
        for contact_id in satisfaction.to_ask(later):
            satisfaction.ask_by_text(contact_id, later, text_messages.satisfaction)
        assert len(line.messages()) == 2
        assert satisfaction.to_ask(later) == []
        assert wall_screen.last_hour(later).texts.share == 1
        monkeypatch.setenv("TEXTS_PER_HOUR", "3")
        config.settings.cache_clear()
        for contact_id in satisfaction.to_ask(later) * 2:
            satisfaction.ask_by_text(contact_id, later, text_messages.satisfaction)
        assert len({message["to"] for message in line.messages()}) == 3
    finally:
        monkeypatch.undo()
        config.settings.cache_clear()


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("4 oui", Reply(4, True)),
        ("3, Non.", Reply(3, False)),
        ("2", Reply(2)),
        ("Y", Reply(None, True)),
        ("1 ou 2 ?", Reply()),
        ("5", Reply()),
        ("14", Reply()),
        ("oui et non", Reply()),
        ("Stop svp", Reply(asks_no_more=True)),
        ("STOP.", Reply(asks_no_more=True)),
        ("« stop » !!!", Reply(asks_no_more=True)),
        ("Arrêt, s'il vous plaît", Reply(asks_no_more=True)),
        ("please stop", Reply(asks_no_more=True)),
        ("4 oui. STOP", Reply(4, True, asks_no_more=True)),
        ("j'ai attendu non-stop", Reply()),
        ("4 oui, merci pour mon arrêt maladie", Reply(4, True)),
        ("arrêt maladie", Reply()),
        ("4, je n'ai plus de souci", Reply(4)),
        ("4 je n'ai plus de souci", Reply(4)),
        ("1. Il y a encore un problème", Reply(1)),
        ("1 . Il y a encore un problème", Reply(1)),
        ("Y a-t-il encore un problème", Reply()),
        ("４ oui", Reply(4, True)),
        ("4oui", Reply(4, True)),
        ("4\noui", Reply(4, True)),
        ("4 : oui", Reply(4, True)),
        ("4 n", Reply(4, False)),
        ("3/4 oui", Reply(3, True)),
        ("3 sur 4", Reply(3)),
        ("4/5", Reply()),
        ("8/10", Reply()),
        ("3,5", Reply()),
        ("3-4", Reply()),
        ("2 non 3 oui", Reply()),
        ("2 enfants à charge", Reply()),
        ("3 mois d'attente", Reply()),
        ("J'ai attendu 3 fois", Reply()),
        ("Bonjour, 4 oui", Reply(4, True)),
        ("4 oui mais j'ai attendu 2 heures", Reply(4)),
        ("oui, mais non", Reply()),
        ("on m'a dit oui puis rien", Reply()),
        ("1 non, toujours rien", Reply(1, False)),
        ("non merci", Reply()),
        ("4 no problem", Reply(4)),
        ("4 yes.", Reply(4, True)),
        ("2, no, still waiting", Reply(2, False)),
        ("9" * 5_000, Reply()),
        ("", Reply()),
        ("note 4 et oui c'est réglé", Reply(4, True)),
        ("Je mets une note de 3 et non", Reply(3)),
        ("Note : 4. Réglé : oui", Reply(4, True)),
        ("4 et non 3", Reply()),
        ("4 oui 2 enfants", Reply(4, True)),
        ("4. 2 enfants à charge", Reply(4)),
        ("1) 4 2) oui", Reply(None, True)),
        ("1: 3 / 2: non", Reply(None, False)),
        ("1. 4", Reply()),
        ("je ne veux plus de SMS", Reply(asks_no_more=True)),
        ("Merci de ne plus m'écrire", Reply(asks_no_more=True)),
        ("Arrêtez de m'envoyer des textos", Reply(asks_no_more=True)),
        ("4 oui, et ne m'envoyez plus de messages", Reply(4, True, asks_no_more=True)),
        ("no more texts please", Reply(asks_no_more=True)),
        ("Je n'ai plus de messages de la CAF", Reply()),
        ("Ils ne veulent plus me répondre", Reply()),
        ("don't stop", Reply()),
        ("4 non je n'ai plus de souci", Reply(4)),
        ("4 non pas de souci", Reply(4)),
        ("3 non c'est réglé", Reply(3)),
        ("4 non c'est parfait", Reply(4)),
        ("3 no it's ok now", Reply(3)),
        ("2 non ce n'est pas réglé", Reply(2, False)),
        ("1 non rien n'est réglé", Reply(1, False)),
        ("1 oui j'ai encore un problème", Reply(1)),
        ("2 Oui. Il y a encore un problème", Reply(2)),
        ("Oui, ce n'est pas réglé", Reply()),
        ("4. Oui. Pas réglé", Reply(4)),
        ("4 oui rien n'est réglé", Reply(4)),
        ("3 oui sauf un papier", Reply(3)),
        ("oui pour l'accueil, non pour le dossier", Reply()),
        ("4 oui, plus de problème, merci encore", Reply(4, True)),
        ("4 oui rien à redire", Reply(4, True)),
        ("ARRET SMS", Reply(asks_no_more=True)),
        ("Arrêt des SMS", Reply(asks_no_more=True)),
        ("Merci de stopper", Reply(asks_no_more=True)),
        ("Désabonnez-moi", Reply(asks_no_more=True)),
        ("désinscrivez-moi svp", Reply(asks_no_more=True)),
        ("arrêtez ça", Reply(asks_no_more=True)),
    ],
)
def test_what_a_text_says(text: str, reply: Reply) -> None:
    assert read(text) == reply


def test_a_lone_hash_asks_both_questions_again_five_times_and_is_no_wrong_key(carrier: Carrier, karim: str) -> None:
    call_id = spoken(karim)
    asked = carrier.asks(f"/voice/goodbye?c={call_id}")
    for _ in range(5):
        asked = carrier.asks(asked.action, "#")
        assert "satisfait" in asked
    assert carrier.asks(asked.action, "#").verbs[-1] == "Hangup"
    then = carrier.asks(asked.action, "4")
    for _ in range(5):
        then = carrier.asks(then.action, "#")
        assert "réglée" in then
    assert "réglée" in carrier.asks(then.action, "7")  # the first wrong key
    assert "Merci de vos réponses" in carrier.asks(then.action, "1")
    contact = contact_of(call_id)
    assert (contact.satisfaction, contact.settled_said) == (4, True)


@pytest.mark.parametrize(
    "address", ["/voice/leg/heard?g=1&n=3", "/voice/attempt/heard?p=1&n=3&l=fr", "/voice/monitor/heard?g=1&n=3"]
)
def test_a_lone_hash_never_declines_a_call(carrier: Carrier, address: str) -> None:
    heard = carrier.asks(address, "#")
    for _ in range(4):
        assert set(heard.verbs) == {"Gather"}
        heard = carrier.asks(heard.action, "#")
    assert set(heard.verbs) == {"Gather"}
    assert carrier.asks(heard.action, "#").verbs[-1] == "Hangup"


def test_a_lone_hash_on_an_open_line_is_asked_again(carrier: Carrier) -> None:
    heard = carrier.asks("/voice/shift/heard?a=1&o=2", "#")
    for _ in range(4):
        heard = carrier.asks(heard.action, "#")
        assert "Tapez 1 pour le prendre" in heard
    assert carrier.asks(heard.action, "#").verbs == ["Pause", "Redirect"]
