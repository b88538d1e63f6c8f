"""Mme Durand's day, as the agent who serves her reads it."""

from playwright.sync_api import expect

from ivr.practice.telephones import PracticeLine
from tests.browser.conftest import KARIM, Checks, Opens
from tests.support.town import settle


def test_karim_reads_that_she_fell_silent_and_that_she_hears_badly(
    line: PracticeLine, opens: Opens, is_accessible: Checks
) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    durand = line.call(from_="+33565051234").hears("tapez 8").presses("8").hears("plus lentement")
    durand.presses("46000").hears("Lot").presses("1").hears("impôts").presses("3").hears("Aucun conseiller")
    for _ in range(3):
        durand.hears("Pour être rappelé").happens("listens").stays_silent()
    durand.hears("Nous n'avons pas entendu votre choix").is_hung_up()
    page.goto("/callbacks")
    row = page.locator("tr, li").filter(has_text="Impôts").first
    expect(row).to_contain_text("Promis sur un silence")
    expect(row).to_contain_text("Entend mal")
    is_accessible(page, "a callback promised on a silence")
    page.goto("/desk")
    page.get_by_role("button", name="Prendre mon poste").click()
    offer = page.locator("[data-offer]")
    expect(offer).to_contain_text("Rappel promis sur un silence")
    expect(offer).to_contain_text("Entend mal")
    expect(offer).not_to_contain_text("Appel relayé")
    is_accessible(page, "an offer to call back whoever fell silent")
