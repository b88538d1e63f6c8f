"""The national list through the API: the same words as the page's, and only from an administrator."""

from typing import Any

import pytest
from sqlalchemy import text

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.db import reading, transaction
from callcenter.records import sites
from callcenter.rules import national_list, site_hours
from callcenter.rules.territory import local_day
from tests.callcenter.web.conftest import SignIn
from tests.support.listed_sites import LIST, known, send
from tests.support.town import settle


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
