"""The page of a department's hours."""

from tests.callcenter.web.conftest import SignIn


def test_a_departments_message_and_thresholds_are_on_its_page_with_their_history(sign_in: SignIn, people: None) -> None:
    web = sign_in("admin")
    own = {"csrf": web.headers["X-CSRF-Token"], "scope": "46", "department": "46"}
    asked = {
        "message": {"fr": "Inondations dans le Lot.", "heard": "read"},
        "threshold": {"topic": "*", "region_after": "10", "nation_after": "30"},
    }
    for form, fields in asked.items():
        done = web.post(f"/supervision/orders/{form}", data=own | fields | {"ends": "lift", "confirmed": "1"})
        assert done.headers["location"] == "/supervision/orders?done=0"
    page = web.get("/admin/departments/46").text
    assert page.count("Inondations dans le Lot.") == 2  # as it stands, and in the history
    assert "Seuils : 10 s, 30 s" in page
    lifted = web.post("/supervision/orders/lift", data=own | {"lift": "message:46:"})
    assert lifted.headers["location"] == "/admin/departments/46?done=1"
    assert "Message : plus de « Inondations dans le Lot. »" in web.get("/admin/departments/46").text
    assert "Inondations" not in web.get("/admin/departments/31").text


def test_a_message_changed_in_one_language_is_told_in_that_one(sign_in: SignIn, people: None) -> None:
    web = sign_in("admin")
    own = {"csrf": web.headers["X-CSRF-Token"], "scope": "46", "fr": "Grève.", "heard": "read"}
    for english in ("Strike.", "On strike today."):
        asked = own | {"en": english, "ends": "lift", "confirmed": "1"}
        assert web.post("/supervision/orders/message", data=asked).status_code == 303
    latest = web.get("/admin/departments/46").text.partition('id="history-title"')[2].partition("</li></ul>")[0]
    assert "Message en anglais : « Strike. » devient « On strike today. »" in latest
    assert "Message :" not in latest
