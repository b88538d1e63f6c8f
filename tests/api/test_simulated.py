"""Where a simulated year is written, every page of figures says that none of them is real."""

from datetime import timedelta
from html import unescape

from callcenter import clock
from callcenter.actions import standing
from callcenter.db import transaction
from callcenter.records import simulation
from callcenter.ui.words import say
from tests.api.conftest import SignIn
from tests.town import settle

PAGES = (
    "/supervision", "/supervision/links", "/supervision/thresholds", "/reports", "/reports/print",
    "/reports/rows?measure=demands", "/reports/staffing?department=46", "/reports/definitions", "/reports/figures.csv",
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
    standing.refresh()
    for page in PAGES:
        assert said["fr"] in unescape(root.get(page).text), page
    assert root.get("/api/figures").json()["simulated"]
    link = root.post("/supervision/links", data={"csrf": root.headers["X-CSRF-Token"], "label": "Salle"}).text
    address = link[link.index("/wall/") :].split('"')[0].split("<")[0]
    assert said["fr"] in unescape(root.get(address).text)
    assert said["fr"] not in unescape(root.get("/admin/agents").text)
    root.post("/my-language", data={"csrf": root.headers["X-CSRF-Token"], "language": "en"})
    assert said["en"] in unescape(root.get("/reports").text)
