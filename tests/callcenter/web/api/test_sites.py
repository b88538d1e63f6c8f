"""Sites: closed or opened for a day by those who may, on the page and by the API, and found by a folded search."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.db import transaction
from callcenter.rules.opening_hours import opening
from callcenter.rules.territory import local_day
from tests.callcenter.web.conftest import SignIn
from tests.support.listed_sites import LIST, send
from tests.support.town import settle


def test_a_bus_does_not_come_on_a_day_declared_a_holiday(web: Any) -> None:
    stop = {"structure_parente": "Bus", "commune": "Aigre", "code_postal": "16140", "horaires": "Mo-Su 09:00-12:00"}
    send(web, json.dumps([stop]), "rounds")
    send(web, LIST.replace("11;Bus du Lot;46;46160;Cajarc", "11;Bus du Ruffécois;16;16700;Condac"))
    pages = ("/sites/11", "/sites?department=16")
    assert all("Le bus passe le " not in web.get(page).text for page in pages)  # it comes within a week, without a date
    today = local_day("16", clock.now())
    for n in range(9):
        asked = {"scope": "16", "day": str(today + timedelta(days=n)), "is_holiday": True}
        assert web.put("/api/admin/holidays", json=asked).status_code == 204
    assert all("Le bus passe le " in web.get(page).text for page in pages)


def today_of(page: str) -> str:
    fact = page[page.index("Aujourd&#39;hui") :]
    return fact[: fact.index("</dd>")]


def test_a_site_is_closed_in_one_form_by_its_supervisor_and_the_next_list_leaves_it_so(
    web: Any, sign_in: SignIn
) -> None:
    send(web, LIST)
    settle("ines", role="supervisor", departments=["46"])
    ines = sign_in("ines")
    before = opening(config_snapshot.refresh().hours, "46", clock.now())
    today = local_day("46", clock.now())
    form = {"csrf": ines.headers["X-CSRF-Token"], "scope": "S7", "hours": ""}
    days = {"first": today.isoformat(), "last": (today + timedelta(days=1)).isoformat()}
    assert "Grève" not in today_of(ines.get("/sites/7").text)
    done = ines.post("/sites/7/except", data=form | days | {"reason": "strike", "confirmed": "1"})
    assert done.headers["location"] == "/sites/7?done=1"
    assert "Grève" in ines.get("/sites?department=46").text
    send(web, LIST.replace("Maison du Lot", "Maison de Cahors"))
    page = ines.get("/sites/7").text
    assert "Fermé" in today_of(page)
    assert "Grève" in today_of(page)
    assert "Fermeture exceptionnelle" in page[page.index("Historique") :]
    assert ines.get("/api/sites/9").json()["exception"] == ""
    assert opening(config_snapshot.refresh().hours, "46", clock.now()) == before  # site hours never route
    (exception,) = ines.get("/api/admin/sites/7/exceptions").json()
    assert (exception["reason"], exception["yours"], exception["last"]) == ("strike", True, days["last"])
    assert ines.post("/sites/7/forget", data=form | {"exception_id": exception["id"]}).status_code == 303
    page = ines.get("/sites/7").text
    assert "Grève" not in today_of(page)
    assert "Exception retirée" in page


def test_a_site_may_open_at_other_hours_for_a_day(web: Any) -> None:
    send(web, LIST)
    today = local_day("974", clock.now()).isoformat()
    asked = {"scope": "S12", "first": today, "last": today, "reason": "training", "hours": "10:00-11:30"}
    assert web.post("/api/admin/exceptions", json=asked).status_code == 201
    shown = web.get("/api/sites/12").json()
    assert (shown["today"], shown["exception"], shown["known_hours"]) == ([["10:00", "11:30"]], "training", True)
    page = web.get("/sites/12").text
    assert page.count("tous les jours 10h-11h30") == 3  # as announced, in the table and in the history
    assert "10:00-11:30" not in page


def test_only_those_who_supervise_its_department_close_a_site(web: Any, sign_in: SignIn) -> None:
    send(web, LIST)
    settle("ines", role="supervisor", departments=["31"])
    settle("karim")
    ines, karim = sign_in("ines"), sign_in("karim")
    first, last = (local_day("46", clock.now()) + timedelta(days=days) for days in (9, 10))
    asked = {"first": f"{first}", "last": f"{last}", "reason": "strike"}
    kept = web.post("/api/admin/exceptions", json=asked | {"scope": "S7"}).json()["id"]
    assert ines.post("/api/admin/exceptions", json=asked | {"scope": "S7"}).status_code == 403
    assert ines.delete(f"/api/admin/exceptions/{kept}").status_code == 403
    form = asked | {"csrf": karim.headers["X-CSRF-Token"]}
    assert karim.post("/sites/7/except", data=form).status_code == 403
    for other in (ines, karim):
        page = other.get("/sites/7").text
        assert "/sites/7/except" not in page
        assert "/sites/7/forget" not in page
        assert f"{first:%d/%m/%Y}" in page  # but everybody reads it
    for wrong in (
        {"scope": "S99"},
        {"scope": "S07"},
        {"scope": "S7", "topic": "impots"},
        {"scope": "S"},
        {"scope": "S7", "hours": "x"},
    ):
        assert web.post("/api/admin/exceptions", json=asked | wrong).status_code == 422, wrong
    refused = web.post("/sites/7/except", data=asked | {"csrf": web.headers["X-CSRF-Token"], "hours": "demain"})
    assert refused.status_code == 422
    assert "« demain » n&#39;est pas compris" in refused.text


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("L’Hospitalet-du-Cœur", "l'hospitalet"), ("L'Hospitalet du Coeur", "l’hospitalet cœur"),
        ("Lætitia", "LAETITIA"), ("Laetitia", "lætitia"), ("Sainte‑Eulalie", "sainte-eulalie"),
        ("Sainte Eulalie", "sainte-eulalie"), ("No\u0308el", "nöel"), ("NOËL", "noel"),
    ],
)  # fmt: skip
def test_a_search_folds_both_sides(web: Any, stored: str, typed: str) -> None:
    send(web, LIST.replace("Antenne de Figeac", stored))
    assert [site["id"] for site in web.get("/api/sites", params={"words": typed}).json()["sites"]] == [9]
    settle("zoe")
    with transaction() as session:
        session.execute(text("update agents set name = :name where login = 'zoe'"), {"name": stored})
    assert [each["login"] for each in web.get("/api/admin/agents", params={"text": typed}).json()] == ["zoe"]
