"""The far end of a call: what is heard there, and the fingers and the voice that answer.

A transcript entry is a flat dict: `n` its number, `kind` one of say (text, language, voice), play (url), beep, voice
(text, by: a person on the line), listens (input, digits: a question waits for an answer), sent (keys), ringing,
answered, queue (name), music, room (name), hold, unhold, left (name, reason), ringback and busytone (number: of
somebody rung into the same room), bridged (with), recording (sid), error (code), hangup (status).
"""

import asyncio
from dataclasses import dataclass
from typing import Any

SOON = 10.0  # real seconds that a key waits for a question to be asked


@dataclass(frozen=True)
class KeysOrWords:
    """What a question got: keys, or words with the confidence of the recognition (None: not given)."""

    digits: str = ""
    speech: str = ""
    confidence: float | None = None


class Ear:
    """One open question. It closes itself with the key that completes it, so that later keys are lost, as in life."""

    def __init__(self, inputs: frozenset[str], num_digits: int | None, finish_on: str) -> None:
        self.inputs = inputs
        self.num_digits = num_digits
        self.finish_on = finish_on
        self.digits = ""
        self.heard: KeysOrWords | None = None
        self.closed = False
        self._touched = asyncio.Event()

    def key(self, key: str) -> None:
        if self.closed or "dtmf" not in self.inputs:
            return
        if key in self.finish_on:
            self._close(KeysOrWords(digits=self.digits))
        else:
            self.digits += key
            if self.num_digits and len(self.digits) >= self.num_digits:
                self._close(KeysOrWords(digits=self.digits))
        self._touched.set()

    def words(self, text: str, confidence: float | None) -> None:
        # the first kind of input wins
        if not self.closed and "speech" in self.inputs and not self.digits:
            self._close(KeysOrWords(speech=text, confidence=confidence))
            self._touched.set()

    def silence(self) -> None:
        """Nobody will say anything more: what was typed is the answer."""
        if not self.closed:
            self._close(KeysOrWords(digits=self.digits) if self.digits else None)
            self._touched.set()

    def _close(self, heard: KeysOrWords | None) -> None:
        self.heard = heard
        self.closed = True

    async def touched_within(self, seconds: float) -> bool:
        """Whether a key or a word came before `seconds` of real time passed."""
        try:
            async with asyncio.timeout(seconds):
                await self._touched.wait()
        except TimeoutError:
            return False
        self._touched.clear()
        return True


class Phone:
    """One telephone on one call. `controlled`: somebody outside holds it, so silence is given real seconds."""

    def __init__(self, number: str, controlled: bool = False) -> None:
        self.number = number
        self.controlled = controlled
        self.transcript: list[dict[str, Any]] = []
        self.ear: Ear | None = None
        self.gone = False
        self.questions = 0  # asked so far
        self.pick_up: asyncio.Future[str] = asyncio.get_running_loop().create_future()  # answer, busy, reject or failed
        self._bells: list[asyncio.Future[None]] = []

    def note(self, kind: str, **what: Any) -> None:
        self.transcript.append({"n": len(self.transcript), "kind": kind, **what})
        self.ring_bells()

    def listen(self, ear: Ear) -> None:
        """A question opens."""
        self.ear = ear
        self.questions += 1
        self.ring_bells()

    def stop_listening(self, ear: Ear) -> None:
        """Its question is over, unless another has opened meanwhile."""
        if self.ear is ear:
            self.ear = None

    def ring_bells(self) -> None:
        """Something changed: whoever waits looks again."""
        bells, self._bells = self._bells, []
        for bell in bells:
            if not bell.done():
                bell.set_result(None)

    async def changed_within(self, seconds: float) -> bool:
        bell: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._bells.append(bell)
        try:
            async with asyncio.timeout(seconds):
                await bell
        except TimeoutError:
            return False
        finally:
            if bell in self._bells:
                self._bells.remove(bell)
        return True

    async def asked_within(self, seconds: float = SOON) -> Ear | None:
        """The question now open, or the next one; None when none is asked in time or the line goes dead."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not self.gone:
            if self.ear and not self.ear.closed:
                return self.ear
            left = deadline - loop.time()
            if left <= 0 or not await self.changed_within(left):
                return None
        return None

    def decide(self, what: str) -> None:
        """To answer a ringing phone, or not."""
        if not self.pick_up.done():
            self.pick_up.set_result(what)

    def press(self, keys: str) -> None:
        """Keys pressed now; without an open question nobody hears them."""
        self.note("sent", keys=keys)
        for key in keys:
            if self.ear:
                self.ear.key(key)
