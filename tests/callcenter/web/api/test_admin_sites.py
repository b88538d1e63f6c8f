"""The national list from a page: whole or not at all, told as the command tells it, and what a site was before."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.db import Conflict, reading, transaction
from callcenter.records import sessions, sites
from callcenter.rules import national_list, site_hours
from callcenter.rules.opening_hours import opening
from callcenter.rules.territory import local_day
from tests.callcenter.web.api.conftest import SignIn
from tests.support.data import real
from tests.support.town import settle

LIST = """id_fs;lib_fs;insee_dep;code_postal;lib_com;telephone;h_lundi;latitude;longitude;format_fs
7;Maison du Lot;46;46000;Cahors;05 65 00 00 07;09:00 - 12:00 / 11:30 - 17:00;44,4491;1,4366;Fixe
9;Antenne de Figeac;46;46100;Figeac;;;44,6086;2,0317;Fixe_antenne(s)
11;Bus du Lot;46;46160;Cajarc;05 65 00 00 08;;44,4850;1,8450;Bus_équivalent
12;Case de La Réunion;974;97400;Saint-Denis;0262 00 00 12;08:00 - 12:00;-20,88;55,45;Fixe
"""


@pytest.fixture
def web(sign_in: SignIn) -> Any:
    settle("admin", role="admin")
    return sign_in("admin")


def send(web: Any, content: str | bytes, to: str = "list", **more: str) -> Any:
    content = content.encode() if isinstance(content, str) else content
    form = {"csrf": web.headers["X-CSRF-Token"]} | more
    return web.post(f"/admin/sites/{to}", data=form, files={"table": ("liste.csv", content)})


def known() -> set[int]:
    with reading() as session:
        return {site.id for site in sites.every(session)}


def test_a_list_is_taken_in_from_the_page_and_told_with_every_doubt(web: Any) -> None:
    done = send(web, LIST)
    assert done.status_code == 200
    assert "4 sites pour 4 lignes : 4 nouveaux, 0 modifiés, 0 revenus, 0 disparus, 0 inchangés." in done.text
    assert "Horaires qui se chevauchent : 1" in done.text
    assert known() == {7, 9, 11, 12}
    assert "0 nouveaux, 0 modifiés, 0 revenus, 0 disparus, 4 inchangés" in send(web, LIST).text
    with reading() as session:
        (first,) = sessions.history(session, ["sites"])
    assert (first.act, first.changes, first.who) == ("took in a list of sites", {"new": ["", "4"]}, "Admin")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Il est vide."),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "Ce n&#39;est pas du texte"),
        (LIST[:-30].encode(), "Il est coupé : ligne 5."),
        (b"login;name\nx;y\n", "Ce fichier n&#39;est pas la liste nationale"),
        (b"x" * (national_list.LARGEST + 1), "Il dépasse 20000000 octets."),
        (LIST.rsplit("12;Case", 1)[0].encode(), "ne contient plus une grande partie des sites connus"),
    ],
)
def test_what_is_not_the_whole_list_is_refused_in_words_and_nothing_changes(
    web: Any, content: bytes, sentence: str
) -> None:
    assert send(web, LIST).status_code == 200
    refused = send(web, content)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert "rien n&#39;a été changé" in refused.text
    assert known() == {7, 9, 11, 12}


def test_a_site_tells_what_it_was_and_who_brought_the_change(web: Any) -> None:
    send(web, LIST)
    other = LIST.replace("Maison du Lot", "Maison de Cahors").replace("08:00 - 12:00", "09:00 - 12:00")
    told = send(web, other).text
    assert "0 nouveaux, 2 modifiés" in told
    assert '<li><a class="fr-link" href="/sites/7">7</a> : Nom</li>' in told
    assert '<li><a class="fr-link" href="/sites/12">12</a> : Horaires</li>' in told
    page = web.get("/sites/7").text
    assert "Maison du Lot → Maison de Cahors" in page
    assert "Modifié par la liste" in page
    assert "Mo 08:00-12:00 → Mo 09:00-12:00" in web.get("/sites/12").text
    gone = send(web, other.rsplit("12;Case", 1)[0], all_that_go="true")
    assert "1 disparus" in gone.text
    assert "Disparu de la liste" in web.get("/sites/12").text
    assert "n&#39;est plus dans la liste nationale" in web.get("/sites/12").text


def test_the_api_says_the_same(web: Any) -> None:
    done = web.post("/api/admin/sites/import", files={"table": LIST.encode()})
    assert (done.status_code, done.json()["new"]) == (200, [7, 9, 11, 12])
    assert {"line": 2, "site_id": 7, "what": site_hours.OVERLAPPING} in done.json()["doubts"]
    other = LIST.replace("Cahors;05 65 00 00 07", "Figeac;05 65 00 00 99").encode()
    done = web.post("/api/admin/sites/import", files={"table": other}).json()
    assert (done["changed"], done["columns"]) == ([7], {"7": ["city", "phone"]})
    cut = web.post("/api/admin/sites/import", files={"table": LIST[:-30].encode()})
    assert (cut.status_code, cut.json()["refusal"]) == (422, "NotTheList")
    less = LIST.rsplit("12;Case", 1)[0].encode()
    assert web.post("/api/admin/sites/import", files={"table": less}).status_code == 422
    taken = web.post("/api/admin/sites/import", files={"table": less}, data={"all_that_go": "true"})
    assert taken.json()["gone"] == [12]


def test_only_an_administrator_brings_a_list(web: Any, sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    ines = sign_in("ines")
    assert ines.get("/admin/sites").status_code == 403
    assert send(ines, LIST).status_code == 403
    assert ines.post("/api/admin/sites/import", files={"table": LIST.encode()}).status_code == 403
    assert known() == set()


def test_the_rounds_of_a_bus_are_taken_in_and_read_on_its_page(web: Any) -> None:
    charente = real("bus-france-services-charente.json").read_bytes()
    done = send(web, charente, "rounds")
    assert "12 arrêts ; il y en avait 0." in done.text
    assert send(web, b"[]", "rounds").status_code == 422
    send(web, LIST.replace("11;Bus du Lot;46;46160;Cajarc", "11;Bus du Ruffécois;16;16700;Condac"))
    page = web.get("/sites/11").text
    assert "Le bus passe" in page
    assert "à Saint-Fraigne, de 9 h 30 à 12 h 30 et de 13 h 30 à 15 h 30." in page
    assert "Le bus passe" not in web.get("/sites/7").text


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


def test_the_sites_are_drawn_where_they_are_and_each_department_leads_to_its_own(web: Any, sign_in: SignIn) -> None:
    send(web, LIST)
    settle("karim")
    karim = sign_in("karim")
    home = karim.get("/sites").text
    assert 'href="/sites?department=974"' in home
    lot = karim.get("/sites?department=46").text
    drawn = lot[lot.index("<svg") : lot.index("</svg>")]
    assert drawn.count("<a ") == 3
    for name in ("Maison du Lot, Cahors", "Antenne de Figeac, Figeac", "Bus du Lot, Cajarc"):
        assert f"<title>{name}" in drawn
    for town in ("Cahors", "Figeac", "Cajarc"):
        assert drawn.count(f">{town}</text>") == 2  # once for a wide sheet, once for a telephone
    assert drawn.index('href="/sites/7"') > 0
    one = karim.get("/sites/9").text
    assert 'class="dot dot--here' in one[one.index("<svg") : one.index("</svg>")]
    admins = web.get("/sites?department=46").text
    table = admins[admins.index("<tbody>") :]
    assert table.index("Antenne de Figeac") < table.index("Maison du Lot")  # two doubts before one


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
    done = ines.post("/sites/7/except", data=form | days | {"reason": "strike"})
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
    assert "pas écrits comme il faut" in refused.text


def test_an_accounts_site_is_chosen_by_its_name(web: Any) -> None:
    send(web, LIST.replace("Case de La Réunion", "Maison de La Réunion"))
    form = {"csrf": web.headers["X-CSRF-Token"], "name": "Zoé", "department": "46", "topics": "impots"}
    for login, site, number in (
        ("ana", "figeac", 9),
        ("bob", "Maison du Lot, Cahors (46) n° 7", 7),
        ("cleo", "12", 12),
        ("dora", "46160", 11),
    ):
        made = web.post("/admin/agents/new", data=form | {"login": login, "site": site})
        assert made.status_code == 303, made.text
        kept = web.get(made.headers["location"]).text
        assert f'n° {number}" autocomplete="off" maxlength="200" list="site-names"' in kept
        assert '<option value="Antenne de Figeac, Figeac (46) n° 9">' in kept
    assert "Antenne de Figeac, Figeac (46) n° 9" in web.get("/admin/agents").text
    several = web.post("/admin/agents/new", data=form | {"login": "dan", "department": "59", "site": "maison"})
    assert several.status_code == 422
    assert '<option value="7">Maison du Lot, Cahors (46) n° 7</option>' in several.text
    assert '<option value="12">Maison de La Réunion, Saint-Denis (974) n° 12</option>' in several.text
    assert web.post("/admin/agents/new", data=form | {"login": "dan", "site": "7"}).status_code == 303
    nowhere = web.post("/admin/agents/new", data=form | {"login": "eve", "site": "Atlantide"})
    assert nowhere.status_code == 422
    assert 'id="site-error"' in nowhere.text
    assert 'value="Atlantide"' in nowhere.text


@pytest.mark.parametrize("latitude", ["nan", "inf", "-Infinity", "1e999", "91", "abc", "٤٤", ""])
def test_coordinates_that_are_of_no_place_are_a_doubt_of_their_line(web: Any, latitude: str) -> None:
    done = send(web, LIST.replace("44,6086", latitude)).text
    assert "Coordonnées impossibles, écartées : 1" in done
    with reading() as session:
        site = sites.get(session, 9)
    assert site is not None
    assert (site.latitude, site.longitude) == (None, None)
    assert all(web.get(page).status_code == 200 for page in ("/sites?department=46", "/sites/9", "/api/sites/9"))
    listed = web.get("/api/sites?department=46").json()
    assert len(listed["sites"]) == 3


@pytest.mark.parametrize("odd", ["\x0b", "\x85", "\u2028", "\x00"])
def test_a_control_character_in_one_line_is_its_doubt_and_takes_no_list_down(web: Any, odd: str) -> None:
    done = web.post("/api/admin/sites/import", files={"table": LIST.replace("de Figeac", f"de{odd}Figeac").encode()})
    assert {"line": 3, "site_id": 9, "what": national_list.CLEANED} in done.json()["doubts"]
    assert known() == {7, 9, 11, 12}
    with reading() as session:
        site = sites.get(session, 9)
    assert site is not None
    assert site.name in ("Antenne de Figeac", "Antenne deFigeac")


def test_the_database_keeps_no_place_that_is_none(web: Any) -> None:
    send(web, LIST)
    for column, wrong in (("latitude", "nan"), ("longitude", "infinity"), ("latitude", 90.5), ("week", {})):
        with pytest.raises(Conflict), transaction() as session:
            session.execute(update(sites.Site).where(sites.Site.id == 9).values({column: wrong}))


def test_one_bad_row_takes_no_page_down(web: Any) -> None:
    """As another version of ours, or somebody by hand, may have left it."""
    send(web, LIST)
    with transaction() as session:
        session.execute(
            text(
                """update sites set week = '[1, null, [["9h"]], [["25:99", "x"]], {}, "a", []]', phone = '??',
                doubts = '{a doubt of yesterday}', format = 'Bus_équivalent', department = '46' where id = 9"""
            )
        )
        session.execute(
            text(
                """insert into rounds (operator, town, place, postal_code, department, phone, hours, weeks)
                values ('B', 'T', '', '46000', '46', '', 'quand il pleut', 'all')"""
            )
        )
    plan = {"state": "closed", "since": str(local_day("46", clock.now()))}
    assert web.put("/api/admin/departments/46/rollout", json=plan).status_code == 204
    for page in ("/sites", "/sites?department=46", "/sites?words=figeac", "/sites/9", "/sites/7", "/api/sites/9"):
        answer = web.get(page)
        assert answer.status_code == 200, (page, answer.text[:200])
    assert {site.id for site in config_snapshot.current().sites["46"]} >= {7, 9}


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
