"""The index does what brute force does, whatever comes in whatever order."""

import random

import pytest

from tests.support.live_campaign import Campaign


@pytest.mark.parametrize("seed", range(30))
def test_the_index_is_exact(seed: int) -> None:
    Campaign(random.Random(seed)).run(steps=700)
