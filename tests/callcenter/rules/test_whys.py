"""Codes of the trail fit their column, and say what they say as words."""

import re
from enum import StrEnum

import pytest

from callcenter.records.events import Event
from callcenter.rules.callbacks import DialResult, Source
from callcenter.rules.states import Monitoring, OfferState
from callcenter.rules.whys import Why


@pytest.mark.parametrize("codes", [Why, DialResult, Source, Monitoring, OfferState])
def test_a_code_is_no_sentence_and_fits_its_column(codes: type[StrEnum]) -> None:
    longest = getattr(Event.__table__.c.why.type, "length", 0)
    assert all(re.fullmatch(r"[a-z_-]+", code) and len(code) <= longest for code in codes)
