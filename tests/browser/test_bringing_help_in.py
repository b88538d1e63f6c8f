"""Help at the desk, in a real browser: who hears whom in one line, the buttons that make sense, by keyboard alone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.records import referents
from callcenter.records.consults import Consult
from callcenter.records.legs import Leg
from callcenter.records.passes import Pass
from ivr.practice.telephones import PracticeLine
from tests.browser.conftest import KARIM, Checks, Opens
from tests.browser.test_one_place import NOTIFIES, SIZES, no_scroll
from tests.support.at_the_desk import COUNTS_NOTES, at_post, is_, talks
from tests.support.patience import until
from tests.support.town import settle

LEA, CAF, CPAM = "+33565000002", "+33565009900", "+33565009901"
ACTS = "#controls .consult__acts"
NAMES = "all => all.map(each => each.firstChild.textContent.trim())"  # without the letter of a key
BUTTONS = f"{ACTS} button:visible, {ACTS} summary:visible, {ACTS} a:visible"


def listed() -> None:
    """The family allowance's desk in the Lot, always open; the health insurance's, closed."""
    with transaction() as session:
        referents.add_referent(session, "46", "caf", "Référents CAF du Lot", CAF, "Mo-Su 00:00-24:00")
        referents.add_referent(session, "46", "cpam", "Ligne des conseillers", CPAM, "Mo-Su 00:00-00:01")


def hears(page: Page, sentence: str) -> None:
    expect(page.locator("#hears")).to_contain_text(sentence, timeout=30_000)


def offers(page: Page, *words: str) -> None:
    """The buttons about help, and no others; each in sight at both sizes, and nothing to be scrolled."""
    expect(page.locator(BUTTONS)).to_have_count(len(words), timeout=30_000)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.locator(BUTTONS).evaluate_all(NAMES) == list(words)
        for button in page.locator(f"{BUTTONS}, #controls .controls button:visible").all():
            expect(button).to_be_in_viewport(ratio=1)
        assert no_scroll(page)


def asks_by_keyboard(page: Page, words: str) -> None:
    page.keyboard.press("Alt+Shift+T")
    expect(page.locator("#help-words")).to_be_focused()
    page.keyboard.type(words)
    expect(page.locator("#help-found [data-found]:visible")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def test_the_limit_of_a_hold_is_heard_notified_and_written(
    line: PracticeLine, opens: Opens, is_accessible: Checks
) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    page.context.add_init_script(NOTIFIES + COUNTS_NOTES)
    page.goto("/desk")
    page.get_by_role("button", name="Prendre mon poste").click()
    is_(page, "available")
    talks(line, page)
    page.keyboard.press("Alt+Shift+A")
    expect(page.locator(".held")).to_be_visible(timeout=30_000)
    heard = page.evaluate("notes")
    with transaction() as session:  # as if it had lasted
        session.query(Leg).update({"held_since": now() - timedelta(minutes=4)})
    word = "La personne attend depuis 4 min"
    expect(page.locator(".held__long")).to_contain_text(word, timeout=30_000)
    expect(page.locator(".held__long")).to_be_visible()
    expect(page.locator("#announce")).to_contain_text(word)
    until(lambda: page.evaluate("notes") == heard + 6)  # three times two
    until(lambda: page.evaluate("told.at(-1)[0]").startswith(word))
    assert word in page.title()
    is_accessible(page, "the limit of a hold")
    page.keyboard.press("Alt+Shift+A")
    expect(page.locator("[data-rings]")).to_have_count(0, timeout=30_000)
    until(lambda: page.evaluate("told.at(-1)") == "closed")


def test_a_referent_is_found_by_typing_and_takes_the_citizen_by_keyboard_alone(
    line: PracticeLine, opens: Opens, is_accessible: Checks
) -> None:
    settle("karim", phone=KARIM)
    listed()
    line.registers(CAF, "menu", keys="1287")
    page = at_post(opens)
    durand = talks(line, page)
    hears(page, "Vous parlez à la personne")
    offers(page, "Renfort, transfert")
    page.keyboard.press("Alt+Shift+T")
    found = page.locator("#help-found")
    expect(found.locator("li", has_text="Référents CAF du Lot")).to_contain_text("ouvert maintenant")
    closed = found.locator("li", has_text="Ligne des conseillers")
    expect(closed).to_contain_text("ouvre demain à 0h")
    expect(closed.get_by_role("button", name="Consulter")).to_have_count(0)
    is_accessible(page, "whom to ask")
    closed.get_by_role("button", name="Noter une suite").click()
    expect(page.locator("[data-notes]")).to_have_value("À rappeler : Ligne des conseillers, qui ouvre demain à 0h.")
    asks_by_keyboard(page, "allocations caf lot")
    hears(page, "La personne est en attente · vous parlez à Référents CAF du Lot")
    expect(page.locator("#panel")).to_be_hidden()
    offers(page, "Parler à trois", "Aller à la personne", "Composer", "Mettre fin à l'aide")
    expect(page.get_by_role("button", name="Reprendre")).to_have_count(0)  # it would let somebody in unsaid
    is_accessible(page, "a partner's menu")
    keys = page.get_by_label("Touches à composer chez le partenaire")
    keys.focus()
    page.keyboard.type("1287")
    page.keyboard.press("Enter")
    line.rung(KARIM).hears("j'écoute")
    expect(keys).to_have_value("")
    page.keyboard.press("Alt+Shift+G")
    hears(page, "Vous parlez tous les trois")
    durand.speaks_with(CAF)
    offers(
        page, "Aller au partenaire", "Aller à la personne", "Composer", "Laisser la personne…", "Mettre fin à l'aide"
    )
    page.locator("#controls summary").focus()
    page.keyboard.press("Enter")
    taker = page.get_by_label("Qui prend la suite chez le partenaire")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        expect(taker).to_be_in_viewport(ratio=1)
        assert no_scroll(page)
    is_accessible(page, "all three speak, about to leave")
    taker.focus()
    page.keyboard.type("Mme Petit")
    page.keyboard.press("Enter")
    is_(page, "wrap_up")
    hears(page, "La personne parle à Référents CAF du Lot, sans vous")
    is_accessible(page, "left with a partner")
    with reading() as session:
        assert session.query(Consult).one().taker == "Mme Petit"
        assert session.query(Pass).one().reason == "partner"


def test_a_referent_who_does_not_answer_is_said_so_and_comes_first_the_next_time(
    line: PracticeLine, opens: Opens
) -> None:
    settle("karim", phone=KARIM)
    with transaction() as session:
        referents.add_referent(session, "46", "caf", "Accueil", CPAM, "")
        referents.add_referent(session, "46", "caf", "Référents CAF du Lot", CAF, "")
    line.registers(CAF, "busy")
    page = at_post(opens)
    talks(line, page)
    asks_by_keyboard(page, "référents")
    hears(page, "La personne est en attente · Référents CAF du Lot : occupé")
    page.keyboard.press("Alt+Shift+A")
    hears(page, "Vous parlez à la personne")
    page.keyboard.press("Alt+Shift+T")
    expect(page.locator("#help-found [data-found]").first).to_contain_text("appelé récemment")
    expect(page.locator("#help-found [data-found]").first).to_contain_text("Référents CAF du Lot")


def test_a_colleague_is_rung_helps_and_leaves_or_takes_over(
    line: PracticeLine, opens: Opens, is_accessible: Checks
) -> None:
    settle("karim", phone=KARIM)
    page = at_post(opens)
    durand = talks(line, page)
    settle("lea", "31", phone=LEA)
    line.registers(LEA, "answer_and_press_1")
    leas = at_post(opens, "lea")
    asks_by_keyboard(page, "lea")
    hears(page, "on demande à Lea")
    offers(page, "Annuler la demande")
    card = leas.locator("[data-offer]")
    expect(card).to_contain_text("Karim demande votre aide", timeout=30_000)
    assert leas.title().startswith("☎ Impôts")
    is_accessible(leas, "asked by a colleague")
    leas.keyboard.press("Alt+Shift+D")
    is_(leas, "helping")
    expect(leas.locator("#controls")).to_contain_text("Vous aidez Karim")
    hears(page, "vous parlez à Lea")
    offers(page, "Parler à trois", "Aller à la personne", "Passer la personne…", "Mettre fin à l'aide")
    is_accessible(leas, "helping a colleague")
    leas.get_by_role("button", name="Quitter").click()
    is_(leas, "available")
    hears(page, "Lea : a quitté la conversation")
    asks_by_keyboard(page, "lea")
    expect(card).to_be_visible(timeout=30_000)
    leas.keyboard.press("Alt+Shift+D")
    hears(page, "vous parlez à Lea")
    page.locator("#controls summary").click()
    page.get_by_role("button", name="Passer la personne", exact=True).click()
    is_(page, "available")
    durand.speaks_with(LEA)
    is_(leas, "talking")
    expect(leas.locator("#caller")).to_contain_text("Passé par Karim après vous avoir parlé")


def test_a_call_is_passed_to_a_queue_without_speaking_first(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = at_post(opens)
    talks(line, page)
    settle("lea", "31", phone=LEA)
    line.registers(LEA, "answer_and_press_1")
    leas = at_post(opens, "lea")
    page.keyboard.press("Alt+Shift+T")
    page.locator("#panel summary", has_text="Passer l'appel").click()
    page.locator("#pass-topic").select_option("retraite")
    page.locator("#pass-reason").select_option("territory")
    page.get_by_role("button", name="Passer à cette file").click()
    is_(page, "available")
    card = leas.locator("[data-offer]")
    expect(card).to_contain_text("Retraite", timeout=30_000)
    expect(card).to_contain_text("Passé par Karim, sans vous parler d'abord : il faut quelqu'un qui connaît le territo")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_on_a_small_screen_everything_about_help_is_in_one_column_in_both_languages(
    line: PracticeLine, opens: Opens, language: str
) -> None:
    settle("karim", phone=KARIM)
    listed()
    line.registers(CAF, "answer")
    page = at_post(opens)
    talks(line, page)
    if language == "en":
        page.get_by_role("button", name="English").click()
        page.wait_for_selector("html[lang=en]")
        expect(page.locator("#state time")).to_contain_text("for ")  # the scripts are there
    asks_by_keyboard(page, "caf")
    hears(page, "vous parlez à" if language == "fr" else "you are speaking with Référents CAF du Lot")
    page.set_viewport_size({"width": 390, "height": 844})
    for button in page.locator(f"{BUTTONS}, #controls .controls button:visible").all():
        expect(button).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.keyboard.press("Alt+Shift+U")
    hears(page, "Vous parlez à la personne" if language == "fr" else "You are speaking with the caller")
