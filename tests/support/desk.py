"""The Desk of the stories: agents at work through the desk's own JSON interface, like their pages and nobody else.

karim = desk.sign_in("karim").takes_post()
karim.is_offered()
karim.accepts().is_("talking").hangs_up().records("declaration-revenus")
"""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import SimpleNamespace, TracebackType
from typing import Any, Self

import httpx2

from callcenter.demonstration import practice_accounts

PATIENCE = 30.0  # seconds for something that the service does by itself
LOOK = 0.05
BEAT = 4.0


class DeskRefused(AssertionError):
    """What the desk answered instead: `status`, and the sentence."""

    def __init__(self, act: str, status: int, sentence: str) -> None:
        super().__init__(f"{act}: {status} {sentence}")
        self.status = status
        self.sentence = sentence


class Desk:
    """The door of the staff web. Leaving it stops every heartbeat."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._agents: list[DeskAgent] = []

    def sign_in(self, login: str, password: str = practice_accounts.PASSWORD, beats: bool = True) -> "DeskAgent":
        """An agent whose page is open; `beats` keeps their connection alive in the background."""
        agent = DeskAgent(self.base_url, login, password)
        self._agents.append(agent)
        return agent.keeps_beating() if beats else agent

    def close(self) -> None:
        for agent in self._agents:
            agent.closes_page()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class DeskAgent:
    """One member of staff, signed in. Every verb returns the agent, or refuses with DeskRefused."""

    def __init__(self, base_url: str, login: str, password: str) -> None:
        self.http = httpx2.Client(base_url=base_url, headers={"Origin": base_url}, timeout=30, trust_env=False)
        self._leaves = threading.Event()
        self._beating: threading.Thread | None = None
        begun = self._ask("session", {"login": login, "password": password})
        self.http.headers["X-CSRF-Token"] = begun["csrf"]
        self.id: str = begun["agent_id"]
        self.login = login

    @property
    def sees(self) -> dict[str, Any]:
        """Everything the desk shows now, as GET /api/desk describes it."""
        answer = self.http.get("/api/desk")
        answer.raise_for_status()
        shown: dict[str, Any] = answer.json()
        return shown

    def look(self) -> dict[str, Any]:
        return self.sees

    @property
    def state(self) -> str:
        return str(self.sees["state"])

    def is_(self, state: str, timeout: float = PATIENCE) -> Self:
        """Waits until the state bar says so."""
        self.until(lambda shown: shown["state"] == state, f"{self.login} is {state}", timeout)
        return self

    def is_offered(self, timeout: float = PATIENCE) -> SimpleNamespace:
        """Waits for an offer: its id, call_id, topic, department, language, waited, number (masked)…"""
        shown = self.until(lambda shown: shown["offer"] is not None, f"{self.login} is offered a call", timeout)
        return SimpleNamespace(**shown["offer"])

    def takes_post(self, line: str = "phone") -> Self:
        return self._does("post", line=line)

    def leaves_post(self) -> Self:
        return self._does("leave")

    def pauses(self, reason: str = "break") -> Self:
        return self._does("pause", reason=reason)

    def becomes_available(self) -> Self:
        return self._does("available")

    def accepts(self) -> Self:
        return self._does("accept", offer_id=self.is_offered().id)

    def refuses(self) -> Self:
        return self._does("refuse", offer_id=self.is_offered().id)

    def hangs_up(self) -> Self:
        return self._does("hangup")

    def holds(self, on: bool = True) -> Self:
        return self._does("hold", on=on)

    def mutes(self, on: bool = True) -> Self:
        return self._does("mute", on=on)

    def extends(self) -> Self:
        return self._does("extend")

    def chooses_next(self, state: str | None, reason: str | None = None) -> Self:
        return self._does("next", state=state, reason=reason)

    def notes(self, text: str) -> Self:
        return self._does("notes", contact_id=self.sees["contact_id"], notes=text)

    def records(self, procedure: str, outcome: str = "accompaniment", settled: bool | None = None, **more: Any) -> Self:
        """Waits until there is something to record, then records one démarche. `more`: reason, follow_up, continues…"""
        return self.records_all([self.demarche(procedure, outcome, settled, **more)])

    def records_all(self, entries: list[dict[str, Any]]) -> Self:
        """The same for several démarches of one contact."""
        shown = self.until(_owes, f"{self.login} has a contact to record", PATIENCE)
        return self._does("outcome", contact_id=shown["contact_id"], entries=entries)

    def records_visit(self, procedure: str, department: str = "46", **more: Any) -> Self:
        return self._does("visit", department=department, entries=[self.demarche(procedure, **more)])

    @staticmethod
    def demarche(
        procedure: str, outcome: str = "accompaniment", settled: bool | None = None, **more: Any
    ) -> dict[str, Any]:
        is_settled = outcome != "orientation" if settled is None else settled
        return {"procedure": procedure, "outcome": outcome, "settled": is_settled, **more}

    def beats(self) -> Self:
        """One heartbeat of the page."""
        self._ask("desk/beat", {})
        return self

    def keeps_beating(self) -> Self:
        """A heartbeat every four seconds, until the page is closed."""
        self._beating = threading.Thread(target=self._beat_on, daemon=True)
        self._beating.start()
        return self

    def closes_page(self) -> None:
        """No more heartbeats; the session stays."""
        self._leaves.set()
        if self._beating:
            self._beating.join(10)
            self._beating = None

    def until(self, so: Callable[[dict[str, Any]], bool], what: str, timeout: float = PATIENCE) -> dict[str, Any]:
        """Looks at the desk until it is so; what it shows then."""
        deadline = time.monotonic() + timeout
        while True:
            shown = self.sees
            if so(shown):
                return shown
            if time.monotonic() > deadline:
                raise AssertionError(f"never came: {what}; the desk shows {shown}")
            time.sleep(LOOK)

    def _does(self, act: str, **how: Any) -> Self:
        self._ask(f"desk/{act}", how)
        return self

    def _ask(self, path: str, given: Mapping[str, Any]) -> Any:
        answer = self.http.post(f"/api/{path}", json=dict(given))
        if answer.is_error:
            said = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}
            raise DeskRefused(path, answer.status_code, said.get("sentence") or answer.text)
        return answer.json() if answer.content else None

    def _beat_on(self) -> None:
        while True:
            with suppress(DeskRefused, httpx2.HTTPError):  # the server may be gone for a moment, as for a page
                self.beats()
            if self._leaves.wait(BEAT):
                return


def _owes(shown: dict[str, Any]) -> bool:
    return shown["contact_id"] is not None and (shown["call"] is None or shown["call"]["state"] == "wrap_up")
