"""What a document makes a call do: one method a verb, one task a call.

`performance` fetches and performs, `questions` speaks and listens, `waiting` is the queue, `talking` the conversations.
"""

import asyncio
from xml.etree.ElementTree import Element

from ivr.practice.documents import DocumentError, absolute
from ivr.practice.performance import LEAST_LOOP, Outcome, Scene, Stop
from ivr.practice.questions import Questions
from ivr.practice.talking import Talking
from ivr.practice.waiting import Waiting
from ivr.practice.webhooks import Target

APOLOGY = "We are sorry, an application error has occurred. Goodbye."


class Conversation(Questions, Waiting, Talking):
    """One call's way through its documents, with every verb."""

    async def run(self, target: Target, topic: str = "voice") -> None:
        """Performs documents until one runs out or hangs up; an error tries the fallback once, then apologizes."""
        try:
            try:
                await self._follow(target, Scene(topic=topic))
            except DocumentError as error:
                self.carrier.reports(self.call, error)
                if not self.call.fallback:
                    raise
                said = {"ErrorCode": str(error.code), "ErrorUrl": error.url}
                await self._follow(self.call.fallback, Scene(topic="fallback"), said)
        except DocumentError as error:
            self.carrier.reports(self.call, error)
            self.carrier.journal.note("apology", sid=self.call.sid, code=error.code)
            self._answers()
            self.phone.note("error", code=error.code)
            await self._speak(APOLOGY, "en-US", "")

    async def _redirect(self, verb: Element, scene: Scene) -> Outcome:
        url = (verb.text or "").strip()
        # a loop that asks for itself would spin at a large speed
        await asyncio.sleep(LEAST_LOOP if scene.verbs is not None else 0)
        return Target(absolute(scene.url, url or scene.url), verb.get("method", "POST"))

    async def _hangup(self, _verb: Element, _scene: Scene) -> Outcome:
        return Stop.HANG_UP

    async def _leave(self, _verb: Element, _scene: Scene) -> Outcome:
        return Stop.LEAVE

    async def _reject(self, verb: Element, _scene: Scene) -> Outcome:
        if self.call.status == "ringing":
            self.carrier.ends(self.call, "busy" if verb.get("reason") == "busy" else "no-answer")
        return Stop.HANG_UP
