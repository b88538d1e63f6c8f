"""What a wrap-up may record, and what it must not keep."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.rules.outcomes import masked, refusals
from callcenter.rules.states import Outcome


def test_an_orientation_needs_a_coded_reason_and_is_never_settled() -> None:
    assert refusals(Outcome.ORIENTATION, True, None, False) == [
        "orientation_needs_reason",
        "orientation_is_not_settled",
    ]
    assert refusals(Outcome.ORIENTATION, False, "must_come", False) == []


def test_sending_somebody_to_the_website_needs_their_access_to_have_been_checked() -> None:
    assert refusals(Outcome.ORIENTATION, False, "website", False) == ["website_needs_checked_access"]
    assert refusals(Outcome.ORIENTATION, False, "website", True) == []


def test_whether_it_is_settled_is_said_of_all_but_orientations() -> None:
    assert refusals(Outcome.INFORMATION, None, None, False) == ["settled_missing"]
    assert refusals(Outcome.ACCOMPANIMENT, None, None, False) == ["settled_missing"]
    assert refusals(Outcome.ACCOMPANIMENT, False, None, False) == []
    assert refusals(Outcome.ORIENTATION, None, "must_come", False) == []


def test_a_reason_belongs_to_orientations_only() -> None:
    assert refusals(Outcome.INFORMATION, True, "must_come", False) == ["reason_without_orientation"]


@pytest.mark.parametrize(
    "secret",
    [
        "1 85 05 78 006 084 36",
        "185057800608436",
        "2 69 05 2A 588 157",
        "2690549588157",
        "1\u00a085\u202f05/78 - 006.084 36",
        "1  85 05 2b 006 084",
        "FR76 3000 6000 0112 3456 7890 189",
        "fr7630006000011234567890189",
        "FR76-3000-6000-0112-3456-7890-189",
        "30006 00001 12345678901 89",
        "20041 01005 0500013M026 06",
        "4970 1012 3456 7890",
    ],
)
def test_social_security_and_bank_numbers_are_masked(secret: str) -> None:
    kept = masked(f"Dossier de Mme D., {secret}, à rappeler au sujet de l'APL.")
    assert kept == "Dossier de Mme D., •••, à rappeler au sujet de l'APL."


@pytest.mark.parametrize(
    "plain",
    [
        "Rappeler le 05 65 05 12 34 avant 18 h",
        "Dossier 2026-0042, facture de 1 250,50 €",
        "SIRET 130 025 265 00013",
        "dossier AL24 remis au guichet le lundi",
        "dossier CE24 fait hier, à voir avec sa soeur",
        "46000 46100 information 12 personnes",
        "Avis de 2023 2024 2025 2026",
        "RV 12/03/2026, 14:30, 5 personnes",
        "05 65 05 12 34, ou le 06 12 34 56 78",
        "05 65 05 12 34\n46000 Cahors",
        "Il a 1 fils, 2 filles ; pages 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11",
    ],
)
def test_ordinary_figures_stay(plain: str) -> None:
    assert masked(plain) == plain


@pytest.mark.parametrize("kept", [", 12 ans", " ; 2 enfants", " né en 1985", "\n46000 Cahors"])
def test_what_follows_a_number_stays(kept: str) -> None:
    assert masked(f"NIR 1 85 05 78 006 084{kept}") == f"NIR •••{kept}"


WORDS = ("le", "dossier", "de", "Mme", "reçu", "hier", "à", "voir", "information", "pour", "sa", "soeur", "n°")
ORDINARY = ("AL24", "CE24", "FR12", "05 65 05 12 34", "0612345678", "12/03/2026", "1 250,50 €", "46000", "2025-2026",
            "SIRET 130 025 265 00013", "10, 11 et 12", "14h30", "B2", "N° 2026-0042", "3e")  # fmt: skip
WRITTEN_BETWEEN = (
    "",
    " ",
    "  ",
    "\u00a0",
    "\u202f",
    ".",
    "-",
    "/",
    ",",
    ", ",
    ";",
    "\t",
    "\n",
    "\r\n",
    " \n ",
    "|",
    "_",
    ":",
)
WORD = st.sampled_from(WORDS)


@st.composite
def nirs(draw: st.DrawFn) -> list[str]:
    """The groups of a number of social security, with its key or without."""
    digits = st.integers(0, 999).map("{:03}".format)
    month = st.sampled_from([*range(1, 13), 20, 42, 50, 99]).map("{:02}".format)
    place = st.one_of(st.integers(1, 98).map("{:02}".format), st.sampled_from(["2A", "2B", "2a"]))
    groups = [draw(st.sampled_from("12")), draw(st.integers(0, 99).map("{:02}".format)), draw(month), draw(place)]
    groups += [draw(digits), draw(digits)]
    number = int("".join(groups).upper().replace("2A", "19").replace("2B", "18"))
    return groups + ([f"{97 - number % 97:02}"] if draw(st.booleans()) else [])


@st.composite
def ibans(draw: st.DrawFn) -> list[str]:
    country, own = draw(st.sampled_from([("FR", 23), ("DE", 18), ("BE", 12), ("MA", 24), ("NO", 11)]))
    account = draw(st.text("0123456789", min_size=own, max_size=own))
    check = 98 - int("".join(str(int(each, 36)) for each in f"{account}{country}00")) % 97
    whole = f"{country}{check:02}{account}"
    return [whole[n : n + 4] for n in range(0, len(whole), 4)]


@st.composite
def cards(draw: st.DrawFn) -> list[str]:
    known = draw(st.sampled_from("456")) + draw(st.text("0123456789", min_size=14, max_size=14))
    doubled = sum(int(each) * 2 - 9 * (each > "4") for each in known[::2])
    last = -(doubled + sum(int(each) for each in known[1::2])) % 10
    return [f"{known}{last}"[n : n + 4] for n in range(0, 16, 4)]


@given(nirs() | ibans() | cards(), st.data())
def test_no_secret_survives_however_it_is_written(groups: list[str], data: st.DataObject) -> None:
    """The separators of people, of tables, of lists and of broken lines, one for the whole or each its own; among
    words and other figures."""
    own = st.sampled_from(WRITTEN_BETWEEN)
    between = data.draw(own.map(lambda one: [one] * 9) | st.lists(own, min_size=9, max_size=9))
    number = groups[0] + "".join(f"{sep}{group}" for sep, group in zip(between, groups[1:], strict=False))
    before, after = data.draw(st.sampled_from(ORDINARY)), data.draw(st.sampled_from(ORDINARY))
    kept = masked(f"{before} reçu {number} reçu {after}")  # no such number has a ç: none begins or ends outside
    assert kept is not None
    assert kept.startswith(f"{before} reçu •••")
    left = kept.removeprefix(f"{before} reçu •••").removesuffix(after)
    assert sum(each.isdigit() for each in left) <= 2  # a key by itself


@given(st.lists(st.tuples(st.sampled_from(ORDINARY), st.lists(WORD, min_size=1, max_size=4)), max_size=8))
def test_ordinary_notes_are_kept_to_the_letter(told: list[tuple[str, list[str]]]) -> None:
    notes = "Note : " + " ".join(f"à {figures} {' '.join(words)}" for figures, words in told)
    assert masked(notes) == notes.strip()


def test_blank_notes_are_no_notes() -> None:
    assert masked("  \n ") is None
