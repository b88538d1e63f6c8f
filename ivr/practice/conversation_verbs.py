"""A caller who talks to somebody: Dial, into a room, a queue, to a number or a browser."""

import asyncio
from typing import Any
from xml.etree.ElementTree import Element

from ivr.practice.calls import Bridge, PracticeCall, Subscription
from ivr.practice.document_performance import ROOM_VERBS, DocumentPerformance, DocumentScene, Outcome
from ivr.practice.documents import DocumentError, absolute, is_true, number
from ivr.practice.phone import Ear
from ivr.practice.queues import Member
from ivr.practice.rooms import HUNG_UP, UPDATED, Participant
from ivr.practice.webhooks import Target


class ConversationVerbs(DocumentPerformance):
    """One call that may talk."""

    async def _dial(self, verb: Element, scene: DocumentScene) -> Outcome:
        try:
            said = await self._dials(verb, scene)
        except asyncio.CancelledError:
            if self.call.over and verb.get("action") and self.carrier.actions_after_hangup:
                status = "answered" if verb.find("Conference") is not None else "completed"
                self._tell_later(verb, scene, "dial_action", {"DialCallStatus": status, "DialBridged": "true"})
            raise
        if not verb.get("action"):
            return None
        url = absolute(scene.url, verb.get("action", ""))
        return Target(url, verb.get("method", "POST"), said=said, topic="dial_action")

    async def _dials(self, verb: Element, scene: DocumentScene) -> dict[str, str]:
        conference, queue = verb.find("Conference"), verb.find("Queue")
        if conference is not None:
            return await self._confer(verb, conference, scene)
        if queue is not None:
            return await self._dial_queue(queue, scene)
        return await self._dial_out(verb, scene)

    async def _confer(self, dial: Element, verb: Element, scene: DocumentScene) -> dict[str, str]:
        room = self.carrier.room((verb.text or "").strip())
        participant = Participant(
            self.call,
            room,
            label=verb.get("participantLabel", ""),
            muted=is_true(verb, "muted"),
            coaching=verb.get("coach", ""),
            start_on_enter=is_true(verb, "startConferenceOnEnter", True),
            end_on_exit=is_true(verb, "endConferenceOnExit"),
            beep=verb.get("beep", "true"),
        )
        participant.wait_music = lambda: self._room_music(verb.get("waitUrl"), verb.get("waitMethod", "POST"), scene)
        subscription = None
        if verb.get("statusCallback"):
            events = frozenset(verb.get("statusCallbackEvent", "start end").split())
            url = absolute(scene.url, verb.get("statusCallback", ""))
            subscription = Subscription(Target(url, verb.get("statusCallbackMethod", "POST")), events)
        room.join(participant, subscription)
        try:
            reason = await self._until_out(dial, participant)
        except asyncio.CancelledError:
            room.leave(participant, HUNG_UP if self.call.over else UPDATED)
            raise
        room.leave(participant, reason)
        return {"DialCallStatus": "answered", "DialBridged": "true"}

    async def _until_out(self, dial: Element, participant: Participant) -> str:
        limit = number(dial, "timeLimit", 14_400)
        try:
            async with asyncio.timeout(limit):
                if not is_true(dial, "hangupOnStar"):
                    return await participant.out
                return await self._until_star(participant)
        except TimeoutError:
            return HUNG_UP

    async def _until_star(self, participant: Participant) -> str:
        ear = self.phone.ear = Ear(frozenset({"dtmf"}), None, "*")
        try:
            while not ear.closed and not participant.out.done():
                touch = asyncio.create_task(ear.touched_within(3600))
                either: set[asyncio.Future[Any]] = {touch, participant.out}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                touch.cancel()
        finally:
            self.phone.stop_listening(ear)
        return participant.out.result() if participant.out.done() else HUNG_UP

    async def _room_music(self, url: str | None, method: str, scene: DocumentScene) -> None:
        """What one hears before the room starts or on hold: asked for once, silence at its end."""
        if url is None:
            self.phone.note("music")
            return
        if url:
            await self.play_aside(Target(absolute(scene.url, url), method), "conference_wait")

    async def _dial_queue(self, verb: Element, scene: DocumentScene) -> dict[str, str]:
        queue = self.carrier.queue((verb.text or "").strip())
        self.phone.note("music")
        while not (member := next(iter(queue.members.values()), None)):
            queue.arrival.clear()
            await queue.arrival.wait()
        bridge = Bridge(self.call, member.call)
        queue.leave(member)
        if verb.get("url"):
            await self._before_bridge(verb, scene, member)
        member.taken.set_result(bridge)
        await self._stay(bridge)
        seconds = str(int((member.call.ended or member.since).timestamp() - member.since.timestamp()))
        return {
            "DialCallStatus": "completed",
            "DialCallSid": member.call.sid,
            "DialCallDuration": seconds,
            "DialBridged": "true",
        }

    async def _before_bridge(self, verb: Element, scene: DocumentScene, member: Member) -> None:
        """What the waiting caller hears last: the <Queue>'s url."""
        said = {
            "QueueSid": member.queue.sid, "QueueTime": str(member.waited), "DequeingCallSid": self.call.sid,
            "CallSid": member.call.sid,
        }  # fmt: skip
        inside = DocumentScene(verbs=ROOM_VERBS, topic="dial_queue_url", more=lambda: said)
        other = type(self)(self.carrier, member.call)
        try:
            await other._follow(Target(absolute(scene.url, verb.get("url", "")), verb.get("method", "POST")), inside)
        except DocumentError as error:
            self.carrier.report(member.call, error)

    async def _dial_out(self, verb: Element, scene: DocumentScene) -> dict[str, str]:
        """Rings every <Number> and <Client> at once; the first that answers is bridged, the others are canceled."""
        bare = (verb.text or "").strip()
        children = [self._child(verb, each, scene) for each in verb if each.tag in ("Number", "Client", "Sip")]
        if bare and not children:
            children = [self._child(verb, None, scene, bare)]
        if not children:
            return {"DialCallStatus": "failed", "DialBridged": "false"}
        timeout = number(verb, "timeout", 30)
        rings = {asyncio.create_task(self.carrier.ring(child, timeout)): child for child in children}
        answered: PracticeCall | None = None
        try:
            pending = set(rings)
            while pending and not answered:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                answered = next((rings[task] for task in done if task.result() == "in-progress"), None)
            for child in children:
                if child is not answered:
                    self.carrier.end(child, "canceled" if answered else "no-answer")
            if not answered:
                return {
                    "DialCallStatus": children[0].status, "DialCallSid": children[0].sid,
                    "DialCallDuration": "0", "DialBridged": "false",
                }  # fmt: skip
            bridge = Bridge(self.call, answered)
            answered.scene = asyncio.create_task(self._other_end(answered, bridge))
            await self._stay(bridge)
        finally:
            for task in rings:
                task.cancel()
            for child in children:
                self.carrier.end(
                    child, "canceled" if child.status in ("queued", "initiated", "ringing") else "completed"
                )
        return {
            "DialCallStatus": "completed", "DialCallSid": answered.sid,
            "DialCallDuration": str(answered.seconds), "DialBridged": "true",
        }  # fmt: skip

    def _child(self, dial: Element, noun: Element | None, scene: DocumentScene, bare: str = "") -> PracticeCall:
        identity = noun.find("Identity") if noun is not None else None
        to = bare or ((identity if identity is not None else noun).text or "").strip()  # type: ignore[union-attr]
        if noun is not None and noun.tag == "Client":
            to = f"client:{to}"
        subscription = None
        if noun is not None and noun.get("statusCallback"):
            events = frozenset(noun.get("statusCallbackEvent", "completed").split())
            url = absolute(scene.url, noun.get("statusCallback", ""))
            subscription = Subscription(Target(url, noun.get("statusCallbackMethod", "POST")), events)
        return self.carrier.child(self.call, dial.get("callerId") or self.call.from_, to, subscription)

    async def _other_end(self, child: PracticeCall, bridge: Bridge) -> None:
        try:
            await type(self)(self.carrier, child)._stay(bridge)
        finally:
            bridge.end()
        self.carrier.end(child, "completed")
