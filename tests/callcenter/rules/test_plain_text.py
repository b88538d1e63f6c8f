"""Text is cleaned of what no screen and no sentence can hold, and folded alike here and in the database."""

import sys
import unicodedata

import pytest
from sqlalchemy import text

from callcenter.db import reading
from callcenter.rules.plain_text import cleaned, folded, one_line


def test_what_is_no_text_goes_and_every_end_of_a_line_is_one() -> None:
    assert cleaned("a\x0bb\x85c\u2028d\r\ne\x00\x1b\ud800f") == "a\nb\nc\nd\nef"
    assert one_line(" a\x0b b\t\u00a0c ") == "a b c"
    assert cleaned("Cœur d’été 👍") == "Cœur d’été 👍"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("L’Hay-les-Roses", "l'haÿ les roses"), ("Bœuf", "BOEUF"), ("Lætitia", "laetitia"), ("Æ", "ae"),
        ("Saint‑Étienne", "saint etienne"), (unicodedata.normalize("NFD", "Noël"), "noel"), ("ﬁn", "fin"),
        ("St. Martin", "st martin"), ("a\u00a0b", "a b"),
    ],
)  # fmt: skip
def test_a_search_finds_it_however_it_is_typed(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_the_database_folds_alike(database: object) -> None:
    """Of every letter and mark that French, its neighbours and their keyboards have."""
    written = [
        chr(n) for n in range(1, 0x2100) if (unicodedata.category(chr(n))[0] in "LNPSZ" and n < 0x370) or n > 0x1E00
    ]
    written = [each for each in written if unicodedata.category(each)[0] in "LNPSZM"]
    assert len(written) > 1_000
    assert sys.maxunicode
    with reading() as session:
        theirs = session.execute(
            text("select each, folded('x' || each || 'y') from unnest(cast(:all as text[])) each"), {"all": written}
        )
        differ = [(each, found, folded(f"x{each}y")) for each, found in theirs if found != folded(f"x{each}y")]
    assert not differ
