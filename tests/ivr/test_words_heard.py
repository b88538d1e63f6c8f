"""Words at every question: worth the keys they stand for. Languages that somebody speaks. Slowly for relays."""

from dataclasses import replace

import pytest

from callcenter.rules.keywords import bare
from callcenter.rules.menu import Menu, Topic
from callcenter.rules.packaged_menu import packaged_menu
from ivr.caller_answers import Heard
from ivr.dialogue import NOT_UNDERSTOOD, PATIENCE_OF_RELAYS, PATIENCE_OF_VOICE, QUESTIONS, answer, ask, spoken
from ivr.steps import QUEUE
from ivr.twiml import twiml

MENU = packaged_menu()


def say(step: str, heard: Heard, said: str, menu: Menu = MENU) -> tuple[str, Heard]:
    return answer(step, heard, spoken(step, heard, said, menu), menu)


def test_a_whole_call_without_a_key() -> None:
    step, heard = say("welcome", Heard(), "quarante-six mille")
    assert (step, heard.department) == ("confirm", "46")
    step, heard = say(step, heard, "oui c'est ça")
    assert step == "topic"
    assert say(step, heard, "c'est pour l'APL") == (QUEUE, Heard(department="46", topic="logement"))
    assert say(step, heard, "je ne sais pas") == (QUEUE, Heard(department="46"))
    assert say(step, heard, "un conseiller, s'il vous plaît") == (QUEUE, Heard(department="46"))
    assert say(step, heard, "je n'ai pas entendu, répétez")[1].repeats == 1


@pytest.mark.parametrize(
    ("step", "heard", "said", "follows"),
    [
        ("welcome", Heard(hint=("974",)), "oui", "topic"),
        ("welcome", Heard(), "english please", "welcome"),
        ("welcome", Heard(), "je suis sourd", "postal"),
        ("confirm", Heard(department="46"), "non", "postal"),
        ("which", Heard(among=("01", "74")), "la Haute-Savoie", "topic"),
        ("closed", Heard(), "oui", "promise"),
        ("closed", Heard(), "non merci", "farewell"),
        ("open", Heard(), "un", "keep"),
    ],
)
def test_each_question_has_its_words(step: str, heard: Heard, said: str, follows: str) -> None:
    assert say(step, heard, said)[0] == follows


def test_a_topic_of_the_second_level_is_named_from_the_first_and_in_another_group() -> None:
    for group in ("", "1", "2"):
        assert say("topic", Heard(group=group), "les impôts")[1].topic == "impots"


def test_a_department_is_heard_by_its_own_words() -> None:
    own = Topic("5", "adil", {"fr": "l'ADIL", "en": "ADIL"}, keywords={"fr": ("adil",), "en": ()})
    local = Menu([*[t for t in MENU.topics.values() if t.keys[0] != "4"], replace(own, keys="4")])
    menu = Menu(MENU.topics.values(), {"46": local})
    assert say("topic", Heard(department="46"), "l'ADIL", menu)[1].topic == "adil"
    assert spoken("topic", Heard(department="31"), "l'ADIL", menu) == NOT_UNDERSTOOD


def test_what_is_not_understood_twice_goes_to_a_person() -> None:
    step, heard = "topic", Heard(department="46")
    for _ in range(PATIENCE_OF_VOICE - 1):
        step, heard = say(step, heard, "abracadabra")
        assert step == "topic"
    assert say(step, heard, "abracadabra") == (QUEUE, Heard(department="46"))


def test_a_relay_is_asked_as_often_as_ever() -> None:
    step, heard = "topic", Heard(department="46", relay=True)
    for _ in range(PATIENCE_OF_RELAYS - 1):
        step, heard = say(step, heard, "abracadabra")
        assert step == "topic"
    assert say(step, heard, "abracadabra")[0] == QUEUE


def test_no_question_is_for_the_voice_alone_and_none_loses_its_keys() -> None:
    for step in QUESTIONS:
        heard = Heard(department="46", among=("01", "74"), reopens="2026-12-01T08:30", until="2026-12-01T12:00")
        document = twiml(ask(step, heard, MENU, "/voice/heard", number="0565051234"))
        assert 'input="dtmf' in document
        assert "numDigits" in document


def test_the_carrier_is_told_the_likely_words_and_how_to_listen() -> None:
    document = twiml(ask("topic", Heard(department="46"), MENU, "/voice/heard"))
    assert 'input="dtmf speech"' in document
    assert 'speechTimeout="auto"' in document
    hints = document.partition('hints="')[2].partition('"')[0].split(",")
    assert 0 < len(hints) <= 500
    assert all(0 < len(hint) <= 100 and not set(hint) & set("*!?") for hint in hints)
    for topic in MENU.coded():  # none is left out for standing last
        assert len(set(hints) & {bare(word) for word in topic.keywords["fr"]}) >= 20


def test_a_relay_hears_everything_slowly_and_others_do_not() -> None:
    assert 'rate="slow"' in twiml(ask("topic", Heard(relay=True), MENU, "/v"))
    assert "prosody" not in twiml(ask("topic", Heard(), MENU, "/v"))


def test_the_other_language_is_offered_as_an_answer_or_as_a_callback() -> None:
    def told(heard: Heard) -> str:
        return " ".join(map(str, ask("welcome", heard, MENU, "/v").say))

    assert "For English, press 9" in told(Heard())
    alone = told(Heard(other_language_off_duty=True))
    assert "For English, press 9" not in alone
    assert "called back by an adviser who speaks English" in alone
    assert say("welcome", Heard(other_language_off_duty=True), "english")[1] == Heard(language="en", rounds=1)
