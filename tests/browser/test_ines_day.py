"""Inès's day, in a real browser: what she can act on, orders that are deliberate, why a call waits, and figures."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from callcenter import clock
from callcenter.actions import agent
from callcenter.db import engine, transaction
from callcenter.demonstration import embedded
from callcenter.records.agents import Agent
from callcenter.records.calls import Wish
from callcenter.rules.published_measures import MEASURES
from callcenter.rules.states import PauseReason
from callcenter.rules.territory import TERRITORIES
from tests.browser.conftest import Opens
from tests.support import cast
from tests.support.people import joins
from tests.support.town import settle

OCCITANIE = sorted(code for code, each in TERRITORIES.items() if each.region == "76")
SIZES = [(1280, 720), (1440, 900), (1920, 1080)]
HERS = (
    "/supervision", "/supervision/orders", "/supervision/waiting", "/supervision/callbacks",
    "/supervision/callbacks/print", "/supervision/messages", "/supervision/links", "/reports", "/reports/agents",
    "/reports/help", "/reports/definitions", "/reports/staffing", "/reports/rows?measure=demands", "/contacts",
    "/callbacks", "/desk/visit", "/help/wall",
)  # fmt: skip
SPEAKS = """() => {
  window.spoken = [];
  const voices = [{lang: "fr-FR", name: "f"}, {lang: "en-GB", name: "e"}];
  class Said { constructor(text) { this.text = text; } }
  window.SpeechSynthesisUtterance = Said;
  Object.defineProperty(window, "speechSynthesis", { value: Object.assign(new EventTarget(), {
    getVoices: () => voices,
    cancel: () => {},
    speak: (said) => { window.spoken.push([said.lang, said.text]); setTimeout(() => said.onend(), 20); },
  }) });
}"""  # headless Chromium has no voice: one is given to it
CUT = """() => {
  const found = [];
  if (document.documentElement.scrollHeight > innerHeight) found.push("the page scrolls");
  const parts = ".wall .panel, .wall .panel > div, .wall .scroll, .tile, .alarms, .alarm";
  for (const each of document.querySelectorAll(parts)) {
    if (!each.checkVisibility()) continue;
    const { bottom, right } = each.getBoundingClientRect();
    const name = each.id || each.className;
    if (each.scrollHeight > each.clientHeight + 2) found.push(`${name}: ${each.scrollHeight} in ${each.clientHeight}`);
    if (each.scrollWidth > each.clientWidth + 2) found.push(`${name}: ${each.scrollWidth} wide in ${each.clientWidth}`);
    if (bottom > innerHeight + 1 || right > innerWidth + 1) found.push(`${name} leaves the screen`);
  }
  return found;
}"""
BELOW = """(names) => {
  const lowest = names.map((name) => document.querySelector(name).getBoundingClientRect().bottom);
  return Math.max(...lowest) - innerHeight;
}"""


@pytest.fixture(scope="module")
def running(
    stores: embedded.Stores, schema: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[cast.Service]:
    """The staff's web alone: who calls and who works here does so by the verbs."""
    logs = Path(tmp_path_factory.mktemp("logs"))
    with cast.service(stores.environment(), logs, only={"web"}) as service, cast.in_settings(service):
        yield service


@pytest.fixture
def service(running: cast.Service, database: object, live: object) -> Iterator[cast.Service]:
    yield running
    engine().dispose()


def _settled(login: str, **who: object) -> str:
    """At their post; a supervisor at none."""
    agent_id = settle(login, **who)  # type: ignore[arg-type]
    if who.get("role") != "supervisor":
        agent.take_post(agent_id, "phone", clock.now())
    return agent_id


def _room() -> str:
    """Karim has lunch, Léa speaks no French, Sarah serves health alone; Inès sees Occitanie. Karim's id."""
    karim = _settled("karim")
    agent.pause(karim, PauseReason.LUNCH, clock.now())
    _settled("lea", languages=["en"], phone="+33565000002")
    _settled("sarah", department="31", topics=["sante"], phone="+33565000003")
    _settled("ines", role="supervisor", departments=OCCITANIE, phone="+33565000009")
    names = {"ines": "Inès Castan", "karim": "Karim Belkacem", "lea": "Léa Roux", "sarah": "Sarah Petit"}
    with transaction() as session:
        for each in session.query(Agent):
            each.name = names[each.login]
    return karim


