"""A telephone number that parses, compares, and masks itself when printed.

Overseas numbers dialled the national way (0262…) belong to other country codes: libphonenumber reads some of
them as mainland numbers, so the prefixes of ARCEP's numbering plan (`reference/overseas_prefixes.csv`) go first.
Four territories have plans of their own, of six or eight figures (OWN_PLANS), and say nothing without their code.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Self

import phonenumbers

from callcenter.config import settings
from callcenter.errors import BadNumber, TwoNumbers
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

OWN_PLANS = {"975": "508", "986": "681", "987": "689", "988": "687"}
"""Calling codes of the territories whose numbers are dialled there as they are: 26 12 34, 87 12 34 56."""
SAINT_PIERRE = "0508"  # dialled before the six figures of its plan from elsewhere in France, in place of the +508
SHORTEST_WITH_CODE = 11  # figures, of a number with 00 and its calling code: 00 508 41 12 34
LONGEST_TYPED = 14  # figures, of a number with 00 and its calling code
WITHHELD = frozenset(
    code + number  # ANONYMOUS, UNAVAILABLE, UNKNOWN, BLOCKED, RESTRICTED, and with the code of the United States before
    for number in ("266696687", "86282452253", "8656696", "2562533", "7378742833", "464")
    for code in ("", "1")
)
"""What carriers send in place of a number that is withheld, without its plus sign: nobody's number."""
_WRITTEN = re.compile(r"\+[\d\s().\-/]+", re.ASCII)


@dataclass(frozen=True)
class PhoneNumber:
    """One E.164 number. `str` and `repr` are masked; `.e164` is the number itself and is never logged."""

    e164: str

    @classmethod
    def parse(cls, text: str, territory: str = "") -> Self:
        """What was typed or a carrier sent; in a territory with a plan of its own, a number of that plan too. Refuses
        (BadNumber) what is not a possible number."""
        compact = "".join(c for c in text if c in "+0123456789")
        if territory in OWN_PLANS and 6 <= len(compact) < 10 and (local := _local(compact, OWN_PLANS[territory])):
            return cls(local)
        if compact.startswith("00"):
            compact = "+" + compact[2:]
        if len(compact) == 10 and (overseas := _overseas(compact)):
            compact = f"+{overseas}{compact[len(SAINT_PIERRE) if compact.startswith(SAINT_PIERRE) else 1 :]}"
        try:
            number = phonenumbers.parse(compact, "FR")
        except phonenumbers.NumberParseException:
            raise BadNumber from None
        if not phonenumbers.is_possible_number(number):
            raise BadNumber
        return cls(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))

    @classmethod
    def readings(cls, keys: str, territory: str) -> tuple[Self, ...]:
        """Every number that may be called back and that these figures may be, where `territory` has a plan of its own
        (else at most one): 0687261234 is a mobile of the mainland and, with its code, a number of New Caledonia. What
        is of the territory comes first. Refuses (BadNumber) what is none."""
        found: dict[Self, None] = {}
        code = OWN_PLANS.get(territory, "")
        bare = keys.lstrip("0")
        coded = f"+{bare}" if code and bare.startswith(code) else ""
        for written in (coded, keys):
            try:
                number = cls.parse(written, territory)
            except BadNumber:
                continue
            if number.may_be_called_back:
                found[number] = None
        if not found:
            raise BadNumber
        return tuple(found)

    @classmethod
    def possible(cls, text: str) -> tuple[Self, ...]:
        """Every number that somebody may have written so, of whatever territory or country: to look for one that is
        known, never to call it. None for what is no number."""
        keys = "".join(c for c in text if c in "+0123456789")
        bare = keys.lstrip("0")
        coded = keys[:1] not in ("", "+", "0") or bare.startswith(tuple(OWN_PLANS.values()))
        written = (keys, f"+{bare}") if coded else (keys,)
        found: dict[Self, None] = {}
        for territory in ("", *OWN_PLANS):
            for one in written:
                with suppress(BadNumber):
                    found[cls.parse(one, territory)] = None
        return tuple(found)

    @classmethod
    def meant(cls, text: str, territory: str) -> Self:
        """The number that may be called back and that somebody has written for a person of this territory. Refuses
        what is none (BadNumber) and what may be two (TwoNumbers)."""
        read = cls.readings("".join(c for c in text if c in "+0123456789"), territory)
        if len(read) > 1:
            raise TwoNumbers
        return read[0]

    @classmethod
    def written(cls, text: str, territory: str | None) -> Self:
        """The number that somebody wrote into a form or a table about this territory, whether it may be called or not;
        None: about none. Refuses what is no number (BadNumber) and what may be two (TwoNumbers)."""
        if territory is None:
            possible = cls.possible(text)
            if len(possible) > 1:
                raise TwoNumbers
        elif territory in OWN_PLANS:
            try:
                return cls.meant(text, territory)
            except TwoNumbers:
                raise
            except BadNumber:
                pass  # one that may not be called, or is none
        return cls.parse(text, territory or "")

    @classmethod
    def of_caller(cls, from_: str) -> Self | None:
        """The number a call came from, or None: withheld, client:, sip: and malformed callers are ordinary callers,
        of whom nothing is remembered. What stands for a withheld number is nobody's, however it is written."""
        if not _WRITTEN.fullmatch(from_) or "".join(c for c in from_ if c.isdigit()).lstrip("0") in WITHHELD:
            return None
        try:
            return cls.parse(from_)
        except BadNumber:
            return None

    @property
    def on_the_mainland(self) -> Self:
        """What the same figures are after a 0 rather than after a plus sign: +687261234 and 06 87 26 12 34."""
        return self if self.e164.startswith("+33") else type(self).parse(f"0{self.e164[1:]}")

    @property
    def local_twin(self) -> Self | None:
        """The other way: of a mainland number the number of a plan of its own that the same figures may be."""
        if not self.e164.startswith("+33"):
            return None
        figures = self.e164[3:]
        code = next((code for code in OWN_PLANS.values() if figures.startswith(code)), None)
        local = _local(figures[len(code) :], code) if code else None
        return type(self)(local) if local else None

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
    def may_be_rung(self) -> bool:
        """Whether it may be a desk phone: a number that may be called, or one that the deployer allows; never the
        line's own, which would ring itself."""
        own = settings()
        if self.e164 in (own.twilio_number, own.caller_id):
            return False
        return self.may_be_called_back or self.e164.startswith(own.desk_phones_allowed)

    @property
    def takes_texts(self) -> bool:
        """A mobile number."""
        return phonenumbers.number_type(phonenumbers.parse(self.e164)) == phonenumbers.PhoneNumberType.MOBILE

    @property
    def national(self) -> str:
        """As its owner writes it: `05 65 05 12 34`, `05 08 41 12 34`."""
        if self.e164.startswith("+508"):
            return " ".join(re.findall("..", (SAINT_PIERRE if len(self.e164) == 10 else "0") + self.e164[4:]))
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


def _local(keys: str, code: str) -> str | None:
    """A number of this calling code's own plan, as E.164; None where the plan has no such number."""
    region = phonenumbers.region_code_for_country_code(int(code))
    try:
        number = phonenumbers.parse(keys, region)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code != int(code) or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@cache
def _prefixes() -> tuple[tuple[str, str, str], ...]:
    return tuple((row["first"], row["last"], row["calling_code"]) for row in rows("overseas_prefixes.csv"))
