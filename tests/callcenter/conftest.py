"""What the tests of several parts begin with."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from tests.support.kept import once
from tests.support.october import NOW, write
from tests.support.town import line_hours


@pytest.fixture
def october(database: object) -> Iterator[None]:
    once("october", write)
    with time_machine.travel(NOW, tick=True):
        yield


MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # ten o'clock in Cahors, and the line is open


@pytest.fixture
def monday(database: object, live: object) -> object:
    with time_machine.travel(MONDAY, tick=True), line_hours():
        yield
