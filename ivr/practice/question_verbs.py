"""What is said to a caller, and what is asked: Say, Play, Pause, Gather, Record."""

import asyncio
from collections.abc import AsyncIterator
from xml.etree.ElementTree import Element

from ivr.practice import documents
from ivr.practice.document_performance import LEAST_LOOP, DocumentPerformance, DocumentScene, Outcome
from ivr.practice.documents import absolute, is_true, number, spoken
from ivr.practice.phone import Ear, KeysOrWords
from ivr.practice.recordings import Recording
from ivr.practice.webhooks import Target

UNKNOWN_SOUND = 10.0  # seconds, for a sound that is not ours to measure


class QuestionVerbs(DocumentPerformance):
    """One call that hears and answers."""

    async def _say(self, verb: Element, scene: DocumentScene) -> Outcome:
        async for seconds in self._voices(verb, scene):
            await self._let_pass(seconds)
        return None

    async def _play(self, verb: Element, scene: DocumentScene) -> Outcome:
        return await self._say(verb, scene)

    async def _pause(self, verb: Element, scene: DocumentScene) -> Outcome:
        return await self._say(verb, scene)

    async def _speak(self, text: str, language: str, voice: str) -> None:
        self.phone.note("say", text=text, language=language, voice=voice)
        await self._let_pass(documents.seconds_to_say(text))

    async def _voices(self, verb: Element, scene: DocumentScene) -> AsyncIterator[float]:
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

    async def _gather(self, verb: Element, scene: DocumentScene) -> Outcome:
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

    async def _listen(self, verb: Element, scene: DocumentScene) -> tuple[KeysOrWords | None, frozenset[str]]:
        inputs = frozenset(verb.get("input", "dtmf").split())
        digits = int(number(verb, "numDigits", 0)) or None
        ear = Ear(inputs, digits, verb.get("finishOnKey", "#"))
        self.phone.listen(ear)
        timeout = self.carrier.silence(self.phone, number(verb, "timeout", 5))
        try:
            if not await self._prompts(verb, scene, ear):
                self.phone.note("listens", input=" ".join(sorted(inputs)), digits=digits)
            while not ear.closed:
                if not await ear.touched_within(timeout):
                    ear.silence()
        finally:
            self.phone.stop_listening(ear)
        heard = ear.heard
        return (heard if heard and (heard.digits or heard.speech) else None), inputs

    async def _prompts(self, verb: Element, scene: DocumentScene, ear: Ear) -> bool:
        """Whether a key or a word interrupted them."""
        for prompt in verb:
            async for seconds in self._voices(prompt, scene):
                if await ear.touched_within(self.carrier.scaled(seconds)):
                    return True
        return False

    async def _record(self, verb: Element, scene: DocumentScene) -> Outcome:
        if is_true(verb, "playBeep", True):
            self.phone.note("beep")
        recording = Recording(self.call.account, self.call.sid, "RecordVerb")
        self.carrier.recordings[recording.sid] = recording
        self.phone.note("recording", sid=recording.sid)
        ear = Ear(frozenset({"dtmf", "speech"}), 1, verb.get("finishOnKey", "1234567890*#"))
        self.phone.listen(ear)
        timeout = self.carrier.silence(self.phone, number(verb, "timeout", 5))
        said: dict[str, str] = {}
        try:
            await ear.touched_within(timeout)
            if ear.heard and ear.heard.speech:
                self.phone.ear = ear = Ear(frozenset({"dtmf"}), 1, verb.get("finishOnKey", "1234567890*#"))
                await ear.touched_within(timeout)
            recording.end()
            if recording.seconds == 0 and ear.heard is None and "speech" in ear.inputs:
                return None  # silence: as if the verb were not there
            said = {
                "RecordingUrl": recording.url,
                "RecordingSid": recording.sid,
                "RecordingDuration": str(recording.seconds),
                "Digits": ear.digits,
            }
        except asyncio.CancelledError:
            recording.end()
            if self.call.over and self.carrier.actions_after_hangup:
                self._tell_later(verb, scene, "record_action", {
                    "RecordingUrl": recording.url, "RecordingSid": recording.sid,
                    "RecordingDuration": str(recording.seconds), "Digits": "hangup",
                })  # fmt: skip
            raise
        finally:
            self.phone.stop_listening(ear)
            if recording.ended and verb.get("recordingStatusCallback"):
                self._recording_news(verb, scene, recording)
        action = absolute(scene.url, verb.get("action") or scene.url)
        return Target(action, verb.get("method", "POST"), said=said, topic="record_action")

    def _recording_news(self, verb: Element, scene: DocumentScene, recording: Recording) -> None:
        url = absolute(scene.url, verb.get("recordingStatusCallback", ""))
        target = Target(url, verb.get("recordingStatusCallbackMethod", "POST"))
        self.carrier.webhooks.tell("recording_status", recording.sid, target, recording.news(), last=True)
