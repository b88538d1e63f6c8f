"""The national list from a page: whole or not at all, told as the command tells it, and what a site was before."""

from typing import Any

import pytest

from callcenter.db import reading
from callcenter.records import sessions, sites
from callcenter.rules import national_list
from tests.api.conftest import SignIn
from tests.data import real
from tests.town import settle

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
        (b"", "Ce fichier est vide"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "Ce fichier n&#39;est pas un tableau en texte (CSV)"),
        (LIST[:-30].encode(), "Ce fichier est coupé avant sa fin"),
        (b"login;name\nx;y\n", "Ce fichier n&#39;est pas la liste nationale"),
        (b"x" * (national_list.LARGEST + 1), "Ce fichier dépasse la taille permise, 20 Mo"),
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
    assert "0 nouveaux, 2 modifiés" in send(web, other).text
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
    assert {"line": 2, "site_id": 7, "what": national_list.site_hours.OVERLAPPING} in done.json()["doubts"]
    cut = web.post("/api/admin/sites/import", files={"table": LIST[:-30].encode()})
    assert (cut.status_code, cut.json()["refusal"]) == (422, "CutList")
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


def test_the_sites_are_drawn_where_they_are_and_each_department_leads_to_its_own(web: Any, sign_in: SignIn) -> None:
    send(web, LIST)
    settle("karim")
    karim = sign_in("karim")
    home = karim.get("/sites").text
    assert 'href="/sites?department=974"' in home
    lot = karim.get("/sites?department=46").text
    drawn = lot[lot.index("<svg") : lot.index("</svg>")]
    assert drawn.count("<a ") == 3
    assert drawn.index('href="/sites/7"') > 0
    one = karim.get("/sites/9").text
    assert 'class="dot dot--here' in one[one.index("<svg") : one.index("</svg>")]
    admins = web.get("/sites?department=46").text
    table = admins[admins.index("<tbody>") :]
    assert table.index("Antenne de Figeac") < table.index("Maison du Lot")  # two doubts before one


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
