"""How personal data rests: sealed with AES-256-GCM under a numbered key, found again by a keyed hash.

A sealed value is `key id (1 byte) || nonce (12) || ciphertext and tag`; a pseudonym is 32 bytes of HMAC-SHA256.
Who seals says for which table, column and row (associated data): moved to another place, a value does not open.
Sealing keys rotate (SECRET_KEY_ID, SECRET_KEYS_OLD). The pseudonym's key must outlive them, or nobody is
found again: it comes from the key with the lowest id.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from callcenter.config import settings

NONCE = 12


@dataclass(frozen=True, slots=True)
class SealedPlace:
    """Where a sealed value rests. `row` is its row's key, as text."""

    table: str
    column: str
    row: str

    @property
    def bound(self) -> bytes:
        """What a value is sealed with, beside the key."""
        return "\x1f".join((self.table, self.column, self.row)).encode()


def seal(text: str, at: SealedPlace) -> bytes:
    """`text`, readable only with the key whose number it carries, and only at its place."""
    key_id = settings().secret_key_id
    nonce = os.urandom(NONCE)
    return bytes([key_id]) + nonce + _cipher(key_id).encrypt(nonce, text.encode(), at.bound)


def unseal(sealed: bytes, at: SealedPlace) -> str:
    """What was sealed at this place; refuses (KeyError) a key number that the settings no longer hold, and
    (InvalidTag) what was changed, or sealed for another place."""
    return _cipher(sealed[0]).decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], at.bound).decode()


def pseudonym(text: str) -> bytes:
    """The same 32 bytes for the same text, and nothing to learn from them without the key."""
    return hmac.digest(_pseudonym_key(), text.encode(), "sha256")


def digest(secret: str) -> bytes:
    """SHA-256 of a random secret that we must recognise but never keep: a session's token."""
    return hashlib.sha256(secret.encode()).digest()


def tag(*parts: str) -> str:
    """A short keyed signature of what a form or a link carries, in hexadecimal."""
    return hmac.new(
        _derived(_secrets()[settings().secret_key_id], b"tag"), "\x1f".join(parts).encode(), "sha256"
    ).hexdigest()


def _secrets() -> dict[int, str]:
    own = settings()
    old = (pair.partition(":") for pair in own.secret_keys_old.split(",") if pair)
    return {int(key_id): secret for key_id, _, secret in old} | {own.secret_key_id: own.secret_key.get_secret_value()}


@lru_cache
def _cipher(key_id: int) -> AESGCM:
    return AESGCM(_derived(_secrets()[key_id], b"seal"))


@lru_cache
def _pseudonym_key() -> bytes:
    secrets = _secrets()
    return _derived(secrets[min(secrets)], b"pseudonym")


def _derived(secret: str, use: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"callcenter " + use).derive(secret.encode())
