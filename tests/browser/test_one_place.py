"""The desk is one place: state, ring and offer on every page; one screen; nothing typed is lost; few keys."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.records import callbacks, contacts, sites
from callcenter.rules import national_list
from ivr.practice.telephones import PracticeLine
from tests.browser.conftest import KARIM, Opens
from tests.browser.test_one_browser import LONG, beats_on, calls_about_taxes
from tests.support.at_the_desk import answers_dialogs, at_post, is_, talks
from tests.support.listed_sites import LIST
from tests.support.patience import until
from tests.support.spoken import spoke
from tests.support.town import settle

SIZES = ((1440, 900), (1280, 720))


ELSEWHERE = ("/callbacks", "/sites", "/desk/visit", "/desk/keys", "/nowhere")


LEADS_TO = (
    "/supervision",
    "/supervision/callbacks",
    "/supervision/waiting",
    "/supervision/orders",
    "/reports",
    "/admin",
)


MEASURES = """() => Object.fromEntries(
  [...document.querySelectorAll("#controls button, #choice select, .finish button")]
    .filter((each) => each.checkVisibility())
    .map((each) => [each, each.getBoundingClientRect()])
    .map(([each, { left, top }]) => [each.textContent.trim() || each.id, [left, top]]))"""


def no_scroll(page: Page) -> bool:
    return bool(
        page.evaluate(
            "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"
        )
    )


@pytest.mark.parametrize("path", ELSEWHERE)
def test_an_agent_stays_at_their_post_on_every_page_and_takes_a_call_there_with_one_key(
    line: PracticeLine, opens: Opens, path: str
) -> None:
    karim = settle("karim", phone=KARIM)
    page = at_post(opens)
    page.goto(path)
    beats_on(karim)
    is_(page, "available")
    calls_about_taxes(line)
    expect(page.locator("[data-offer]")).to_contain_text("Impôts", timeout=LONG)
    page.keyboard.press("Alt+Shift+D")
    page.wait_for_url("**/desk")
    is_(page, "talking")


def test_a_supervisor_at_a_post_is_rung_on_the_pages_of_supervision_and_administration(
    line: PracticeLine, opens: Opens
) -> None:
    ines = settle("ines", role="supervisor", departments=["46"], phone=KARIM)
    page = at_post(opens, "ines")
    for path in LEADS_TO:
        page.goto(path)
        is_(page, "available")
    beats_on(ines)
    calls_about_taxes(line)
    expect(page.locator("[data-offer]")).to_contain_text("Impôts", timeout=LONG)
    page.get_by_role("button", name="Refuser").click()
    is_(page, "pause")


def test_what_is_being_written_on_another_page_is_not_left_for_a_call(line: PracticeLine, opens: Opens) -> None:
    settle("ines", role="supervisor", departments=["46"], phone=KARIM)
    page = at_post(opens, "ines")
    page.goto("/supervision/orders")
    page.locator("#message summary").click()  # each order is folded until it is asked for
    words = page.locator("#message-fr")
    words.fill("Inondations dans le Lot")
    calls_about_taxes(line)
    page.wait_for_selector("[data-offer]")
    page.keyboard.press("Alt+Shift+D")
    is_(page, "talking")
    expect(words).to_have_value("Inondations dans le Lot")
    expect(page.get_by_role("button", name="Raccrocher")).to_be_visible()
    asked = answers_dialogs(page, leaves=True)
    page.get_by_role("link", name="Revenir à l'appel").click()
    page.wait_for_url("**/desk")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_one_screen_without_scrolling_whose_controls_never_move(
    line: PracticeLine, opens: Opens, width: int, height: int
) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    page.set_viewport_size({"width": width, "height": height})
    assert no_scroll(page)
    page.get_by_role("button", name="Prendre mon poste").click()
    is_(page, "available")
    assert no_scroll(page)
    calls_about_taxes(line)
    page.wait_for_selector("[data-offer]")
    assert no_scroll(page)
    page.keyboard.press("Alt+Shift+D")
    is_(page, "talking")
    before = page.evaluate(MEASURES)
    assert len([name for name in before if name.startswith(("Muet", "Mettre", "Raccrocher"))]) == 3
    page.keyboard.press("Alt+Shift+A")
    page.wait_for_selector(".held")
    page.keyboard.press("Alt+Shift+M")
    page.wait_for_selector(".call__muted")
    page.evaluate("() => { const lost = document.getElementById('lost'); lost.textContent = lost.dataset.said }")
    after = page.evaluate(MEASURES)
    assert list(before.values()) == list(after.values())
    assert no_scroll(page)
    page.locator(".finish [data-add]").click()
    page.locator(".choices__label", has_text="Rappel").first.click()
    assert no_scroll(page)
    page.keyboard.press("Alt+Shift+R")
    is_(page, "wrap_up")
    assert no_scroll(page)
    expect(page.get_by_role("button", name="Enregistrer", exact=True)).to_be_in_viewport(ratio=1)


def test_on_a_small_screen_the_same_controls_are_at_the_bottom_of_one_column(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = at_post(opens)
    page.set_viewport_size({"width": 390, "height": 844})
    talks(line, page)
    for name in ("Muet", "Mettre en attente", "Raccrocher"):
        button = page.get_by_role("button", name=name)
        expect(button).to_be_in_viewport(ratio=1)
        box = button.bounding_box()
        assert box
        assert box["y"] + box["height"] > 760
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_at_four_hundred_percent_everything_flows_in_one_column(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = at_post(opens)
    talks(line, page)
    page.set_viewport_size({"width": 320, "height": 256})  # 1280 by 1024, enlarged four times
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    lefts = page.evaluate(
        "[...document.querySelectorAll('.desk > *')].map((each) => each.getBoundingClientRect().left)"
    )
    assert len(set(lefts)) == 1
    assert page.evaluate("getComputedStyle(document.querySelector('.frame')).position") == "static"
    page.get_by_role("button", name="Raccrocher").click()
    is_(page, "wrap_up")


def test_the_commonest_acts_take_few_keys_or_clicks(line: PracticeLine, opens: Opens) -> None:
    """Take a call 1, record one démarche at most 6, promise a callback 4, find a site 3 and its name."""
    settle("karim", phone=KARIM)
    page = at_post(opens)
    counted = Counted(page)
    calls_about_taxes(line)
    page.wait_for_selector("[data-offer]")
    assert counted(lambda: page.keyboard.press("Alt+Shift+D")) == 1
    is_(page, "talking")
    page.keyboard.press("Alt+Shift+R")
    is_(page, "wrap_up")
    form = page.locator("form[id^=record-]")

    def records() -> None:
        counted.click(form.get_by_label("Démarche concernée"))
        counted.chooses(form.get_by_label("Démarche concernée"), "avis-impot")
        counted.click(form.locator(".choices__label", has_text="Information"))
        counted.click(form.locator(".choices__label", has_text="Non"))

    begun = counted(records)

    def promises() -> None:
        counted.click(form.locator(".choices__label", has_text="Rappel"))
        counted.click(form.locator("[name=callback] + .choices__label").first)
        counted.click(form.locator(".choices__label", has_text="Moi"))

    agreed = counted(promises)
    expect(form.locator(".readback")).to_contain_text("« Nous vous rappellerons ")
    expect(form.locator(".readback")).to_contain_text(", à ce numéro, pour votre avis d'impôt. ")
    expect(form.locator(".readback")).to_contain_text("C'est moi qui vous appellerai. »")
    saved = counted(lambda: page.keyboard.press("Alt+Shift+E"))
    is_(page, "available")
    expect(page.locator("#said")).to_contain_text("Le contact est enregistré. Rappel promis le")
    assert begun + saved <= 6
    assert agreed + saved == 4
    with reading() as session:
        (row,) = session.query(contacts.Accompaniment).all()
        (kept,) = session.query(callbacks.Callback).all()
    assert (row.procedure, row.settled, row.follow_up) == ("avis-impot", False, "callback")
    assert kept.for_agent == kept.promised_by

    def finds() -> None:
        page.keyboard.press("Alt+Shift+L")
        field = page.locator("#panel [name=words]")
        expect(field).to_be_focused()
        page.keyboard.insert_text("Figeac")  # its name
        page.keyboard.press("Enter")

    assert counted(finds) <= 3
    expect(page.locator("#panel")).to_contain_text("Aucun site")


def test_the_way_from_a_tool_to_the_desk_closes_the_tool(opens: Opens) -> None:
    """What is owed is found in the day, beside the form in which it is recorded."""
    spoke(settle("karim", phone=KARIM), "+33565051234", entries=None)
    page = opens("karim")
    page.locator("#tools").get_by_text("Ma journée").click()
    panel = page.locator("#panel")
    expect(panel).to_contain_text("À renseigner", timeout=LONG)
    panel.get_by_role("link", name="Renseigner").click()
    expect(panel).to_be_hidden(timeout=LONG)
    expect(page.locator("form[id^=record-]")).to_be_visible()


class Counted:
    """How many keys were pressed (a shortcut is one) and clicks made."""

    def __init__(self, page: Page) -> None:
        self.page, self.chosen = page, 0
        page.evaluate(
            """() => {
              window.acts = 0
              const counts = ({ key }) => { if (!["Alt", "Shift", "Control"].includes(key)) acts += 1 }
              addEventListener("keydown", counts, true)
              addEventListener("pointerdown", () => { acts += 1 }, true)
            }"""
        )

    def __call__(self, act: Callable[[], object]) -> int:
        before = self.page.evaluate("acts") + self.chosen
        act()
        return int(self.page.evaluate("acts") + self.chosen - before)

    def click(self, what: Locator) -> None:
        what.click()

    def chooses(self, what: Locator, option: str) -> None:
        """The browser's own list stands open: a click on one of it."""
        what.select_option(option)
        self.chosen += 1


