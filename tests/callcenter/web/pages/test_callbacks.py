"""The pages of callbacks: the printed list, and the half day that an agent agrees on."""

import pytest

from callcenter.db import reading
from callcenter.records import sessions
from tests.callcenter.web.conftest import SignIn
from tests.support.promised import asked
from tests.support.town import settle

pytestmark = pytest.mark.usefixtures("monday")


def test_the_printed_list_has_whole_numbers_and_looking_is_written_down(sign_in: SignIn) -> None:
    ines_id = settle("ines", role="supervisor", departments=["46"])
    asked()
    page = sign_in("ines").get("/supervision/callbacks/print").text
    assert "05 65 05 12 34" in page
    with reading() as session:
        assert ines_id in [each.who for each in session.query(sessions.AuditEntry).all()]
