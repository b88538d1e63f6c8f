"""What a document makes a call do: one method a verb, one task a call.

A verb gives None (go on to the next verb), a Target (the next document), or a Stop. Cancelling the task is how a
redirect or a hang-up interrupts whatever the call is doing; each verb tidies up on the way out.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from ivr.rehearsal import documents
from ivr.rehearsal.calls import Bridge, Call, Subscription
from ivr.rehearsal.documents import DocumentError, absolute, is_true, number, spoken
from ivr.rehearsal.phone import Ear, Heard
from ivr.rehearsal.queues import Member
from ivr.rehearsal.recordings import Recording
from ivr.rehearsal.rooms import HUNG_UP, UPDATED, Participant
from ivr.rehearsal.webhooks import Target, Unanswered

if TYPE_CHECKING:
    from ivr.rehearsal.carrier import Carrier

LEAST_LOOP = 0.25  # real seconds: no document is asked for again sooner, whatever the speed
UNKNOWN_SOUND = 10.0  # seconds, for a sound that is not ours to measure
APOLOGY = "We are sorry, an application error has occurred. Goodbye."


class Stop(Enum):
    HANG_UP = auto()
    LEAVE = auto()


Outcome = Target | Stop | None


@dataclass(frozen=True)
class Scene:
    """Where a document is performed: its URL, and what every request made from it carries besides the call."""

    url: str = ""
    method: str = "POST"
    more: Callable[[], Mapping[str, str]] = dict
    verbs: frozenset[str] | None = None  # None: every verb
    topic: str = "voice"


QUEUE_VERBS = frozenset({"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"})
ROOM_VERBS = frozenset({"Play", "Say", "Pause", "Redirect"})


class Conversation:
    """One call's way through its documents."""

    def __init__(self, carrier: "Carrier", call: Call) -> None:
        self.carrier = carrier
        self.call = call
        self.phone = call.phone

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
            self._answers()
            self.phone.note("error", code=error.code)
            await self._speak(APOLOGY, "en-US", "")

    async def _follow(self, target: Target, scene: Scene, extra: Mapping[str, str] | None = None) -> Stop | None:
        """From document to document; None when the last ran out of verbs."""
        said = extra or {}
        while True:
            response, scene = await self._document(target, scene, said)
            said = {}
            outcome = await self._perform(response, scene)
            if not isinstance(outcome, Target):
                return outcome
            target = outcome

    async def _document(self, target: Target, scene: Scene, extra: Mapping[str, str]) -> tuple[Element, Scene]:
        if target.twiml:
            return documents.parse_text(target.twiml), replace(scene, url="")
        topic = target.topic or scene.topic
        try:
            answer = await self.carrier.webhooks.ask(
                topic, target, {**self.call.parameters(), **scene.more(), **target.said, **extra}
            )
        except Unanswered as error:
            raise DocumentError(error.code, error.url) from None
        return documents.parse(answer), replace(scene, url=answer.url, method=target.method)

    async def _perform(self, response: Element, scene: Scene) -> Outcome:
        for verb in response:
            if scene.verbs is not None and verb.tag not in scene.verbs:
                raise DocumentError(12200, scene.url)
            perform = getattr(self, f"_{verb.tag.lower()}", None)
            if perform is None or verb.tag not in VERBS:
                raise DocumentError(12200, scene.url)
            if verb.tag not in SILENT:
                self._answers()
            outcome: Outcome = await perform(verb, scene)
            if outcome is not None:
                return outcome
        return None

    def _answers(self) -> None:
        if self.call.status == "ringing":
            self.call.becomes("in-progress", self.carrier.webhooks)
            self.phone.note("answered")

    async def _lasts(self, seconds: float) -> None:
        await asyncio.sleep(self.carrier.scaled(seconds))

    # what is heard

    async def _say(self, verb: Element, scene: Scene) -> Outcome:
        async for seconds in self._voices(verb, scene):
            await self._lasts(seconds)
        return None

    async def _play(self, verb: Element, scene: Scene) -> Outcome:
        return await self._say(verb, scene)

    async def _pause(self, verb: Element, scene: Scene) -> Outcome:
        return await self._say(verb, scene)

    async def _speak(self, text: str, language: str, voice: str) -> None:
        self.phone.note("say", text=text, language=language, voice=voice)
        await self._lasts(documents.seconds_to_say(text))

    async def _voices(self, verb: Element, scene: Scene) -> AsyncIterator[float]:
        """Puts each piece of sound in the transcript and gives the seconds it takes."""
        if verb.tag == "Pause":
            yield number(verb, "length", 1)
            return
        times = int(number(verb, "loop", 1))
        endless = times == 0
        while times or endless:
            times -= 1
            if verb.tag == "Say":
                text = spoken(verb)
                self.phone.note("say", text=text, language=verb.get("language", "en-US"), voice=verb.get("voice", ""))
                seconds = documents.seconds_to_say(text)
            elif verb.get("digits"):
                self.phone.note("play", digits=verb.get("digits"))
                seconds = len(verb.get("digits", "")) * 0.5
            else:
                url = absolute(scene.url, (verb.text or "").strip())
                self.phone.note("play", url=url)
                seconds = await self.carrier.sounds.seconds(url, UNKNOWN_SOUND)
            yield max(seconds, LEAST_LOOP * self.carrier.speed) if endless else seconds

    # questions

    async def _gather(self, verb: Element, scene: Scene) -> Outcome:
        heard, inputs = await self._listen(verb, scene)
        if heard is None and not is_true(verb, "actionOnEmptyResult"):
            return None
        if heard and heard.speech:
            said = {"SpeechResult": heard.speech}
            if heard.confidence is not None:
                said["Confidence"] = str(heard.confidence)
        elif "dtmf" in inputs:
            said = {"Digits": heard.digits if heard else ""}
        else:
            said = {"SpeechResult": ""}
        action = absolute(scene.url, verb.get("action") or scene.url)
        return Target(action, verb.get("method", "POST"), said=said, topic="gather_action")

    async def _listen(self, verb: Element, scene: Scene) -> tuple[Heard | None, frozenset[str]]:
        inputs = frozenset(verb.get("input", "dtmf").split())
        digits = int(number(verb, "numDigits", 0)) or None
        ear = Ear(inputs, digits, verb.get("finishOnKey", "#"))
        self.phone.listens(ear)
        timeout = self.carrier.silence(self.phone, number(verb, "timeout", 5))
        try:
            if not await self._prompts(verb, scene, ear):
                self.phone.note("listens", input=" ".join(sorted(inputs)), digits=digits)
            while not ear.closed:
                if not await ear.touched_within(timeout):
                    ear.silence()
        finally:
            self.phone.stops_listening(ear)
        heard = ear.heard
        return (heard if heard and (heard.digits or heard.speech) else None), inputs

    async def _prompts(self, verb: Element, scene: Scene, ear: Ear) -> bool:
        """Whether a key or a word interrupted them."""
        for prompt in verb:
            async for seconds in self._voices(prompt, scene):
                if await ear.touched_within(self.carrier.scaled(seconds)):
                    return True
        return False

    async def _record(self, verb: Element, scene: Scene) -> Outcome:
        if is_true(verb, "playBeep", True):
            self.phone.note("beep")
        recording = Recording(self.call.account, self.call.sid, "RecordVerb")
        self.carrier.recordings[recording.sid] = recording
        self.phone.note("recording", sid=recording.sid)
        ear = Ear(frozenset({"dtmf", "speech"}), 1, verb.get("finishOnKey", "1234567890*#"))
        self.phone.listens(ear)
        timeout = self.carrier.silence(self.phone, number(verb, "timeout", 5))
        said: dict[str, str] = {}
        try:
            await ear.touched_within(timeout)
            if ear.heard and ear.heard.speech:
                self.phone.ear = ear = Ear(frozenset({"dtmf"}), 1, verb.get("finishOnKey", "1234567890*#"))
                await ear.touched_within(timeout)
            recording.ends()
            if recording.seconds == 0 and ear.heard is None and "speech" in ear.inputs:
                return None  # silence: as if the verb were not there
            said = {
                "RecordingUrl": recording.url,
                "RecordingSid": recording.sid,
                "RecordingDuration": str(recording.seconds),
                "Digits": ear.digits,
            }
        except asyncio.CancelledError:
            recording.ends()
            if self.call.over and self.carrier.actions_after_hangup:
                self._tells_later(verb, scene, "record_action", {
                    "RecordingUrl": recording.url, "RecordingSid": recording.sid,
                    "RecordingDuration": str(recording.seconds), "Digits": "hangup",
                })  # fmt: skip
            raise
        finally:
            self.phone.stops_listening(ear)
            if recording.ended and verb.get("recordingStatusCallback"):
                self._recording_news(verb, scene, recording)
        action = absolute(scene.url, verb.get("action") or scene.url)
        return Target(action, verb.get("method", "POST"), said=said, topic="record_action")

    def _recording_news(self, verb: Element, scene: Scene, recording: Recording) -> None:
        url = absolute(scene.url, verb.get("recordingStatusCallback", ""))
        target = Target(url, verb.get("recordingStatusCallbackMethod", "POST"))
        self.carrier.webhooks.tell("recording_status", recording.sid, target, recording.news(), last=True)

    # where the call goes

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

    async def _enqueue(self, verb: Element, scene: Scene) -> Outcome:
        queue = self.carrier.queue((verb.text or "").strip() or "default")
        if verb.get("maxQueueSize"):
            queue.max_size = int(number(verb, "maxQueueSize", 1000))
        if len(queue.members) >= queue.max_size:
            return self._enqueue_action(verb, scene, "queue-full", None)
        member = queue.joins(self.call)
        self.phone.note("queue", name=queue.name)
        music = asyncio.create_task(self._wait_in_queue(verb, scene, member))
        try:
            ended: set[asyncio.Future[Any]] = {music, member.taken}
            await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
            if member.taken.done():
                music.cancel()
                queue.leaves(member)
                await self._stay(member.taken.result())
                result = "bridged"
            else:
                result = music.result()
        except asyncio.CancelledError:
            result = "hangup" if self.call.over else "redirected"
            if result == "redirected" and not queue.members.get(self.call.sid):
                result = "redirected-from-bridged"
            if verb.get("action") and (result != "hangup" or self.carrier.actions_after_hangup):
                self._tells_later(verb, scene, "enqueue_action", _queue_result(result, member))
            raise
        finally:
            music.cancel()
            queue.leaves(member)
        if result == "hangup":
            if verb.get("action") and self.carrier.actions_after_hangup:
                self._tells_later(verb, scene, "enqueue_action", _queue_result(result, member))
            return Stop.HANG_UP
        return self._enqueue_action(verb, scene, result, member)

    def _enqueue_action(self, verb: Element, scene: Scene, result: str, member: Member | None) -> Outcome:
        if not verb.get("action"):
            return None
        url = absolute(scene.url, verb.get("action", ""))
        return Target(url, verb.get("method", "POST"), said=_queue_result(result, member), topic="enqueue_action")

    async def _wait_in_queue(self, verb: Element, scene: Scene, member: Member) -> str:
        """Plays the wait documents again and again; how the wait ended (QueueResult)."""
        if not verb.get("waitUrl"):
            self.phone.note("music")
            await asyncio.Event().wait()
        try:
            target = Target(absolute(scene.url, verb.get("waitUrl", "")), verb.get("waitUrlMethod", "POST"))
            inside = Scene(more=member.parameters, verbs=QUEUE_VERBS, topic="enqueue_wait")
            while True:
                soonest = asyncio.get_running_loop().time() + LEAST_LOOP
                stop = await self._follow(target, inside)
                if stop is Stop.LEAVE:
                    return "leave"
                if stop is Stop.HANG_UP:
                    return "hangup"
                await asyncio.sleep(soonest - asyncio.get_running_loop().time())
        except DocumentError as error:
            self.carrier.reports(self.call, error)
            return "error"

    def _tells_later(self, verb: Element, scene: Scene, topic: str, said: Mapping[str, str]) -> None:
        """An action whose document nobody will perform: the call has gone elsewhere or is over."""
        target = Target(absolute(scene.url, verb.get("action") or scene.url), verb.get("method", "POST"))
        self.carrier.webhooks.tell(
            topic, f"{self.call.sid} {topic}", target, {**self.call.parameters(), **said}, last=True
        )

    # talking

    async def _dial(self, verb: Element, scene: Scene) -> Outcome:
        try:
            said = await self._dials(verb, scene)
        except asyncio.CancelledError:
            if self.call.over and verb.get("action") and self.carrier.actions_after_hangup:
                status = "answered" if verb.find("Conference") is not None else "completed"
                self._tells_later(verb, scene, "dial_action", {"DialCallStatus": status, "DialBridged": "true"})
            raise
        if not verb.get("action"):
            return None
        url = absolute(scene.url, verb.get("action", ""))
        return Target(url, verb.get("method", "POST"), said=said, topic="dial_action")

    async def _dials(self, verb: Element, scene: Scene) -> dict[str, str]:
        conference, queue = verb.find("Conference"), verb.find("Queue")
        if conference is not None:
            return await self._confer(verb, conference, scene)
        if queue is not None:
            return await self._dial_queue(queue, scene)
        return await self._dial_out(verb, scene)

    async def _confer(self, dial: Element, verb: Element, scene: Scene) -> dict[str, str]:
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
        room.joins(participant, subscription)
        try:
            reason = await self._until_out(dial, participant)
        except asyncio.CancelledError:
            room.leaves(participant, HUNG_UP if self.call.over else UPDATED)
            raise
        room.leaves(participant, reason)
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
            self.phone.stops_listening(ear)
        return participant.out.result() if participant.out.done() else HUNG_UP

    async def _room_music(self, url: str | None, method: str, scene: Scene) -> None:
        """What one hears before the room starts or on hold: asked for once, silence at its end."""
        if url is None:
            self.phone.note("music")
            return
        if url:
            await self.plays_aside(Target(absolute(scene.url, url), method), "conference_wait")

    async def plays_aside(self, target: Target, topic: str) -> bool:
        """A document of <Play>, <Say>, <Pause>, <Redirect> for this call alone; whether it played."""
        try:
            await self._follow(target, Scene(verbs=ROOM_VERBS, topic=topic))
        except DocumentError as error:
            self.carrier.reports(self.call, error)
            return False
        return True

    async def _dial_queue(self, verb: Element, scene: Scene) -> dict[str, str]:
        queue = self.carrier.queue((verb.text or "").strip())
        self.phone.note("music")
        while not (member := next(iter(queue.members.values()), None)):
            queue.arrival.clear()
            await queue.arrival.wait()
        bridge = Bridge(self.call, member.call)
        queue.leaves(member)
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

    async def _before_bridge(self, verb: Element, scene: Scene, member: Member) -> None:
        """What the waiting caller hears last: the <Queue>'s url."""
        said = {
            "QueueSid": member.queue.sid, "QueueTime": str(member.waited), "DequeingCallSid": self.call.sid,
            "CallSid": member.call.sid,
        }  # fmt: skip
        inside = Scene(verbs=ROOM_VERBS, topic="dial_queue_url", more=lambda: said)
        other = Conversation(self.carrier, member.call)
        try:
            await other._follow(Target(absolute(scene.url, verb.get("url", "")), verb.get("method", "POST")), inside)
        except DocumentError as error:
            self.carrier.reports(member.call, error)

    async def _stay(self, bridge: Bridge) -> None:
        """On the bridge until either side leaves it."""
        other = next(c for c in bridge.calls if c is not self.call)
        self.call.place = bridge
        self.phone.note("bridged", **{"with": other.from_ if other.direction == "inbound" else other.to})
        try:
            await asyncio.shield(bridge.over)
        finally:
            bridge.ends()
            if self.call.place is bridge:
                self.call.place = None

    async def _dial_out(self, verb: Element, scene: Scene) -> dict[str, str]:
        """Rings every <Number> and <Client> at once; the first that answers is bridged, the others are canceled."""
        bare = (verb.text or "").strip()
        children = [self._child(verb, each, scene) for each in verb if each.tag in ("Number", "Client", "Sip")]
        if bare and not children:
            children = [self._child(verb, None, scene, bare)]
        if not children:
            return {"DialCallStatus": "failed", "DialBridged": "false"}
        timeout = number(verb, "timeout", 30)
        rings = {asyncio.create_task(self.carrier.rings(child, timeout)): child for child in children}
        answered: Call | None = None
        try:
            pending = set(rings)
            while pending and not answered:
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                answered = next((rings[task] for task in done if task.result() == "in-progress"), None)
            for child in children:
                if child is not answered:
                    self.carrier.ends(child, "canceled" if answered else "no-answer")
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
                self.carrier.ends(
                    child, "canceled" if child.status in ("queued", "initiated", "ringing") else "completed"
                )
        return {
            "DialCallStatus": "completed", "DialCallSid": answered.sid,
            "DialCallDuration": str(answered.seconds), "DialBridged": "true",
        }  # fmt: skip

    def _child(self, dial: Element, noun: Element | None, scene: Scene, bare: str = "") -> Call:
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

    async def _other_end(self, child: Call, bridge: Bridge) -> None:
        try:
            await Conversation(self.carrier, child)._stay(bridge)
        finally:
            bridge.ends()
        self.carrier.ends(child, "completed")


def _queue_result(result: str, member: Member | None) -> dict[str, str]:
    said = {"QueueResult": result}
    if member:
        said |= {"QueueSid": member.queue.sid, "QueueTime": str(member.waited)}
    return said


VERBS = frozenset({
    "Say", "Play", "Pause", "Gather", "Record", "Redirect", "Hangup", "Leave", "Reject", "Enqueue", "Dial",
})  # fmt: skip
SILENT = frozenset({"Pause", "Redirect", "Hangup", "Reject"})  # performed without answering
