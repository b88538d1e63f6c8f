"""Seconds from an offer's row to the agent's screen, on every page of staff that an agent at a post may have open.

The whole service runs; a real browser holds the pages, one stream for all of them, and each page says when the offer
stood on it (both clocks are this machine's). A citizen waits; an agent who becomes available is offered their call, and
refuses it: the next offer is as real as the first. Headless Chromium hides no tab, so a hidden one is told by having
its answer to `document.hidden` and the slowing of its timers put in place: what brings the offer is a worker's stream,
which no browser slows.

Printed is the share of the target that the median and the 95th percentile take: 0.3 s and 1 s.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import BrowserContext, Page, sync_playwright
from sqlalchemy import select

from callcenter import migrations
from callcenter.config import settings
from callcenter.db import engine, reading
from callcenter.demonstration import embedded
from callcenter.records.offers import Offer
from tests.support import cast
from tests.support.chromium import ARGUMENTS, executable
from tests.support.town import PASSWORD, settle

MEDIAN, P95 = 0.3, 1.0  # seconds
ROUNDS = 25
PAGES = (
    "/desk", "/callbacks", "/sites", "/desk/visit", "/desk/keys", "/desk/help", "/desk/day", "/nowhere",
    "/supervision", "/supervision/callbacks", "/supervision/waiting", "/supervision/orders", "/reports", "/admin/hours",
)  # fmt: skip
HIDDEN = "/callbacks"  # besides, once as a tab that nobody looks at
WATCHES = """
  window.offers = {};
  new MutationObserver(() => {
    const offer = document.querySelector("[data-offer]")?.dataset.offer;
    if (offer) offers[offer] ??= Date.now() / 1000;
  }).observe(document, { childList: true, subtree: true });
"""
HIDES = """
  Object.defineProperty(document, "hidden", { get: () => true });
  Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
  const after = window.setTimeout, every = window.setInterval;
  window.setTimeout = (act, ms = 0, ...more) => after(act, Math.max(ms, 60_000), ...more);
  window.setInterval = (act, ms = 0, ...more) => every(act, Math.max(ms, 60_000), ...more);
"""


def measure() -> Iterator[tuple[str, float]]:
    """Shares of the targets; and by page, the median in seconds."""
    with _service() as service, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        pages = _pages(browser.new_context(base_url=service.web, locale="fr-FR"))
        service.line().call(from_="+33565051234").presses("46000").presses("1").presses("3")
        seen: dict[str, list[float]] = {path: [] for path in pages}
        for _ in range(ROUNDS):
            for path, late in _one(pages).items():
                seen[path].append(late)
        browser.close()
    every = [late for lates in seen.values() for late in lates]
    for path, lates in seen.items():
        print(f"# {path}: median {median(lates):.3f} s, longest {max(lates):.3f} s")
    yield "offer_on_every_page_median_over_0.3_s", median(every) / MEDIAN
    yield "offer_on_every_page_p95_over_1_s", quantiles(every, n=20)[-1] / P95


def _pages(context: BrowserContext) -> dict[str, Page]:
    """Every page, open in one browser, of a supervisor who takes calls: they may open the most."""
    settle("ines", role="supervisor", departments=["46"], phone="+33565000001")
    pages: dict[str, Page] = {}
    for path in ("/sign-in", *PAGES, "hidden"):
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.add_init_script(WATCHES + (HIDES if path == "hidden" else ""))
        page.goto(HIDDEN if path == "hidden" else path)
        if path == "/sign-in":
            page.fill("#login", "ines")
            page.fill("#password", PASSWORD)
            page.click("main button")
            page.wait_for_selector("body[data-follows]")
            page.close()
        else:
            page.wait_for_selector("#state", state="attached")
            pages[path] = page
    desk = pages["/desk"]
    desk.click("[data-unlock]")
    desk.wait_for_selector("#state[data-state=available], #state[data-state=offered]")
    return pages


def _one(pages: dict[str, Page]) -> dict[str, float]:
    """One offer: how long after its row it stood on each page; then it is refused, and the agent is there for more."""
    desk = pages["/desk"]
    desk.wait_for_selector("[data-offer]")
    offer = desk.get_attribute("[data-offer]", "data-offer")
    with reading() as session:
        begun = session.scalars(select(Offer.at).where(Offer.id == offer)).one().timestamp()
    lates = {}
    for path, page in pages.items():
        page.wait_for_function(f"offers['{offer}'] !== undefined", polling=20)
        lates[path] = float(page.evaluate(f"offers['{offer}']")) - begun
    desk.locator("#offer button").nth(1).click()
    desk.wait_for_selector("#state[data-state=pause]")
    desk.locator("#choice button").first.click()
    return lates


@contextmanager
def _service() -> Iterator[cast.Service]:
    os.environ.update(DEMONSTRATION="1", ALWAYS_OPEN="1", LOG_LEVEL="WARNING")
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        directory.chmod(0o755)  # for root PostgreSQL runs as `nobody`, who must be able to walk in
        stores = stack.enter_context(embedded.stores(directory))
        os.environ.update(stores.environment())
        settings.cache_clear()
        migrations.upgrade()
        only = {"voice", "web", "sweep", "carrier"}
        service = stack.enter_context(cast.service(stores.environment(), directory, only=only))
        stack.enter_context(cast.in_settings(service))
        stack.callback(engine().dispose)
        yield service


if __name__ == "__main__":
    for name, ratio in measure():
        print(f"{name} {ratio:.2f}")
