"""The telephones of a story: people who call, hear, press, speak and hang up. Synchronous, for tests and terminals.

line = Line("http://127.0.0.1:8002")
durand = line.call(from_="+33565051234")
durand.hears("code postal").presses("46000").hears("impôts").presses("3")
"""

import time
import unicodedata
from typing import Any, Self
from urllib.parse import quote

import requests

State = dict[str, Any]

PATIENCE = 30.0  # real seconds
ANSWERS_WITHIN = 60.0


class ControlRefused(AssertionError):
    """The carrier could not do it: its sentence."""


def plain(text: str) -> str:
    """Without accents, case or typographic apostrophes: how one compares what was heard."""
    letters = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).casefold().split())


class PracticeLine:
    """The carrier's control API."""

    def __init__(self, base_url: str, number: str = "") -> None:
        self.base_url = base_url.rstrip("/")
        # loopback is behind no proxy, and no request may meet a connection that the server is closing
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["Connection"] = "close"
        self._number = number

    @property
    def number(self) -> str:
        """The number to dial when a story names none."""
        if not self._number:
            self._number = self.ask("GET", "")["numbers"][0]
        return self._number

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        try:
            url = f"{self.base_url}/practice{path}"
            reply = self._http.request(method, url, json=body, params=query or None, timeout=ANSWERS_WITHIN)
        except requests.RequestException as error:
            raise ControlRefused(f"no practice carrier answers at {self.base_url}: {error}") from None
        if not reply.ok:
            raise ControlRefused(f"{method} {path}: {reply.json()['error']}")
        return reply.json()

    def call(self, from_: str = "+33565051234", to: str = "") -> "Caller":
        """Somebody dials the service."""
        return Caller(self, self.ask("POST", "/calls", {"from": from_, "to": to or self.number}))

    def citizen(self, number: str, postal_code: str = "46000", to: str = "", **nature: float) -> "Caller":
        """A practice citizen dials and finds the way to the queue alone. `patience` before hanging up (or asking to
        be called back), `talks`: telephone seconds."""
        body = {"number": number, "postal_code": postal_code, "to": to, **nature}
        return Caller(self, self.ask("POST", "/citizens", body))

    def connects(self, identity: str, voice_url: str, **parameters: str) -> "Caller":
        """A browser's softphone connects: its application's voice URL gets the parameters of `device.connect`."""
        body = {"from": f"client:{identity}", "to": "", "voice_url": voice_url, "parameters": parameters}
        return Caller(self, self.ask("POST", "/calls", body))

    def registers(self, number: str, behaviour: str = "manual", **how: Any) -> Self:
        """What a number does when rung: answer, answer_and_press_1, answer_and_say_yes, mute, busy, no-answer,
        voicemail, menu, reject, failed, manual; `after` seconds of ringing, `talks` seconds before it hangs up.
        `default` is every number, and forgets what was registered for one."""
        self.ask("PUT", f"/numbers/{quote(number)}", {"kind": behaviour, **how})
        return self

    def rung(self, number: str, timeout: float = PATIENCE) -> "Caller":
        """The call now ringing or live at a number, waiting for one."""
        return Caller(self, self.ask("GET", f"/numbers/{quote(number)}/call", wait=timeout))

    def faults(self, **faults: Any) -> Self:
        """See `ivr.practice.faults.Faults`; no word at all: nothing goes wrong any more."""
        self.ask("PUT", "/faults", faults)
        return self

    def varies(self, **variants: Any) -> Self:
        """speed, calls_per_second, least_silence, misjudges, actions_after_hangup, end_before_leave."""
        self.ask("PUT", "/variants", variants)
        return self

    def log(self, since: int = 0) -> list[State]:
        """What crossed the border: see `ivr.practice.journal`."""
        entries: list[State] = self.ask("GET", "/log", since=since)
        return entries

    def log_goes_on_from(self) -> int:
        """What crosses the border from now on is in `log` since this. It keeps the last few thousand entries alone."""
        return max((entry["n"] for entry in self.log()), default=-1) + 1

    def live(self) -> list[State]:
        """Every call that is not over."""
        calls: list[State] = self.ask("GET", "/calls")
        return calls

    def rooms(self) -> list[State]:
        rooms: list[State] = self.ask("GET", "/rooms")
        return rooms

    def queues(self) -> list[State]:
        queues: list[State] = self.ask("GET", "/queues")
        return queues

    def messages(self, to: str = "") -> list[State]:
        return [m for m in self.ask("GET", "/messages") if to in ("", m["to"])]


