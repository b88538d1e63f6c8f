"""Whoever is in a room with nobody who serves them is seen to be alone, from the first look until somebody comes."""

from typing import Any

import pytest

from callcenter.records.identifiers import new_id
from ivr.drill.alone import Loneliness

CITIZEN, AGENT, SUPERVISOR = "+33199000001", "+33565000101", "+33565000200"
PARTNER = "+33565009900"


def room(*others: tuple[str, str], hold: bool = False) -> list[dict[str, Any]]:
    here = [{"sid": "CAcitizen", "number": CITIZEN, "label": "citizen", "hold": hold}]
    return [{"participants": [*here, *({"sid": number, "number": number, "label": label} for number, label in others)]}]


@pytest.mark.parametrize("hold", [True, False])
def test_seconds_alone_are_counted_until_somebody_serves(hold: bool, database: object) -> None:
    seen = Loneliness("")
    for at, rooms in (
        (0.0, room((AGENT, "a leg"), hold=hold)),
        (1.0, room(hold=hold)),
        (9.0, room((SUPERVISOR, "monitor-leg"), hold=hold)),
        (12.5, room(hold=hold)),
        (13.0, room((AGENT, "a leg"), hold=hold)),
        (14.0, room(hold=hold)),
        (15.0, []),
    ):
        seen.look(rooms, at)
    assert seen.alone == {"CAcitizen": 11.5}
    assert seen.losses(10)["callers alone for more than 10 s"] == ["CAcitizen: 11.5 s"]
    assert seen.losses(12)["callers alone for more than 12 s"] == []


def test_a_partners_telephone_to_which_nobody_handed_over_is_nobody(database: object) -> None:
    seen, leg_id = Loneliness(""), new_id()
    for at in (0.0, 11.0):
        seen.look(room((PARTNER, f"helper-{leg_id}")), at)
    assert seen.with_partner == {leg_id: 11.0}
    assert seen.losses(10)["callers left with a partner's telephone, not handed over"] == [f"{leg_id}: 11.0 s"]
    assert seen.losses(12)["callers left with a partner's telephone, not handed over"] == []


def test_time_with_a_partners_person_is_none_alone_when_they_leave(database: object) -> None:
    seen, leg_id = Loneliness(""), new_id()
    for at, rooms in (
        (0.0, room((PARTNER, f"helper-{leg_id}"))),
        (60.0, room((PARTNER, f"helper-{leg_id}"))),
        (61.0, room()),
        (62.0, room()),
        (63.0, []),
    ):
        seen.look(rooms, at)
    assert (seen.with_partner, seen.alone) == ({leg_id: 60.0}, {"CAcitizen": 1.0})
