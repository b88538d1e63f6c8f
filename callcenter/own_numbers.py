"""Which numbers the settings take for the service's own: whole ones; to call from, those that are somebody's."""

import re

import phonenumbers

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
NOBODYS_OWN = frozenset(  # kinds of numbers that cost the caller nothing, or dear: none shows who calls
    {
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
    }
)


def is_a_number(number: str) -> bool:
    """Whether it is written in E.164 and as long as numbers of its country are."""
    try:
        return bool(E164.fullmatch(number)) and phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:  # a country's code that is none
        return False


def is_nobodys_own(number: str) -> bool:
    """Whether an E.164 number is toll-free, dear or shared: operators cut calls that show it, and it sends no texts."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return number.startswith("+338") or phonenumbers.number_type(parsed) in NOBODYS_OWN
