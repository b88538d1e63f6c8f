"""A caller in a queue: Enqueue, its wait documents, its action."""

import asyncio
from typing import Any
from xml.etree.ElementTree import Element

from ivr.practice.document_performance import (
    LEAST_LOOP,
    QUEUE_VERBS,
    DocumentPerformance,
    DocumentScene,
    DocumentStop,
    Outcome,
)
from ivr.practice.documents import DocumentError, absolute, number
from ivr.practice.queues import Member
from ivr.practice.webhooks import Target


class QueueVerbs(DocumentPerformance):
    """One call that may wait."""

    async def _enqueue(self, verb: Element, scene: DocumentScene) -> Outcome:
        queue = self.carrier.queue((verb.text or "").strip() or "default")
        if verb.get("maxQueueSize"):
            queue.max_size = int(number(verb, "maxQueueSize", 1000))
        if len(queue.members) >= queue.max_size:
            return self._enqueue_action(verb, scene, "queue-full", None)
        member = queue.join(self.call)
        self.phone.note("queue", name=queue.name)
        music = asyncio.create_task(self._wait_in_queue(verb, scene, member))
        try:
            ended: set[asyncio.Future[Any]] = {music, member.taken}
            await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
            if member.taken.done():
                music.cancel()
                queue.leave(member)
                await self._stay(member.taken.result())
                result = "bridged"
            else:
                result = music.result()
        except asyncio.CancelledError:
            result = "hangup" if self.call.over else "redirected"
            if result == "redirected" and not queue.members.get(self.call.sid):
                result = "redirected-from-bridged"
            if verb.get("action") and (result != "hangup" or self.carrier.actions_after_hangup):
                self._tell_later(verb, scene, "enqueue_action", _queue_result(result, member))
            raise
        finally:
            music.cancel()
            queue.leave(member)
        if result == "hangup":
            if verb.get("action") and self.carrier.actions_after_hangup:
                self._tell_later(verb, scene, "enqueue_action", _queue_result(result, member))
            return DocumentStop.HANG_UP
        return self._enqueue_action(verb, scene, result, member)

    def _enqueue_action(self, verb: Element, scene: DocumentScene, result: str, member: Member | None) -> Outcome:
        if not verb.get("action"):
            return None
        url = absolute(scene.url, verb.get("action", ""))
        return Target(url, verb.get("method", "POST"), said=_queue_result(result, member), topic="enqueue_action")

    async def _wait_in_queue(self, verb: Element, scene: DocumentScene, member: Member) -> str:
        """Plays the wait documents again and again; how the wait ended (QueueResult)."""
        if not verb.get("waitUrl"):
            self.phone.note("music")
            await asyncio.Event().wait()
        try:
            target = Target(absolute(scene.url, verb.get("waitUrl", "")), verb.get("waitUrlMethod", "POST"))
            inside = DocumentScene(more=member.parameters, verbs=QUEUE_VERBS, topic="enqueue_wait")
            while True:
                soonest = asyncio.get_running_loop().time() + LEAST_LOOP
                stop = await self._follow(target, inside)
                if stop is DocumentStop.LEAVE:
                    return "leave"
                if stop is DocumentStop.HANG_UP:
                    return "hangup"
                await asyncio.sleep(soonest - asyncio.get_running_loop().time())
        except DocumentError as error:
            self.carrier.report(self.call, error)
            return "error"


def _queue_result(result: str, member: Member | None) -> dict[str, str]:
    said = {"QueueResult": result}
    if member:
        said |= {"QueueSid": member.queue.sid, "QueueTime": str(member.waited)}
    return said
