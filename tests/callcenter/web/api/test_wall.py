"""The wall: the last hour by the measures' own definitions, alerts, thresholds, and links for a screen."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from callcenter import clock
from callcenter.actions import agent
from callcenter.db import reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import calls, contacts, sessions
from callcenter.records.agents import Agent
from callcenter.records.identifiers import new_id
from callcenter.rules import alerts
from callcenter.rules.quality import Share
from callcenter.rules.states import CallState
from callcenter.screens import wall_screen
from tests.callcenter.web.api.conftest import SignIn
from tests.support.town import settle

Browser = Callable[[], TestClient]


def call(department: str, ago: float, ending: str | None, waited: float = 20.0, language: str = "fr") -> None:
    """A call that joined the queue so many seconds ago; without an ending it still waits."""
    at = clock.now() - timedelta(seconds=ago)
    with transaction() as session:
        row = calls.arrive(session, f"CA{new_id().replace('-', '')}", PhoneNumber("+33565051234"), at)
        row.queued_at, row.department, row.topic, row.arrived_at = at, department, "impots", at
        row.language = language
        contact = contacts.get(session, row.contact_id)
        assert contact is not None
        contact.department, contact.arrived_at = department, at
        row.state = CallState.ENDED if ending else CallState.WAITING
        if ending:
            row.ending, row.ended_at = ending, at + timedelta(seconds=waited + 60)
        if ending == "answered":
            row.talking_at, contact.waited = at + timedelta(seconds=waited), waited


def hour() -> None:
    for waited in (5, 30, 59, 90):
        call("46", 1000, "answered", waited)
    call("46", 900, "abandoned")
    call("46", 30, None)
    call("974", 600, "abandoned")
    call("46", 4000, "abandoned")  # more than an hour ago


def test_the_last_hour_of_ones_departments_by_the_definitions_of_the_report(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    settle("root", role="admin")
    hour()
    seen = sign_in("ines").get("/api/board").json()
    assert seen["service_level"] == {"part": 3, "of": 5}
    assert seen["abandonment"] == {"part": 1, "of": 5}
    assert sum(point["offered"] for point in seen["curve"]) == 5 + (1 if _is_counted(seen) else 0)
    assert sum(point["answered"] for point in seen["curve"]) == 4
    assert len(seen["curve"]) == 60
    assert [place["department"] for place in seen["places"]] == ["46"]
    assert seen["places"][0]["wait"] == 1
    everything = sign_in("root").get("/api/board").json()
    assert everything["abandonment"] == {"part": 2, "of": 6}
    assert {place["department"] for place in everything["places"]} == {"46", "974"}


def _is_counted(seen: dict[str, list[dict[str, int]]]) -> bool:
    """Whether the call of half a minute ago fell into a minute that is over."""
    return seen["curve"][-1]["offered"] == 1


def test_somebody_who_waits_with_nobody_free_is_an_alarm_with_icon_and_word(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    call("46", 200, None)
    page = sign_in("ines").get("/supervision").text
    assert 'class="alarm alarm--2"' in page
    assert "<strong>Alerte</strong> Attente la plus longue" in page
    assert "Appels en attente par conseiller disponible" in page
    assert re.search(r'map__tile--3[^>]*><rect[^>]*><text[^>]*>46</text><text class="map__count"[^>]*>■ 1', page)
    assert wall_screen.watched(wall_screen.look(frozenset(["46"])))[alerts.Watched("longest_wait")] >= 200  # type: ignore[operator]


def test_an_administrator_settles_the_thresholds_and_it_is_written_down(sign_in: SignIn) -> None:
    settle("root", role="admin")
    settle("ines", role="supervisor", departments=["46"])
    call("46", 100, None)
    root, ines = sign_in("root"), sign_in("ines")
    assert ines.get("/supervision/thresholds").status_code == 403
    asked = {"measure": "longest_wait", "topic": "impots", "watch": "20,5", "alarm": "90"}
    assert root.post("/supervision/thresholds", data=asked).status_code == 303
    assert "20,5 secondes" in root.get("/supervision/thresholds").text
    alarms = re.findall(r'<li class="alarm alarm--2">(.*?)</li>', ines.get("/supervision").text)
    assert any("Attente la plus longue : Impôts" in each for each in alarms)
    for wrong in (
        {"measure": "longest_wait", "watch": "20"},
        {"measure": "nothing", "watch": "1", "alarm": "2"},
        {"measure": "service_level", "topic": "impots", "watch": "60", "alarm": "80"},
        {"measure": "longest_wait", "watch": "-1", "alarm": "2"},
    ):
        assert root.post("/supervision/thresholds", data=wrong).status_code == 422
    assert root.post("/supervision/thresholds", data={"measure": "service_level", "watch": "90", "alarm": "70"})
    assert wall_screen.thresholds()["", "service_level"].watch == 0.9
    root.post("/supervision/thresholds", data={"measure": "longest_wait", "topic": "impots"})
    assert ("impots", "longest_wait") not in wall_screen.thresholds()
    with reading() as session:
        assert session.query(sessions.AuditEntry).count() == 3


def test_a_queue_is_judged_by_the_shares_of_its_own_hour_and_by_its_own_bounds(sign_in: SignIn) -> None:
    """Not by those of a few calls, of which one who hangs up is already many; the queue is shown when nobody waits."""
    settle("root", role="admin")
    settle("ines", role="supervisor", departments=["46"])
    root, ines = sign_in("root"), sign_in("ines")

    def told() -> tuple[list[str], list[str]]:
        page = ines.get("/supervision").text
        (row,) = re.findall(r'<tr id="queue-impots-fr">.*?</tr>', page)
        cells = [re.sub("<[^>]+>", "", each).strip() for each in re.findall(r"<t[hd].*?</t[hd]>", row)]
        return cells, re.findall(r"</strong> ([^<]+ : Impôts \(français\))", page)

    for _ in range(16):
        call("46", 1000, "answered", 5)
    for _ in range(4):
        call("46", 1000, "abandoned")
    call("974", 1000, "abandoned")  # not hers
    call("46", 1000, "answered", 5, language="en")  # another queue
    assert told() == (["Impôts", "0", "–", "0 / 0", "80 %", "20 %", "–"], [])
    english = re.findall(r'<tr id="queue-impots-en">.*?</tr>', ines.get("/supervision").text)
    assert [("(anglais)" in row, "100 %" in row) for row in english] == [(True, True)]
    call("46", 1000, "answered", 70)
    cells, alerts = told()
    assert cells[4:] == ["76,2 %", "19 %", "Alerte"]
    assert alerts == ["Abandons : Impôts (français)", "Niveau de service : Impôts (français)"]
    for measure, watch, alarm in (("abandonment", "19,5", "25"), ("service_level", "76", "60")):
        asked = {"measure": measure, "topic": "impots", "watch": watch, "alarm": alarm}
        assert root.post("/supervision/thresholds", data=asked).status_code == 303
    cells, alerts = told()
    assert (cells[-1], alerts) == ("–", [])
    assert "<strong>Alerte</strong> Abandons</span>" in ines.get("/supervision").text  # of all she sees: as before


def test_a_matter_that_no_account_serves_is_served_by_all_on_duty_in_its_row(sign_in: SignIn) -> None:
    """When somebody waits for it and when nobody does."""
    settle("ines", role="supervisor", departments=["46"], topics=["sante"])
    lea = settle("lea", topics=["sante"])
    agent.take_post(lea, "phone", clock.now())
    ines = sign_in("ines")
    call("46", 1000, "answered")
    for topics, served in (([], "1 / 1"), (["impots"], "0 / 0")):
        settle(f"karim{len(topics)}", topics=topics or ["sante"])
        row = re.findall(r'<tr id="queue-impots-fr">.*?</tr>', ines.get("/supervision").text)[0]
        assert f">{served}<" in row


def test_the_map_goes_by_the_threshold_that_was_set(sign_in: SignIn) -> None:
    """The tile of a department, its legend and the alert of what one sees are judged alike; a topic's own threshold is
    that of its queue alone."""
    settle("root", role="admin")
    settle("ines", role="supervisor", departments=["46"])
    call("46", 100, None)
    root, ines = sign_in("root"), sign_in("ines")

    def told() -> tuple[int, list[str], int]:
        page = ines.get("/supervision").text
        tile = re.search(r'map__tile--(\d)"[^>]*><rect[^>]*/><text[^>]*>46<', page)
        legend = page.partition("map__legend")[2].partition("</ul>")[0]
        assert tile is not None
        alert = alerts.judge(wall_screen.watched(wall_screen.look(frozenset(["46"]))), {}, wall_screen.thresholds())
        return int(tile[1]), re.findall(r"</svg>([^<]+)</li>", legend)[1:], int(alert[alerts.Watched("longest_wait")])

    assert told() == (2, ["moins de 1 min", "de 1 min à 3 min", "3 min et plus"], 1)
    topics = {"measure": "longest_wait", "topic": "impots", "watch": "5", "alarm": "10"}
    assert root.post("/supervision/thresholds", data=topics).status_code == 303
    assert told()[0] == 2
    assert root.post("/supervision/thresholds", data={"measure": "longest_wait", "watch": "45", "alarm": "90"})
    assert told() == (3, ["moins de 45 s", "de 45 s à 1 min 30", "1 min 30 et plus"], 2)
    assert ines.get("/api/board").json()["wait_bounds"] == {"watch": 45, "alarm": 90}
    assert root.post("/supervision/thresholds", data={"measure": "longest_wait", "watch": "600", "alarm": "900"})
    assert told()[::2] == (1, 0)
    for wrong in (
        {"measure": "longest_wait", "watch": "90", "alarm": "45"},
        {"measure": "service_level", "watch": "60", "alarm": "80"},
    ):
        assert root.post("/supervision/thresholds", data=wrong).status_code == 422


def test_a_link_opens_the_wall_without_names_until_it_is_revoked(sign_in: SignIn, browser: object) -> None:
    settle("karim", department="46")
    settle("ines", role="supervisor", departments=["46"])
    settle("ivan", role="supervisor", departments=["974"])
    settle("vera", role="auditor", departments=["46"])
    sign_in("karim").post("/api/desk/post", json={})
    call("46", 100, None)
    call("974", 100, None)
    ines, stranger = sign_in("ines"), browser()  # type: ignore[operator]
    made = ines.post("/supervision/links", data={"label": "Salle <b>Lot</b>"})
    path = re.search(r"(/wall/[\w-]+)\"", made.text)[1]  # type: ignore[index]
    assert path not in ines.get("/supervision/links").text  # shown once
    screen = stranger.get(path)
    assert screen.status_code == 200
    assert "Karim" not in screen.text
    assert "move-agent" not in screen.text
    assert ">46</text>" in screen.text
    assert "La Réunion (974)" not in screen.text
    assert stranger.get("/wall/nothing").status_code == 404
    assert stranger.get("/supervision/links").headers["location"] == "/sign-in"
    assert sign_in("vera").get("/supervision/links").status_code == 403
    link_id = re.search(r'name="link_id" value="([\w-]+)"', ines.get("/supervision/links").text)[1]  # type: ignore[index]
    assert sign_in("ivan").post("/supervision/links/revoke", data={"link_id": link_id}).status_code == 404
    assert ines.post("/supervision/links/revoke", data={"link_id": link_id}).status_code == 303
    assert stranger.get(path).status_code == 404


@pytest.mark.parametrize(
    ("was", "becomes", "opens"),
    [
        ("supervisor", {"departments": ["46", "12", "31"]}, True),
        ("supervisor", {"departments": ["46"]}, False),
        ("supervisor", {"role": "auditor"}, False),
        ("supervisor", {"active": False, "closed_at": datetime(2026, 11, 1, tzinfo=UTC)}, False),
        ("admin", {"departments": []}, True),
        ("admin", {"role": "supervisor"}, False),
    ],
)
def test_a_link_opens_no_more_than_its_maker_may_see(
    sign_in: SignIn, browser: Browser, was: str, becomes: dict[str, object], opens: bool
) -> None:
    ines_id = settle("ines", role=was, departments=["46", "12"])
    made = sign_in("ines").post("/supervision/links", data={"label": "Salle"})
    path = re.search(r"(/wall/[\w-]+)\"", made.text)[1]  # type: ignore[index]
    assert browser().get(path).status_code == 200
    with transaction() as session:
        ines = session.get_one(Agent, ines_id)
        for name, value in becomes.items():
            setattr(ines, name, value)
    assert browser().get(path).status_code == (200 if opens else 404)
    settle("root", role="admin")
    assert ("N&#39;ouvre plus rien" in sign_in("root").get("/supervision/links").text) is not opens


def test_one_may_always_revoke_ones_own_links(sign_in: SignIn) -> None:
    """Those of before one's departments were fewer, too: whoever holds the address must not get it back with them."""
    ines_id = settle("ines", role="supervisor", departments=["46", "12"])
    settle("ivan", role="supervisor", departments=["46"])
    sign_in("ines").post("/supervision/links", data={"label": "Salle"})
    with transaction() as session:
        session.get_one(Agent, ines_id).departments = ["46"]
    ines = sign_in("ines")
    assert 'name="link_id"' not in sign_in("ivan").get("/supervision/links").text
    link_id = re.search(r'name="link_id" value="([\w-]+)"', ines.get("/supervision/links").text)[1]  # type: ignore[index]
    assert ines.post("/supervision/links/revoke", data={"link_id": link_id}).status_code == 303
    assert 'name="link_id"' not in ines.get("/supervision/links").text


def test_a_share_of_nothing_is_not_known(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    assert wall_screen.look(frozenset(["46"])).service_level == Share(0, 0)
    assert "non connu" in sign_in("ines").get("/supervision").text