def test_the_wall_begins_with_what_ines_can_act_on(opens: Opens) -> None:
    karim = _room()
    page = opens("ines")
    bare = page.locator(".alarm", has_text="Ligne ouverte, personne à son poste")
    expect(bare).to_contain_text("Ariège (09)")
    expect(bare).not_to_contain_text("Lot (46)")
    joins("CA1", 1, Wish("46", "impots"))
    alarm = page.locator(".alarm", has_text="Impôts")
    expect(alarm).to_contain_text("1 appel en attente pour 0 disponible")
    expect(alarm).to_contain_text("À leur poste pour ce sujet : 1 ; aucun disponible ; 1 en pause")
    page.set_viewport_size({"width": 1440, "height": 900})
    assert page.evaluate(BELOW, [".alarms", "#queue-impots-fr", ".map"]) < 0, "below what is seen at once"
    expect(page.locator(".map--inset .map__dot--own")).to_have_count(len(OCCITANIE))
    assert page.locator(".map").first.locator(".map__tile").count() == len(OCCITANIE)
    alarm.get_by_role("link", name="Pourquoi ?").click()
    page.locator("tbody a").click()
    rows = page.locator("tbody tr")
    expect(rows.filter(has_text="Karim Belkacem")).to_contain_text("en pause depuis moins d'une minute (repas)")
    expect(rows.filter(has_text="Léa Roux")).to_contain_text("ne parle pas : français")
    expect(rows.filter(has_text="Sarah")).to_contain_text("ne sert pas « Impôts »")
    assert "Score" not in page.locator("main").inner_text()
    karims = opens("karim")
    page.get_by_role("button", name="Rendre disponible Karim Belkacem").click()
    expect(page.locator("main").get_by_role("status").first).to_contain_text("l'agent est disponible")
    karims.wait_for_selector("[data-offer]")
    page.goto("/supervision")
    page.locator(f"#agent-{karim}").get_by_role("button", name="Mettre fin au poste").click()
    page.locator("#move-do").click()
    assert page.evaluate("document.activeElement.id") == "move-why", "what lacks an answer is where one is"
    page.get_by_label("Pourquoi (lu par la personne)").select_option("technical")
    page.get_by_label("Précision").fill("on vous rappelle tout de suite")
    page.locator("#move-do").click()
    told = karims.locator("#moved")
    expect(told).to_contain_text("Fin de poste décidée par Inès Castan : problème technique")
    expect(told).to_contain_text("on vous rappelle tout de suite")


def test_the_wall_fills_each_screen_without_cutting_anything(opens: Opens) -> None:
    _room()
    for n in range(12):
        _settled(f"agent{n}", department="31", topics=["sante"], phone=f"+335650002{n:02}")
    for n in range(3):
        joins(f"CA{n}", n, Wish("46", "impots"))
    page = opens("ines")
    page.wait_for_selector("#queue-impots-fr")
    for width, height in SIZES:  # a window that is full screen is not resized: each size is entered and left
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_role("button", name="Plein écran").click()
        page.wait_for_selector("html.is-full-screen")
        page.wait_for_timeout(300)
        assert page.evaluate("[innerWidth, innerHeight]") == [width, height]
        assert page.evaluate(CUT) == [], (width, height)
        shown = page.locator("#wall_agents tbody tr:visible").count()
        assert shown > 2, (width, height)
        expect(page.locator(".panel--agents .panel__more")).to_have_text(f"et {15 - shown} de plus")
        page.get_by_role("button", name="Plein écran").click()
        page.wait_for_selector("html:not(.is-full-screen)")


