"""Numbers that no note may keep: of social security (NIR), of bank accounts (IBAN, RIB), of cards.

Whatever is written as such a number is looked at from every figure on, and is judged by the number's own check where it
has one: the number of a file, a date, a telephone and the words around them stay.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache, partial

MASK = "•••"

NEAR = r"[ \u00a0\u202f.\-/]{0,3}"  # what people put between figures
FAR = r"[\s,;:._/|·–—\-\u200b]{0,6}"  # what a table, a list or a broken line puts between groups of them
BROKEN = r"\s{0,3}"  # within a group

YEAR = rf"\d{BROKEN}\d"
MONTH = rf"(?:0{BROKEN}[1-9]|1{BROKEN}[0-2]|[235-9]{BROKEN}\d|4{BROKEN}[0-2])"  # from 20 on: the month is not known
PLACE = rf"\d{BROKEN}[\dABab]"  # Corsica: 2A, 2B
ORDER = rf"\d{BROKEN}\d{BROKEN}\d"
NIR = rf"(?<!\d)[12]{FAR}{YEAR}{FAR}{MONTH}{FAR}{PLACE}{FAR}{ORDER}(?P<between>{FAR}){ORDER}"
KEY = rf"\d{BROKEN}\d(?!\d)"
NIR_TYPED = rf"(?<!\d)[12](?:{NEAR}\d){{5}}{NEAR}[\dABab](?:{NEAR}\d){{6}}(?:{NEAR}\d{NEAR}\d)?(?!\d)"
RUN = rf"(?<!\d)\d(?:{NEAR}\d){{12}}(?:{NEAR}\d{NEAR}\d)?(?!\d)"

RIB = rf"(?<!\d)\d(?:{FAR}\d){{9}}(?:{FAR}[\dA-Za-z]){{11}}{FAR}\d{FAR}\d(?!\d)"
RIB_TYPED = rf"(?<!\d)\d{{5}}{NEAR}\d{{5}}{NEAR}\d{{11}}{NEAR}\d{{2}}(?!\d)"
RIB_MOST_LETTERS = 3
RIB_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")

CARD = rf"(?<!\d)\d{{4}}(?:{FAR}\d{{4}}){{3}}(?!\d)"
CARD_OF_15 = rf"(?<!\d)\d{{4}}{FAR}\d{{6}}{FAR}\d{{5}}(?!\d)"
CARD_OF_19 = rf"(?<!\d)\d{{4}}(?:{FAR}\d{{4}}){{3}}{FAR}\d{{3}}(?!\d)"
CARD_TYPED = rf"(?<!\d)\d{{4}}(?:{NEAR}\d{{4}}){{3}}(?!\d)"

IBAN_BEGINS = re.compile(rf"(?=([A-Za-z]{{2}}){FAR}\d{FAR}\d)")
# How long an IBAN is: the registry of ISO 13616, and countries outside it whose banks print one.
COUNTRIES = {
    15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK", 21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "AO CV GW LY MZ PT ST", 26: "DZ IR IS TR", 27: "BI CF CG CM DJ FR GA GQ GR IT KM MC MG MR SM TD",
    28: "AL AZ BF BJ BY CI CY DO GT HN HU LB MA ML NE NI PL SN SV TG", 29: "BR EG PS QA UA", 30: "JO KW MU YE",
    31: "MT SC", 32: "LC", 33: "RU",
}  # fmt: skip
LENGTH = {country: length for length, countries in COUNTRIES.items() for country in countries.split()}

Judge = Callable[[str], bool]
"""Of the figures and letters alone, in capitals."""


def masked(text: str) -> str:
    """The text with a mask in place of each such number; the surest go first, so that what stands beside one is not
    taken for a part of another."""
    text = _without(text, _ibans)
    for pattern, is_one in PATTERNS:
        text = _without(text, partial(_matches, pattern, is_one))
    return text


def _without(text: str, found: Callable[[str], Iterator[tuple[int, int]]]) -> str:
    kept, at = "", 0
    for start, end in found(text):
        if start >= at:
            kept, at = f"{kept}{text[at:start]}{MASK}", end
    return kept + text[at:]


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    for match in IBAN_BEGINS.finditer(text):
        length = LENGTH.get(match[1].upper())
        whole = _of_length(length).match(text, match.start()) if length else None
        if whole and _is_iban(_alone(whole[0])):
            yield whole.span()


def _matches(pattern: re.Pattern[str], is_one: Judge, text: str) -> Iterator[tuple[int, int]]:
    return (match.span(1) for match in pattern.finditer(text) if is_one(_alone(match[1])))


def _alone(written: str) -> str:
    return "".join(each for each in written if each.isalnum()).upper()


def _is_anything(_: str) -> bool:
    return True


def _has_key(nir: str) -> bool:
    """A department of Corsica counts as 19 or 18."""
    number, key = nir[:-2].replace("2A", "19").replace("2B", "18"), nir[-2:]
    return number.isdigit() and 97 - int(number) % 97 == int(key)


def _is_rib(rib: str) -> bool:
    """By its key; an account has few letters, a word more."""
    bank, desk, account, key = rib[:5], rib[5:10], rib[10:21], rib[21:]
    fits = 89 * int(bank) + 15 * int(desk) + 3 * int(account.translate(RIB_LETTERS)) + int(key)
    return sum(each.isalpha() for each in account) <= RIB_MOST_LETTERS and fits % 97 == 0


def _is_card(digits: str) -> bool:
    """By Luhn's check."""
    doubled = (int(each) * 2 for each in digits[-2::-2])
    return (sum(int(each) for each in digits[::-2]) + sum(each - 9 * (each > 9) for each in doubled)) % 10 == 0


def _is_no_row_of_years(digits: str) -> bool:
    return not all(digits[n : n + 2] in ("19", "20") for n in range(0, len(digits), 4))


def _is_iban(iban: str) -> bool:
    """By ISO 7064, mod 97; and hardly any words, which would fit one time in 97."""
    figures = sum(each.isdigit() for each in iban[2:])
    turned = iban[4:] + iban[:4]
    return 2 * figures >= len(iban) - 2 and int("".join(str(int(each, 36)) for each in turned)) % 97 == 1


@cache
def _of_length(length: int) -> re.Pattern[str]:
    return re.compile(rf"[A-Za-z]{{2}}{FAR}\d{FAR}\d(?:{FAR}[\dA-Za-z]){{{length - 4}}}(?![\dA-Za-z])")


def _from_every_figure(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?=({pattern}))")


PATTERNS: tuple[tuple[re.Pattern[str], Judge], ...] = tuple(
    (_from_every_figure(pattern), is_one)
    for pattern, is_one in (
        (rf"{NIR}{FAR}{KEY}", _has_key),
        (RIB, _is_rib),
        (CARD_OF_19, _is_card),
        (CARD, lambda digits: _is_card(digits) and _is_no_row_of_years(digits)),
        (CARD_OF_15, _is_card),
        (rf"{NIR}(?P=between){KEY}", _is_anything),
        (NIR_TYPED, _is_anything),
        (rf"{NIR}(?!\d)", _is_anything),
        (RIB_TYPED, _is_anything),
        (CARD_TYPED, _is_no_row_of_years),
        (RUN, _is_anything),
    )
)
