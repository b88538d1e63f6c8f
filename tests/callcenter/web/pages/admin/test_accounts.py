"""The accounts' pages."""

from callcenter import clock
from callcenter.db import transaction
from callcenter.records import sessions
from tests.callcenter.web.conftest import SignIn


def test_the_pages_keep_what_was_typed_and_say_what_is_wrong(sign_in: SignIn, admin: str) -> None:
    web = sign_in("admin")
    form = {"name": "Zoé", "login": "Z", "department": "46", "topics": "impots", "csrf": web.headers["X-CSRF-Token"]}
    refused = web.post("/admin/agents/new", data=form)
    assert refused.status_code == 422
    assert 'value="Zoé"' in refused.text
    assert 'id="login-error"' in refused.text
    made = web.post("/admin/agents/new", data=form | {"login": "zoe"})
    assert made.status_code == 200
    assert "Création" in made.text
    assert web.get("/admin/agents?text=zo").text.count("/admin/agents/") >= 2
    assert web.get("/admin/agents/none").status_code == 404
    with transaction() as session:
        sessions.revoke(session, admin, clock.now())
    assert web.get("/admin/agents").headers["location"] == "/sign-in?to=%2Fadmin%2Fagents"
