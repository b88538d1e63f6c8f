"""Numbers that parse, refuse and mask themselves."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from callcenter.errors import BadNumber
from callcenter.phone_number import PhoneNumber
from callcenter.reference import rows


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("0565051234", "+33565051234"),
        ("06 12 34 56 98", "+33612345698"),
        ("0033565051234", "+33565051234"),
        ("0262412345", "+262262412345"),
        ("0596710000", "+596596710000"),
        ("0693123456", "+262693123456"),
        ("0508411234", "+508411234"),
        ("05 08 41 12 34", "+508411234"),
        ("0708401234", "+508708401234"),
    ],
)
def test_a_number_typed_the_national_way_is_the_one_its_owner_means(typed: str, e164: str) -> None:
    assert PhoneNumber.parse(typed).e164 == e164


@pytest.mark.parametrize(
    ("keys", "territory", "numbers"),
    [
        ("0508411234", "", ["+508411234"]),
        ("0508411234", "975", ["+508411234"]),
        ("411234", "975", ["+508411234"]),
        ("0708401234", "975", ["+508708401234"]),
        ("721234", "986", ["+681721234"]),
        ("87123456", "987", ["+68987123456"]),
        ("40501234", "987", ["+68940501234"]),
        ("0068987123456", "987", ["+68987123456"]),
        ("261234", "988", ["+687261234"]),
        ("00687261234", "988", ["+687261234"]),
        ("0612345678", "988", ["+33612345678"]),
        ("0687261234", "988", ["+687261234", "+33687261234"]),
        ("0681721234", "986", ["+681721234", "+33681721234"]),
        ("0689123456", "987", ["+33689123456"]),
        ("0687261234", "975", ["+33687261234"]),
        ("0687261234", "46", ["+33687261234"]),
    ],
)
def test_keys_are_read_by_the_plan_of_the_territory_and_twice_where_they_may_be_two_numbers(
    keys: str, territory: str, numbers: list[str]
) -> None:
    read = PhoneNumber.readings(keys, territory)
    assert [number.e164 for number in read] == numbers
    assert len(read) == 1 or read[0].on_the_mainland == read[1]


@pytest.mark.parametrize(
    ("keys", "territory"),
    [("261234", "46"), ("261234", "986"), ("036000", "988"), ("3117", "988"), ("0899123456", "988"), ("117", "987")],
)
def test_what_is_no_number_of_the_plan_is_refused(keys: str, territory: str) -> None:
    with pytest.raises(BadNumber):
        PhoneNumber.readings(keys, territory)


def test_a_number_of_saint_pierre_is_written_as_the_rest_of_france_dials_it() -> None:
    number = PhoneNumber("+508411234")
    assert (number.national, number.keys) == ("05 08 41 12 34", "0508411234")
    assert PhoneNumber.parse(number.national) == number


@pytest.mark.parametrize(
    "from_",
    ["anonymous", "Anonymous", "ANONYMOUS", "client:bob", "client:Anonymous", "sip:bob@example.org", "+", "", "private",
     "sip:anonymous@anonymous.invalid", "Restricted", "restricted", "blocked", "BLOCKED", "unknown", "Unavailable",
     "unavailable", "+266696687", "+86282452253", "+8656696", "+2562533", "+7378742833", "+17378742833", "+464",
     "+18656696", "+12562533",
     "266696687", "+1 737-874-2833", "+1 (737) 874-2833", "0017378742833", "+0086282452253", "sip:+86282452253@carrier",
     "sip:+33612345678@anonymous.invalid", " +464", "+３３６１２３４５６７８"],
)  # fmt: skip
def test_whoever_withholds_their_number_is_nobody(from_: str) -> None:
    assert PhoneNumber.of_caller(from_) is None


@pytest.mark.parametrize("number", ["+33565051234", "+33612345698", "+262262412345", "+596596710000", "+33972000000"])
def test_french_fixed_mobile_and_voip_numbers_may_be_called_back(number: str) -> None:
    assert PhoneNumber(number).may_be_called_back


@pytest.mark.parametrize(
    "number",
    ["+33899000000", "+33825000000", "+33800000000", "+33162000000", "+33948000000", "+447911123456", "+870773111632",
     "+88213000000", "+33112", "+33117", "+41446681800", "+33377000000", "+339475000000"],
)  # fmt: skip
def test_premium_telemarketing_foreign_satellite_and_emergency_numbers_are_never_called(number: str) -> None:
    assert not PhoneNumber(number).may_be_called_back


@pytest.mark.parametrize("nonsense", ["", "12", "abc", "0" * 30, "99999999999999999"])
def test_nonsense_is_refused(nonsense: str) -> None:
    with pytest.raises(BadNumber):
        PhoneNumber.parse(nonsense)


def test_a_printed_number_is_masked() -> None:
    number = PhoneNumber("+33565051234")
    assert f"{number} {number!r} {[number]}" == "+33 5 •• •• •• 34 +33 5 •• •• •• 34 [+33 5 •• •• •• 34]"
    assert number.national == "05 65 05 12 34"


@given(st.sampled_from(rows("overseas_prefixes.csv")), st.text("0123456789", min_size=9, max_size=9))
def test_an_overseas_number_is_masked_after_its_calling_code(prefix: dict[str, str], digits: str) -> None:
    typed = (prefix["first"] + digits)[:10]
    own = typed[4:] if typed.startswith("0508") else typed[1:]
    assume(not own.startswith("0"))  # no such number in Saint-Pierre
    shown = PhoneNumber.parse(typed).masked
    code, first = f"+{prefix['calling_code']} ", own[0]
    assert shown.startswith(code + first), shown
    assert shown.endswith(typed[-2:]), shown
    hidden = shown.removeprefix(code + first).removesuffix(typed[-2:])
    assert hidden.count("•") == len(own) - 3, shown
    assert not any(c.isdigit() for c in hidden), shown


def test_a_number_of_la_reunion_is_masked_as_it_is_written_there() -> None:
    assert PhoneNumber.parse("0262 12 34 56").masked == "+262 2•• •• •• 56"


@pytest.mark.parametrize(
    "number",
    ["0565051234", "+33612345678", "0262 20 00 12", "+590590201234", "+687261234", "0972123456", "+508411234"],
)
def test_an_ordinary_number_of_a_french_territory_is_a_desk_phone(number: str) -> None:
    assert PhoneNumber.parse(number).may_be_rung
