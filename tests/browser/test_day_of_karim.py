"""Karim's day at the desk, told whole: one place from the post he takes to the post he leaves."""

from playwright.sync_api import expect

from callcenter.db import reading
from callcenter.records import callbacks, contacts
from ivr.practice.telephones import PracticeLine
from tests.browser.conftest import KARIM, Opens
from tests.browser.test_one_browser import LONG, calls_about_taxes
from tests.support.at_the_desk import at_post, chooses, is_
from tests.support.town import settle


def test_karims_day(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = at_post(opens)

    # He reads his callbacks on their own page: he is still at his post, and a call reaches him there.
    page.locator(".top__nav").get_by_role("link", name="Mes rappels").click()
    page.wait_for_url("**/callbacks")
    is_(page, "available")
    calls_about_taxes(line)
    page.wait_for_selector("[data-offer]")
    page.keyboard.press("Alt+Shift+D")
    page.wait_for_url("**/desk")
    is_(page, "talking")

    # He writes while she speaks, looks for a site beside, and chooses what comes after.
    form = page.locator("form[id^=record-]")
    form.get_by_label("Notes").fill("Avis d'impôt jamais reçu")
    page.keyboard.press("Alt+Shift+L")
    page.locator("#panel [name=words]").fill("Figeac")
    page.locator("#panel [name=words]").press("Enter")
    expect(page.locator("#panel")).to_contain_text("Figeac", timeout=LONG)
    page.get_by_label("Après cet appel").select_option("pause:lunch")
    expect(page.locator("#said")).to_contain_text("Choix gardé", timeout=LONG)
    page.keyboard.press("Alt+Shift+R")
    is_(page, "wrap_up")

    # His browser closes. In another one, everything is there; he agrees on a callback and records it all in one act.
    form.get_by_label("Démarche concernée").select_option("avis-impot")
    chooses(form, "Accompagnement")
    expect(page.locator(".kept").first).to_contain_text("Notes gardées", timeout=LONG)
    page.context.close()
    page = opens("karim")
    page.set_default_timeout(LONG)
    page.wait_for_load_state()  # the page's script has run
    form = page.locator("form[id^=record-]")
    expect(form.get_by_label("Notes")).to_have_value("Avis d'impôt jamais reçu")
    expect(form.get_by_label("Accompagnement")).to_be_checked()
    page.keyboard.press("Alt+Shift+E")
    expect(form.get_by_text("Dites si la démarche est réglée.")).to_be_visible(timeout=LONG)
    page.keyboard.press("n")
    chooses(form, "Rappel")
    form.locator("[name=callback] + .choices__label").first.click()
    chooses(form, "Moi")
    expect(form.locator(".readback")).to_contain_text("C'est moi qui vous appellerai.")
    page.keyboard.press("Alt+Shift+E")
    is_(page, "pause")
    expect(page.locator("#said")).to_contain_text("Rappel promis le", timeout=LONG)
    expect(page.locator("#state")).to_contain_text("repas")
    with reading() as session:
        (row,) = session.query(contacts.Accompaniment).all()
        (kept,) = session.query(callbacks.Callback).all()
    assert (row.procedure, row.settled, row.follow_up, row.noted) == (
        "avis-impot", False, "callback", "Avis d'impôt jamais reçu",
    )  # fmt: skip
    assert kept.for_agent == kept.promised_by

    # After lunch he refuses one by key, reads what became of the person, and leaves.
    page.keyboard.press("Alt+Shift+P")
    is_(page, "available")
    line.call(from_="+33565051299").presses("0")
    page.wait_for_selector("[data-offer]")
    page.keyboard.press("Alt+Shift+X")
    is_(page, "pause")
    expect(page.locator("#controls")).to_contain_text("Vous avez refusé un appel")
    expect(page.locator("#controls")).to_contain_text("La personne garde sa place dans la file.")
    page.get_by_role("button", name="Quitter mon poste").click()
    is_(page, "offline")
