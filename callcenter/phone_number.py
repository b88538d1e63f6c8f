"""A telephone number that parses, compares, and masks itself when printed.

Overseas numbers dialled the national way (0262…) belong to other country codes: libphonenumber reads some of
them as mainland numbers, so the prefixes of ARCEP's numbering plan (`reference/overseas_prefixes.csv`) go first.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Self

import phonenumbers

from callcenter.errors import BadNumber
from callcenter.reference import rows

ALLOWED_REGIONS = frozenset({"FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC"})
ALLOWED_TYPES = frozenset(
    {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        phonenumbers.PhoneNumberType.VOIP,
    }
)
# ARCEP decision 2022-1583: numbers kept for platforms and telemarketing, mainland then overseas.
TELEMARKETING = (
    *("+33" + block for block in ("162", "163", "270", "271", "377", "378", "424", "425", "568", "569", "948", "949")),
    *("+5909475", "+5949476", "+5969477", "+2629478", "+2629479"),
    *("+339475", "+339476", "+339477", "+339478", "+339479"),
)


@dataclass(frozen=True)
class PhoneNumber:
    """One E.164 number. `str` and `repr` are masked; `.e164` is the number itself and is never logged."""

    e164: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """What a citizen typed or a carrier sent; refuses (BadNumber) what is not a possible number."""
        compact = "".join(c for c in text if c.isdigit() or c == "+")
        if compact.startswith("00"):
            compact = "+" + compact[2:]
        if len(compact) == 10 and (overseas := _overseas(compact)):
            compact = f"+{overseas}{compact[1:]}"
        try:
            number = phonenumbers.parse(compact, "FR")
        except phonenumbers.NumberParseException:
            raise BadNumber from None
        if not phonenumbers.is_possible_number(number):
            raise BadNumber
        return cls(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    @classmethod
    def of_caller(cls, from_: str) -> Self | None:
        """The number a call came from, or None: anonymous, client:, sip: and malformed callers are ordinary callers."""
        if not from_.startswith("+"):
            return None
        try:
            return cls.parse(from_)
        except BadNumber:
            return None

    @property
    def may_be_called_back(self) -> bool:
        """A French territory's fixed, mobile or VoIP number: no premium, short, satellite or telemarketing one."""
        number = phonenumbers.parse(self.e164)
        return (
            phonenumbers.is_valid_number(number)
            and phonenumbers.region_code_for_number(number) in ALLOWED_REGIONS
            and phonenumbers.number_type(number) in ALLOWED_TYPES
            and not self.e164.startswith(TELEMARKETING)
            and not self.e164.startswith("+338")
        )

    @property
    def takes_texts(self) -> bool:
        """A mobile number."""
        return phonenumbers.number_type(phonenumbers.parse(self.e164)) == phonenumbers.PhoneNumberType.MOBILE

    @property
    def national(self) -> str:
        """As its owner writes it: `05 65 05 12 34`."""
        return phonenumbers.format_number(phonenumbers.parse(self.e164), phonenumbers.PhoneNumberFormat.NATIONAL)

    @property
    def keys(self) -> str:
        """The keys that dial it in its own territory: `0565051234`."""
        return "".join(c for c in self.national if c.isdigit())

    @property
    def masked(self) -> str:
        """`+33 5 •• •• •• 34`, `+262 2•• •• •• 56`: in its country's groups, enough to tell two callers apart."""
        number = phonenumbers.parse(self.e164)
        code, _, written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL).partition(
            " "
        )
        return f"{code} {written[:1]}{re.sub('[0-9]', '•', written[1:-2])}{written[-2:]}"

    def __str__(self) -> str:
        return self.masked

    __repr__ = __str__


def _overseas(national: str) -> str | None:
    """The calling code of a number dialled the national way overseas; the longest prefix decides."""
    found = [(len(first), code) for first, last, code in _prefixes() if first <= national[: len(first)] <= last]
    return max(found)[1] if found else None


@cache
def _prefixes() -> tuple[tuple[str, str, str], ...]:
    return tuple((row["first"], row["last"], row["calling_code"]) for row in rows("overseas_prefixes.csv"))
