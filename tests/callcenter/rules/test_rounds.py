"""When the bus comes next, in words that can be read out."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.rules import rounds
from callcenter.rules.opening_hours import OFF, DatedException, Overrides
from callcenter.rules.rounds import Bus, NotRounds, Stop
from tests.support.data import real

AIGRE = Stop("Bus", "Aigre", "Mairie", "16140", "16", "", "Tu 09:00-12:00; PH off", "all")
PARIS = ZoneInfo("Europe/Paris")
NO_OVERRIDES: Overrides = {}


def said(
    stop: Stop,
    local: str,
    language: str = "fr",
    overrides: Overrides = NO_OVERRIDES,
    exceptions: Sequence[DatedException] = (),
) -> str | None:
    now = datetime.fromisoformat(local).replace(tzinfo=PARIS)
    following = rounds.next_pass(rounds.first_passes(stop, now.date(), overrides, exceptions), now)
    return rounds.sentence(stop, language, now.date(), following) if following else None


def test_the_bus_comes_on_tuesday() -> None:
    assert said(AIGRE, "2026-11-21T10:00") == "Le bus passe mardi à Aigre, de 9 h à 12 h."
    assert said(AIGRE, "2026-11-24T11:59") == "Le bus passe aujourd'hui à Aigre, de 9 h à 12 h."
    assert said(AIGRE, "2026-11-24T12:00") == "Le bus passe le mardi 1er décembre à Aigre, de 9 h à 12 h."
    assert said(AIGRE, "2026-11-21T10:00", "en") == "The bus stops in Aigre on Tuesday, from 9 AM to noon."


@pytest.mark.parametrize(("weeks", "day"), [("odd", "1er décembre"), ("even", None)])
def test_odd_and_even_weeks_are_the_calendars(weeks: str, day: str | None) -> None:
    stop = Stop("Bus", "Le Mans", "", "72000", "72", "", "Tu 09:00-12:00", weeks)
    when = f"le mardi {day}" if day else "mardi"
    assert said(stop, "2026-11-21T10:00") == f"Le bus passe {when} au Mans, de 9 h à 12 h."


def test_the_bus_does_not_come_on_a_holiday() -> None:
    friday = Stop("Bus", "Aigre", "", "16140", "16", "", "Fr 09:00-12:00", "all")
    assert said(friday, "2026-12-22T10:00") == "Le bus passe le vendredi 8 janvier à Aigre, de 9 h à 12 h."


def test_an_override_wins_over_the_calendar_for_a_bus_too() -> None:
    tuesday = date(2026, 11, 24)
    for declared in ({("16", tuesday): True}, {("N", tuesday): True}):
        assert said(AIGRE, "2026-11-21T10:00", overrides=declared) == (
            "Le bus passe le mardi 1er décembre à Aigre, de 9 h à 12 h."
        )
    spared = {("16", tuesday): False, ("N", tuesday): True}
    assert said(AIGRE, "2026-11-21T10:00", overrides=spared) == said(AIGRE, "2026-11-21T10:00")
    friday = Stop("Bus", "Aigre", "", "16140", "16", "", "Fr 09:00-12:00", "all")
    worked = {("16", date(2026, 12, 25)): False}
    assert said(friday, "2026-12-22T10:00", overrides=worked) == "Le bus passe vendredi à Aigre, de 9 h à 12 h."


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        (OFF, "Le bus passe le mardi 1er décembre à Aigre, de 9 h à 12 h."),
        ("10:30-15:00", "Le bus passe mardi à Aigre, de 10 h 30 à 12 h."),
    ],
)
def test_the_bus_does_not_come_where_an_exception_stops_it(hours: str, sentence: str) -> None:
    training = DatedException("S7", date(2026, 11, 23), date(2026, 11, 25), hours, "training")
    assert said(AIGRE, "2026-11-21T10:00", exceptions=[training]) == sentence


@pytest.mark.parametrize(
    ("buses", "whose"),
    [
        ([], None),
        ([Bus(7, "16", "+33500000007")], 7),  # the only one there, whatever its number
        ([Bus(7, "17", "")], None),
        ([Bus(7, "16", "+33500000007"), Bus(8, "16", "+33500000008")], None),
        ([Bus(7, "16", "+33500000007"), Bus(8, "16", "+33630392518")], 8),
        ([Bus(7, "16", "+33630392518"), Bus(8, "16", "+33630392518")], None),  # a number is not a key
    ],
)
def test_a_stop_is_of_the_bus_with_its_number_or_of_the_only_one(buses: list[Bus], whose: int | None) -> None:
    stop = Stop("Emmaüs", "Aigre", "Mairie", "16140", "16", "+33630392518", "Tu 09:00-12:00", "all")
    assert rounds.bus_of(stop, buses) == whose


def test_the_real_file_of_charente_is_read_whole() -> None:
    stops, doubts = rounds.read(real("bus-france-services-charente.json").read_bytes())
    assert (len(stops), doubts) == (12, [])
    assert {stop.department for stop in stops} == {"16"}
    assert {stop.weeks for stop in stops} == {"odd", "even"}
    assert all(said(stop, "2026-11-21T10:00") for stop in stops)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"[1]", b"\xff", b'[{"commune": "Aigre"}]'])
def test_what_describes_no_rounds_is_refused(content: bytes) -> None:
    with pytest.raises(NotRounds):
        rounds.read(content)


@pytest.mark.parametrize(
    ("told", "weeks"),
    [
        ("Semaine impaire", "odd"), ("semaines paires", "even"), ("Semaines paires et impaires", "all"),
        ("semaines impaires & paires", "all"), ("S. paire / s. impaire", "all"), ("toutes les semaines", "all"),
        ("Tous les mardis sauf semaines paires", "odd"), ("hors semaine impaire", "even"),
        ("", "all"), ("SEMAINES\u00a0IMPAIRES", "odd"),
        ("par la mairie, à Impairville", "all"),
        ("semaines non paires", "odd"), ("Semaine non impaire", "even"), ("une semaine sur deux", None),
        ("tous les 15 jours", None), ("Un mardi sur deux", None), ("1 semaine/2", None), ("bimensuel", None),
        ("une semaine sur deux (paires)", "even"),
    ],
)  # fmt: skip
def test_odd_and_even_weeks_are_every_week_and_one_in_two_must_say_which(told: str, weeks: str | None) -> None:
    assert rounds.weeks_of(told) == weeks


def test_a_stop_whose_hours_nobody_can_read_is_told_nothing_of_and_stops_nobody() -> None:
    assert said(Stop("Bus", "Aigre", "", "16140", "16", "", "quand il pleut", "all"), "2026-11-21T10:00") is None


@pytest.mark.parametrize(
    ("code", "written", "number"),
    [
        ("98800", "26 12 34", "+687261234"),
        ("98714", "87 12 34 56", "+68987123456"),
        ("97500", "41 12 34", "+508411234"),
        ("98600", "72 12 34", "+681721234"),
        ("16140", "05 45 12 34 56", "+33545123456"),
        ("16140", "26 12 34", "26 12 34"),
    ],
)
def test_the_number_of_a_stop_is_read_by_the_plan_of_its_territory(code: str, written: str, number: str) -> None:
    table = f"commune;code_postal;horaires;telephone\nLà;{code};Tu 09:00-12:00;{written}\n"
    stops, doubts = rounds.read(table.encode())
    assert ([stop.phone for stop in stops], doubts) == ([number], [])
