"""The page of the calls that wait."""

import pytest

from tests.callcenter.web.conftest import SignIn
from tests.support.town import settle


@pytest.mark.parametrize(("asked", "status"), [("fr", 200), ("en", 200), ("", 200), ("25:61", 422), ("de", 422)])
def test_a_language_that_nobody_speaks_is_refused_and_not_looked_for(sign_in: SignIn, asked: str, status: int) -> None:
    settle("ines", role="supervisor", departments=["46"])
    answer = sign_in("ines").get("/supervision/waiting", params={"topic": "impots", "language": asked})
    assert answer.status_code == status
