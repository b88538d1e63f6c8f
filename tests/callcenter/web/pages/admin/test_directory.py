"""The directory's pages."""

from typing import Any

import pytest

from callcenter.db import reading
from callcenter.records import referents
from tests.callcenter.web.conftest import SignIn
from tests.support.town import settle

LINE = {
    "scope": "46",
    "partner": "",
    "helpline": "true",
    "desk": "Écoute du Lot",
    "phone": "05 65 00 99 11",
    "hours": "",
}
BOX = '<input type="checkbox" id="helpline" name="helpline" value="true"'
SAID = "lundi au vendredi 8h30-12h, 14h-18h"
SHOWN = "lundi à vendredi 8h30-12h, 14h-18h"


def test_a_refused_form_of_the_directory_keeps_what_was_typed(web: Any) -> None:
    csrf = {"csrf": web.headers["X-CSRF-Token"], "scope": "46"}
    forms = {
        "referent": {"partner": "caf", "desk": "Référents du Lot", "phone": "12", "hours": "9 h-12 h"},
        "partner": {"code": "É", "name": "Espace Info Énergie", "since": "2030-01-01"},
        "procedure": {"code": "É", "named-fr": "Relire un bail", "named-en": "Read a lease", "topic": "logement"},
    }
    for form, typed in forms.items():
        refused = web.post(f"/admin/directory/{form}", data=csrf | typed)
        assert refused.status_code == 422, form
        for name, value in typed.items():
            kept = f'<option value="{value}" selected>' if name in ("partner", "topic") else f'value="{value}"'
            assert kept in refused.text, (form, name)


def test_a_page_that_refuses_a_choice_shows_what_was_typed_in_its_field_alone(web: Any) -> None:
    typed = {"scope": "46", "was": "3", "keys": "3", "label-fr": "<script>zq7x", "csrf": web.headers["X-CSRF-Token"]}
    page = web.post("/admin/directory/topic", data=typed)
    assert page.status_code == 422
    assert page.text.count("zq7x") == 1
    assert 'value="&lt;script&gt;zq7x"' in page.text
    assert "<title>Impôts" in page.text.partition("</title>")[0]


def test_a_helpline_is_recorded_by_its_box_for_a_distress_alone(web: Any, sign_in: SignIn) -> None:
    csrf = {"csrf": web.headers["X-CSRF-Token"]}
    assert f"{BOX}>" in web.get("/admin/directory/item/referent", params={"scope": "46"}).text
    assert web.post("/admin/directory/referent", data=csrf | LINE).status_code == 303
    with reading() as session:
        (line,) = referents.helplines(session, "46")
        assert referents.referents(session, "46") == []
        assert referents.helplines(session, "31") == []
    assert (line.desk, line.phone, line.partner) == ("Écoute du Lot", "+33565009911", "")
    assert "Détresse" in web.get("/admin/directory", params={"scope": "46"}).text
    again = web.get("/admin/directory/item/referent", params={"scope": "46", "code": line.id}).text
    assert f"{BOX} checked>" in again
    settle("karim")
    karim = sign_in("karim")
    assert "Écoute du Lot" in karim.get("/desk/distress").text
    assert "Écoute du Lot" not in karim.get("/desk/help").text


def test_the_box_unticked_makes_it_a_partners_desk_again(web: Any) -> None:
    csrf = {"csrf": web.headers["X-CSRF-Token"]}
    web.post("/admin/directory/referent", data=csrf | LINE)
    with reading() as session:
        (line,) = referents.helplines(session, "46")
    unticked = (
        csrf | {name: value for name, value in LINE.items() if name != "helpline"} | {"id": line.id, "was": line.id}
    )
    refused = web.post("/admin/directory/referent", data=unticked)
    assert refused.status_code == 422  # of no partner it is nobody's
    assert f"{BOX}>" in refused.text
    assert web.post("/admin/directory/referent", data=unticked | {"partner": "caf"}).status_code == 303
    with reading() as session:
        assert referents.helplines(session, "46") == []
        assert [each.partner for each in referents.referents(session, "46")] == ["caf"]


@pytest.mark.parametrize("number", ["15", "112", "119", "3114", "3919", "116006", "0 800 05 95 95", "0892 12 34 56"])
def test_a_helpline_has_a_long_number_that_we_may_ring(web: Any, number: str) -> None:
    """Short numbers are read out, never dialled; a number that we do not call would be learnt of in a distress."""
    refused = web.post("/admin/directory/referent", data=LINE | {"csrf": web.headers["X-CSRF-Token"], "phone": number})
    assert refused.status_code == 422
    assert f"{BOX} checked>" in refused.text
    assert 'id="phone-error"' in refused.text
    assert "Écoute du Lot" in refused.text
    with reading() as session:
        assert referents.helplines(session, "46") == []


@pytest.mark.parametrize("helpline", ["", "true"])
def test_a_desks_hours_are_written_as_people_do_and_shown_so_everywhere(
    web: Any, sign_in: SignIn, helpline: str
) -> None:
    settle("karim")
    typed = {"scope": "46", "partner": "caf", "desk": "Écoute du Lot", "phone": "05 65 00 00 70", "hours": SAID}
    form = typed | {"helpline": helpline, "csrf": web.headers["X-CSRF-Token"]}
    refused = web.post("/admin/directory/referent", data=form | {"hours": "demain matin"})
    assert refused.status_code == 422
    assert 'value="demain matin"' in refused.text
    assert 'id="hours-error">« demain » n\'est pas compris.' in refused.text.replace("&#39;", "'")
    assert web.post("/admin/directory/referent", data=form).status_code == 303
    with reading() as session:
        read = referents.helplines if helpline else referents.referents
        (row,) = read(session, "46")
    assert row.hours == "Mo-Fr 08:30-12:00,14:00-18:00"
    listed = web.get("/admin/directory?scope=46").text
    assert listed.count(SHOWN) == 2  # in the table and in the history
    assert "Mo-Fr" not in listed
    assert f'value="{SHOWN}"' in web.get(f"/admin/directory/item/referent?scope=46&code={row.id}").text
    page = sign_in("karim").get("/desk/distress" if helpline else "/desk/help").text
    assert SHOWN in page
    assert helpline or "horaires à vérifier" not in page


@pytest.mark.parametrize(
    ("page", "form", "field"),
    [
        ("/admin/directory/referent", LINE | {"scope": "988", "phone": "0687 26 12 34"}, "phone"),
        (
            "/admin/agents/new",
            {"name": "Zoé", "login": "zoe", "role": "agent", "department": "988", "phone": "0687261234"},
            "phone",
        ),
        ("/admin/shared-lines", {"number": "687 26 12 34", "name": "EHPAD"}, "number"),
    ],
)
def test_figures_that_may_be_two_numbers_are_refused_beside_their_field(
    web: Any, page: str, form: dict[str, str], field: str
) -> None:
    refused = web.post(page, data=form | {"csrf": web.headers["X-CSRF-Token"]})
    assert refused.status_code == 422
    said = refused.text.partition(f'id="{field}-error">')[2].partition("<")[0]
    assert said.startswith("Ces chiffres peuvent être deux numéros")
    assert f'aria-describedby="{field}-error" autofocus' in refused.text
