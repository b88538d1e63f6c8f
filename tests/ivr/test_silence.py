"""The dialogue of those who hear badly, and of those who say nothing more."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.callback_questions import offered, refused
from ivr.caller_answers import Heard, Reached
from ivr.dialogue import answer, ask
from ivr.steps import ENDS, FAREWELL, FEW, NOT_OPEN, OFFERS, PROMISE, QUEUE, ROUNDS, SOONEST, TOLD_AGAIN, UNANSWERED
from tests.ivr.test_dialogue import CODES, MENU, SINGLE, after


def test_who_hears_badly_is_spoken_to_slowly_and_is_no_relay() -> None:
    step, heard = after("8")
    assert (step, heard) == ("postal", Heard(hard_of_hearing=True))
    asked = ask(step, heard, MENU, "/voice/heard")
    assert all(said.slow for said in asked.say)
    assert "tapez encore 8" in " ".join(map(str, asked.say))
    assert asked.timeout > ask("postal", Heard(), MENU, "/voice/heard").timeout
    assert after("8", "", "", "") == (QUEUE, Heard(hard_of_hearing=True))
    assert after("8", "46000", "1", "3") == (QUEUE, Heard(department="46", topic="impots", hard_of_hearing=True))


def test_who_hears_badly_is_told_three_choices_at_a_time() -> None:
    """On silence or 9 the next few; a key of any of them counts at any time; after the last come the first again."""
    at = after("8", "46000", "1")
    whole = len(MENU.level("")) + 1
    heard: list[str] = []
    for page in range((whole + FEW - 1) // FEW):
        said = [str(each) for each in ask(*at, MENU, "").say]
        choices = [each for each in said if "tapez" in each and "étoile" not in each and "la suite" not in each]
        assert len(choices) <= FEW
        assert any("la suite" in each for each in said) == (len(heard) + len(choices) < whole)
        heard += choices
        assert answer(*at, "3", MENU) == (QUEUE, Heard(department="46", topic="impots", hard_of_hearing=True))
        at = answer(*at, "" if page % 2 else "9", MENU)
        assert at[1].tries == (1 if len(heard) == whole else 0)
    assert len(set(heard)) == whole
    assert (at[0], at[1].page) == ("topic", 0)
    slots = offered(Heard(hard_of_hearing=True), anonymous=False, slots=("s", "20261124m", "20261124a", "20261125m"))
    read = " ".join(map(str, ask("slot", slots, MENU, "").say))
    assert "tapez 3. Pour entendre la suite" in read
    assert "tapez 4" not in read
    assert "tapez 4" in " ".join(map(str, ask(*answer("slot", slots, "9", MENU), MENU, "").say))


@given(st.lists(st.sampled_from(SINGLE + CODES), max_size=12), st.integers(0, 3), st.sampled_from(sorted(OFFERS)))
@settings(max_examples=150, deadline=None)
def test_silence_after_one_understood_answer_never_ends_in_a_farewell(keys: list[str], more: int, why: str) -> None:
    """From wherever they are, and from the offer that the line's end may put to them."""
    at: Reached = ("welcome", Heard(silent=True))
    for pressed in keys:
        if at[0] in ENDS:
            at = why, offered(at[1], anonymous=more == 3, slots=("s", "20261124m")[: more % 3])
        at = answer(*at, pressed, MENU)
    said_no, silent = at[0] == FAREWELL, at[1].silent
    for _ in range(200):
        if at[0] in ENDS:
            break
        at = answer(*at, "", MENU)
    assert at[0] in ENDS - {NOT_OPEN}
    assert (at[0] == FAREWELL) == said_no
    assert at[1].silent == silent
    if at[0] == UNANSWERED:
        assert at[1].slot != SOONEST


def falls_silent(at: Reached) -> Reached:
    while at[0] not in ENDS:
        at = answer(*at, "", MENU)
    return at


@pytest.mark.parametrize("why", sorted(OFFERS - {"wish"}))
@pytest.mark.parametrize("keys", [(), ("1",), ("2",), ("2", "05"), ("2", "00")])
def test_the_first_half_day_offered_holds_wherever_they_fall_silent(why: str, keys: tuple[str, ...]) -> None:
    """Nobody knows when a suspended queue takes calls again: nothing soon is promised by anybody's silence."""
    offer = offered(Heard(department="46"), anonymous=False, slots=("20261124m", "20261124a"))
    end, known = falls_silent(after(*keys, step=why, heard=offer))
    assert end == (PROMISE if keys else UNANSWERED)
    assert known.slot == "20261124m"
    assert after("1", "2", step=why, heard=offer)[1].slot == "20261124a"
    soon = offered(Heard(department="46"), anonymous=False, slots=(SOONEST, "20261124m"))
    assert falls_silent(after(*keys, step=why, heard=soon))[1].slot == ""
    last_time = offer._replace(rounds=ROUNDS)  # every number that they typed was refused
    assert (refused(last_time)[0], refused(last_time)[1].slot) == (PROMISE, "20261124m")


def test_silence_after_the_sites_of_a_department_that_is_not_open_ends_with_them() -> None:
    """Never in a bare farewell, and never in a promise, which nobody who asks is made there."""
    sites = Heard(department="978", place="sealed", takes_texts=True)
    assert after("", "", "", step="sites", heard=sites) == (TOLD_AGAIN, Heard(department="978", place="sealed"))


def test_what_means_nothing_is_no_understood_answer() -> None:
    def silent(*keys: str) -> bool:
        return after(*keys, heard=Heard(silent=True))[1].silent

    assert all(silent(*keys) for keys in ([""], ["", "", ""], ["7"], ["#"], ["?"], ["99999", ""], ["12", "?"]))
    assert not any(silent(*keys) for keys in (["46000"], ["8"], ["9"], ["0"], ["*"], ["7", "", "46000#"]))
    offer = offered(Heard(silent=True), anonymous=False)
    assert after("", "", "", step="closed", heard=offer) == (UNANSWERED, offer._replace(slots=()))
    assert not after("0", "", "", step="closed", heard=offer)[1].silent  # they want a person
