"""The bus as a caller hears of it, on the loop that speaks to every caller: its calendar is not walked for each one."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from callcenter.actions.config_snapshot import ConfigSnapshot, packaged
from callcenter.rules.opening_hours import LineHours
from callcenter.rules.rounds import HORIZON, Stop
from ivr import spoken_sites

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=PARIS)


class Declared(dict[tuple[str, date], bool]):
    """No day is declared a holiday; it counts who asks."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = Counter[object]()

    def __contains__(self, key: object) -> bool:
        self.asked[key] += 1
        return False


def test_a_bus_is_looked_for_once_a_day_and_not_for_each_caller() -> None:
    declared = Declared()
    declared["46", date(2027, 7, 14)] = True  # not empty
    gone = Stop("Bus", "Figeac", "", "46100", "46", "", "2026 Oct 12 09:00-12:00", "all")
    weekly = Stop("Bus", "Cajarc", "", "46160", "46", "", "Tu 09:00-12:00", "all")
    stands = _standing(declared, gone, weekly)
    assert _hears(stands, TUESDAY) == ["Le bus passe aujourd'hui à Cajarc, de 9 h à 12 h."]
    assert declared.asked["46", TUESDAY.date()] == 2  # once for each stop, though one of them is told
    assert len(declared.asked) == 2 * HORIZON  # in the department and in the nation
    before = declared.asked.total()
    assert _hears(stands, TUESDAY.replace(hour=12)) == ["Le bus passe le mardi 1er décembre à Cajarc, de 9 h à 12 h."]
    assert declared.asked.total() == before
    assert _hears(stands, TUESDAY.replace(day=25)) == ["Le bus passe mardi à Cajarc, de 9 h à 12 h."]


def test_the_two_that_come_next_are_told() -> None:
    stops = [
        Stop("Bus", town, "", "46160", "46", "", f"{day} 09:00-12:00", "all")
        for town, day in (("Cajarc", "Mo"), ("Gréalou", "Th"), ("Larnagol", "We"))
    ]
    assert _hears(_standing(Declared(), *stops), TUESDAY) == [
        "Le bus passe mercredi à Larnagol, de 9 h à 12 h.",
        "Le bus passe jeudi à Gréalou, de 9 h à 12 h.",
    ]


def _standing(declared: Declared, *stops: Stop) -> ConfigSnapshot:
    hours = LineHours(datetime.min.time(), datetime.max.time(), overrides=declared)
    return replace(packaged(), hours=hours, rollout={"46": "closed"}, rounds=stops)


def _hears(stands: ConfigSnapshot, at: datetime) -> list[str]:
    return spoken_sites.written(stands, "46", "46999", "fr", at).splitlines()[1:]
