"""Hours as people write them: what they come to, what is refused and why, and that what we say is what we read."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.rules.hours_refused import WHY, HoursNotUnderstood
from callcenter.rules.opening_hours import BadHours, checked
from callcenter.rules.understood_hours import read
from callcenter.rules.weekly_hours import DAYS, Week, in_words, osm, said, tidy, week_of

MORNING_AND_AFTERNOON = "Mo-Fr 08:30-12:00,14:00-18:00"


@pytest.mark.parametrize(
    "written",
    [
        "lundi au vendredi 8h30-12h, 14h-18h",
        "Du lundi au vendredi, de 8h30 à 12h et de 14h à 18h.",
        "lun-ven 8:30-12:00 / 14:00-18:00",
        "LUNDI À VENDREDI : 8H30 – 12H00 ET 14H00 – 18H00",
        "lun. mar. mer. jeu. ven. 8h30-12 14-18h",
        "8h30-12h, 14h-18h du lundi au vendredi",
        "en semaine, entre 8 h 30 et midi et entre 14 h et 18 h",
        "jours ouvrés 8.30-12.00, 14.00-18.00",
        "le matin de 8h30 à 12h, l'après-midi de 14h à 18h, du lundi au vendredi",
        "lundi au vendredi 8h30-18h, fermé entre 12h et 14h",
        "lundi au samedi 8h30-12h/14h-18h, fermé le samedi",
        "tous les jours sauf samedi et dimanche, 8h30-12h, 14h-18h",
        "tous les jours 8h30-12h 14h-18h (sauf le week-end)",
        "Lundi : 8h30-12h, 14h-18h\nMardi : 8h30-12h, 14h-18h\nMercredi : 8h30-12h, 14h-18h\n"
        "Jeudi : 8h30-12h, 14h-18h\nVendredi : 8h30-12h, 14h-18h\nSamedi : fermé\nDimanche : fermé",
        "Monday to Friday 8:30am-12pm, 2pm to 6pm",
        "Mon–Fri 8:30 – noon and 14:00 until 18:00, closed at weekends",
        MORNING_AND_AFTERNOON,
    ],
)
def test_one_week_is_written_in_many_ways(written: str) -> None:
    assert read(written) == MORNING_AND_AFTERNOON


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("du lundi au jeudi de 9h à 12h et de 13h30 à 17h, vendredi 9h-12h",
         "Mo-Th 09:00-12:00,13:30-17:00; Fr 09:00-12:00"),
        ("lundi au vendredi 9h-17h sauf mercredi", "Mo,Tu,Th,Fr 09:00-17:00"),
        ("lundi au vendredi 9h-12h 14h-17h, sauf le mercredi après-midi",
         "Mo,Tu,Th,Fr 09:00-12:00,14:00-17:00; We 09:00-12:00"),
        ("lundi au vendredi 9h-12h30, 13h30-17h, fermé le mercredi après-midi",
         "Mo,Tu,Th,Fr 09:00-12:30,13:30-17:00; We 09:00-12:30"),
        ("lundi au vendredi 9h-11h30, 11h45-17h, fermé le mercredi matin",
         "Mo,Tu,Th,Fr 09:00-11:30,11:45-17:00; We 11:45-17:00"),
        ("lundi au vendredi 9h-12h, et l'après-midi les lundis et jeudis 14h-18h",
         "Mo,Th 09:00-12:00,14:00-18:00; Tu,We,Fr 09:00-12:00"),
        ("lundi 9h-12h et 14h-18h; mardi et jeudi : 9h-12h / 14h-17h; mercredi fermé",
         "Mo 09:00-12:00,14:00-18:00; Tu,Th 09:00-12:00,14:00-17:00"),
        ("lundi au vendredi 9h-17h, fermé les jours fériés", "Mo-Fr 09:00-17:00; PH off"),
        ("lundi au samedi 9h-12h, dimanche et jours fériés fermé", "Mo-Sa 09:00-12:00; PH off"),
        ("lundi au vendredi 9h-17h, jours fériés 10h-12h", "Mo-Fr 09:00-17:00; PH 10:00-12:00"),
        ("vendredi au lundi 9h-12h", "Mo,Fr,Sa,Su 09:00-12:00"),
        ("lundi 22h-minuit, mardi 0h-2h", "Mo 22:00-24:00; Tu 00:00-02:00"),
        ("24h/24, 7j/7", "Mo-Su 00:00-24:00"),
        ("fermé", "off"),
        ("fermé tous les jours", "off"),
        ("Mo-Fr 08:30-18:00; PH off", "Mo-Fr 08:30-18:00; PH off"),
        ("Jul-Aug Mo-Fr 09:00-12:00", "Jul-Aug Mo-Fr 09:00-12:00"),
    ],
)  # fmt: skip
def test_what_is_written_comes_to_these_hours(written: str, hours: str) -> None:
    assert read(written) == hours


@pytest.mark.parametrize(
    ("written", "why", "what"),
    [
        ("9h-12h, 14h-18h", "no_day", "9h-12h, 14h-18h"),
        ("", "no_day", "9h-12h"),
        ("9h-12h, jours fériés fermé", "no_day", "fermé"),
        ("lundi matin", "no_hours", "lundi"),
        ("du lundi matin au vendredi soir 9h-17h", "no_hours", "lundi"),
        ("lundi au vendredi 9h-17h, samedi", "no_hours", "samedi"),
        ("lundi 9h", "half_span", "9h"),
        ("lundi 9h-12h-14h", "half_span", "-14h"),
        ("lundi 9h-12h 14-18", "half_span", "-18"),
        ("lundi 22h-2h", "backwards", "22h-2h"),
        ("lun-ven 9-5", "backwards", "9-5"),
        ("lundi 25h-26h", "no_time", "25h"),
        ("lundi 13pm-14pm", "no_time", "13pm"),
        ("lundi au vendredi 9h-17h, vendredi 9h-12h", "twice", "Fr"),
        ("samedi fermé, vendredi au dimanche 9h-12h", "twice", "Sa"),
        ("lundi 9h-12h, 11h-14h", "overlap", "11h-14h"),
        ("lundi au vendredi 9h-17h sauf mercredi 9h-12h", "except_hours", "mercredi"),
        ("lundi au vendredi 9h-17h sauf mercredi après-midi", "half_day", "mercredi"),
        ("lundi au vendredi 9h-13h, 13h10-13h30, 14h-17h, fermé le mercredi après-midi", "half_day", "mercredi"),
        ("lundi au vendredi 8h-10h, 10h30-17h, fermé le mercredi après-midi", "half_day", "mercredi"),
        ("sur rendez-vous", "appointment", "sur rendez-vous"),
        ("lundi au vendredi 9h-12h, l'après-midi sur RDV", "appointment", "sur RDV"),
        ("lundi au vendredi toute la journée", "whole_day", "toute la journée"),
        ("fermé le lundi", "never_open", ""),
        ("jours fériés fermé", "never_open", ""),
        ("fermé en août", "season", "août"),
        ("du 3 au 5 décembre 9h-12h", "season", "5 décembre"),
        ("lundi 9h-12h pendant les vacances scolaires", "word", "pendant"),
        ("vacances scolaires 9h-12h", "season", "vacances scolaires"),
        ("le premier samedi du mois 9h-12h", "some_weeks", "premier samedi"),
        ("un samedi sur deux 9h-12h", "some_weeks", "un samedi sur deux"),
        ("semaines paires lundi 9h-12h", "some_weeks", "semaines paires"),
        ("jours ouvrables 9h-12h", "working_days", "jours ouvrables"),
        ("bonjour", "word", "bonjour"),
        ("lundi 9h-12h <script>", "word", "<script>"),
        ("lundi " * 200, "long", ""),
    ],
)
def test_what_may_mean_two_things_is_refused_with_its_reason(written: str, why: str, what: str) -> None:
    with pytest.raises(HoursNotUnderstood) as refused:
        read(written)
    assert (refused.value.why, refused.value.what) == (why, what)
    assert "rien n'a été changé" in refused.value.sentence("fr")
    assert "nothing was changed" in refused.value.sentence("en")


def test_the_hours_of_an_exception_need_no_day() -> None:
    assert read("9h-12h et 14h-16h", days_are_known=True) == "Mo-Su 09:00-12:00,14:00-16:00"
    assert read("09:00-12:00", days_are_known=True) == "09:00-12:00"
    assert read("off", days_are_known=True) == "off"
    assert read("fermé", days_are_known=True) == "off"
    with pytest.raises(HoursNotUnderstood):
        read("sur rendez-vous", days_are_known=True)


def test_each_reason_has_its_sentence_in_each_language() -> None:
    for why, sentences in WHY.items():
        assert len(sentences) == 2, why
        assert len({"{what}" in sentence for sentence in sentences}) == 1, why


def _spans(edges: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    minutes = [5 * edge for edge in sorted({*edges})]
    return tidy(zip(minutes[::2], minutes[1::2], strict=False)) or ()


EDGES = st.integers(0, 288)
a_day = st.one_of(st.just(()), st.tuples(EDGES, EDGES), st.tuples(EDGES, EDGES, EDGES, EDGES)).map(_spans)
weeks = st.builds(
    lambda kinds, days, holidays: Week({d: kinds[n] for d, n in zip(DAYS, days, strict=True) if kinds[n]}, holidays),
    st.tuples(a_day, a_day, a_day),
    st.tuples(*[st.integers(0, 2)] * 7),
    st.none() | a_day,
)


@given(weeks, st.sampled_from(["fr", "en"]))
def test_what_we_say_of_a_week_is_read_as_that_week(week: Week, language: str) -> None:
    written = osm(week)
    words = in_words(week, language)
    assert checked(written) == written
    assert said(written, language) == words
    if week.days:
        assert week_of(written) == week
        assert read(words) == written


def test_what_is_no_plain_week_is_shown_as_it_is_written() -> None:
    assert said("Jul-Aug Mo-Fr 09:00-12:00", "fr") == "Jul-Aug Mo-Fr 09:00-12:00"
    assert said("09:00-12:00", "fr") == "tous les jours 9h-12h"
    assert said("off", "en") == "closed"


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    for known in (True, False):
        with contextlib.suppress(BadHours):
            assert checked(read(typed, days_are_known=known))


@given(st.lists(st.sampled_from([
    "lundi", "au", "mercredi", "samedi", "et", ",", "9h", "-", "12h", "14h-18h", "fermé", "sauf", "matin", "après-midi",
    "tous les jours", "jours fériés", "entre", "midi", "aussi", ";", "8h30-12h", "week-end", "24h/24", "à", ":",
]), max_size=12).map(" ".join))  # fmt: skip
def test_words_in_any_order_are_read_or_refused(typed: str) -> None:
    with contextlib.suppress(BadHours):
        assert checked(read(typed))
