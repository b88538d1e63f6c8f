"""How personal data rests."""

import pytest
from cryptography.exceptions import InvalidTag

from callcenter import sealing
from callcenter.config import PRACTICE_SECRET, settings

HERE = sealing.SealedPlace("calls", "number", "7d0f")
NEW_SECRET = "another-secret-another-secret-another"


@pytest.fixture(autouse=True)
def _fresh_keys(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    settings.cache_clear()
    sealing._cipher.cache_clear()
    sealing._pseudonym_key.cache_clear()


def test_what_is_sealed_opens_again_and_shows_nothing() -> None:
    sealed = sealing.seal("+33612345698", HERE)
    assert b"612345698" not in sealed
    assert sealing.unseal(sealed, HERE) == "+33612345698"
    assert sealing.seal("+33612345698", HERE) != sealed


def test_one_changed_bit_is_noticed() -> None:
    sealed = bytearray(sealing.seal("+33612345698", HERE))
    sealed[-1] ^= 1
    with pytest.raises(InvalidTag):
        sealing.unseal(bytes(sealed), HERE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        sealing.SealedPlace("callbacks", "number", "7d0f"),
        sealing.SealedPlace("calls", "draft", "7d0f"),
        sealing.SealedPlace("calls", "number", "7d0e"),
        sealing.SealedPlace("calls", "number7", "d0f"),
    ],
)
def test_a_value_moved_to_another_place_does_not_open(elsewhere: sealing.SealedPlace) -> None:
    sealed = sealing.seal("+33612345698", HERE)
    with pytest.raises(InvalidTag):
        sealing.unseal(sealed, elsewhere)


def test_after_a_rotation_old_rows_open_and_the_same_person_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    old, pseudonym = sealing.seal("+33612345698", HERE), sealing.pseudonym("+33612345698")
    monkeypatch.setenv("SECRET_KEY", NEW_SECRET)
    monkeypatch.setenv("SECRET_KEY_ID", "2")
    monkeypatch.setenv("SECRET_KEYS_OLD", f"1:{PRACTICE_SECRET}")
    _forget()
    assert sealing.unseal(old, HERE) == "+33612345698"
    assert sealing.seal("x", HERE)[0] == 2
    assert sealing.pseudonym("+33612345698") == pseudonym
