"""The national list from a page: whole or not at all, told as the command tells it, and what a site was before."""

from typing import Any

import pytest
from sqlalchemy import update

from callcenter.db import Conflict, reading, transaction
from callcenter.records import sessions, sites
from callcenter.rules import national_list
from tests.callcenter.web.conftest import SignIn
from tests.support.data import real
from tests.support.listed_sites import LIST, known, send
from tests.support.town import settle


def test_a_list_is_taken_in_from_the_page_and_told_with_every_doubt(web: Any) -> None:
    done = send(web, LIST)
    assert done.status_code == 200
    assert "4 sites pour 4 lignes : 4 nouveaux, 0 modifié, 0 revenu, 0 disparu, 0 inchangé." in done.text
    assert "Horaires qui se chevauchent : 1" in done.text
    assert known() == {7, 9, 11, 12}
    assert "0 nouveau, 0 modifié, 0 revenu, 0 disparu, 4 inchangés" in send(web, LIST).text
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
    assert "0 nouveau, 2 modifiés" in told
    assert '<li><a class="fr-link" href="/sites/7">7</a> : Nom</li>' in told
    assert '<li><a class="fr-link" href="/sites/12">12</a> : Horaires</li>' in told
    page = web.get("/sites/7").text
    assert "Nom : « Maison du Lot » devient « Maison de Cahors »" in page
    assert "Modifié par la liste" in page
    assert "Horaires : « lundi 8h-12h » devient « lundi 9h-12h »" in web.get("/sites/12").text
    gone = send(web, other.rsplit("12;Case", 1)[0], all_that_go="true")
    assert "1 disparu," in gone.text
    assert "Disparu de la liste" in web.get("/sites/12").text
    assert "n&#39;est plus dans la liste nationale" in web.get("/sites/12").text


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
        assert made.status_code == 200, made.text
        kept = made.text
        assert f'n° {number}" autocomplete="off" maxlength="200" list="site-names"' in kept
        assert '<option value="Antenne de Figeac, Figeac (46) n° 9">' in kept
    assert "Antenne de Figeac, Figeac (46) n° 9" in web.get("/admin/agents").text
    several = web.post("/admin/agents/new", data=form | {"login": "dan", "department": "59", "site": "maison"})
    assert several.status_code == 422
    assert '<option value="7">Maison du Lot, Cahors (46) n° 7</option>' in several.text
    assert '<option value="12">Maison de La Réunion, Saint-Denis (974) n° 12</option>' in several.text
    assert web.post("/admin/agents/new", data=form | {"login": "dan", "site": "7"}).status_code == 200
    nowhere = web.post("/admin/agents/new", data=form | {"login": "eve", "site": "Atlantide"})
    assert nowhere.status_code == 422
    assert 'id="site-error"' in nowhere.text
    assert 'value="Atlantide"' in nowhere.text


def test_the_database_keeps_no_place_that_is_none(web: Any) -> None:
    send(web, LIST)
    for column, wrong in (("latitude", "nan"), ("longitude", "infinity"), ("latitude", 90.5), ("week", {})):
        with pytest.raises(Conflict), transaction() as session:
            session.execute(update(sites.Site).where(sites.Site.id == 9).values({column: wrong}))
