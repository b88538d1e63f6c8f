"""One browser with many pages: one stream, one heartbeat, one ringing, and nothing typed on any of them is lost."""

import re
import time
from collections.abc import Callable

import psutil
import pytest
from playwright.sync_api import Page, expect

from callcenter import clock
from callcenter.actions import wall_links
from callcenter.db import reading
from callcenter.live import floor
from callcenter.records import agents, contacts
from ivr.practice.telephones import Caller, PracticeLine
from tests.browser.conftest import KARIM, Opens
from tests.support.cast import Service
from tests.support.town import settle

LONG = 30_000  # milliseconds
TABS = 12  # a browser opens six connections to a server
FEW = 3  # connections: the stream, the heartbeat's and one that a click may still hold
COUNTS_TONES = """
  window.tones = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...at) { window.tones += 1; return start.apply(this, at); };
"""


def more(page: Page, count: int, path: str = "/desk") -> list[Page]:
    """So many more tabs of the same browser."""
    pages = [page.context.new_page() for _ in range(count)]
    for each in pages:
        each.set_default_timeout(LONG)
        each.goto(path)
        each.wait_for_selector("body[data-follows]")
    return pages


def calls_about_taxes(line: PracticeLine) -> Caller:
    durand = line.call(from_="+33565051234")
    return durand.hears("code postal").presses("46000").hears("Lot").presses("1").hears("impôts").presses("3")


