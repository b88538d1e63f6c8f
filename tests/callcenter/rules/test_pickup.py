"""A key or a plain yes is a person, whatever the carrier thinks; a greeting is asked no more, a silence once more."""

import pytest

from callcenter.rules.pickup import MOST, MUTE, Then, agrees, then

GREETINGS = [
    "Bonjour, vous êtes bien sur la messagerie. Laissez un message après le signal sonore.",
    "Oui bonjour, vous êtes bien chez les Durand, nous ne sommes pas là pour le moment.",
    "Allô ? Oui ? Je vous ai bien eu, c'est le répondeur.",
    "Oui, laissez un message.",
    "Yes, hi, you have reached the Smiths, please leave a message.",
]


@pytest.mark.parametrize("machine", [None, False, True])
@pytest.mark.parametrize("tries", range(1, MOST + 1))
def test_a_key_or_a_plain_yes_joins_whatever_the_carrier_thinks(machine: bool | None, tries: int) -> None:
    for said in ("Oui.", "oui oui", "Allô oui", "Oui, c'est moi", "Oui, je veux bien", "D'accord", "Yes please"):
        assert then("", said, tries, machine=machine) == Then.JOINS, said
    assert then("1", "", tries, machine=machine) == Then.JOINS


@pytest.mark.parametrize("machine", [None, True])
@pytest.mark.parametrize("greeting", GREETINGS)
def test_a_greeting_is_never_a_yes(greeting: str, machine: bool | None) -> None:
    assert [then("", greeting, tries, machine=machine) for tries in range(1, MOST + 1)].count(Then.JOINS) == 0
    assert then("", greeting, MOST, machine=machine) == Then.ENDS


def test_a_machine_that_speaks_as_one_is_asked_once() -> None:
    assert then("", GREETINGS[0], 1, machine=True) == Then.ENDS


def test_whoever_is_silent_while_the_carrier_takes_them_for_a_machine_is_asked_once_more() -> None:
    assert [then("", "", n, machine=True) for n in (1, MUTE)] == [Then.AGAIN, Then.ENDS]


@pytest.mark.parametrize("said", ["C'est qui ?", "Pardon ?", "Allô ? Allô ?", "Durand à l'appareil", "Who is this?"])
def test_who_answers_something_else_may_be_a_person_and_is_asked_as_often_as_one(said: str) -> None:
    assert [then("", said, n, machine=True) for n in (1, MUTE, MOST)] == [Then.AGAIN, Then.AGAIN, Then.ENDS]


def test_a_wrong_key_is_a_finger_and_no_machine_has_one() -> None:
    assert then("5", "", 1, machine=True) == Then.AGAIN
    assert then("5", "", MOST, machine=True) == Then.ENDS


def test_a_yes_among_other_words_is_asked_again_of_what_may_be_a_machine() -> None:
    assert then("", "Oui, c'est Durand", 1, machine=True) == Then.AGAIN
    assert then("", "Oui, c'est Durand", 1, machine=None) == Then.JOINS
    assert then("", "Non", 1, machine=None) == Then.AGAIN


def test_a_silence_is_asked_again_once_and_a_person_oftener() -> None:
    assert [then("", "", n, machine=None) for n in (1, MUTE)] == [Then.AGAIN, Then.ENDS]
    assert [then("", "", n, machine=False) for n in (MUTE, MOST)] == [Then.AGAIN, Then.ENDS]
    assert [then("", "", n, machine=True, relay=True) for n in (MUTE, MOST)] == [Then.AGAIN, Then.ENDS]


def test_no_is_no_yes() -> None:
    assert not agrees("non")
    assert not agrees("")
    assert not agrees("ce n'est pas moi")
