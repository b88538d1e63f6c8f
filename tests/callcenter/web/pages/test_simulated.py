"""Where a simulated year is written, every page of figures says that none of them is real."""

import csv
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from starlette.testclient import TestClient

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.config import settings
from callcenter.db import transaction
from callcenter.demonstration import simulated_rows as simulation
from callcenter.web.pages.words import say
from tests.callcenter.test_config import OWN
from tests.callcenter.web.conftest import SignIn
from tests.support.kept import rolled_up
from tests.support.town import settle

OPEN_DATA = "/open-data/taux-de-decroche-par-un-conseiller"
PAGES = (
    "/supervision", "/supervision/links", "/supervision/thresholds", "/reports", "/reports/print",
    "/reports/rows?measure=demands", "/reports/staffing?department=46", "/reports/definitions", "/reports/figures.csv",
    "/reports/help", "/reports/help.csv",
)  # fmt: skip


def test_every_page_of_figures_says_that_they_are_simulated(sign_in: SignIn) -> None:
    settle("root", role="admin")
    root = sign_in("root")
    said = {language: say(language, "simulation.banner") for language in ("fr", "en")}
    for page in PAGES:
        assert said["fr"] not in unescape(root.get(page).text), page
    at = clock.now()
    with transaction(60) as session:
        simulation.write(session, at.date() - timedelta(days=20), (20, 10), at)
    config_snapshot.refresh()
    for page in PAGES:
        assert said["fr"] in unescape(root.get(page).text), page
    assert root.get("/api/figures").json()["simulated"]
    link = root.post("/supervision/links", data={"csrf": root.headers["X-CSRF-Token"], "label": "Salle"}).text
    address = link[link.index("/wall/") :].split('"')[0].split("<")[0]
    assert said["fr"] in unescape(root.get(address).text)
    assert said["fr"] not in unescape(root.get("/admin/agents").text)
    root.post("/my-language", data={"csrf": root.headers["X-CSRF-Token"], "language": "en"})
    assert said["en"] in unescape(root.get("/reports").text)


@pytest.fixture
def in_earnest(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the demonstration itself writes is simulated already."""
    with monkeypatch.context() as patch:
        for name, value in OWN.items():
            patch.setenv(name.upper(), value)
        patch.setenv("DEMONSTRATION", "0")
        settings.cache_clear()
        yield
    settings.cache_clear()


def test_open_data_never_passes_for_real_where_anything_was_simulated(
    in_earnest: None, browser: Callable[[], TestClient]
) -> None:
    stranger = browser()
    at = clock.now()
    schema = stranger.get(f"{OPEN_DATA}.schema.json").json()
    assert not schema["simulated"]
    assert "SIMUL" not in schema["description"]
    assert "simule.csv" not in stranger.get(f"{OPEN_DATA}.csv").headers["content-disposition"]
    with transaction(60) as session:
        simulation.write(session, at.date() - timedelta(days=70), (400, 10), at)
    rolled_up(at)
    answer = stranger.get(f"{OPEN_DATA}.csv")
    lines = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert {line["simule"] for line in lines} == {"oui"}
    assert "simule.csv" in answer.headers["content-disposition"]
    schema = stranger.get(f"{OPEN_DATA}.schema.json").json()
    assert schema["simulated"]
    assert schema["description"].startswith("DONNÉES SIMULÉES")
