"""Where a postal code lies, against the nation's whole list; what a number hints at."""

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.rules.territory import MONACO, TERRITORIES, departments, hints


def _national_list() -> list[dict[str, str]]:
    path = Path(os.environ.get("DATA_DIR", "../shared/data")) / "codes_postaux_departements.csv"
    if not path.exists():
        pytest.skip(f"the national list of postal codes is not there: {path} (set DATA_DIR)")
    with path.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def test_every_postal_code_of_the_nation_resolves() -> None:
    wrong = {}
    rows = _national_list()
    for row in rows:
        truth = (row["departement_principal"], *row["autres_departements"].split())
        found = departments(row["code_postal"])
        if found != truth:
            wrong[row["code_postal"]] = (found, truth)
    assert not wrong
    assert len(rows) == 6310
    assert sum(len(departments(row["code_postal"])) == 2 for row in rows) == 16


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("46000", ("46",)), ("01200", ("01", "74")), ("94390", ("91",)), ("97133", ("977",)), ("97150", ("978",)),
        ("98799", ("989",)), ("20000", ("2A",)), ("20167", ("2A",)), ("20200", ("2B",)), ("20600", ("2B",)),
        ("20300", ("2A", "2B")), ("97400", ("974",)), ("98400", ("984",)), ("98800", ("988",)),
        ("75700", ("75",)), ("31902", ("31",)), ("97799", ("977",)),
        ("98000", (MONACO,)), ("98020", (MONACO,)),
        ("00000", ()), ("96000", ()), ("99123", ()), ("97900", ()), ("98100", ()),
        ("4600", ()), ("460000", ()), ("", ()), ("46 00", ()), ("4600*", ()), ("４６０００", ()), ("2A000", ()),
    ],
)  # fmt: skip
def test_prefixes_exceptions_cedex_and_nonsense(code: str, found: tuple[str, ...]) -> None:
    assert departments(code) == found


@given(st.text(max_size=8))
def test_anything_typed_gives_known_territories_or_nothing(text: str) -> None:
    assert set(departments(text)) <= TERRITORIES.keys() | {MONACO}


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("+262262123456", ("974",)), ("+262692123456", ("974",)),
        ("+262269123456", ("976",)), ("+262639123456", ("976",)),
        ("+590590123456", ("971", "977", "978")), ("+594594123456", ("973",)), ("+596696123456", ("972",)),
        ("+508412345", ("975",)), ("+687123456", ("988",)), ("+68940123456", ("987",)),
        ("+33269123456", ("976",)), ("+33939912345", ("974",)),
        ("+33565051234", ()), ("+33145678901", ()), ("+33612345678", ()),
        ("+441632960123", ()), ("+2621", ()), ("+", ()),
        ("anonymous", ()), ("client:bob", ()), ("sip:alice@example.org", ()), ("0262123456", ()), ("", ()),
    ],
)  # fmt: skip
def test_only_an_overseas_number_hints_at_where_its_owner_lives(number: str, found: tuple[str, ...]) -> None:
    assert hints(number) == found


def test_a_hundred_and_nine_territories_of_which_two_are_empty() -> None:
    assert len(TERRITORIES) == 109
    assert [code for code, territory in TERRITORIES.items() if not territory.inhabited] == ["984", "989"]
    assert TERRITORIES["46"].spoken == "le Lot"
    assert TERRITORIES["67"].holidays == "6AE"
