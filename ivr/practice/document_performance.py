"""How a document is performed: fetched, read verb by verb, and what every verb needs.

A verb gives None (go on to the next verb), a Target (the next document), or a DocumentStop. A redirect or a hang-up
cancels the task, whatever the call is doing; each verb tidies up on the way out.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from xml.etree.ElementTree import Element

from ivr.practice import documents
from ivr.practice.calls import Bridge, PracticeCall
from ivr.practice.carrier import Carrier
from ivr.practice.documents import DocumentError, absolute
from ivr.practice.webhooks import Target, Unanswered

LEAST_LOOP = 0.25  # real seconds: no document is asked for again sooner, whatever the speed


class DocumentStop(Enum):
    HANG_UP = auto()
    LEAVE = auto()


Outcome = Target | DocumentStop | None


@dataclass(frozen=True)
class DocumentScene:
    """Where a document is performed: its URL, and what every request made from it carries besides the call."""

    url: str = ""
    method: str = "POST"
    more: Callable[[], Mapping[str, str]] = dict
    verbs: frozenset[str] | None = None  # None: every verb
    topic: str = "voice"


QUEUE_VERBS = frozenset({"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"})
ROOM_VERBS = frozenset({"Play", "Say", "Pause", "Redirect"})

VERBS = frozenset({
    "Say", "Play", "Pause", "Gather", "Record", "Redirect", "Hangup", "Leave", "Reject", "Enqueue", "Dial",
})  # fmt: skip
SILENT = frozenset({"Pause", "Redirect", "Hangup", "Reject"})  # performed without answering


class DocumentPerformance:
    """One call and the carrier it is on; the verbs are those of the classes built on this one."""

    def __init__(self, carrier: Carrier, call: PracticeCall) -> None:
        self.carrier = carrier
        self.call = call
        self.phone = call.phone
        self.was_bare = False  # the last document was a sound file

    async def _follow(
        self, target: Target, scene: DocumentScene, extra: Mapping[str, str] | None = None
    ) -> DocumentStop | None:
        """From document to document; None when the last ran out of verbs."""
        said = extra or {}
        while True:
            response, scene = await self._document(target, scene, said)
            said = {}
            outcome = await self._perform(response, scene)
            if not isinstance(outcome, Target):
                return outcome
            target = outcome

    async def _document(
        self, target: Target, scene: DocumentScene, extra: Mapping[str, str]
    ) -> tuple[Element, DocumentScene]:
        if target.twiml:
            return documents.parse_text(target.twiml), replace(scene, url="")
        topic = target.topic or scene.topic
        try:
            answer = await self.carrier.webhooks.ask(
                topic, target, {**self.call.parameters(), **scene.more(), **target.said, **extra}
            )
        except Unanswered as error:
            raise DocumentError(error.code, error.url) from None
        self.was_bare = answer.content_type.startswith("audio/")
        return documents.parse(answer), replace(scene, url=answer.url, method=target.method)

    async def _perform(self, response: Element, scene: DocumentScene) -> Outcome:
        for verb in response:
            if scene.verbs is not None and verb.tag not in scene.verbs:
                raise DocumentError(12200, scene.url)
            perform = getattr(self, f"_{verb.tag.lower()}", None)
            if perform is None or verb.tag not in VERBS:
                raise DocumentError(12200, scene.url)
            if verb.tag not in SILENT:
                self._answer()
            outcome: Outcome = await perform(verb, scene)
            if outcome is not None:
                return outcome
        return None

    def _answer(self) -> None:
        if self.call.status == "ringing":
            self.call.become("in-progress", self.carrier.webhooks)
            self.phone.note("answered")

    async def _let_pass(self, seconds: float) -> None:
        await asyncio.sleep(self.carrier.scaled(seconds))

    async def play_aside(self, target: Target, topic: str) -> bool:
        """A document of <Play>, <Say>, <Pause>, <Redirect> for this call alone; whether it played."""
        try:
            await self._follow(target, DocumentScene(verbs=ROOM_VERBS, topic=topic))
        except DocumentError as error:
            self.carrier.report(self.call, error)
            return False
        return True

    def _tell_later(self, verb: Element, scene: DocumentScene, topic: str, said: Mapping[str, str]) -> None:
        """An action whose document nobody will perform: the call has gone elsewhere or is over."""
        target = Target(absolute(scene.url, verb.get("action") or scene.url), verb.get("method", "POST"))
        self.carrier.webhooks.tell(
            topic, f"{self.call.sid} {topic}", target, {**self.call.parameters(), **said}, last=True
        )

    async def _stay(self, bridge: Bridge) -> None:
        """On the bridge until either side leaves it."""
        other = next(c for c in bridge.calls if c is not self.call)
        self.call.place = bridge
        self.phone.note("bridged", **{"with": other.from_ if other.direction == "inbound" else other.to})
        try:
            await asyncio.shield(bridge.over)
        finally:
            bridge.end()
            if self.call.place is bridge:
                self.call.place = None
