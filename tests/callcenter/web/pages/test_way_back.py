"""A refusal keeps the menu; whoever must sign in again is back where they were, and never on another site."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from callcenter.config import settings
from tests.callcenter.web.conftest import SignIn
from tests.support.town import PASSWORD, settle

Browser = Callable[[], TestClient]
MENU = '<a href="/admin" aria-current="page">'


def test_a_page_that_is_not_yours_or_not_there_keeps_the_menu_and_says_what_to_do(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    ines = sign_in("ines")
    for path, status, title, after in (
        ("/admin/agents", 403, "Accès refusé", "un administrateur peut changer votre compte"),
        ("/admin/no-such-page", 404, "Page introuvable", "Reprenez par le menu"),
        ("/admin/departments/31", 403, "Accès refusé", "un administrateur peut changer votre compte"),
        ("/admin/departments/ZZ", 404, "Page introuvable", "Reprenez par le menu"),
    ):
        page = ines.get(path)
        assert page.status_code == status
        assert MENU in page.text
        assert '<nav class="subnav"' in page.text
        assert f"<title>{title}" in page.text
        assert after in page.text
        assert 'href="/help/refused"' in page.text


def test_a_refusal_leads_back_to_the_page_before(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    ines = sign_in("ines")
    said = {"Referer": settings().public_web_url + "/admin/hours?scope=46"}
    assert 'class="fr-btn" href="/admin/hours?scope=46"' in ines.get("/admin/agents", headers=said).text
    elsewhere = ines.get("/admin/agents", headers={"Referer": "https://elsewhere.example//evil.example"})
    assert "evil.example" not in elsewhere.text


@pytest.mark.parametrize(
    ("asked", "back"),
    [
        ("/admin/hours?scope=46", "/admin/hours?scope=46"),
        ("/sites?words=caf%C3%A9+%26+Cie", "/sites?words=caf%C3%A9+%26+Cie"),
        ("/", "/"),
    ],
)
def test_whoever_signs_in_is_back_where_they_were(browser: Browser, asked: str, back: str) -> None:
    settle("admin", role="admin")
    client = browser()
    door = client.get(asked).headers["location"]
    page = client.get(door)
    assert ("de retour sur votre page" in page.text) is (back != "/")
    assert 'href="/help/door"' in page.text
    wrong = client.post("/sign-in", data={"login": "admin", "password": "faux", "to": back})
    assert wrong.status_code == 401
    assert (f'name="to" value="{back.replace("&", "&amp;")}"' in wrong.text) is (back != "/")
    begun = client.post("/sign-in", data={"login": "admin", "password": PASSWORD, "to": back})
    assert (begun.status_code, begun.headers["location"]) == (303, back)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example/", "//elsewhere.example", "///elsewhere.example", "/\\elsewhere.example",
        "\\\\elsewhere.example", "/%09/elsewhere.example\t", "/\n/elsewhere.example", "javascript:alert(1)", "sites",
        "/sign-out", "/sign-in?to=/sites", "/api/session", "/static/css/staff.css", " /sites", "/sites /x",
        "http:/elsewhere.example", "/" + "x" * 2000, "",
    ],
)  # fmt: skip
def test_a_door_leads_to_no_other_site_and_to_nothing_that_is_no_page(browser: Browser, elsewhere: str) -> None:
    settle("admin", role="admin")
    client = browser()
    page = client.get("/sign-in", params={"to": elsewhere})
    assert 'name="to"' not in page.text or elsewhere == "/%09/elsewhere.example\t"
    begun = client.post("/sign-in", data={"login": "admin", "password": PASSWORD, "to": elsewhere})
    assert begun.status_code == 303
    assert begun.headers["location"] == "/"


def test_a_form_sent_after_the_session_ended_says_that_nothing_was_kept(browser: Browser) -> None:
    client = browser()
    said = {"Referer": settings().public_web_url + "/admin/hours?scope=46"}
    door = client.post("/admin/hours/write", data={"scope": "46"}, headers=said).headers["location"]
    assert door == "/sign-in?to=%2Fadmin%2Fhours%3Fscope%3D46&unsent=1"
    assert "n&#39;a pas été enregistré" in client.get(door).text
    part = client.get("/desk", headers={"HX-Request": "true", "HX-Current-URL": settings().public_web_url + "/sites/7"})
    assert part.headers["HX-Redirect"] == "/sign-in?to=%2Fsites%2F7"


def test_a_form_that_was_refused_is_no_page_to_come_back_to(sign_in: SignIn) -> None:
    settle("admin", role="admin")
    admin = sign_in("admin")
    asked = {"language": "en", "csrf": admin.headers["X-CSRF-Token"]}
    said = {"Referer": settings().public_web_url + "/admin/hours/write"}
    assert admin.post("/my-language", data=asked, headers=said).headers["location"] == "/admin/hours"


def test_the_language_chosen_at_the_door_keeps_the_way_back(browser: Browser) -> None:
    client = browser()
    said = {"Referer": settings().public_web_url + "/sign-in?to=%2Fsites%2F7"}
    assert (
        client.post("/language", data={"language": "en"}, headers=said).headers["location"]
        == "/sign-in?to=%2Fsites%2F7"
    )
    said = {"Referer": settings().public_web_url + "/help/door"}
    assert client.post("/language", data={"language": "en"}, headers=said).headers["location"] == "/help/door"


def test_help_is_told_to_strangers_at_the_door_and_keeps_the_menu_of_whoever_is_signed_in(
    browser: Browser, sign_in: SignIn
) -> None:
    assert "Après plusieurs essais faux" in browser().get("/help/door").text
    settle("admin", role="admin")
    admin = sign_in("admin")
    said = {"Referer": settings().public_web_url + "/admin/hours?scope=46"}
    page = admin.get("/help/hours", headers=said).text
    assert MENU in page
    assert 'href="/admin/hours?scope=46">' in page
    assert "Toutes les pages d&#39;aide" in admin.get("/help/nothing-of-the-kind").text
