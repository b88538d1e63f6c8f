"""An agent telephones the person they have just helped, from the desk."""

from playwright.sync_api import expect

from ivr.practice.telephones import PracticeLine
from tests.browser.conftest import KARIM, Checks, Opens
from tests.browser.test_one_place import SIZES, no_scroll
from tests.support.at_the_desk import at_post, is_, talks
from tests.support.town import settle

BESIDES = {"worker"}  # who dials the person
GIVEN = "+33565059999"


def test_the_person_is_called_at_the_number_they_gave(line: PracticeLine, opens: Opens, is_accessible: Checks) -> None:
    settle("karim", phone=KARIM)
    line.registers(GIVEN, "answer_and_press_1")
    page = at_post(opens)
    durand = talks(line, page)
    page.keyboard.press("Alt+Shift+R")
    is_(page, "wrap_up")
    durand.hangs_up()
    expect(page.get_by_role("button", name="Rappeler la personne")).to_be_visible()
    page.locator("#controls summary", has_text="Autre numéro").click()
    number = page.get_by_label("Numéro donné par la personne")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        expect(number).to_be_in_viewport(ratio=1)
        assert no_scroll(page)
    is_accessible(page, "another number to call")
    number.fill("3114")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("Ce numéro de téléphone ne peut pas être utilisé.")
    number.fill("05 65 05 99 99")
    page.keyboard.press("Enter")
    is_(page, "talking")
    line.rung(GIVEN)
    expect(page.locator("#controls")).to_contain_text("Rappel promis")
    page.keyboard.press("Alt+Shift+R")
    is_(page, "wrap_up")
