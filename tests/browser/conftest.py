"""A real browser in front of the whole service. Whatever it complains of fails the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from callcenter.db import engine
from callcenter.demonstration import embedded
from ivr.practice.telephones import PracticeLine
from tests.support import cast
from tests.support.chromium import ARGUMENTS, executable
from tests.support.desk import Desk
from tests.support.town import PASSWORD

KARIM = "+33565000001"

Opens = Callable[[str], Page]


@pytest.fixture(scope="package")
def running(
    stores: embedded.Stores, schema: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[cast.Service]:
    """Voice, web, sweep, worker and carrier; telephone time is twenty times faster. One for all of these files."""
    logs = tmp_path_factory.mktemp("logs")
    with cast.service(stores.environment(), Path(logs)) as service, cast.in_settings(service):
        yield service


@pytest.fixture
def service(running: cast.Service, database: object, live: object) -> Iterator[cast.Service]:
    """The running service with nothing in it."""
    line = running.line()
    for call in line.live():
        line.ask("POST", f"/calls/{call['sid']}/hangup", {})
    yield running
    engine().dispose()


@pytest.fixture
def line(service: cast.Service) -> PracticeLine:
    """The telephones of the citizens; every desk phone answers and presses 1."""
    line = service.line()
    for number in ("default", KARIM):
        line.registers(number, "answer_and_press_1")
    return line


@pytest.fixture
def desk(service: cast.Service) -> Iterator[Desk]:
    """Other agents, who need no browser."""
    with Desk(service.web) as desk:
        yield desk


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium; for a module only, since its loop is in the way of other tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def opens(service: cast.Service, chromium: Browser) -> Iterator[Opens]:
    """The page of somebody who has signed in through the door, or with no name the door itself."""
    complaints: list[str] = []

    def complain(message: ConsoleMessage) -> None:
        is_a_refusal = any(f"status of {status} " in message.text for status in (401, 404, 409, 422))
        is_silenced = (
            "AudioContext was not allowed to start" in message.text
        )  # the page says so too: `test_one_browser`
        if message.type in ("error", "warning") and not is_a_refusal and not is_silenced:
            complaints.append(message.text)

    contexts = []

    def opened(login: str) -> Page:
        context = chromium.new_context(base_url=service.web, locale="fr-FR", viewport={"width": 1440, "height": 900})
        contexts.append(context)
        context.on("console", complain)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto("/sign-in")
        if login:
            page.fill("#login", login)
            page.fill("#password", PASSWORD)
            page.click("main button")
            page.wait_for_selector("body[data-follows]")
            page.wait_for_load_state()  # its scripts have run: what is clicked next does what it does for a person
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints


AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()


RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "RGAAv4", "best-practice"]
  const {violations} = await axe.run(document, {runOnly: {type: "tag", values: tags}})
  const why = node => node.any.map(check => check.message).join(" ").slice(0, 200)
  return violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)} ${why(node)}`))
}"""


LOOKS = (("light", 1440), ("dark", 1440), ("light", 390))  # a narrow page has the colours of a wide one


Checks = Callable[[Page, str], None]


@pytest.fixture
def is_accessible() -> Checks:
    """Checks one state of a page in its looks; the state's name goes with what is found."""

    def check(page: Page, state: str) -> None:
        found = []
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(AXE)
        for scheme, width in LOOKS:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_selector(f"html[data-fr-theme={scheme}]")
            found += [f"{state}, {scheme}, {width}: {violation}" for violation in page.evaluate(RUN)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{state}, {scheme}, {width}: wider than the screen")
        page.set_viewport_size({"width": 1440, "height": 900})
        assert not found, "\n".join(found)

    return check
