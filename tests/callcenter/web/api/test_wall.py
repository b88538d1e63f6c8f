"""The wall's figures through the API and on the page: the measures' own definitions, and links for a screen."""

import re

from callcenter.rules import alerts
from callcenter.screens import wall_screen
from tests.callcenter.web.conftest import SignIn
from tests.support.last_hour import call, hour
from tests.support.town import settle


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
    called = {place["department"] for place in everything["places"] if place["waiting"] or place["abandonment"]["of"]}
    assert called == {"46", "974"}


def _is_counted(seen: dict[str, list[dict[str, int]]]) -> bool:
    """Whether the call of half a minute ago fell into a minute that is over."""
    return seen["curve"][-1]["offered"] == 1


def test_the_map_goes_by_the_threshold_that_was_set(sign_in: SignIn) -> None:
    """The tile of a department, its legend and the alert of what one sees are judged alike; a topic's own threshold is
    that of its queue alone."""
    settle("root", role="admin")
    settle("ines", role="supervisor", departments=["46"])
    call("46", 100, None)
    root, ines = sign_in("root"), sign_in("ines")

    def told() -> tuple[int, list[str], int]:
        page = ines.get("/supervision").text
        tile = re.search(r"map__tile--(\d)[^>]*><rect[^>]*/><text[^>]*>46<", page)
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
    assert stranger.get("/supervision/links").headers["location"] == "/sign-in?to=%2Fsupervision%2Flinks"
    assert sign_in("vera").get("/supervision/links").status_code == 403
    link_id = re.search(r'name="link_id" value="([\w-]+)"', ines.get("/supervision/links").text)[1]  # type: ignore[index]
    assert sign_in("ivan").post("/supervision/links/revoke", data={"link_id": link_id}).status_code == 404
    assert ines.post("/supervision/links/revoke", data={"link_id": link_id}).status_code == 303
    assert stranger.get(path).status_code == 404
