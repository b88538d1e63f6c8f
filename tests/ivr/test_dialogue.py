"""The dialogue without a telephone: every key, every silence and every nonsense leads to a known place."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.rules.menu import Menu, Topic
from callcenter.rules.packaged_menu import packaged_menu
from ivr.callback_questions import kept, offered, refused, typed_is_agreed
from ivr.caller_answers import Heard, Reached, written
from ivr.dialogue import PATIENCE, PATIENCE_OF_RELAYS, QUESTIONS, answer, ask, place_of
from ivr.steps import (
    BY_TEXT,
    CANCEL,
    DRAFT,
    DRAFT_OTHER,
    ENDS,
    FAREWELL,
    KEEP,
    NOT_OPEN,
    PROMISE,
    PROMISE_TYPED,
    QUEUE,
    REPEATS,
    TOLD_AGAIN,
    TWO_NUMBERS,
    UNANSWERED,
)

MENU = packaged_menu()
ROLLOUT = Menu(MENU.topics.values(), not_open=frozenset({"978"}))
SINGLE = ["", *"0123456789*#", "A"]
CODES = [
    "46000",
    "46000#",
    "01200",
    "20300",
    "98000",
    "98799",
    "97100",
    "00000",
    "99999",
    "4600",
    "4*",
    "9#",
    "8#",
    "46*00",
]
PROMISED = Heard(reopens="2026-12-01T08:30", until="2026-12-01T13:00")
LONGEST = 300  # questions a caller may hear when they do everything that makes a dialogue long


def after(*keys: str, step: str = "welcome", heard: Heard | None = None) -> Reached:
    """Where these keys lead, one question after the other."""
    at = step, heard or Heard()
    for pressed in keys:
        at = answer(*at, pressed, MENU)
    return at


def _nothing(_heard: Heard) -> tuple[Reached, ...]:
    return ()


@cache
def places() -> dict[Reached, tuple[Reached, ...]]:
    """Every place the keys can lead to from the welcome, with all that follow it."""
    known: dict[Reached, tuple[Reached, ...]] = {}
    beginnings = [("welcome", Heard()), ("welcome", Heard(hint=("971", "977", "978")))]
    beginnings += [
        (why, offered(Heard(), anonymous=a))
        for why in ("closed", "suspended", "nobody", "full", "shared", "too_long", "wish")
        for a in (True, False)
    ]
    beginnings += [("open", PROMISED), ("open", PROMISED._replace(today="2026-11-30"))]
    beginnings += [
        (why, offered(Heard(), anonymous=a, slots=("s", "20261124m")))
        for why in ("closed", "suspended", "nobody", "full", "shared", "too_long")
        for a in (True, False)
    ]
    beginnings += [
        (step, offered(Heard(), anonymous=a, plan="988")) for step in ("number", TWO_NUMBERS) for a in (True, False)
    ]
    beginnings += [("read_back", offered(Heard(), anonymous=a)) for a in (True, False)]
    new = beginnings
    while new:
        place = new.pop()
        if place in known:
            continue
        if place[0] in ENDS:
            asked_again: dict[str, Callable[[Heard], tuple[Reached, ...]]] = {
                DRAFT: lambda heard: (refused(heard), ("read_back", heard), (TWO_NUMBERS, heard)),
                DRAFT_OTHER: lambda heard: (refused(heard), typed_is_agreed(heard)),
                NOT_OPEN: lambda heard: (("sites", heard._replace(takes_texts=True)),),
                BY_TEXT: lambda heard: (("sites", heard),),
            }
            follow: tuple[Reached, ...] = asked_again.get(place[0], _nothing)(place[1])
        else:
            keys = (
                SINGLE if QUESTIONS[place[0]].digits == 1 else SINGLE + CODES + ["0565051234", "0000000000", "261234#"]
            )
            follow = tuple({answer(*place, pressed, ROLLOUT) for pressed in keys})
        known[place] = follow
        new.extend(follow)
    return known


def test_every_key_leads_to_a_question_or_a_known_end() -> None:
    steps = {step for step, _ in places()}
    assert steps == QUESTIONS.keys() | ENDS


def test_no_caller_goes_round_for_ever() -> None:
    known = places()
    longest: dict[Reached, int] = {}
    road: list[tuple[Reached, Iterator[Reached]]] = []
    for beginning in known:
        if beginning in longest:
            continue
        road.append((beginning, iter(known[beginning])))
        on_road = {beginning}
        while road:
            place, follow = road[-1]
            following = next((f for f in follow if f not in longest), None)
            if following is None:
                longest[place] = 1 + max((longest[f] for f in known[place]), default=0)
                on_road.discard(place)
                road.pop()
                continue
            assert following not in on_road, f"{following} comes back to itself"
            on_road.add(following)
            road.append((following, iter(known[following])))
    assert max(longest.values()) <= LONGEST


def test_a_department_that_is_not_open_yet_tells_its_sites_at_once() -> None:
    told = (NOT_OPEN, Heard(department="978"))
    assert answer("welcome", Heard(), "97150", ROLLOUT) == told
    assert answer("welcome", Heard(hint=("971", "977", "978")), "3", ROLLOUT) == told
    assert answer("which", Heard(among=("971", "978")), "2", ROLLOUT) == told
    assert [after(key, step="sites", heard=told[1])[0] for key in "12"] == [NOT_OPEN, "postal"]
    assert after("", "", "", step="sites", heard=told[1])[0] == TOLD_AGAIN
    assert after("3", step="sites", heard=told[1])[0] == "sites"
    assert after("3", step="sites", heard=told[1]._replace(takes_texts=True)) == (BY_TEXT, told[1])


def test_a_department_hears_its_own_topics_and_messages() -> None:
    local = Menu([*MENU.topics.values(), Topic("14", "adil", {"fr": "l'ADIL", "en": "the ADIL"})])
    menu = Menu(MENU.topics.values(), {"46": local}, {"N": {"fr": "Grève."}, "R76": {"fr": "Crue.", "en": "Flood."}})
    own = answer("topic", Heard(department="46", group="1"), "4", menu)
    assert own == (QUEUE, Heard(department="46", topic="adil"))
    assert answer("topic", Heard(department="12", group="1"), "4", menu) == (QUEUE, Heard(department="12"))
    assert str(ask("welcome", Heard(language="en"), menu, "/").say[0]) == "Grève."
    assert str(ask("topic", Heard(department="46", language="en"), menu, "/").say[0]) == "Flood."
    assert "Crue" not in str(ask("topic", Heard(department="75"), menu, "/").say[0])


@given(st.lists(st.sampled_from(SINGLE + CODES), min_size=1, max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_keys_end_with_a_person(keys: list[str]) -> None:
    at: Reached = ("welcome", Heard())
    for n in range(LONGEST):
        at = answer(*at, keys[n % len(keys)], MENU)
        if at[0] in ENDS:
            break
    assert at[0] == QUEUE


def test_every_question_can_be_asked_in_its_language_and_address() -> None:
    for step, heard in places():
        if step in QUESTIONS:
            turn = ask(step, heard, MENU, "/voice/heard", number="0565051234")
            assert turn.say, step
            assert place_of(turn.action.partition("?")[2]) == (step, heard)
            assert "0565051234" not in turn.action


@given(st.from_regex(r"\d{5}", fullmatch=True))
def test_a_postal_code_never_rides_in_an_address(code: str) -> None:
    step, heard = after(code)
    assert code not in written(step, heard)


def test_mme_durand_is_led_to_the_tax_queue_of_her_department() -> None:
    assert after("46000") == ("confirm", Heard(department="46"))
    assert after("46000", "1", "3") == (QUEUE, Heard(department="46", topic="impots"))
    assert after("46000", "1", "2", "3") == (QUEUE, Heard(department="46", topic="retraite"))


def test_a_code_across_two_departments_is_asked_about() -> None:
    assert after("01200") == ("which", Heard(among=("01", "74")))
    assert after("01200", "2")[1].department == "74"
    assert after("01200", "3")[0] == "postal"


def test_silence_is_three_tries_then_a_person() -> None:
    assert after(*[""] * (PATIENCE - 1))[0] == "welcome"
    assert after(*[""] * PATIENCE) == (QUEUE, Heard())


def test_a_relay_operator_has_more_time() -> None:
    assert after("8", "8") == after("88") == ("postal", Heard(relay=True))
    assert after("88", *[""] * (PATIENCE_OF_RELAYS - 1))[0] == "postal"
    assert after("88", *[""] * PATIENCE_OF_RELAYS) == (QUEUE, Heard(relay=True))
    assert ask(*after("88"), MENU, "/voice/heard").timeout > ask(*after("8"), MENU, "/voice/heard").timeout


def test_silence_after_a_postal_code_keeps_the_department() -> None:
    assert after("46000", *[""] * PATIENCE) == (QUEUE, Heard(department="46"))


@pytest.mark.parametrize("step", [step for step, question in QUESTIONS.items() if question.person])
def test_zero_is_a_person_at_any_step(step: str) -> None:
    heard = Heard(department="46", among=("46", "82"))
    assert answer(step, heard, "0", MENU) == (QUEUE, Heard(department="46"))


@pytest.mark.parametrize("step", [step for step, question in QUESTIONS.items() if question.repeats])
def test_star_says_the_same_again(step: str) -> None:
    heard = PROMISED._replace(department="46", among=("46", "82"))
    following, known = answer(step, heard, "*", MENU)
    assert (following, known._replace(repeats=0)) == (step, heard)
    assert ask(step, known, MENU, "").say == ask(step, heard, MENU, "").say


@pytest.mark.parametrize("step", [step for step, question in QUESTIONS.items() if question.digits == 1])
def test_a_lone_hash_asks_again_five_times_and_then_is_silence(step: str) -> None:
    """It is the end of what was typed at the question before: no try, no answer, and no excuses for it."""
    heard = PROMISED._replace(department="46", among=("46", "82"), slots=("s", "20261124m"))
    at: Reached = (step, heard)
    for _ in range(REPEATS):
        at = answer(*at, "#", MENU)
        assert (at[0], at[1]._replace(repeats=0)) == (step, heard)
    assert ask(*at, MENU, "").say == ask(step, heard, MENU, "").say
    assert answer(*at, "#", MENU) == answer(*at, "", MENU)
    assert answer(step, at[1], "1#", MENU) == answer(step, at[1], "1", MENU)


def test_no_road_agrees_to_a_typed_number_but_the_key_that_says_so() -> None:
    """Silence, nonsense, `#` and rounds that are used up end without the number that was typed."""
    known = places()
    for place, follow in known.items():
        for following, heard in follow:
            if heard.number_is_typed and not place[1].number_is_typed:
                assert place[0] in ("read_back", TWO_NUMBERS, DRAFT_OTHER), place
            if following == PROMISE_TYPED:
                assert heard.number_is_typed
            if following == PROMISE:
                assert not heard.anonymous
                assert not heard.number_is_typed
    for step, heard in known:
        if step in ("read_back", TWO_NUMBERS):
            for keys in SINGLE:
                following, then = answer(step, heard, keys, MENU)
                agreed = following == PROMISE_TYPED or then.number_is_typed
                assert agreed == (keys == "1"), (step, keys)


def test_a_number_of_another_plan_is_typed_where_they_have_one() -> None:
    heard = offered(Heard(department="988"), anonymous=False, plan="988")
    turn = ask("number", heard, MENU, "/voice/heard")
    assert turn.digits > 10
    assert "puis dièse" in str(turn.say[0])
    for keys in ("261234", "0687261234", "00687261234", "261234#"):
        assert after(keys, step="number", heard=heard) == (DRAFT, heard)
    mainland = offered(Heard(department="46"), anonymous=False)
    assert ask("number", mainland, MENU, "/voice/heard").digits == 10
    assert after("261234", step="number", heard=mainland)[0] == "number"
    both = " ".join(map(str, ask(TWO_NUMBERS, heard, MENU, "", number="261234", other="0687261234").say))
    assert "261234, un numéro local, tapez 1" in both
    assert "0687261234, en France hexagonale, tapez 2" in both
    assert after("1", step=TWO_NUMBERS, heard=heard)[0] == PROMISE_TYPED
    assert after("2", step=TWO_NUMBERS, heard=heard)[0] == DRAFT_OTHER
    assert after("3", step=TWO_NUMBERS, heard=heard)[0] == "number"


@pytest.mark.parametrize("digits", ["9" * 5_000, "9" * 10, "-1", "٣", "1e3", "", " "])
def test_no_count_of_an_address_is_out_of_bounds(digits: str) -> None:
    for name in ("n", "p", "b"):
        step, heard = place_of(f"s=topic&d=46&{name}={digits}")
        assert (step, heard) == ("topic", Heard(department="46"))


def test_nine_changes_the_language_and_back() -> None:
    assert after("9") == ("welcome", Heard(language="en", rounds=1))
    assert after("9", "9")[1].language == "fr"
    assert after("9", "46000", "1", "5") == (QUEUE, Heard(language="en", department="46"))


def test_a_hint_is_confirmed_by_one_key() -> None:
    assert after("1", heard=Heard(hint=("974",))) == ("topic", Heard(department="974"))
    assert after("3", heard=Heard(hint=("971", "977", "978"))) == ("topic", Heard(department="978"))
    assert after("46000", "1", heard=Heard(hint=("974",))) == ("topic", Heard(department="46"))
    assert "La Réunion" in str(ask("welcome", Heard(hint=("974",)), MENU, "").say[2])


def test_monaco_and_islands_without_people_are_explained_and_asked_again() -> None:
    assert after("98000")[0] == "elsewhere"
    assert "Monaco" in str(ask(*after("98000"), MENU, "").say[0])
    assert "Clipperton" in str(ask(*after("98799"), MENU, "").say[0])
    assert after("98000", "06000", "1", "5")[1].department == "06"


def test_whoever_does_not_know_goes_to_the_queue_of_other_matters() -> None:
    assert after("46000", "1", "5") == (QUEUE, Heard(department="46"))
    assert after("46000", "1", "1", "4") == (QUEUE, Heard(department="46"))


def test_a_callback_is_promised_to_the_calling_number_or_to_another() -> None:
    heard = offered(Heard(department="46"), anonymous=False)
    assert after("1", step="closed", heard=heard)[0] == PROMISE
    assert after("2", "0612345678", step="closed", heard=heard)[0] == DRAFT
    assert after("1", step="read_back", heard=heard)[0] == PROMISE_TYPED
    assert after("2", step="read_back", heard=heard)[0] == "number"
    assert after("3", step="closed", heard=heard)[0] == FAREWELL


def test_a_half_day_is_chosen_by_key() -> None:
    heard = offered(Heard(department="46"), anonymous=False, slots=("s", "20261124m", "20261124a"))
    assert after("1", "2", step="closed", heard=heard) == (PROMISE, heard._replace(slots=(), slot="20261124m"))
    assert after("1", "1", step="full", heard=heard)[1].slot == "s"
    assert after("1", "", "", "", step="nobody", heard=heard) == (PROMISE, heard._replace(slots=()))
    assert after("1", "3", step="read_back", heard=heard)[0] == PROMISE_TYPED
    said = " ".join(map(str, ask(*after("1", step="closed", heard=heard), MENU, "").say))
    assert "dès que possible, tapez 1" in said
    assert "mardi 24 novembre, le matin, tapez 2" in said
    assert "mardi 24 novembre, l'après-midi, tapez 3" in said


def test_the_calling_number_is_read_back_and_rides_nowhere() -> None:
    turn = ask("wish", offered(Heard(), anonymous=False), MENU, "/voice/heard", number="0565051234")
    assert "0565051234" in str(turn.say[0])
    assert "0565051234" not in turn.action


def test_a_callback_that_is_open_is_kept_or_cancelled_or_waited_past() -> None:
    said = " ".join(map(str, ask("open", PROMISED, MENU, "").say))
    assert "mardi 1er décembre, entre 8 heures 30 et 13 heures" in said
    assert answer("open", PROMISED, "1", MENU) == (KEEP, PROMISED)
    assert answer("open", PROMISED, "2", MENU) == (CANCEL, PROMISED)
    assert "mardi 1er décembre" in str(kept(PROMISED))
    for keys in ("3", ""):
        assert answer("open", PROMISED, keys, MENU) == ("welcome", Heard())


def test_who_asked_for_a_callback_and_types_nothing_is_called_where_they_called_from() -> None:
    heard = offered(Heard(), anonymous=False)
    assert after("2", "", "", "", step="nobody", heard=heard)[0] == PROMISE
    assert after("1", "", "", "", step="nobody", heard=heard._replace(anonymous=True))[0] == UNANSWERED


def test_a_long_wait_goes_on_unless_a_callback_is_asked_for() -> None:
    heard = offered(Heard(), anonymous=False)
    assert after("", "", "", step="too_long", heard=heard)[0] == UNANSWERED  # they wait on where somebody may answer
    assert after("3", step="too_long", heard=heard)[0] == QUEUE


def test_a_promise_that_stands_is_told_by_the_day_it_is() -> None:
    """An address of before that word was known says the whole date."""
    eve = PROMISED._replace(today="2026-11-30")
    assert "rappeler demain, entre" in str(ask("open", eve, MENU, "").say[0])
    assert "rappeler mardi 1er décembre, entre" in str(ask("open", PROMISED, MENU, "").say[0])
    step, known = answer("open", eve, "1", MENU)
    assert step == KEEP
    assert "rappellerons demain, entre" in str(kept(known))
    assert answer("open", eve, "3", MENU) == ("welcome", Heard())


def test_the_reopening_is_said_in_words() -> None:
    closed = offered(Heard(), anonymous=False, reopens="2026-12-01T08:30")
    assert "répondront mardi 1er décembre, à partir de 8 heures 30" in str(ask("closed", closed, MENU, "").say[0])
    assert "be back on Tuesday 1 December, from 8 30 AM on" in str(
        ask("closed", closed._replace(language="en"), MENU, "").say[0]
    )
    eve = closed._replace(today="2026-11-30")
    assert "répondront demain, à partir de 8 heures 30" in str(ask("closed", eve, MENU, "").say[0])
    assert "be back tomorrow, from 8 30 AM on" in str(ask("closed", eve._replace(language="en"), MENU, "").say[0])


def test_there_are_about_twelve_topics_and_five_choices_a_level() -> None:
    codes = [topic.code for topic in MENU.topics.values() if topic.code]
    assert 10 <= len(codes) == len(set(codes)) <= 14
    assert all(len(MENU.level(group)) <= 4 for group in ("", "1", "2", "3", "4"))  # and "je ne sais pas"


@pytest.mark.parametrize(
    "keys",
    [["1", "3"], ["1", "2", "3", "4", "5"], ["11"], [], ["1", "11", "111"], ["2"]],
    ids=lambda keys: "-".join(keys) or "none",
)
def test_a_menu_that_cannot_be_said_is_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match=r"topics|heading"):
        Menu(Topic(k, "", {}) if k in ("1", "11") and len(keys) == 3 else Topic(k, "x", {}) for k in keys)