class Caller:
    """One telephone on one call. Each deed gives the caller back, so that a story reads in one breath."""

    def __init__(self, line: PracticeLine, state: State) -> None:
        self.line = line
        self.sid: str = state["sid"]
        self.number: str = state["number"]
        self._cursor = 0  # what was heard before it is the past
        self._transcript: list[State] = []

    @property
    def state(self) -> State:
        """Now: status, over, question, queue, room, hold, muted, hears, heard_by."""
        return self._look()

    @property
    def transcript(self) -> list[State]:
        """Everything heard so far."""
        self._look()
        return self._transcript

    def hears(self, fragment: str, timeout: float = PATIENCE) -> Self:
        """Waits until it is said, by the machine or by a person on the line, after what was heard last."""
        self._wait(lambda e: plain(fragment) in plain(e.get("text", "")), f"“{fragment}”", timeout)
        return self

    def happens(self, kind: str, timeout: float = PATIENCE) -> Self:
        """Waits for another entry of the transcript: beep, queue, room, bridged, hold, unhold, left, hangup…"""
        self._wait(lambda e: e["kind"] == kind, kind, timeout)
        return self

    def follows(self, wait: float) -> tuple[State, list[State]]:
        """The state, and what was heard since the last look; waits up to `wait` seconds for something to be."""
        before = len(self._transcript)
        state = self._look(wait)
        return state, self._transcript[before:]

    def presses(self, keys: str) -> Self:
        """At the question now open, or the next; refused when none is asked."""
        return self._does("keys", keys=keys)

    def says(self, text: str, confidence: float | None = 0.9) -> Self:
        """To the person on the line, or to the question that listens."""
        return self._does("speech", text=text, confidence=confidence)

    def stays_silent(self) -> Self:
        """Lets the question now open, or the next, run out, without the wait."""
        return self._does("silence")

    def answers(self) -> Self:
        return self._does("answer")

    def hangs_up(self) -> Self:
        """Or refuses to answer."""
        return self._does("hangup")

    def is_connected_with(self, other: "str | Caller", timeout: float = PATIENCE) -> Self:
        """Waits until each hears the other. A number, a participant's label, a call's sid, or a caller."""
        wanted = other.sid if isinstance(other, Caller) else other

        def both(state: State) -> bool:
            return all(any(wanted in who.values() for who in state[way]) for way in ("hears", "heard_by"))

        return self._until(both, f"connected with {wanted}", timeout)

    speaks_with = is_connected_with

    def is_alone(self, timeout: float = PATIENCE) -> Self:
        """Waits until nobody hears this one and this one hears nobody."""
        return self._until(lambda s: not s["hears"] and not s["heard_by"], "alone", timeout)

    def waits_in_queue(self, timeout: float = PATIENCE) -> Self:
        return self._until(lambda s: s["queue"] is not None, "in a queue", timeout)

    def is_hung_up(self, timeout: float = PATIENCE) -> Self:
        return self._until(lambda s: s["over"], "hung up", timeout)

    def _does(self, deed: str, **how: Any) -> Self:
        self.line.ask("POST", f"/calls/{self.sid}/{deed}", how)
        return self

    def _look(self, wait: float = 0) -> State:
        state: State = self.line.ask("GET", f"/calls/{self.sid}", since=len(self._transcript), wait=wait)
        self._transcript += state["transcript"]
        return state

    def _wait(self, found: Any, what: str, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        state = self._look()
        while True:
            for entry in self._transcript[self._cursor :]:
                self._cursor = entry["n"] + 1
                if found(entry):
                    return
            left = deadline - time.monotonic()
            if left <= 0 or state["over"]:
                raise AssertionError(
                    f"{self._who()} did not hear {what} (now {state['status']}); heard:\n{self._story()}"
                )
            state = self._look(wait=left)

    def _until(self, holds: Any, what: str, timeout: float) -> Self:
        deadline = time.monotonic() + timeout
        while not holds(state := self._look()):
            if time.monotonic() > deadline or (state["over"] and what != "hung up"):
                where = {k: state[k] for k in ("status", "queue", "room", "hold", "hears", "heard_by")}
                raise AssertionError(f"{self._who()} is not {what}: {where}; heard:\n{self._story()}")
            time.sleep(0.02)
        return self

    def _who(self) -> str:
        return f"{self.number} ({self.sid})"

    def _story(self) -> str:
        def line(entry: State) -> str:
            rest = {k: v for k, v in entry.items() if k not in ("n", "kind", "language", "voice")}
            return f"  {entry['n']:>3} {entry['kind']} " + " ".join(str(v) for v in rest.values())

        return "\n".join(line(entry) for entry in self._transcript) or "  nothing"
