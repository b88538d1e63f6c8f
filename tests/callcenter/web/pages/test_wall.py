"""The wall's page: alerts, thresholds, and links for a screen."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from callcenter import clock
from callcenter.actions import agent
from callcenter.db import reading, transaction
from callcenter.records import sessions
from callcenter.records.agents import Agent
from callcenter.rules import alerts
from callcenter.rules.quality import Share
from callcenter.screens import wall_screen
from tests.callcenter.web.conftest import SignIn
from tests.support.last_hour import call
from tests.support.town import line_hours, settle

Browser = Callable[[], TestClient]


def test_somebody_who_waits_with_nobody_free_is_an_alarm_with_icon_and_word(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    call("46", 200, None)
    page = sign_in("ines").get("/supervision").text
    assert 'class="alarm alarm--2"' in page
    assert re.search(
        "<strong>Alerte</strong> Impôts – Attente la plus longue : <time .*1 appel en attente pour 0", page
    )
    assert "Personne à son poste ne sert ce sujet." in page
    assert 'href="/supervision/waiting?topic=impots&amp;language=fr"' in page
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
    alarms = re.findall(r'<li class="alarm alarm--2">(.*?)</p>', ines.get("/supervision").text)
    assert any("Impôts – Attente la plus longue" in each for each in alarms)
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
        return cells, re.findall(r"</strong> Impôts – ([^<]+)</p>", page)

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
    assert alerts == ["Niveau de service : 76,2 % (16 sur 21) ; Abandons : 19 % (4 sur 21)"]
    for measure, watch, alarm in (("abandonment", "19,5", "25"), ("service_level", "76", "60")):
        asked = {"measure": measure, "topic": "impots", "watch": watch, "alarm": alarm}
        assert root.post("/supervision/thresholds", data=asked).status_code == 303
    cells, alerts = told()
    assert (cells[-1], alerts) == ("–", [])
    assert "Abandons : 18,2 % (4 sur 22)" in ines.get("/supervision").text  # of all she sees: as before


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


def test_a_department_that_is_open_with_nobody_at_post_is_an_alert(sign_in: SignIn) -> None:
    """On the wall of whoever sees it, by its name; not where the line is closed, nor once somebody takes their post."""
    karim = settle("karim")
    settle("ines", role="supervisor", departments=["46", "12"])
    ines = sign_in("ines")

    def bare() -> list[str]:
        told = re.findall(r"Ligne ouverte, personne à son poste : ([^<;]+?)\s*[<;]", ines.get("/supervision").text)
        return told[0].split(", ") if told else []

    assert bare() == ["Aveyron (12)", "Lot (46)"]
    agent.take_post(karim, "phone", clock.now())
    assert bare() == ["Aveyron (12)"]
    with line_hours("Su 03:00-03:01"):
        assert bare() == []
    assert [place["department"] for place in ines.get("/api/board").json()["places"]] == ["12", "46"]


def test_no_call_within_the_hour_is_said_only_when_it_is_so(sign_in: SignIn) -> None:
    """A call that left in the menu waited nowhere, and was a call; so is one of a moment ago, not yet counted."""
    settle("ines", role="supervisor", departments=["46"])
    ines, none = sign_in("ines"), "aucun appel dans l&#39;heure"
    call("974", 60, "left_in_menu")  # not hers
    assert none in ines.get("/supervision").text
    taken = wall_screen.photograph()
    hour_ = wall_screen.last_hour(taken.at)
    call("46", 1, None)
    seen = wall_screen.cut(wall_screen.photograph(), hour_, frozenset(["46"]), {})
    assert seen.called
    call("46", 60, "left_in_menu")
    assert none not in ines.get("/supervision").text


def test_an_order_is_seen_on_the_wall_of_its_departments_and_no_other(sign_in: SignIn) -> None:
    """With its author and its end; on a desk of these departments too."""
    settle("karim")
    settle("ines", role="supervisor", departments=["46", "12"])
    settle("ivan", "974", role="supervisor", departments=["974"])
    ines = sign_in("ines")
    given = {"scope": "46", "fr": "Grève ce jour.", "until": (clock.now() + timedelta(hours=2)).isoformat()}
    assert ines.post("/api/board/orders/message", json=given).status_code == 200
    for login, sees in (("ines", True), ("karim", True), ("ivan", False)):
        page = sign_in(login).get("/desk" if login == "karim" else "/supervision").text
        assert ("Grève ce jour." in page, "Par Ines, " in page) == (sees, sees)
        assert bool(re.search(r"jusqu&#39;au \w+ \d+ \w+ à \d\d:\d\d", page)) is sees
    ines.post("/supervision/orders/lift", data={"lift": "message:46:"})
    assert "Grève ce jour." not in ines.get("/supervision").text


def test_whoever_is_paused_or_sent_home_reads_by_whom_and_why(sign_in: SignIn) -> None:
    """A supervisor must say why; the agent's own next choice ends the word."""
    karim = settle("karim")
    settle("ines", role="supervisor", departments=["46"])
    ines, desk = sign_in("ines"), sign_in("karim")
    agent.take_post(karim, "phone", clock.now())
    moving = {"agent_id": karim, "to": "pause"}
    assert ines.post("/supervision/agent", data=moving).status_code == 422
    assert ines.post("/supervision/agent", data=moving | {"why": "other"}).status_code == 422
    assert ines.post("/api/board/agent", json=moving).status_code == 422
    asked = moving | {"why": "meeting", "words": "point à 14 h, salle 2"}
    assert ines.post("/supervision/agent", data=asked).status_code == 303
    page = desk.get("/desk").text
    assert "Pause décidée par Ines : réunion ou point d&#39;équipe" in page
    assert "point à 14 h, salle 2" in page
    with reading() as session:
        kept = session.get_one(Agent, karim)
        written = session.query(sessions.AuditEntry).order_by("id").all()[-1]
    assert b"salle" not in (kept.moved_words or b"")
    assert written.changes == {"reason": ["", "meeting"]}
    ines.post("/supervision/agent", data={"agent_id": karim, "to": "offline", "why": "shift_over"})
    assert "Fin de poste décidée par Ines : fin de service" in desk.get("/desk").text
    agent.take_post(karim, "phone", clock.now())
    assert "décidée par" not in desk.get("/desk").text
