"""Numbers that parse, refuse and mask themselves."""

import pytest
from hypothesis import given
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
        ("0508411234", "+508508411234"),
    ],
)
def test_a_number_typed_the_national_way_is_the_one_its_owner_means(typed: str, e164: str) -> None:
    assert PhoneNumber.parse(typed).e164 == e164


@pytest.mark.parametrize(
    "from_", ["anonymous", "client:bob", "sip:bob@example.org", "+", "", "+266696687", "Restricted"]
)
def test_a_caller_without_an_ordinary_number_is_an_ordinary_caller(from_: str) -> None:
    number = PhoneNumber.of_caller(from_)
    assert number is None or not number.may_be_called_back


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
    shown = PhoneNumber.parse(typed).masked
    code, first = f"+{prefix['calling_code']} ", typed[1]
    assert shown.startswith(code + first), shown
    assert shown.endswith(typed[-2:]), shown
    hidden = shown.removeprefix(code + first).removesuffix(typed[-2:])
    assert hidden.count("•") == 6, shown
    assert not any(c.isdigit() for c in hidden), shown


def test_a_number_of_la_reunion_is_masked_as_it_is_written_there() -> None:
    assert PhoneNumber.parse("0262 12 34 56").masked == "+262 2•• •• •• 56"
