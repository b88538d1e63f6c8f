"""A site is found by town, postal code or part of a name, over the whole list; the nearest first once towns are known;
a closed one says when it opens."""

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import time_machine
from typer.testing import CliRunner

from callcenter import clock
from callcenter.cli import imports as cli_import
from callcenter.db import transaction
from callcenter.records import sites, towns
from callcenter.rules import national_list
from callcenter.rules.territory import national_day
from callcenter.rules.towns import NotTowns, Town, read
from tests.callcenter.web.conftest import SignIn
from tests.support.data import real
from tests.support.town import settle

LIST = """id_fs;lib_fs;insee_dep;code_postal;lib_com;adresse;telephone;h_lundi;h_mardi;latitude;longitude;mail
1;France services Saint-Céré;46;46400;Saint-Céré;Place;;09:00 - 12:00 / 14:00 - 17:00;09:00 - 12:00;44.857;1.893;
2;France services d'Assier;46;46320;Assier;Rue;;09:00 - 12:00;;44.671;1.874;msap.assier@grand-figeac.fr
3;France services Cahors;46;46000;Cahors;Rue;;09:00 - 12:00;;44.448;1.441;
4;France services May-sur-Orne;14;14320;May-sur-Orne;Rue Eugène Figeac;;09:00 - 12:00;;49.098;-0.378;
5;Maison de Saint-Denis;93;93200;Saint-Denis;Rue;;09:00 - 12:00;;48.936;2.357;
6;Case de Saint-Denis;974;97400;Saint-Denis;Rue;;09:00 - 12:00;;-20.88;55.45;
7;Espace sans lieu;46;46300;Gourdon;Rue;;;;;;
"""
TOWNS = """code_commune_INSEE,nom_commune_postal,code_postal,latitude,longitude
46102,FIGEAC,46100,44.6086,2.0317
46042,CAHORS,46000,44.4475,1.4406
46339,STE ALAUZIE,46170,44.33,1.30
93066,SAINT DENIS,93200,48.9362,2.3574
97411,SAINT DENIS,97400,-20.88,55.45
46999,NULLE PART,99999,44.6,2.0
46998,SANS LIEU,46110,,
"""


@pytest.fixture
def web(sign_in: SignIn) -> Any:
    settle("admin", role="admin")
    with transaction(60) as session:
        sites.import_list(session, list(national_list.read(LIST.encode()).sites.values()), clock.now())
    return sign_in("admin")


LOOKS: tuple[dict[str, str], ...] = ({}, {"X-Panel": "1"})  # a page of its own, and beside a call


def ids(web: Any, words: str, **asked: str) -> list[int]:
    return [site["id"] for site in web.get("/api/sites", params={"words": words} | asked).json()["sites"]]


def with_towns() -> None:
    with transaction(60) as session:
        towns.replace(session, read(TOWNS.encode())[0])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Saint-Céré", [1]), ("saint cere", [1]), ("ST CÉRÉ", [1]), ("st-cere 46400", [1]), ("ceré", [1]),
        ("assier", [2]), ("d'assier", [2]), ("46320", [2]), ("cahors 46", [3]), ("figeac", [2, 4]),
        ("4", [4, 3, 1, 2, 7]),
        ("may orne", [4]), ("MAY SUR ORNE", [4]), ("saint denis", [6, 5]), ("st denis 974", [6]), ("lot", [3, 2, 7, 1]),
        ("denis saint", [6, 5]), ("nulle part", []), ("gourdon", [7]),
    ],
)  # fmt: skip
def test_a_part_of_a_name_a_town_or_a_postal_code_finds_it_however_it_is_written(
    web: Any, words: str, found: list[int]
) -> None:
    if words == "4":
        assert ids(web, words)[0] == 4  # its number in the list comes first
    elif words == "lot":
        assert sorted(ids(web, words)) == [1, 2, 3, 7]
    else:
        assert ids(web, words) == found


