"""The page and the interface by which an administrator lists the lines that many people call from."""

import html

from sqlalchemy import text

from callcenter.db import reading
from tests.callcenter.web.conftest import SignIn
from tests.support.town import settle

HOME = {"name": "EHPAD Les Tilleuls", "number": "05 65 05 12 34"}


def test_an_administrator_lists_a_line_and_takes_it_off(sign_in: SignIn) -> None:
    settle("admin", role="admin")
    admin = sign_in("admin")
    assert admin.post("/admin/shared-lines", data=HOME).status_code == 303
    page = html.unescape(admin.get("/admin/shared-lines?done=1").text)
    assert "EHPAD Les Tilleuls" in page
    assert "+33 5 •• •• •• 34" in page
    assert "05 65 05 12 34" not in page
    assert "Ligne partagée ajoutée" in page
    (line,) = admin.get("/api/admin/shared-lines").json()
    assert admin.post("/admin/shared-lines/remove", data={"line_id": line["id"]}).status_code == 303
    page = html.unescape(admin.get("/admin/shared-lines").text)
    assert "Aucune ligne." in page
    assert "Ligne partagée retirée" in page
    assert admin.post("/admin/shared-lines/remove", data={"line_id": line["id"]}).status_code == 404


def test_what_cannot_be_listed_is_refused_in_words(sign_in: SignIn) -> None:
    settle("admin", role="admin")
    admin = sign_in("admin")
    for wrong, said in (
        (HOME | {"number": "12"}, "n'est pas un numéro"),
        (HOME | {"number": "0687261234"}, "peuvent être deux numéros"),
        (HOME | {"name": "  "}, "à qui est cette ligne"),
        (HOME | {"name": ""}, "Vérifiez"),
    ):
        answer = admin.post("/admin/shared-lines", data=wrong)
        assert answer.status_code == 422
        assert said in html.unescape(answer.text)
    assert admin.post("/api/admin/shared-lines", json=HOME).status_code == 201
    assert admin.post("/api/admin/shared-lines", json=HOME | {"number": "+33565051234"}).status_code == 422
    assert len(admin.get("/api/admin/shared-lines").json()) == 1


def test_the_number_rests_sealed_and_only_administrators_see_the_page(sign_in: SignIn) -> None:
    settle("admin", role="admin")
    settle("ines", role="supervisor", departments=["46"])
    assert sign_in("admin").post("/api/admin/shared-lines", json=HOME).status_code == 201
    with reading() as session:
        kept = "\n".join(session.scalars(text("select s::text || a::text from shared_lines s, audit a")))
    assert "565051234" not in kept
    assert b"565051234".hex() not in kept
    ines = sign_in("ines")
    assert ines.get("/admin/shared-lines").status_code == 403
    assert ines.post("/api/admin/shared-lines", json=HOME).status_code == 403
