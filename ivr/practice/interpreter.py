"""What a document makes a call do: one method a verb, one task a call.

`document_performance` fetches and performs. `question_verbs` speak and listen, `queue_verbs` wait,
`conversation_verbs` join.
"""

import asyncio
from xml.etree.ElementTree import Element

from ivr.practice.conversation_verbs import ConversationVerbs
from ivr.practice.document_performance import LEAST_LOOP, DocumentScene, DocumentStop, Outcome
from ivr.practice.documents import DocumentError, absolute
from ivr.practice.question_verbs import QuestionVerbs
from ivr.practice.queue_verbs import QueueVerbs
from ivr.practice.webhooks import Target

APOLOGY = "We are sorry, an application error has occurred. Goodbye."


class Conversation(QuestionVerbs, QueueVerbs, ConversationVerbs):
    """One call's way through its documents, with every verb."""

    async def run(self, target: Target, topic: str = "voice") -> None:
        """Performs documents until one runs out or hangs up; an error tries the fallback once, then apologizes."""
        try:
            try:
                await self._follow(target, DocumentScene(topic=topic))
            except DocumentError as error:
                self.carrier.report(self.call, error)
                if not self.call.fallback:
                    raise
                said = {"ErrorCode": str(error.code), "ErrorUrl": error.url}
                await self._follow(self.call.fallback, DocumentScene(topic="fallback"), said)
        except DocumentError as error:
            self.carrier.report(self.call, error)
            self.carrier.journal.note("apology", sid=self.call.sid, code=error.code)
            self._answer()
            self.phone.note("error", code=error.code)
            await self._speak(APOLOGY, "en-US", "")

    async def _redirect(self, verb: Element, scene: DocumentScene) -> Outcome:
        url = (verb.text or "").strip()
        # a loop that asks for itself would spin at a large speed
        await asyncio.sleep(LEAST_LOOP if scene.verbs is not None else 0)
        return Target(absolute(scene.url, url or scene.url), verb.get("method", "POST"))

    async def _hangup(self, _verb: Element, _scene: DocumentScene) -> Outcome:
        return DocumentStop.HANG_UP

    async def _leave(self, _verb: Element, _scene: DocumentScene) -> Outcome:
        return DocumentStop.LEAVE

    async def _reject(self, verb: Element, _scene: DocumentScene) -> Outcome:
        if self.call.status == "ringing":
            self.carrier.end(self.call, "busy" if verb.get("reason") == "busy" else "no-answer")
        return DocumentStop.HANG_UP
