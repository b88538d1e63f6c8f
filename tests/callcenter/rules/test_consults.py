"""What an agent may do about help, from how far it has come."""

import pytest

from callcenter.rules.consults import HelpAct, acts_now


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
