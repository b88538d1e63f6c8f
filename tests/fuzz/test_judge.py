"""What the fuzz calls a fault of a refusal: its own words on a page, out of the fields that they were typed into."""

import pytest

from tests.fuzz.asking import Request
from tests.fuzz.judge import Answer, Judge
from tests.fuzz.values import MARKED

ASKED = Request("web", "POST", "/supervision/messages", body=f"words={MARKED}".encode()).marked(7)


def faults(page: str) -> list[str]:
    return list(Judge(4).faults(ASKED, Answer(422, "text/html", page, 0.1)))


@pytest.mark.parametrize("page", ["<p>zq7x000007</p>", "zq7x000007", '<p class="quiet">« zq7x000007 »</p>'])
def test_what_was_sent_is_not_said_back(page: str) -> None:
    assert faults(page) == ["an error repeats what was sent"]


@pytest.mark.parametrize(
    "page",
    [
        '<input value="zq7x000007">',
        "<textarea rows=3>zq7x000007</textarea>",
        '<p class="fr-error-text" id="hours-error">« zq7x000007 » n&#39;est pas compris</p>',
        "<p>zq7x000006</p>",
    ],
    ids=["in its field", "in its text", "beside its field", "another request's, which was taken"],
)
def test_what_stands_in_its_own_field_or_was_taken_before_is_no_fault(page: str) -> None:
    assert faults(page) == []