def test_an_order_is_deliberate_from_its_first_field_to_its_last_word(opens: Opens) -> None:
    _room()
    joins("CA1", 1, Wish("46", "impots"))
    page = opens("ines")
    page.add_init_script(f"({SPEAKS})()")
    page.goto("/supervision/orders")
    page.locator("#queue summary").click()
    page.locator("#queue form button").click()
    for field in ("queue-scope", "queue-topic", "act", "queue-ends"):
        page.wait_for_selector(f"#{field}-error")
    page.select_option("#queue-scope", "46")
    page.select_option("#queue-topic", "impots")
    page.check("#act-close", force=True)
    page.check("#queue-at", force=True)
    page.fill("#queue-until", f"{clock.now() + timedelta(hours=4):%Y-%m-%dT%H:%M}")
    page.locator("#queue form button").click()
    effects = page.locator(".effects")
    expect(effects).to_contain_text("La personne qui attend en ce moment garde sa place et sera servie.")
    expect(effects).to_contain_text("Il portera votre nom : Inès Castan.")
    page.get_by_role("button", name="Modifier").click()
    assert page.input_value("#queue-topic") == "impots"
    page.locator("#queue form button").click()
    page.get_by_role("button", name="Donner l'ordre").click()
    expect(page.locator("main .standing")).to_contain_text("Impôts – Lot : Fermée")

    page.locator("#message summary").click()
    page.select_option("#message-scope", "R76")
    page.fill("#message-fr", "Grève  nationale :\nrappelez demain.")
    page.fill("#message-en", "National strike: call again tomorrow.")
    page.check("#message-lift", force=True)
    page.locator("#message form button").click()
    give = page.get_by_role("button", name="Donner l'ordre")
    expect(give).to_be_disabled()
    page.get_by_role("button", name="Écouter le message").click()
    expect(page.get_by_text("Entendu en entier.")).to_be_visible()
    assert page.evaluate("spoken") == [
        ["fr", "Grève nationale : rappelez demain."],
        ["en", "National strike: call again tomorrow."],
    ]
    give.click()
    expect(page.locator("main .standing")).to_contain_text("Grève nationale : rappelez demain.")
    karims = opens("karim")
    karims.locator("#orders-told summary").click()
    expect(karims.locator("#orders-told")).to_contain_text("Par Inès Castan")
    page.goto("/supervision")
    expect(page.locator("#wall_orders")).to_contain_text("Grève nationale : rappelez demain.")
    page.get_by_role("link", name="Voir et lever les ordres").click()
    lift = page.locator("main .standing").get_by_role("button", name="Lever Message d'urgence")
    lift.click()
    expect(page.locator("main .standing")).not_to_contain_text("Grève nationale")
    expect(karims.locator("#orders-told summary")).to_contain_text("1 ordre en vigueur")


@pytest.fixture
def voiceless(opens: Opens) -> Page:
    _room()
    return opens("ines")


def test_without_a_voice_the_message_is_read_before_it_goes_out(voiceless: Page) -> None:
    page = voiceless
    page.goto("/supervision/orders?scope=46")
    page.fill("#message-fr", "Inondations : appelez le 112.")
    page.check("#message-lift", force=True)
    page.locator("#message form button").click()
    expect(page.get_by_text("Ce navigateur n'a pas de voix")).to_be_visible()
    give = page.get_by_role("button", name="Donner l'ordre")
    expect(give).to_be_disabled()
    page.check("#heard", force=True)
    give.click()
    expect(page.locator("main .standing")).to_contain_text("Inondations : appelez le 112.")


def test_the_report_opens_on_her_territory_and_marks_the_field_of_a_reversed_period(opens: Opens) -> None:
    settle("ines", role="supervisor", departments=OCCITANIE)
    page = opens("ines")
    page.goto("/reports")
    expect(page.locator(".wall__scope")).to_contain_text("Occitanie")
    assert page.locator(".measures").count() == 4
    assert page.locator(".measures tbody tr").count() == len(MEASURES) == 31
    page.fill("#first", "2026-10-31")
    page.fill("#last", "2026-10-01")
    page.select_option("#territory", "46")
    page.get_by_role("button", name="Afficher").click()
    expect(page.locator("#last-error")).to_contain_text("La fin précède le début")
    assert [page.input_value(f"#{field}") for field in ("first", "last", "territory")] == [
        "2026-10-31", "2026-10-01", "46",
    ]  # fmt: skip
    page.fill("#last", "2026-11-02")
    page.get_by_role("button", name="Afficher").click()
    expect(page.locator(".measures").first).to_be_visible()
    page.get_by_role("link", name="Par conseiller").click()
    expect(page.locator("main h1")).to_have_text("Par conseiller")


def test_at_four_hundred_per_cent_every_page_of_hers_flows_in_one_column(opens: Opens) -> None:
    """A screen of 1280 by 1024 that is enlarged four times is one of 320 by 256."""
    settle("ines", role="supervisor", departments=OCCITANIE)
    page = opens("ines")
    page.set_viewport_size({"width": 320, "height": 256})
    wider = []
    for path in HERS:
        page.goto(path)
        page.wait_for_selector("main h1", state="attached")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wider.append(path)
    assert wider == []
