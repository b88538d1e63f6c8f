"""One key in a distress: numbers to be read out, a supervisor who is rung and who sees it."""

from playwright.sync_api import expect

from ivr.practice.telephones import PracticeLine
from tests.browser.conftest import KARIM, Checks, Opens
from tests.browser.test_bringing_help_in import offers
from tests.support.at_the_desk import COUNTS_NOTES, at_post, is_, talks
from tests.support.patience import until
from tests.support.town import settle

INES = "+33565000009"


def test_one_key_shows_the_numbers_and_rings_a_supervisor_who_sees_it_too(
    line: PracticeLine, opens: Opens, is_accessible: Checks
) -> None:
    settle("karim", phone=KARIM)
    settle("ines", role="supervisor", departments=["46"], phone=INES)
    line.registers(INES, "answer_and_press_1")
    ines = opens("ines")
    ines.context.add_init_script(COUNTS_NOTES)
    ines.reload()
    ines.locator("h1").click()  # a gesture, without which no page is heard
    page = at_post(opens)
    talks(line, page)
    page.keyboard.press("Alt+Shift+H")
    panel = page.locator("#panel")
    for number in ("15", "17", "18", "112", "114", "119", "3114", "3919"):
        expect(panel.locator("dt", has_text=number).first).to_be_visible()
    expect(panel.locator("a[href^='tel:']")).to_have_count(0)
    expect(page.locator("#controls")).to_contain_text("Ines", timeout=30_000)
    offers(page, "Renfort, transfert")
    is_accessible(page, "a distress")
    expect(ines.locator("#wall_alerts")).to_contain_text("Karim – Impôts", timeout=30_000)
    alert = ines.locator("[data-rings]")
    expect(alert).to_contain_text("Appel de détresse : Karim")
    expect(alert).to_be_in_viewport()  # though she is at no post
    until(lambda: ines.evaluate("notes") > 0)
    is_accessible(ines, "a distress on the wall")
    ines.goto("/reports")  # on every page of theirs
    expect(alert).to_contain_text("Appel de détresse : Karim")
    is_accessible(ines, "a distress over the reports")
    alert.get_by_role("button", name="Je m'en occupe").click()
    expect(alert).to_have_count(0)
    expect(page.locator("#controls")).to_contain_text("Ines a vu l'alerte et s'en occupe", timeout=30_000)
    ines.goto("/supervision")
    page.keyboard.press("Alt+Shift+H")  # the same key shows the numbers again
    expect(panel).to_contain_text("Prévention du suicide")
    panel.get_by_role("button", name="Ce n'est pas une détresse").click()
    expect(ines.locator("#wall_alerts")).not_to_contain_text("Karim", timeout=30_000)
    page.keyboard.press("Alt+Shift+R")
    is_(page, "wrap_up")
