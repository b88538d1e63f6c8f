"""What one press asks and is refused is said beside the press, on a page and in the panel beside a call: the list that
was pressed in stays. What is done goes on from there."""

import pytest

from tests.callcenter.web.conftest import SignIn
from tests.support.promised import asked
from tests.support.spoken import spoke
from tests.support.town import settle

pytestmark = pytest.mark.usefixtures("monday")
PART = {"HX-Request": "true"}
PANEL = {"X-Panel": "1"}


@pytest.mark.parametrize("path", ["/callbacks/{}/start", "/contacts/{}/call-back"])
def test_a_call_that_may_not_be_begun_is_refused_beside_its_button(sign_in: SignIn, path: str) -> None:
    karim = settle("karim")
    promised = asked()
    owed = spoke(karim, "+33565051236", entries=None)
    browser = sign_in("karim")
    to = path.format(promised if path.startswith("/callbacks") else owed)
    alone = browser.post(to)
    assert "<html" in alone.text
    beside = browser.post(to, headers=PART)
    assert beside.status_code == alone.status_code == 409
    assert 'hx-target="#said"' in beside.text
    assert "<html" not in beside.text
    in_panel = browser.post(to, headers=PANEL)
    assert in_panel.headers["content-type"].startswith("text/plain")
    assert in_panel.text
    assert "<" not in in_panel.text


@pytest.mark.parametrize(
    ("page", "path", "lacking"),
    [
        ("/supervision/callbacks", "/supervision/callbacks/unheard", {}),
        ("/supervision/thresholds", "/supervision/thresholds", {"measure": "longest_wait", "watch": "rien"}),
        ("/supervision/links", "/supervision/links/revoke", {"link_id": "none"}),
    ],
)
def test_a_form_of_supervision_that_lacks_something_is_refused_where_it_stands(
    sign_in: SignIn, page: str, path: str, lacking: dict[str, str]
) -> None:
    settle("ines", role="admin")
    browser = sign_in("ines")
    assert browser.get(page).status_code == 200
    refused = browser.post(path, data=lacking, headers=PART)
    assert refused.status_code in (404, 422)
    assert 'hx-target="#said"' in refused.text
    assert "<html" not in refused.text


def test_what_is_done_says_where_the_page_goes_on(sign_in: SignIn) -> None:
    settle("ines", role="admin")
    browser = sign_in("ines")
    given = {"measure": "longest_wait", "watch": "30", "alarm": "90"}
    assert browser.post("/supervision/thresholds", data=given).status_code == 303
    done = browser.post("/supervision/thresholds", data=given, headers=PART)
    assert (done.status_code, done.headers["HX-Redirect"]) == (200, "/supervision/thresholds")
    assert "location" not in done.headers


def test_the_lists_ask_for_what_is_refused_to_be_said_beside(sign_in: SignIn) -> None:
    """On a page of its own; in a panel its own script sends the form."""
    settle("karim")
    promised = asked()
    browser = sign_in("karim")
    asks = f'hx-post="/callbacks/{promised}/start"'
    assert asks in browser.get("/callbacks").text
    in_panel = browser.get("/callbacks", headers=PANEL).text
    assert asks not in in_panel
    assert f'action="/callbacks/{promised}/start"' in in_panel