NOTIFIES = """
  window.told = [];
  window.Notification = class {
    static permission = "granted";
    constructor(title, { body, tag }) { this.tag = tag; told.push([title, body]); }
    close() { told.push("closed"); }
  };
  document.hasFocus = () => false;
"""


def test_a_desktop_notification_goes_with_the_ring_from_one_page_and_goes_with_the_offer(
    line: PracticeLine, opens: Opens
) -> None:
    """Headless Chromium shows none and hides no tab: the browser's answer and its focus are put in their place."""
    settle("karim", phone=KARIM)
    page = opens("karim")
    page.context.add_init_script(NOTIFIES)
    page.reload()
    page.get_by_role("button", name="Prendre mon poste").click()
    is_(page, "available")
    other = page.context.new_page()
    other.goto("/callbacks")
    is_(other, "available")
    calls_about_taxes(line)
    expect(other.locator("[data-offer]")).to_be_visible(timeout=LONG)
    until(lambda: page.evaluate("told.length") == 1)
    title, body = page.evaluate("told[0]")
    assert title == "Appel proposé"
    assert body.startswith("Impôts – Lot (46)")
    assert other.evaluate("told.length") == 0
    other.get_by_role("button", name="Refuser").click()
    until(lambda: page.evaluate("told.at(-1)") == "closed")


