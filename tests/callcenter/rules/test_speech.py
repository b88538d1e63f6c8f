"""What is said is understood when it is plain, and asked again when it is not."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.rules import speech
from callcenter.rules.territory import departments
from tests.bench.bench_topics import SENTENCES

ONES = "zéro un deux trois quatre cinq six sept huit neuf".split()  # noqa: SIM905
TEENS = "dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf".split()  # noqa: SIM905
TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante", 7: "soixante", 8: "quatre-vingt"}


def below_hundred(n: int) -> str:
    """A number as it is said in France."""
    if n < 10:
        return ONES[n]
    if n < 20:
        return TEENS[n - 10]
    tens, unit = divmod(n, 10)
    if tens in (7, 9):
        joined = " et " if n == 71 else "-"
        return TENS[tens - 1] + joined + TEENS[unit]
    if unit == 1 and tens != 8:
        return f"{TENS[tens]} et un"
    return TENS[tens] + (f"-{ONES[unit]}" if unit else "s" if tens == 8 else "")


def below_thousand(n: int) -> str:
    hundreds, rest = divmod(n, 100)
    if not hundreds:
        return below_hundred(n)
    said = "cent" if hundreds == 1 else f"{ONES[hundreds]} cents"
    return f"{said} {below_hundred(rest)}" if rest else said


@given(st.integers(0, 99_999))
def test_any_code_figure_by_figure(code: int) -> None:
    figures = f"{code:05}"
    assert speech.postal_code(" ".join(ONES[int(figure)] for figure in figures)) == figures
    assert speech.postal_code(" ".join(figures)) == figures
    assert speech.postal_code(f"c'est le {figures[:2]} {figures[2:]}") == figures


@given(st.integers(10_000, 99_999))
def test_any_code_as_a_number_is_that_code(code: int) -> None:
    thousands, rest = divmod(code, 1000)
    said = f"{below_hundred(thousands)} mille" + (f" {below_thousand(rest)}" if rest else "")
    assert speech.postal_code(said) == str(code)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("quarante-six mille", "46000"),
        ("Quatre six zéro zéro zéro.", "46000"),
        ("soixante-quinze zéro treize", "75013"),
        ("soixante-quinze mille treize", "75013"),
        ("mon code postal c'est le quatre-vingt-dix-sept quatre cents", "97400"),
        ("97 4 00", "97400"),
        ("46 mille", "46000"),
        ("zéro six mille cent", "06100"),
        ("j'habite à Cahors, 46000", "46000"),
        ("four six zero zero zero", "46000"),
        ("quatre-vingt-un cent", "81100"),
        ("quatre vingt un cent", None),  # 81 100, or 80 100: asked again
        ("quarante-six triple zéro", "46000"),
        ("Paris soixante-quinze zéro onze", "75011"),
        ("mon numéro c'est le zéro cinq soixante-cinq", None),
        ("quarante-six", None),
        ("j'habite à Cahors", None),
        ("quatre six zéro zéro zéro zéro", None),
        ("46000 ou 46100", None),
        ("", None),
    ],
)
def test_postal_codes_as_they_are_said(said: str, code: str | None) -> None:
    assert speech.postal_code(said) == code
    assert code is None or departments(code)


@given(st.text(max_size=60))
def test_nothing_that_is_said_is_an_error(said: str) -> None:
    code = speech.postal_code(said)
    assert code is None or (len(code) == 5 and code.isdigit())
    assert speech.choice(said) in (None, *"0123456789")
    assert not (speech.is_yes(said) and speech.is_no(said))


@pytest.mark.parametrize("said", ["oui", "Oui, c'est ça.", "tout à fait exact", "yes", "c'est ça"])
def test_a_yes(said: str) -> None:
    assert speech.is_yes(said)


@pytest.mark.parametrize("said", ["non", "ce n'est pas ça", "non pas du tout", "no"])
def test_a_no(said: str) -> None:
    assert speech.is_no(said)
    assert not speech.is_yes(said)


def test_postal_codes_as_many_people_say_them() -> None:
    """Our own list, of which a few leave two readings and are asked again."""
    with (SENTENCES / "postal_codes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) > 100
    for row in rows:
        assert speech.postal_code(row["sentence"]) == (row["code"] or None), row["sentence"]


@given(st.integers(0, 99_999), st.sampled_from(["Cahors", "je suis à", "euh", "bonjour madame", "chez nous"]))
def test_a_word_before_or_after_the_figures_changes_nothing(code: int, word: str) -> None:
    figures = f"{code:05}"
    assert speech.postal_code(f"{word} {' '.join(figures)} {word}") == figures


@given(st.integers(0, 99_999), st.integers(0, 99_999))
def test_two_codes_are_asked_again(one: int, other: int) -> None:
    said = f"{' '.join(f'{one:05}')} ou {' '.join(f'{other:05}')}"
    assert speech.postal_code(said) == (f"{one:05}" if one == other else None)
