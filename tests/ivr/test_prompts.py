"""Every sentence, in every language, with the same places to fill."""

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import ivr
from callcenter.actions.hours import REASONS
from callcenter.rules.languages import LANGUAGES
from callcenter.rules.waiting import Announcement, Range, Telling
from ivr.prompts import SENTENCES, closed_until, say, spoken_day, spoken_time, waiting
from ivr.turns import Spelled

FRENCH = SENTENCES["fr"]


def _places(language: str, key: str) -> list[str]:
    return sorted(place for _, place in SENTENCES[language][key] if place)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_missing_in_a_language(language: str) -> None:
    assert SENTENCES[language].keys() == FRENCH.keys()


@pytest.mark.parametrize("key", FRENCH)
def test_a_sentence_has_the_same_places_in_every_language(key: str) -> None:
    assert {tuple(_places(language, key)) for language in LANGUAGES} == {tuple(_places("fr", key))}


@pytest.mark.parametrize("key", FRENCH)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_can_be_said(language: str, key: str) -> None:
    spoken = str(say(language, key, **dict.fromkeys(_places(language, key), "x")))
    assert spoken.strip() == spoken != ""
    assert not re.search(r"[{}<>]|  ", spoken)


def test_the_sentences_written_are_those_the_code_says() -> None:
    chapters = "|".join({key.partition(".")[0] for key in FRENCH})
    code = "".join(file.read_text() for file in Path(ivr.__file__).parent.glob("*.py"))
    assert set(re.findall(rf'"((?:{chapters})\.[a-z_]+)"', code)) == FRENCH.keys()


def test_digits_stay_apart_from_words() -> None:
    assert say("fr", "callback.reference", reference=Spelled("4607")).parts == (
        "Votre référence est le ", "4607", ". Je répète : ", "4607", ".",
    )  # fmt: skip
    spelled = say("fr", "callback.reference", reference=Spelled("4607")).parts
    assert [isinstance(part, Spelled) for part in spelled] == [False, True, False, True, False]


def test_what_a_waiting_caller_is_told() -> None:
    def told(language: str, telling: Telling, position: int = 3, closes_at: datetime | None = None) -> str:
        said = Announcement(telling, position, Range(4, 7), 7, closes_at)
        return " ".join(map(str, waiting(language, said)))

    callback = " Pour être rappelé sans perdre votre place, tapez 1."
    assert told("fr", Telling.PLACE) == "Vous êtes la 3e personne dans la file." + callback
    assert told("fr", Telling.PLACE, 1) == "Vous êtes la prochaine personne de la file." + callback
    assert told("fr", Telling.RANGE) == "L'attente est estimée entre 4 et 7 minutes." + callback
    assert "jusqu'à midi" in told("fr", Telling.UNTIL, closes_at=datetime(2026, 11, 23, 12))
    assert "en pause" in told("fr", Telling.AWAY)
    assert told("en", Telling.LONGER).startswith("The wait is longer than expected.")
    assert len({told("fr", telling, closes_at=datetime(2026, 11, 23, 12)) for telling in Telling}) == len(Telling)


def test_every_reason_that_may_be_written_is_said_in_every_language() -> None:
    when = {"day": "demain", "time": "8 heures 30"}
    for reason in set(REASONS) - {"other"} | {"holiday"}:
        (french,), (english,) = (closed_until(language, reason, when) for language in ("fr", "en"))
        assert str(french).startswith("En raison d")
        assert "répondront demain" in str(french)
        assert str(english).startswith("Because of ")
    for nothing in ("", "hours", "other", "exception", "unknown"):
        assert len(closed_until("fr", nothing, when)) == 1
    assert str(closed_until("fr", "crue du Lot", when)[0]) == "Motif : crue du Lot."
    assert [each.language for each in closed_until("en", "crue du Lot", when)] == ["en", "fr", "en"]


@pytest.mark.parametrize(
    ("at", "french", "english"),
    [
        ((0, 0), "minuit", "midnight"),
        ((1, 5), "1 heure 5", "1 05 AM"),
        ((12, 0), "midi", "noon"),
        ((12, 45), "12 heures 45", "12 45 PM"),
        ((0, 15), "0 heure 15", "12 15 AM"),
        ((14, 30), "14 heures 30", "2 30 PM"),
    ],
)
def test_a_time_is_said_as_people_say_it(at: tuple[int, int], french: str, english: str) -> None:
    moment = datetime(2026, 11, 23, *at)
    assert (spoken_time("fr", moment), spoken_time("en", moment)) == (french, english)


def test_a_day_is_said_as_people_say_it() -> None:
    assert spoken_day("fr", date(2026, 2, 1)) == "dimanche 1er février"
    assert spoken_day("en", date(2026, 8, 31)) == "on Monday 31 August"


def test_today_and_tomorrow_are_said_so() -> None:
    eve = date(2026, 12, 31)
    said = [spoken_day("fr", eve + timedelta(days=n), eve) for n in range(3)]
    assert said == ["aujourd'hui", "demain", "samedi 2 janvier"]
    assert spoken_day("en", eve, eve) == "today"
    assert spoken_day("fr", eve, eve + timedelta(days=1)) == "jeudi 31 décembre"