def until(so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LONG / 1000
    while not so():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def connections(service: Service) -> int:
    """Those that stand to the staff web."""
    port = int(service.web.rpartition(":")[2])
    process = psutil.Process(service.processes["web"].pid)
    standing = [each for each in process.net_connections("tcp") if each.laddr and each.laddr.port == port]
    return sum(each.status == psutil.CONN_ESTABLISHED for each in standing)


def beats_on(agent_id: str, times: int = 3) -> None:
    """So many heartbeats have come since."""
    for _ in range(times):
        since = clock.now().timestamp()
        until(lambda since=since: agent_id not in floor.silent(since), "a heartbeat")  # type: ignore[misc]


def without_shared_workers(page: Page) -> None:
    page.context.add_init_script("delete window.SharedWorker")


@pytest.mark.parametrize("shared", [True, False])
def test_twelve_tabs_stay_live_on_one_stream_and_the_agent_is_not_lost(
    service: Service, line: PracticeLine, opens: Opens, shared: bool
) -> None:
    karim = settle("karim", phone=KARIM)
    page = opens("karim")
    if not shared:
        without_shared_workers(page)
        page.reload()
    tabs = [page, *more(page, TABS - 1)]
    tabs[-1].get_by_role("button", name="Prendre mon poste").click()
    for tab in tabs:
        expect(tab.locator("#state")).to_have_attribute("data-state", "available", timeout=LONG)
    until(lambda: connections(service) <= FEW, "few connections")
    beats_on(karim)
    tabs.pop(0).close()  # the one that spoke for all, where none is shared
    beats_on(karim)
    calls_about_taxes(line)
    for tab in tabs:
        expect(tab.locator("[data-offer]")).to_contain_text("Impôts", timeout=LONG)
    tabs[4].get_by_role("button", name="Refuser").click()
    for tab in tabs:
        expect(tab.locator("#state")).to_have_attribute("data-state", "pause", timeout=LONG)
        expect(tab.locator("#lost")).to_be_empty()
    until(lambda: connections(service) <= FEW, "few connections")


def test_desks_walls_and_screens_with_links_of_both_languages_share_one_stream(service: Service, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    ines = settle("ines", role="supervisor", departments=["46"])
    with reading() as session:
        tokens = [wall_links.make_link(session.get_one(agents.Agent, ines), f"Salle {n}", clock.now()) for n in (1, 2)]
    page = opens("ines")
    walls = [page, *more(page, 2, "/supervision"), *(more(page, 1, f"/wall/{token}")[0] for token in tokens)]
    desks = more(page, 4)
    desks[0].get_by_role("button", name="English").click()
    expect(desks[0].locator("#state")).to_contain_text("Offline")
    desks[1].get_by_role("button", name="Prendre mon poste").click()
    expect(desks[0].locator("#state")).to_contain_text("Available", timeout=LONG)
    for desk in desks[1:]:
        expect(desk.locator("#state")).to_contain_text("Disponible", timeout=LONG)
    for wall in walls:
        said = wall.locator("#wall_at").inner_text()
        expect(wall.locator("#wall_at")).not_to_have_text(said, timeout=LONG)
        expect(wall.locator("#stale")).to_be_empty(timeout=LONG)
    until(lambda: connections(service) <= FEW, "few connections")
    desks[2].get_by_role("button", name="Se déconnecter").click()
    for each in (*desks, *walls[:3]):
        each.wait_for_url(re.compile("/sign-in"), timeout=LONG)
    for screen in walls[3:]:
        said = screen.locator("#wall_at").inner_text()
        expect(screen.locator("#wall_at")).not_to_have_text(said, timeout=LONG)


def test_another_session_ends_the_pages_of_the_one_before(opens: Opens) -> None:
    settle("karim", phone=KARIM)
    settle("lea", phone="+33565000002")
    page = opens("karim")
    other = page.context.new_page()
    other.goto("/sign-in")
    other.fill("#login", "lea")
    other.fill("#password", "un mot de passe de répétition")
    other.click("main button")
    other.wait_for_selector("body[data-follows]")
    page.wait_for_url(re.compile("/sign-in"), timeout=LONG)
    expect(other.locator("#state")).to_contain_text("Hors ligne")


def test_after_a_reload_the_page_says_that_it_is_silent_until_any_gesture(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    page.context.add_init_script(COUNTS_TONES)
    page.reload()
    silent = page.locator("#silent")
    expect(silent).to_be_hidden()  # nothing rings before the post is taken
    page.get_by_role("button", name="Prendre mon poste").click()
    expect(page.locator("#state")).to_have_attribute("data-state", "available")
    page.wait_for_timeout(500)
    expect(silent).to_be_hidden()
    for mends in ("button", "elsewhere", "key"):
        page.reload()
        expect(silent).to_contain_text("coupe le son")
        expect(silent).to_have_attribute("role", "alert")
        if mends == "button":
            page.get_by_role("button", name="Activer la sonnerie").click()
        elif mends == "elsewhere":
            page.locator("#caller-title").click()
        else:
            page.keyboard.press("Escape")
            page.keyboard.press("a")
        expect(silent).to_be_hidden()
    (other,) = more(page, 1)
    expect(other.locator("#state")).to_have_attribute("data-state", "available")
    expect(other.locator("#silent")).to_be_hidden()  # the first is heard
    calls_about_taxes(line)
    expect(other.locator("[data-offer]")).to_be_visible(timeout=LONG)
    until(lambda: page.evaluate("tones") > 0, "a tone")
    assert other.evaluate("tones") == 0
    page.close()
    expect(other.locator("#silent")).to_be_visible(timeout=LONG)
    other.get_by_role("button", name="Activer la sonnerie").click()
    until(lambda: other.evaluate("tones") > 0, "a tone")


def in_a_call(line: PracticeLine, page: Page) -> Caller:
    page.get_by_role("button", name="Prendre mon poste").click()
    durand = calls_about_taxes(line)
    page.get_by_role("button", name="Décrocher").click()
    page.wait_for_selector("#state[data-state=talking]")
    return durand


def records(page: Page) -> None:
    page.get_by_role("button", name="Raccrocher").click()
    page.wait_for_selector("#state[data-state=wrap_up]")
    form = page.locator("form[id^=record-]")
    form.get_by_label("Démarche concernée").select_option("declaration-revenus")
    for choice in ("Information", "Non"):
        form.locator(".choices label").filter(has_text=choice).first.click()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector("#state[data-state=available]")


def recorded() -> str | None:
    with reading() as session:
        (row,) = session.query(contacts.Accompaniment).all()
        return row.noted


def test_an_untouched_field_follows_what_another_tab_has_kept(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    (other,) = more(page, 1)
    in_a_call(line, page)
    page.locator("[data-notes]").fill("Avis reçu en août")
    expect(other.locator("[data-notes]")).to_have_value("Avis reçu en août", timeout=LONG)
    other.locator("[data-notes]").fill("Avis reçu en août, payé")
    expect(page.locator("[data-notes]")).to_have_value("Avis reçu en août, payé", timeout=LONG)
    expect(page.locator(".theirs")).to_be_hidden()
    records(page)
    assert recorded() == "Avis reçu en août, payé"
    expect(other.locator("#unsaved")).to_be_hidden()
    expect(page.locator("#unsaved")).to_be_hidden()


def test_what_two_tabs_have_typed_is_shown_to_both_and_recorded_whole(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    (other,) = more(page, 1)
    in_a_call(line, page)
    other.wait_for_selector("[data-notes]")
    other.route("**/api/desk/notes", lambda route: route.fulfill(status=422))  # it cannot save for a while
    other.locator("[data-notes]").fill("Écrit dans l'autre onglet")
    page.locator("[data-notes]").fill("Écrit ici")
    theirs = other.locator(".theirs")
    expect(theirs).to_contain_text("Écrit ici", timeout=LONG)
    expect(other.locator("[data-notes]")).to_have_value("Écrit dans l'autre onglet")
    other.unroute("**/api/desk/notes")
    other.get_by_role("button", name="Les ajouter aux miennes").click()
    both = "Écrit dans l'autre onglet\n\nÉcrit ici"
    expect(other.locator("[data-notes]")).to_have_value(both)
    expect(theirs).to_be_hidden()
    expect(page.locator("[data-notes]")).to_have_value(both, timeout=LONG)
    records(page)
    assert recorded() == both


def test_what_a_tab_could_not_keep_before_another_recorded_stays_and_may_be_added(
    line: PracticeLine, opens: Opens
) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    (other,) = more(page, 1)
    in_a_call(line, page)
    other.wait_for_selector("[data-notes]")
    other.route("**/api/desk/notes", lambda route: route.fulfill(status=422))
    other.locator("[data-notes]").fill("Elle rappelle lundi")
    records(page)
    assert recorded() is None
    unsaved = other.locator("#unsaved")
    expect(unsaved).to_contain_text("enregistré dans un autre onglet", timeout=LONG)
    expect(unsaved.locator("textarea")).to_have_value("Elle rappelle lundi")
    other.get_by_role("button", name="Ajouter aux notes du contact").click()
    expect(unsaved).to_be_hidden()
    assert recorded() == "Elle rappelle lundi"
    expect(page.locator("#unsaved")).to_be_hidden()


def test_whether_it_is_settled_is_asked_beside_the_question_and_answered_by_two_keys(
    line: PracticeLine, opens: Opens
) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    in_a_call(line, page)
    page.get_by_role("button", name="Raccrocher").click()
    page.wait_for_selector("#state[data-state=wrap_up]")
    form = page.locator("form[id^=record-]")
    assert form.locator("input[type=radio]:checked").count() == 1  # nothing is agreed on for afterwards
    form.get_by_label("Démarche concernée").select_option("declaration-revenus")
    form.locator(".choices label").filter(has_text="Information").first.click()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    question = form.locator("[data-settled]").first
    expect(question).to_contain_text("Dites si la démarche est réglée.")
    assert page.evaluate("document.activeElement.closest('[data-settled]') !== null")
    page.keyboard.press("n")
    expect(question).not_to_contain_text("Dites si")
    assert question.locator("input:checked").get_attribute("value") == "false"
    page.keyboard.press("o")
    assert question.locator("input:checked").get_attribute("value") == "true"
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector("#state[data-state=available]")
    with reading() as session:
        (row,) = session.query(contacts.Accompaniment).all()
    assert row.settled is True
    page.locator("#tools").get_by_role("link", name="Visite").click()
    page.wait_for_selector("#visit-form")
    suggested = page.locator("#visit-form input[type=radio]:checked").all()
    assert [each.get_attribute("value") for each in suggested] == ["none"]  # nothing is agreed on
