"""What can matter no more is forgotten, though the trail and the audit are append-only."""

import pytest

from workers import night


@pytest.mark.usefixtures("database")
def test_the_night_tidies() -> None:
    night.tidy()
