"""Which letter does what at the desk."""

import pytest

from callcenter.rules import shortcuts


def test_each_act_has_a_letter_of_its_own() -> None:
    letters = list(shortcuts.DEFAULT.values())
    assert len(set(letters)) == len(letters)
    assert all(shortcuts.is_letter(letter) for letter in letters)


def test_only_what_was_changed_is_kept() -> None:
    kept = shortcuts.read({"accept": " q ", "refuse": "X"})
    assert kept == {"accept": "Q"}
    assert shortcuts.keys_of(kept) == shortcuts.DEFAULT | {"accept": "Q"}
    assert shortcuts.keys_of(None) == shortcuts.DEFAULT


def test_two_acts_may_change_their_letters() -> None:
    assert shortcuts.read({"accept": "R", "hang_up": "D"}) == {"accept": "R", "hang_up": "D"}


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ({"accept": "R"}, {"accept", "hang_up"}),
        ({"mute": ""}, {"mute"}),
        ({"mute": "1"}, {"mute"}),
        ({"mute": "É"}, {"mute"}),
    ],
)
def test_a_letter_that_is_none_or_serves_twice_is_refused_by_its_act(written: dict[str, str], wrong: set[str]) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        shortcuts.read(written)
    assert set(refused.value.args) == wrong


def test_who_uses_none_has_none_and_keeps_their_letters() -> None:
    kept = shortcuts.read({"accept": "Q"}) | {shortcuts.OFF: ""}
    assert set(shortcuts.keys_of(kept).values()) == {""}
    assert shortcuts.letters_of(kept)["accept"] == "Q"
