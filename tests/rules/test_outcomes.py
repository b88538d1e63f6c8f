"""What a wrap-up may record, and what it must not keep."""

import pytest

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
    ["Rappeler le 05 65 05 12 34 avant 18 h", "Dossier 2026-0042, facture de 1 250,50 €", "SIRET 130 025 265 00013"],
)
def test_ordinary_figures_stay(plain: str) -> None:
    assert masked(plain) == plain


def test_blank_notes_are_no_notes() -> None:
    assert masked("  \n ") is None
