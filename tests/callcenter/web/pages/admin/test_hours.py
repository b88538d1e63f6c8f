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


def test_a_form_that_is_refused_leaves_its_neighbour_what_is_held(sign_in: SignIn, people: None) -> None:
    web = sign_in("admin")
    own = {"csrf": web.headers["X-CSRF-Token"], "scope": "46", "topic": ""}
    assert web.post("/admin/hours/write", data=own | {"hours": "lundi au vendredi 9h-12h"}).status_code == 303
    by_day = web.post("/admin/hours/write", data=own | {"by_day": "yes", "day-Mo": "demain", "day-Tu": "14h-17h"})
    assert by_day.status_code == 422
    assert ">lundi à vendredi 9h-12h</textarea>" in by_day.text
    assert ('value="demain"' in by_day.text, 'value="14h-17h"' in by_day.text) == (True, True)
    assert 'value="9h-12h"' not in by_day.text
    as_said = web.post("/admin/hours/write", data=own | {"hours": "demain"})
    assert as_said.status_code == 422
    assert ">demain</textarea>" in as_said.text
    assert as_said.text.count('value="9h-12h"') == 5
    holiday = web.post("/admin/hours/holiday", data=own | {"scope": "46", "day": "1", "is_holiday": "yes"})
    assert holiday.status_code == 422
    assert ">lundi à vendredi 9h-12h</textarea>" in holiday.text
    assert 'name="day" type="date" value="1"' in holiday.text


def test_a_day_that_is_refused_stays_in_its_field(sign_in: SignIn, people: None) -> None:
    web = sign_in("admin")
    own = {"csrf": web.headers["X-CSRF-Token"], "scope": "46"}
    for page, more in (
        ("/admin/departments/46", {"state": "open", "since": "2040-01-01"}),
        ("/admin/directory/topic", {"keys": "14", "was": "", "since": "2020-01-01", "heading-fr": "les aides"}),
    ):
        refused = web.post(page, data=own | more)
        assert refused.status_code == 422
        assert f'type="date" value="{more["since"]}"' in refused.text, page
        assert ('value="les aides"' in refused.text) == ("heading-fr" in more)
