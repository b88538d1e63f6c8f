"""The administrator's day in a browser, and how few keys it takes to find a site."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from callcenter import clock
from callcenter.db import transaction
from callcenter.records import sites, towns
from callcenter.rules import national_list
from callcenter.rules.towns import read
from tests.browser.conftest import Checks, Opens
from tests.browser.test_accessibility_of_administration import LISTED
from tests.support.cast import Service
from tests.support.town import PASSWORD, settle

TOWNS = b"code_postal;commune;latitude;longitude\n46100;Figeac;44.609;2.032\n46000;Cahors;44.448;1.441\n"
NEW = "quatre chevaux dans un pré"
AT_400_PERCENT = {"width": 320, "height": 256}  # of 1280 by 1024
PAGES = (
    "/admin/agents", "/admin/agents/new", "/admin/agents/import", "/admin/sites", "/admin/directory",
    "/admin/directory/topic?scope=N&keys=21", "/admin/directory/item/procedure?scope=N&code=carte-identite",
    "/admin/directory/item/partner?scope=N&code=caf", "/admin/directory/item/referent?scope=46",
    "/admin/hours?scope=46", "/admin/departments", "/admin/departments/46", "/admin/shared-lines", "/sites",
    "/sites?words=figeac", "/sites?words=ovni", "/sites/7", "/help/hours", "/my-password", "/admin/no-such-page",
)  # fmt: skip


@pytest.fixture
def page(opens: Opens) -> Page:
    settle("admin", role="admin")
    settle("karim")
    with transaction(60) as session:
        sites.import_list(session, list(national_list.read(LISTED.encode()).sites.values()), clock.now())
        towns.replace(session, read(TOWNS)[0])
    return opens("admin")


def test_the_administrators_day(
    page: Page, opens: Opens, service: Service, chromium: Browser, is_accessible: Checks
) -> None:
    page.goto("about:blank")  # or the wall's own way to the door would cross ours
    page.context.clear_cookies()
    page.goto("/admin/hours?scope=46")
    expect(page.get_by_text("de retour sur votre page")).to_be_visible()
    is_accessible(page, "the door, with a way back")
    page.fill("#login", "admin")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/admin/hours?scope=46")

    page.fill("#own-hours", "jours ouvrables 9h-12h")
    page.get_by_role("button", name="Enregistrer ces horaires").click()
    beside = page.locator("#own-hours-error")
    expect(beside).to_contain_text("peut compter le samedi ou non")
    expect(page.locator("#own-hours")).to_have_value("jours ouvrables 9h-12h")
    is_accessible(page, "hours that are refused")
    page.fill("#own-hours", "lundi au vendredi 8h30-12h, 14h-18h, fermé les jours fériés")
    page.get_by_role("button", name="Enregistrer ces horaires").click()
    expect(page.locator("#own-title ~ .scroll")).to_contain_text("lundi à vendredi 8h30-12h, 14h-18h")
    page.get_by_text("Jour par jour").click()
    expect(page.locator("#day-Mo")).to_have_value("8h30-12h, 14h-18h")
    expect(page.locator("#day-PH")).to_have_value("fermé")
    is_accessible(page, "the grid of days")
    page.fill("#day-We", "9h")
    page.get_by_role("button", name="Enregistrer ces jours").click()
    expect(page.locator("#day-We-error")).to_contain_text("n'a pas de fin")
    expect(page.locator("#day-We")).to_have_value("9h")
    page.fill("#day-We", "")
    page.get_by_role("button", name="Enregistrer ces jours").click()
    expect(page.locator("#own-title ~ .scroll")).to_contain_text("lundi, mardi, jeudi et vendredi 8h30-12h, 14h-18h")
    expect(page.locator(".acts-said li").first).to_contain_text("par Admin")
    is_accessible(page, "hours with their history in sentences")

    page.get_by_role("link", name="Comptes").click()
    page.get_by_role("link", name="Créer un compte").click()
    expect(page.locator("#department")).to_have_value("")
    page.fill("#name", "Zoé Martin")
    page.fill("#login", "zoe.martin")
    page.get_by_role("button", name="Créer le compte et son lien").click()
    expect(page.locator("#department-error")).to_be_visible()
    page.select_option("#department", "46")
    page.get_by_role("button", name="Créer le compte et son lien").click()
    link = page.locator("#link").input_value()
    is_accessible(page, "a link that is shown once")
    _chooses_a_password(chromium, service, link)
    page.goto("/admin/agents?text=zoe")
    is_accessible(page, "accounts to complete")

    page.goto("/admin/directory")
    page.get_by_role("link", name=re.compile("Modifier : Carte d'identité ou passeport")).click()
    assert page.locator("input[name=code]").get_attribute("type") == "hidden"
    page.fill("#said-fr", "votre carte d'identité")
    page.fill("#said-en", "")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#said-en-error, #said-fr-error").first).to_be_visible()
    is_accessible(page, "a démarche that is refused")
    page.fill("#said-en", "your identity card")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("« Santé et remboursements »")).to_have_count(0)
    expect(page.get_by_role("link", name="Santé et remboursements")).to_be_visible()
    is_accessible(page, "the directory with its names and phrases")

    page.goto("/sites?words=Figeac")
    expect(page.locator("tbody tr").first).to_contain_text("Figeac")
    expect(page.get_by_text("Les plus proches de Figeac (46100)")).to_be_visible()
    is_accessible(page, "the nearest sites")
    page.goto("/admin/nowhere")
    expect(page.get_by_role("navigation", name="Administration")).to_be_visible()
    is_accessible(page, "no such page, with its menu")
    page.get_by_role("link", name="Aide").click()
    expect(page.get_by_role("heading", name="Aide : Une page qui refuse")).to_be_visible()
    is_accessible(page, "help")


def _chooses_a_password(chromium: Browser, service: Service, link: str) -> None:
    """In another browser; the code leaves the address at once, and no request holds it but the form."""
    context = chromium.new_context(base_url=service.web, locale="fr-FR")
    asked: list[str] = []
    context.on("request", lambda request: asked.append(f"{request.url} {request.headers.get('referer', '')}"))
    owner = context.new_page()
    code = link.partition("#")[2]
    owner.goto(f"/password#{code}")
    expect(owner.locator("#token")).to_have_value(code)
    assert owner.url.endswith("/password")
    owner.fill("#password", NEW)
    owner.fill("#again", NEW)
    owner.get_by_role("button", name="Choisir ce mot de passe").click()
    expect(owner.get_by_text("personne d'autre ne le connaît")).to_be_visible()
    assert not [each for each in asked if code in each.split("#")[0]]
    context.close()


def test_a_site_is_found_in_three_keys_or_clicks_and_its_name(page: Page, opens: Opens) -> None:
    karim = opens("karim")
    acts = 0

    def act(what: Callable[[], None]) -> None:
        nonlocal acts
        what()
        acts += 1

    act(lambda: karim.get_by_role("link", name="Sites").first.click())
    karim.wait_for_selector("#words:focus")
    karim.keyboard.type("maison du lot")
    act(lambda: karim.keyboard.press("Enter"))
    row = karim.locator("tbody tr", has_text="Maison du Lot")
    expect(row).to_contain_text("05 65 00 00 07")
    act(lambda: row.get_by_role("link", name="Maison du Lot").click())
    expect(karim.get_by_role("heading", name="Maison du Lot")).to_be_visible()
    assert acts <= 3


def test_at_four_hundred_per_cent_every_page_is_one_column(page: Page) -> None:
    page.set_viewport_size(AT_400_PERCENT)  # type: ignore[arg-type]
    wider = []
    for path in PAGES:
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wider.append(path)
    assert wider == []
