"""An agent's morning, in a real browser."""

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.demonstration import simulated_rows as simulation
from callcenter.records import calls, contacts
from callcenter.rules.states import Due
from ivr.practice.telephones import PracticeLine
from tests.browser.conftest import KARIM, Opens
from tests.browser.test_one_browser import calls_about_taxes
from tests.support.at_the_desk import is_
from tests.support.cast import Service
from tests.support.desk import Desk
from tests.support.town import PASSWORD, settle


def test_karim_takes_a_call_from_offer_to_outcome(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    page.get_by_role("button", name="Prendre mon poste").click()
    is_(page, "available")
    durand = calls_about_taxes(line)
    offer = page.locator("[data-offer]")
    expect(offer).to_contain_text("Impôts")
    expect(offer).to_contain_text("Lot (46)")
    expect(offer).to_contain_text("+33 5 •• •• •• 34")
    expect(page.locator("#announce")).to_contain_text("Appel proposé : Impôts, Lot (46).")
    assert page.title().startswith("☎ Impôts")
    page.get_by_role("button", name="Décrocher").click()
    is_(page, "talking")
    durand.speaks_with(KARIM)
    page.get_by_label("Notes").first.fill("Première déclaration")
    expect(page.get_by_text("Notes gardées")).to_be_visible()
    page.get_by_role("button", name="Voir le numéro entier").click()
    expect(page.locator("[id^=number-]")).to_contain_text("05 65 05 12 34")
    page.get_by_role("button", name="Raccrocher").click()
    is_(page, "wrap_up")
    form = page.locator("form[id^=record-]")
    form.get_by_label("Démarche concernée").select_option("declaration-revenus")
    _chooses(form, "Accompagnement")
    _chooses(form, "Oui")
    page.get_by_role("button", name="Ajouter une démarche").click()
    second = form.locator(".demarche").nth(1)
    second.get_by_label("Démarche concernée").select_option("avis-impot")
    _chooses(second, "Orientation vers un partenaire")
    second.get_by_label("Motif de l'orientation").select_option("must_come")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    is_(page, "available")
    expect(page.locator("#said")).to_contain_text("Le contact est enregistré.")
    with reading() as session:
        call = calls.by_carrier_id(session, durand.sid)
        assert call is not None
        contact = contacts.get(session, call.contact_id)
        assert contact is not None
        rows = contacts.accompaniments(session, [contact.id])
    assert contact.due == Due.RECORDED
    assert {(row.procedure, row.outcome, row.settled, row.noted) for row in rows} == {
        ("declaration-revenus", "accompaniment", True, "Première déclaration"),
        ("avis-impot", "orientation", False, None),
    }


def test_the_same_by_keyboard_alone(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    _tab_to(page, "Prendre mon poste")
    page.keyboard.press("Enter")
    is_(page, "available")
    calls_about_taxes(line)
    page.wait_for_selector("[data-offer]")
    page.keyboard.press("Alt+Shift+D")
    is_(page, "talking")
    page.keyboard.press("Alt+Shift+A")
    page.wait_for_selector(".held")
    page.keyboard.press("Alt+Shift+M")
    page.wait_for_selector(".call__muted")
    page.keyboard.press("Alt+Shift+N")
    page.keyboard.type("au clavier")
    page.keyboard.press("Alt+Shift+R")
    is_(page, "wrap_up")
    assert page.evaluate("document.activeElement.value") == "au clavier"
    page.keyboard.press("Alt+Shift+S")
    page.keyboard.type("Avis")
    page.keyboard.press("Alt+Shift+S")
    page.keyboard.press("Space")
    page.keyboard.press("Alt+Shift+S")
    page.keyboard.press("o")
    page.keyboard.press("Alt+Shift+E")
    is_(page, "available")
    with reading() as session:
        (row,) = session.query(contacts.Accompaniment).all()
    assert (row.procedure, row.outcome, row.settled, row.noted) == ("avis-impot", "information", True, "au clavier")


def test_what_is_being_typed_survives_whatever_the_stream_sends(line: PracticeLine, desk: Desk, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    page.get_by_role("button", name="Prendre mon poste").click()
    is_(page, "available")
    calls_about_taxes(line)
    page.wait_for_selector("[data-offer]")
    page.keyboard.press("Alt+Shift+D")
    is_(page, "talking")
    form = page.locator("form[id^=record-]")
    form.get_by_label("Démarche concernée").select_option("avis-impot")
    _chooses(form, "Information")
    form.get_by_label("Notes").fill("elle rappelle lundi")
    form.get_by_label("Notes").evaluate("field => { field.setSelectionRange(4, 9); window.sameField = field }")
    from_elsewhere = desk.sign_in("karim", PASSWORD)
    from_elsewhere.holds()
    page.wait_for_selector(".held")
    line.call(from_="+33565051299").presses("0")
    expect(page.locator("#queues")).to_contain_text("1 en attente")
    from_elsewhere.hangs_up()
    is_(page, "wrap_up")
    expect(page.get_by_role("button", name="Enregistrer", exact=True)).to_be_visible()
    kept = page.evaluate(
        """() => {
          const field = document.activeElement
          return [field === window.sameField, field.value, field.selectionStart, field.selectionEnd]
        }"""
    )
    assert kept == [True, "elle rappelle lundi", 4, 9]
    assert form.get_by_label("Démarche concernée").input_value() == "avis-impot"
    assert form.get_by_label("Information").is_checked()


def test_an_offer_that_is_refused_by_key_pauses_the_agent_in_words_that_are_true(
    line: PracticeLine, desk: Desk, opens: Opens
) -> None:
    settle("karim", phone=KARIM)
    settle("sarah", phone="+33565000002")
    page = opens("karim")
    page.get_by_role("button", name="Prendre mon poste").click()
    line.call().presses("0")
    page.wait_for_selector("[data-offer]")
    expect(page.locator("#state time")).to_have_text(re.compile("depuis [0-9] s"))  # it counts the offer
    page.keyboard.press("Alt+Shift+X")
    is_(page, "pause")
    expect(page.locator("#state")).to_contain_text("appel refusé")
    said = page.locator("#controls")
    expect(said).to_contain_text("Vous avez refusé un appel : vous êtes en pause. La personne garde sa place")
    sarah = desk.sign_in("sarah", PASSWORD).takes_post()
    expect(said).to_contain_text("La personne est proposée à un collègue.", timeout=30_000)
    sarah.accepts()
    expect(said).to_contain_text("Un collègue lui a répondu.", timeout=30_000)
    expect(page.locator("[data-offer]")).to_have_count(0)


def test_the_browser_counts_the_seconds(opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    page.get_by_role("button", name="Prendre mon poste").click()
    is_(page, "available")
    expect(page.locator("#state time")).to_have_text("depuis 3 s")


def test_shortcuts_are_changed_and_switched_off_for_the_account(opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    page.get_by_role("button", name="Prendre mon poste").click()
    is_(page, "available")
    page.keyboard.press("Alt+Shift+K")
    panel = page.locator("#panel")
    pause = panel.get_by_label("Se mettre en pause")
    pause.fill("D")  # another's
    panel.get_by_role("button", name="Enregistrer mes raccourcis").click()
    expect(panel).to_contain_text("chaque lettre ne sert qu'une fois")
    expect(pause).to_have_value("D")
    pause.fill("Q")
    panel.get_by_role("button", name="Enregistrer mes raccourcis").click()
    expect(panel).to_contain_text("Vos raccourcis sont enregistrés.")
    expect(page.locator("#choice kbd")).to_have_text("Q")
    page.keyboard.press("Alt+Shift+P")
    page.keyboard.press("Alt+Shift+Q")
    is_(page, "pause")
    panel.get_by_text("Utiliser les raccourcis").click()
    panel.get_by_role("button", name="Enregistrer mes raccourcis").click()
    expect(page.locator("#choice kbd")).to_have_count(0)
    page.reload()
    page.keyboard.press("Alt+Shift+Q")
    page.wait_for_timeout(500)
    is_(page, "pause")


def test_a_visit_is_recorded_beside_and_leaves_an_empty_form(opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    page.locator("#tools").get_by_role("link", name="Visite").click()
    form = page.locator("#visit-form")
    form.get_by_label("Démarche concernée").select_option("carte-grise")
    _chooses(form, "Information")
    form.get_by_label("Notes").fill("au guichet")
    expect(form.get_by_label("Rappel")).to_have_count(0)  # nobody telephoned
    expect(page.locator("#kept-visit")).to_have_text("Notes gardées")
    page.get_by_role("button", name="Se déconnecter").click()
    page = opens("karim")
    page.locator("#tools").get_by_role("link", name="Visite").click()
    form = page.locator("#visit-form")
    expect(form.get_by_label("Notes")).to_have_value("au guichet")
    expect(form.get_by_label("Information")).to_be_checked()
    form.get_by_role("button", name="Enregistrer la visite").click()
    expect(form.locator("[data-settled]")).to_contain_text("Dites si la démarche est réglée.")
    _chooses(form, "Non")
    form.get_by_role("button", name="Enregistrer la visite").click()
    expect(page.locator("#said")).to_contain_text("La visite est enregistrée.")
    expect(form.get_by_label("Notes")).to_have_value("")
    with reading() as session:
        (contact,) = session.query(contacts.Contact).all()
    assert (contact.channel, contact.department) == ("front_desk", "46")
    expect(form.locator("[name=contact_id]")).not_to_have_value(contact.id)  # the next is another visit


def test_a_page_whose_session_was_ended_elsewhere_goes_to_the_door(opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    token = page.get_attribute("body", "data-csrf")
    page.request.post("/sign-out", form={"csrf": str(token)}, headers={"Origin": page.url.removesuffix("/desk")})
    page.wait_for_url("**/sign-in?to=%2Fdesk")


def test_the_board_follows_by_itself(line: PracticeLine, desk: Desk, opens: Opens) -> None:
    karim = settle("karim", department="46", phone=KARIM)
    settle("ines", role="supervisor", departments=["46"])
    page = opens("ines")
    expect(page.locator("#wall_agents")).to_contain_text("Aucun conseiller n'a pris son poste.")
    agent = desk.sign_in("karim", PASSWORD).takes_post().pauses("lunch")
    row = page.locator(f"#agent-{karim}")
    expect(row).to_contain_text("Pause (repas)")
    agent.becomes_available()
    expect(row).to_contain_text("Disponible")
    page.get_by_role("button", name="Mettre en pause Karim").click()
    page.get_by_label("Pourquoi (lu par la personne)").select_option("meeting")
    page.locator("#move-do").click()
    expect(row).to_contain_text("Pause (pause courte)")
    assert agent.state == "pause"
    expect(page.locator("#stale")).to_be_empty()


def test_the_wall_fills_the_screen_without_scrolling(opens: Opens) -> None:
    settle("karim", department="46")
    settle("ines", role="supervisor", departments=["46"])
    page = opens("ines")
    page.wait_for_load_state()  # the page's script has run
    page.get_by_role("button", name="Plein écran").click()
    page.wait_for_selector("html.is-full-screen")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    page.get_by_role("button", name="Plein écran").click()
    page.wait_for_selector("html:not(.is-full-screen)")
    expect(page.locator("#stale")).to_be_empty()


LONG = 30_000  # milliseconds: more than the five seconds that the page waits
WATCHES = """() => {
  const stale = document.getElementById("stale");
  let heard = null;
  window.silences = [];
  document.addEventListener("staff:heard", () => { heard = Date.now(); });
  new MutationObserver(() => {
    if (stale.textContent && heard) window.silences.push(Date.now() - heard);
  }).observe(stale, { childList: true, characterData: true, subtree: true });
}"""


def test_the_wall_says_when_nothing_has_come_for_five_seconds_until_it_comes_again(
    opens: Opens, service: Service
) -> None:
    """The server sleeps, as a frozen machine does: its connection stands and says nothing."""
    settle("karim", department="46")
    settle("ines", role="supervisor", departments=["46"])
    page = opens("ines")
    page.wait_for_load_state()  # the page's script has run
    page.evaluate(WATCHES)
    said = page.locator("#wall_at")
    before = said.inner_text()
    expect(said).not_to_have_text(before, timeout=LONG)
    stale = page.locator("#stale")
    expect(stale).to_be_empty(timeout=LONG)
    with asleep(service.processes["web"]):
        expect(stale).to_contain_text("Données anciennes", timeout=LONG)
        expect(stale).to_have_attribute("role", "alert")
        expect(stale).to_be_visible()
    expect(stale).to_be_empty(timeout=LONG)
    silences = page.evaluate("silences")
    assert silences
    assert min(silences) > 4900  # heard here a moment after the page


def test_where_a_simulated_year_is_written_the_wall_and_the_report_say_so_and_nowhere_else(opens: Opens) -> None:
    settle("ines", role="supervisor", departments=["46"])
    page = opens("ines")
    banner = page.locator("aside", has_text="Données simulées")
    for path in ("/supervision", "/reports", "/reports/print", "/reports/definitions"):
        page.goto(path)
        page.wait_for_selector("main h1")
        expect(banner).to_have_count(0)
    at = clock.now()
    with transaction(60) as session:
        simulation.write(session, at.date() - timedelta(days=10), (20, 10), at)
    _until_shown(page, banner)
    for path in ("/supervision", "/reports", "/reports/print", "/reports/definitions"):
        page.goto(path)
        expect(banner).to_be_visible()
    page.goto("/supervision")
    page.get_by_role("button", name="Plein écran").click()
    page.wait_for_selector("html.is-full-screen")
    expect(banner).to_be_visible()
    page.goto("/sites")
    page.wait_for_selector("main h1")
    expect(banner).to_have_count(0)


def _until_shown(page: Page, banner: Locator) -> None:
    """The page's process is told within a second."""
    deadline = time.monotonic() + 30
    while not banner.count():
        assert time.monotonic() < deadline
        page.goto("/supervision")


@contextmanager
def asleep(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """It does nothing until the block ends."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def _chooses(form: Locator, name: str) -> None:
    form.locator(".choices label").filter(has_text=name).first.click()


def _tab_to(page: Page, name: str) -> None:
    """Tab until the button of this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"no Tab reaches “{name}”")
