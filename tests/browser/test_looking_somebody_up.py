"""An agent looks somebody up, goes on with them, corrects what they recorded and calls back, in a real browser: in so
many keys or clicks."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from callcenter import clock
from callcenter.actions import callback_by_staff
from callcenter.db import reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, callbacks
from callcenter.records.calls import Wish
from callcenter.records.contacts import Contact
from callcenter.rules.callbacks import Source
from ivr.practice.telephones import PracticeLine
from tests.browser.conftest import KARIM, Checks, Opens
from tests.support.at_the_desk import at_post, is_, talks
from tests.support.spoken import contact, demarches, spoke
from tests.support.town import settle

DURAND = "+33565051234"


class Acts:
    """Keys and clicks, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, key: str) -> None:
        self.count += 1
        self.page.keyboard.press(key)

    def click(self, name: str) -> None:
        self.count += 1
        self.page.get_by_role("button", name=name).first.click()


def test_an_earlier_contact_is_read_and_continued_with_one_key(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    lea = settle("lea", phone="+33565000002")
    earlier = spoke(lea, DURAND, clock.now() - timedelta(days=1))
    page = at_post(opens)
    talks(line, page)
    panel = page.locator("#caller")
    expect(panel).to_contain_text("Il manque le RIB")
    expect(panel).to_contain_text("par Lea")
    acts = Acts(page)
    acts.press("Alt+Shift+C")
    expect(panel).to_contain_text("Vous continuez ce contact")
    assert acts.count == 1
    expect(page.locator("[name=procedure-0]").first).to_have_value("declaration-revenus")
    with reading() as session:
        assert [each.continues for each in session.query(Contact).filter_by(channel="phone")].count(earlier) == 1
    panel.get_by_role("button", name="Ne plus le continuer").click()
    expect(panel.get_by_role("button", name="Continuer ce contact").first).to_be_visible()


def test_who_was_cut_off_is_called_back_with_one_click(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    line.registers(DURAND, "answer_and_press_1")
    page = at_post(opens)
    durand = talks(line, page)
    durand.hangs_up()
    is_(page, "wrap_up")
    acts = Acts(page)
    acts.click("Rappeler tout de suite")
    is_(page, "talking")
    assert acts.count == 1
    with reading() as session:
        (kept,) = session.query(callbacks.Callback).all()
    assert kept.source == Source.CUT_OFF


def test_a_promised_callback_is_begun_early_from_its_list_with_one_click(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    line.registers(DURAND, "answer_and_press_1")
    _is_promised(DURAND)
    page = at_post(opens)
    page.goto("/callbacks")
    acts = Acts(page)
    acts.click("Rappeler")
    page.wait_for_url("**/desk")
    is_(page, "talking")
    assert acts.count == 1


def test_a_callback_that_is_refused_leaves_the_list_where_it_stands(line: PracticeLine, opens: Opens) -> None:
    """In the panel beside a call, and on a page of its own."""
    settle("karim", phone=KARIM)
    _is_promised("+33565051235")
    page = at_post(opens)
    talks(line, page)
    panel, said = page.locator("#panel"), page.locator("#said")
    page.locator("#tools").get_by_role("link", name="Ma journée").click()
    expect(panel).to_contain_text("Ma journée")
    page.locator("#tools").get_by_role("link", name="Mes rappels").click()
    press = panel.get_by_role("button", name="Rappeler").first
    press.click()
    expect(said.get_by_role("alert")).to_be_visible()
    expect(panel).to_contain_text("Pour moi")
    expect(press).to_be_visible()
    page.get_by_role("button", name="Retour").click()
    expect(panel).to_contain_text("Ma journée")
    page.goto("/callbacks")
    page.locator("main").get_by_role("button", name="Rappeler").first.click()
    expect(said.get_by_role("alert")).to_be_visible()
    assert page.url.endswith("/callbacks")


def _is_promised(number: str) -> None:
    """For tomorrow: nobody is called back before."""
    ines = settle("ines", role="supervisor", departments=["46"], phone="+33565000009")
    tomorrow = f"{clock.now() + timedelta(days=1):%Y%m%d}a"
    with reading() as session:
        supervisor = agents.get(session, ines)
    assert supervisor is not None
    callback_by_staff.promise_to_number(supervisor, PhoneNumber(number), Wish("46", "impots"), tomorrow, clock.now())


def test_karim_looks_somebody_up_and_corrects_what_he_recorded(opens: Opens, is_accessible: Checks) -> None:
    karim = settle("karim", phone=KARIM)
    helped = spoke(karim, DURAND)
    spoke(karim, DURAND, clock.now() - timedelta(days=3))
    with transaction() as session:
        session.get_one(Contact, helped).satisfaction = 4
        session.get_one(Contact, helped).satisfaction_scale = 4
    page = opens("karim")
    page.goto("/contacts")
    is_accessible(page, "my contacts")
    said = contact(helped).reference
    page.get_by_role("textbox", name="Référence ou numéro").fill(f"{said[:2]} {said[2:]}")
    page.get_by_role("button", name="Chercher").click()
    expect(page.locator("main")).to_contain_text("Il manque le RIB")
    assert said not in page.url
    is_accessible(page, "a contact in full")
    page.get_by_role("link", name="Corriger").click()
    is_accessible(page, "a correction")
    page.locator("label[for=orientation-0]").click()
    page.get_by_role("button", name="Enregistrer la correction").click()
    page.wait_for_selector("#reason-0-lacks")
    is_accessible(page, "a refused correction")
    page.locator("label[for=accompaniment-0]").click()
    page.locator("label").filter(has_text="Oui").first.click()
    page.get_by_role("button", name="Enregistrer la correction").click()
    expect(page.locator("main")).to_contain_text("Le contact est corrigé")
    assert [row.settled for row in demarches(helped)] == [True]
    page.goto("/contacts")
    page.get_by_role("textbox", name="Référence ou numéro").fill("05 65 05 12 34")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("heading", name="Contacts trouvés")).to_be_visible()
    is_accessible(page, "contacts of a number")
    page.get_by_role("textbox", name="Référence ou numéro").fill("Mme Durand")
    page.get_by_role("button", name="Chercher").click()
    expect(page.get_by_role("alert").first).to_contain_text("ni une référence")
    is_accessible(page, "neither a number nor a reference")
