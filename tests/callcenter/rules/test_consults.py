"""What an agent may do about help, from how far it has come."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.rules.consults import HelpAct, acts_now, referent_opening
from callcenter.rules.territory import PARIS


@pytest.mark.parametrize(
    ("state", "kind", "hears", "together", "acts"),
    [
        (None, None, "citizen", False, ["ask"]),
        ("over", "referent", "citizen", True, ["ask"]),
        ("sought", "queue", "citizen", False, ["cancel"]),
        ("offered", "agent", "citizen", False, ["cancel"]),
        ("rung", "referent", "nobody", False, ["cancel"]),
        ("joined", "referent", "helper", False, ["both", "citizen", "keys", "back"]),
        ("joined", "referent", "both", True, ["helper", "citizen", "keys", "hand_over", "back"]),
        ("joined", "referent", "citizen", True, ["both", "helper", "back"]),
        ("joined", "line", "both", True, ["helper", "citizen", "keys", "hand_over", "back"]),
        ("joined", "agent", "helper", False, ["both", "citizen", "hand_over", "back"]),
        ("joined", "queue", "nobody", False, ["both", "helper", "citizen", "hand_over", "back"]),
        ("handed", "referent", "both", True, []),
    ],
)
def test_only_what_makes_sense_now_is_offered(
    state: str | None, kind: str | None, hears: str, together: bool, acts: list[str]
) -> None:
    assert acts_now(state, kind, hears, together=together) == tuple(HelpAct(act) for act in acts)


def test_nobody_is_left_with_a_partner_before_all_three_have_spoken() -> None:
    before = acts_now("joined", "referent", "both", together=False)
    assert HelpAct.HAND_OVER not in before


def test_a_desk_is_judged_by_hours_in_either_way_of_writing_and_not_at_all_by_what_says_nothing() -> None:
    thursday = datetime(2026, 12, 3, 10, tzinfo=ZoneInfo(PARIS))
    for hours in ("Mo-Fr 08:30-12:00,14:00-18:00", "lundi au vendredi 8h30-12h, 14h-18h"):
        opening = referent_opening(hours, "46", thursday)
        assert opening is not None
        assert opening.is_open
        assert opening.closes_at == thursday.replace(hour=12)
    assert referent_opening("", "46", thursday) is None
    assert referent_opening("appelez avant de venir", "46", thursday) is None