def test_the_pages_own_examples_find_something_in_the_real_list(sign_in: SignIn) -> None:
    settle("karim")
    listed = national_list.read(real("liste-fs-20240801.csv").read_bytes())
    with transaction(60) as session:
        sites.import_list(session, list(listed.sites.values()), clock.now())
    web = sign_in("karim")
    assert len(listed.sites) == 2845
    by_name = web.get("/api/sites", params={"words": "Figeac"}).json()["sites"]
    assert [site["city"] for site in by_name][:2] == ["Assier", "Latronquière"]
    by_code = web.get("/api/sites", params={"words": "46100"}).json()
    assert (by_code["order"], by_code["place"]) == ("department", "46")
    assert {site["department"] for site in by_code["sites"]} == {"46"}
    page = web.get("/sites", params={"words": "46100"}).text
    assert "Aucun site au code postal 46100 : voici ceux du département Lot (46), par commune." in page
    with_towns()
    near = web.get("/api/sites", params={"words": "Figeac"}).json()
    assert (near["order"], near["place"]) == ("nearest", "FIGEAC (46100)")
    far = [site["distance"] for site in near["sites"] if site["distance"] is not None]
    assert far == sorted(far)
    assert far[0] < 25


def test_the_nearest_come_first_and_say_how_far_once_towns_are_known(web: Any) -> None:
    with_towns()
    assert ids(web, "Figeac")[:3] == [2, 1, 3]
    assert ids(web, "46100")[:3] == [2, 1, 3]
    assert ids(web, "figeac 46100")[:2] == [2, 1]
    assert ids(web, "Figeac", department="14") == [4]
    for look in LOOKS:
        page = web.get("/sites", params={"words": "figeac"}, headers=look).text
        assert "Les plus proches de FIGEAC (46100), à vol d&#39;oiseau." in page
        assert "14 km" in page
    assert ids(web, "sainte alauzie")[0] == 3
    several = web.get("/api/sites", params={"words": "Saint-Denis"}).json()
    assert {site["id"] for site in several["sites"]} == {5, 6}
    assert several["order"] == ""
    assert [told for _, told in several["choices"]] == ["SAINT DENIS (93200)", "SAINT DENIS (97400)"]
    assert ids(web, several["choices"][1][0])[0] == 6
    assert "Plusieurs communes portent ce nom" in web.get("/sites", params={"words": "St Denis"}).text


VIENNE = """id_fs;lib_fs;insee_dep;code_postal;lib_com;adresse;telephone;h_lundi;h_mardi;latitude;longitude;mail
1;France services de Vienne;38;38200;Vienne;Place;;;;45.52;4.87;
2;France services de Lyon;69;69001;Lyon;Rue de Vienne;;;;45.76;4.83;
3;France services de Poitiers;86;86000;Poitiers;Rue;;;;46.58;0.34;
4;France services de Civray;86;86400;Civray;Rue;;;;46.14;0.29;
5;France services du Mans;72;72000;Le Mans;Rue;;;;48.0;0.19;
6;France services de Laval;53;53000;Laval;Rue;;;;48.07;-0.77;
"""


def test_a_town_that_is_named_like_a_department_comes_before_it(web: Any) -> None:
    with transaction(60) as session:
        sites.import_list(
            session, list(national_list.read(VIENNE.encode()).sites.values()), clock.now(), all_that_go=True
        )
        towns.replace(session, [])
    assert ids(web, "Vienne") == [1, 4, 3]
    assert ids(web, "vienne", department="86") == []
    page = web.get("/sites", params={"words": "Vienne"}).text
    assert "aussi le nom d&#39;un département, dont les sites viennent ensuite" in page
    assert 'href="/sites?department=86">Vienne (86)</a>' in page
    assert ids(web, "Mayenne") == [6]
    with transaction(60) as session:
        towns.replace(session, [Town("38200", "VIENNE", 45.52, 4.87), Town("53100", "MAYENNE", 48.3, -0.61)])
    near = web.get("/api/sites", params={"words": "Vienne"}).json()
    assert (near["order"], near["place"], near["named"]) == ("nearest", "VIENNE (38200)", "86")
    assert [site["id"] for site in near["sites"]][:2] == [1, 2]
    near = web.get("/api/sites", params={"words": "mayenne"}).json()
    assert (near["place"], near["named"]) == ("MAYENNE (53100)", "53")
    assert [site["id"] for site in near["sites"]][:2] == [6, 5]


def test_what_finds_nothing_says_what_to_try(web: Any, sign_in: SignIn) -> None:
    settle("karim")
    page = sign_in("karim").get("/sites", params={"words": "ovni"}).text
    assert "Essayez le code postal" in page
    assert "un administrateur peut importer la table des communes" in page
    assert 'href="/admin/sites#towns-title"' not in page
    assert 'href="/admin/sites#towns-title"' in web.get("/sites", params={"words": "ovni"}).text


MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)  # 10 h in Cahors


@pytest.mark.parametrize(
    ("words", "at", "said"),
    [
        ("cere", MONDAY, "Ouvert</span> jusqu&#39;à 12h"),
        ("cere", MONDAY + timedelta(hours=3), "Fermé</span> ouvre à 14h"),
        ("cere", MONDAY + timedelta(hours=8), "Fermé</span> ouvre demain à 9h"),
        ("cere", MONDAY + timedelta(days=2), "Fermé</span> ouvre lundi à 9h"),
        ("gourdon", MONDAY, "Horaires inconnus"),
    ],
)
def test_a_site_says_until_when_it_is_open_or_when_it_opens_next(web: Any, words: str, at: datetime, said: str) -> None:
    with time_machine.travel(at, tick=True):
        web.post("/api/session", json={"login": "admin", "password": "un mot de passe de répétition"})
        for look in LOOKS:
            assert said in web.get("/sites", params={"words": words}, headers=look).text


def test_an_announced_closure_shows_ahead_in_the_list_and_on_the_sites_page(web: Any) -> None:
    today = national_day(clock.now())
    first, last = today + timedelta(days=3), today + timedelta(days=5)
    asked = {"scope": "S3", "first": f"{first}", "last": f"{last}", "reason": "strike"}
    assert web.post("/api/admin/exceptions", json=asked).status_code == 201
    for path, look in product(("/sites?words=cahors", "/sites/3"), LOOKS):
        page = web.get(path, headers=look).text
        assert "Fermé du " in page or "Fermé le " in page
        assert "(grève)" in page
    other = asked | {"scope": "S2", "hours": "9h-11h"}
    assert web.post("/api/admin/exceptions", json=other).status_code == 201
    assert "tous les jours 9h-11h" in web.get("/sites/2").text


def test_a_table_of_towns_is_taken_in_from_the_page_the_api_and_the_terminal(web: Any, tmp_path: Path) -> None:
    form = {"csrf": web.headers["X-CSRF-Token"]}
    page = web.post("/admin/sites/towns", data=form, files={"table": ("t.csv", TOWNS.encode())})
    assert page.status_code == 200
    assert "5 communes ; il y en avait 0." in page.text
    assert "ce code postal n&#39;existe pas" in page.text
    assert "ces coordonnées ne sont pas un lieu" in page.text
    assert "Table des communes importée" in page.text
    taken = web.post("/api/admin/sites/towns/import", files={"table": TOWNS.encode()}).json()
    assert (taken["towns"], taken["before"], len(taken["doubts"])) == (5, 5, 2)
    (tmp_path / "towns.csv").write_text(TOWNS)
    told = CliRunner().invoke(cli_import.app, ["towns", str(tmp_path / "towns.csv")])
    assert (told.exit_code, told.output.splitlines()[0]) == (0, "5 towns (5 before).")
    refused = web.post("/admin/sites/towns", data=form, files={"table": ("t.csv", b"a;b\n1;2\n")})
    assert refused.status_code == 422
    assert "une table de communes" in refused.text
    assert towns_known() == 5


def towns_known() -> int:
    with transaction() as session:
        return towns.count(session)


def test_towns_are_read_as_their_publishers_write_them() -> None:
    place = Town("46100", "Figeac", 44.6, 2.03)
    for written in (
        "Code_postal;Nom_de_la_commune;_geopoint\n46100;Figeac;44.6, 2.03\n",
        'code postal,commune,coordonnees_gps\n46100,Figeac,"44.6,2.03"\n',
        "CP\tVille\tLat\tLon\n46100\tFigeac\t44,6\t2,03\n",
        "codes_postaux;nom_standard;latitude_centre;longitude_centre\n46100;Figeac;44.6;2.03\n",
    ):
        assert read(written.encode()) == ([place], []), written
    both, _ = read(b"code_postal;commune;lat;lon\n46000-46090;Cahors;44.4;1.4\n1000;Bourg-en-Bresse;46.2;5.2\n")
    assert [town.postal_code for town in both] == ["46000", "46090", "01000"]
    for wrong in (
        b"",
        b"\x00\x01",
        b"code_postal;commune\n46100;Figeac\n",
        b"code_postal;commune;lat;lon\n99999;X;1;2\n",
    ):
        with pytest.raises(NotTowns):
            read(wrong)
