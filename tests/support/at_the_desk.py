"""An agent at the desk in a browser: at their post, in a call, choosing."""

from playwright.sync_api import Dialog, Locator, Page

from ivr.practice.telephones import Caller, PracticeLine
from tests.browser.conftest import Opens
from tests.browser.test_one_browser import LONG, calls_about_taxes

COUNTS_NOTES = """
  window.notes = 0;
  const sounds = BaseAudioContext.prototype.createOscillator;
  BaseAudioContext.prototype.createOscillator = function () { notes += 1; return sounds.call(this); };
"""


def is_(page: Page, state: str) -> None:
    page.wait_for_selector(f"#state[data-state={state}]", timeout=LONG)
    page.wait_for_load_state()  # the page's script has run: a key is heard


def at_post(opens: Opens, login: str = "karim") -> Page:
    page = opens(login)
    page.set_default_timeout(LONG)
    page.goto("/desk")
    page.get_by_role("button", name="Prendre mon poste").click()
    is_(page, "available")
    return page


def talks(line: PracticeLine, page: Page) -> Caller:
    durand = calls_about_taxes(line)
    page.wait_for_selector("[data-offer]")
    page.keyboard.press("Alt+Shift+D")
    is_(page, "talking")
    return durand


def answers_dialogs(page: Page, *, leaves: bool) -> list[str]:
    """What the browser asks from now on."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        if leaves:
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    return asked


def chooses(form: Locator, name: str) -> None:
    form.locator(".choices__label").filter(has_text=name).first.click()
