"""A form that is shown again with what was typed in it says so: leaving it asks, as it does of what is being typed."""

import pytest

from tests.callcenter.web.conftest import SignIn
from tests.support.spoken import spoke
from tests.support.town import settle

HOLDS = " data-typed"
CLOSING = {"scope": "46", "first": "2026-12-03", "last": "2026-12-05", "topic": "*", "reason": "strike"}
ORDER = {"scope": "46", "topic": "impots", "act": "close", "ends": "lift"}


@pytest.mark.parametrize(
    ("page", "to", "typed"),
    [
        ("/admin/agents/new", "/admin/agents/new", {"name": "Zoé"}),
        ("/admin/directory/topic?scope=46", "/admin/directory/topic", {"scope": "46", "name-fr": "Chasse"}),
        ("/admin/directory/item/procedure?scope=46", "/admin/directory/procedure", {"scope": "46", "named-fr": "A"}),
        ("/admin/shared-lines", "/admin/shared-lines", {"name": "Mairie"}),
        ("/admin/hours?scope=46", "/admin/hours/write", {"scope": "46", "hours": "quand on peut"}),
        ("/admin/hours?scope=46", "/admin/hours/write", {"scope": "46", "by_day": "yes", "day-Mo": "tôt"}),
        ("/admin/hours?scope=46", "/admin/hours/except", CLOSING | {"reason": ""}),
        ("/admin/hours?scope=46", "/admin/hours/except", CLOSING),
        ("/admin/hours?scope=46", "/admin/hours/except", CLOSING | {"again": "1"}),
        ("/admin/departments/46", "/admin/departments/46", {"since": "demain", "state": "open"}),
        ("/supervision/messages", "/supervision/messages", {"words": "Réunion à 14 h"}),
        ("/supervision/orders", "/supervision/orders/queue", ORDER | {"topic": ""}),
        ("/supervision/orders", "/supervision/orders/queue", ORDER),
        ("/supervision/orders", "/supervision/orders/queue", ORDER | {"again": "1"}),
    ],
)  # fmt: skip
def test_a_form_that_was_refused_or_is_read_back_says_that_it_holds_something(
    sign_in: SignIn, page: str, to: str, typed: dict[str, str]
) -> None:
    settle("karim")
    settle("ines", role="admin")
    browser = sign_in("ines")
    assert HOLDS not in browser.get(page).text
    shown = browser.post(to, data=typed)
    assert shown.status_code in (200, 422)
    assert shown.text.count(HOLDS) == 1


def test_an_agents_refused_forms_say_so_too(sign_in: SignIn) -> None:
    correction = f"/contacts/{spoke(settle('karim'), '+33565051234')}/correction"
    browser = sign_in("karim")
    oriented = {"procedure-0": "declaration-revenus", "outcome-0": "orientation"}
    for page, typed in ((correction, oriented), ("/desk/keys", {"accept": "DD"})):
        assert HOLDS not in browser.get(page).text
        assert browser.post(page, data=typed).text.count(HOLDS) == 1
