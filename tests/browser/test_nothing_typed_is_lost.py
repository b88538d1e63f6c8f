"""Nothing that was typed or chosen at the desk is lost: a closed browser, two tabs, a page that is left."""

import re

from playwright.sync_api import Locator, Route, expect

from ivr.practice.telephones import PracticeLine
from tests.browser.conftest import KARIM, Opens
from tests.browser.test_one_browser import LONG
from tests.support.at_the_desk import answers_dialogs, at_post, chooses, is_, talks
from tests.support.spoken import spoke
from tests.support.town import settle


def test_everything_chosen_survives_a_closed_browser_and_signing_out(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = at_post(opens)
    talks(line, page)
    form = page.locator("form[id^=record-]")
    form.get_by_label("Notes").fill("Elle a son avis")
    form.get_by_label("Démarche concernée").select_option("avis-impot")
    form.get_by_label("Mandat ou accord").select_option("mandate:voice")
    chooses(form, "Accompagnement")
    page.locator(".finish [data-add]").click()
    second = form.locator(".demarche").nth(1)
    second.get_by_label("Démarche concernée").select_option("declaration-revenus")
    chooses(second, "Orientation")
    second.get_by_label("Motif").select_option("must_come")
    page.get_by_role("button", name="Se déconnecter").click()  # at once: nothing was waited for
    page.wait_for_url(re.compile("/sign-in"))
    page.context.close()
    page = opens("karim")
    form = page.locator("form[id^=record-]")
    expect(form.get_by_label("Notes")).to_have_value("Elle a son avis")
    first, second = form.locator(".demarche").nth(0), form.locator(".demarche").nth(1)
    expect(first.get_by_label("Démarche concernée")).to_have_value("avis-impot")
    expect(first.get_by_label("Mandat ou accord")).to_have_value("mandate:voice")
    expect(first.get_by_label("Accompagnement")).to_be_checked()
    expect(second.get_by_label("Démarche concernée")).to_have_value("declaration-revenus")
    expect(second.get_by_label("Motif")).to_have_value("must_come")


def test_what_two_tabs_answer_is_put_together_field_by_field(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = at_post(opens)
    other = page.context.new_page()
    other.goto("/desk")
    talks(line, page)
    one, two = (each.locator("form[id^=record-]") for each in (page, other))
    one.get_by_label("Démarche concernée").select_option("avis-impot")
    expect(two.get_by_label("Démarche concernée")).to_have_value("avis-impot", timeout=LONG)
    chooses(two, "Information")
    expect(one.get_by_label("Information")).to_be_checked(timeout=LONG)
    page.locator(".finish [data-add]").click()
    expect(two.locator(".demarche")).to_have_count(2, timeout=LONG)
    one.locator("[data-remove]").click()
    expect(two.locator(".demarche")).to_have_count(1, timeout=LONG)


def test_kept_is_not_said_while_something_of_the_form_is_not(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = at_post(opens)
    talks(line, page)
    form, kept = page.locator("form[id^=record-]"), page.locator(".kept").first
    held: list[Route] = []
    page.route("**/api/desk/answers", lambda route: held.append(route))
    with page.expect_request("**/api/desk/answers"):
        form.get_by_label("Démarche concernée").select_option("avis-impot")
    chooses(form, "Accompagnement")  # while the first answer is on its way
    form.get_by_label("Notes").fill("Elle a son avis")
    with page.expect_response("**/api/desk/notes"), page.expect_request("**/api/desk/answers"):
        held.pop().continue_()
    expect(kept).to_be_empty()
    held.pop().continue_()
    expect(kept).to_contain_text("Notes gardées", timeout=LONG)


def test_leaving_with_something_that_could_not_be_kept_asks(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = at_post(opens)
    talks(line, page)
    asked = answers_dialogs(page, leaves=False)
    page.route("**/api/desk/*", lambda route: route.fulfill(status=422))  # it cannot save for a while
    form = page.locator("form[id^=record-]")
    form.get_by_label("Démarche concernée").select_option("avis-impot")
    expect(page.locator(".kept").first).to_contain_text("Pas encore gardé", timeout=LONG)
    page.locator(".top__nav").get_by_role("link", name="Sites").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.url.endswith("/desk")
    page.unroute("**/api/desk/*")
    expect(page.locator(".kept").first).to_contain_text("Notes gardées", timeout=LONG)
    page.locator(".top__nav").get_by_role("link", name="Sites").click()
    page.wait_for_url("**/sites")
    assert asked == ["beforeunload"]


def test_what_is_refused_has_its_field_in_focus_and_is_not_left_without_asking(opens: Opens) -> None:
    """On a page of its own, and in the panel."""
    helped = spoke(settle("karim", phone=KARIM), "+33565051234")
    page = opens("karim")
    page.goto(f"/contacts/{helped}/correction")
    asked = answers_dialogs(page, leaves=False)
    _orients_without_a_reason(page.locator("main"))
    page.locator(".top__nav").get_by_role("link", name="Sites").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert page.url.endswith("/correction")
    desk = page.context.new_page()
    desk.goto("/desk")
    asked = answers_dialogs(desk, leaves=False)
    desk.locator("#day").get_by_role("link", name="Mes derniers contacts").click()
    panel = desk.locator("#panel")
    panel.get_by_role("link", name="Corriger").click()
    _orients_without_a_reason(panel)
    for leaves in (desk.locator("#tools").get_by_role("link", name="Sites"), desk.locator("[data-panel-back]")):
        leaves.click()
        expect(panel.locator("#notes-0")).to_have_value("Renvoyé au guichet")
    assert asked == ["confirm", "confirm"]


def _orients_without_a_reason(within: Locator) -> None:
    within.locator("#notes-0").fill("Renvoyé au guichet")
    within.locator("label[for=orientation-0]").click()
    within.get_by_role("button", name="Enregistrer la correction").click()
    expect(within.locator("#reason-0-lacks")).to_contain_text("Choisissez le motif")
    expect(within.locator("#reason-0")).to_be_focused()
    expect(within.locator("#notes-0")).to_have_value("Renvoyé au guichet")


def test_what_comes_after_the_call_applies_when_it_is_chosen_and_says_so_beside(
    line: PracticeLine, opens: Opens
) -> None:
    settle("karim", phone=KARIM)
    page = at_post(opens)
    talks(line, page)
    choice = page.get_by_label("Après cet appel")
    choice.select_option("pause:lunch")
    said = page.locator("#said")
    expect(said).to_contain_text("Choix gardé")
    under, over = said.bounding_box(), choice.bounding_box()
    assert under
    assert over
    assert abs(under["y"] - over["y"] - over["height"]) < 40
    page.keyboard.press("Alt+Shift+R")
    is_(page, "wrap_up")
    expect(choice).to_have_value("pause:lunch")


def test_what_is_missing_is_said_under_each_field_and_the_first_has_the_focus(line: PracticeLine, opens: Opens) -> None:
    settle("karim", phone=KARIM)
    page = at_post(opens)
    talks(line, page)
    page.keyboard.press("Alt+Shift+R")
    is_(page, "wrap_up")
    form = page.locator("form[id^=record-]")
    chooses(form, "Rappel")
    page.keyboard.press("Alt+Shift+E")
    for sentence in ("Choisissez la démarche", "Choisissez l'issue", "Dites si", "Choisissez quand", "Choisissez qui"):
        expect(form.get_by_text(sentence)).to_be_visible()
    assert page.evaluate("document.activeElement.name") == "procedure-0"
    form.get_by_label("Démarche concernée").select_option("avis-impot")
    expect(form.get_by_text("Choisissez la démarche")).to_have_count(0)
    page.keyboard.press("Alt+Shift+E")
    expect(form.get_by_text("Choisissez l'issue")).to_be_visible()
    assert page.evaluate("document.activeElement.name") == "outcome-0"
