"""Identifiers that look like Twilio's: two letters and 32 hexadecimal digits."""

from uuid import uuid4

API_VERSION = "2010-04-01"


def new_sid(prefix: str) -> str:
    return prefix + uuid4().hex