def test_a_tool_opens_beside_the_call_and_what_is_followed_there_stays_there(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = at_post(opens)
    talks(line, page)
    asked = answers_dialogs(page, leaves=False)
    page.locator("form[id^=record-]").get_by_label("Notes").fill("pendant ce temps")
    page.locator("#tools").get_by_role("link", name="Mes rappels").click()  # before it is kept: it stays where it is
    panel = page.locator("#panel")
    expect(panel).to_contain_text("Pour moi")
    page.locator("#tools").get_by_role("link", name="Sites").click()
    expect(panel.locator("[name=words]")).to_be_visible()
    panel.locator("[name=words]").fill("Figeac")
    panel.get_by_role("button", name="Rechercher").click()
    expect(panel).to_contain_text("Aucun site")
    assert page.url.endswith("/desk")
    expect(page.locator("form[id^=record-]").get_by_label("Notes")).to_have_value("pendant ce temps")
    page.get_by_role("button", name="Retour").click()
    page.get_by_role("button", name="Fermer").click()
    expect(panel).to_be_hidden()
    expect(page.locator("#queues")).to_be_visible()
    assert not asked


LINKS = """[...document.querySelectorAll("main a[href], .frame a[href]")]
  .filter((each) => each.checkVisibility()).map((each) => each.getAttribute("href"))"""


def test_whatever_the_desk_leads_to_opens_beside(opens: Opens) -> None:
    settle("karim", phone=KARIM)
    with transaction(60) as session:
        sites.import_list(session, list(national_list.read(LIST.encode()).sites.values()), clock.now())
    page = at_post(opens)
    panel = page.locator("#panel")
    leads_to = page.evaluate(LINKS)
    assert "/contacts" in leads_to
    for address in leads_to:
        page.locator("[data-panel-home]").click()
        page.locator(f'main a[href="{address}"]:visible, .frame a[href="{address}"]:visible').first.click()
        expect(page.locator("#panel-home") if address == "/desk" else panel).to_be_visible(timeout=LONG)
        assert page.url.endswith("/desk"), address
    page.locator("#tools").get_by_role("link", name="Sites").click()
    panel.get_by_role("link", name="Maison du Lot").click()
    panel.locator(".sitemap a").first.dispatch_event("click")
    expect(panel.get_by_role("button", name="Rechercher")).to_have_count(0)
    expect(panel.locator(".sitemap")).to_be_visible(timeout=LONG)
    assert page.url.endswith("/desk")


def test_a_page_that_comes_after_another_was_wanted_or_none_is_not_shown(opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = at_post(opens)
    panel, tools, held = page.locator("#panel"), page.locator("#tools"), list[Route]()
    sites = re.compile(r"/sites(\?|$)")

    def holds_back(route: Route) -> None:
        held.append(route)

    page.route(sites, holds_back)

    def asks_for_sites() -> Route:
        tools.get_by_role("link", name="Sites").click()
        until(lambda: page.evaluate("1") == 1 and bool(held), "the sites are asked for")
        return held.pop()

    late = asks_for_sites()
    tools.get_by_role("link", name="Mes rappels").click()
    expect(panel).to_contain_text("Pour moi")
    late.continue_()
    page.wait_for_timeout(500)
    expect(panel).to_contain_text("Pour moi")
    late = asks_for_sites()
    page.get_by_role("button", name="Fermer").click()
    late.continue_()
    page.wait_for_timeout(500)
    expect(panel).to_be_hidden()
    page.unroute(sites)
