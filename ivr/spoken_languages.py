"""Which languages somebody on duty speaks, and which anybody of ours at all, known in the background so that no caller
waits for the answer.

With a store away its last answer stands; before the first, only the language everybody speaks.
"""

from collections.abc import Callable
from threading import Event, Thread

import structlog

from callcenter.db import reading
from callcenter.errors import DatabaseDown, LiveStoreDown
from callcenter.live import floor
from callcenter.records import agents
from callcenter.rules.languages import LANGUAGES
from callcenter.rules.menu import OTHER, Menu
from callcenter.rules.territory import NATION

EVERY = 1.0  # seconds between two looks
ALWAYS = "fr"

log = structlog.get_logger()


class Languages:
    """The languages spoken at this moment, in whatever ring: whoever is on duty serves the nation's; and by those who
    will be on duty some day."""

    def __init__(self, menu: Callable[[], Menu]) -> None:
        self._menu = menu
        self._spoken = self._known = frozenset({ALWAYS})
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="languages", daemon=True)

    def on_duty(self, language: str) -> bool:
        """Whether somebody on duty speaks it, as known a moment ago."""
        return language in self._spoken

    def ever(self, language: str) -> bool:
        """Whether anybody of ours speaks it, so that a callback in it can be promised."""
        return language in self._known

    def look(self) -> None:
        """One trip to each store."""
        self._look_at_staff()
        self._look_at_floor()

    def _look_at_staff(self) -> None:
        try:
            with reading() as session:
                self._known = agents.languages(session) | {ALWAYS}
        except DatabaseDown:
            log.debug("who speaks what could not be read: the last answer stands")

    def _look_at_floor(self) -> None:
        menu = self._menu()
        topics = {topic.code for each in (menu, *menu.local.values()) for topic in each.coded()} | {OTHER}
        asked = [(language, f"{NATION}:{topic}:{language}") for language in LANGUAGES for topic in sorted(topics)]
        try:
            counts = floor.on_duty([queue for _, queue in asked])
        except LiveStoreDown:
            log.debug("who speaks what could not be asked: the last answer stands")
            return
        self._spoken = frozenset({ALWAYS} | {language for (language, _), n in zip(asked, counts, strict=True) if n})

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=3)

    def _run(self) -> None:
        while True:
            try:
                self.look()
            except Exception:
                log.exception("who speaks what could not be learnt: the last answers stand")
            if self._stopping.wait(EVERY):
                return
