"""What exists at the carrier, and what may happen to a call."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Coroutine
from email.utils import format_datetime
from typing import Any, Protocol
from xml.etree.ElementTree import Element, SubElement, tostring

from callcenter import clock
from ivr.practice.behaviours import Behaviour
from ivr.practice.calls import PracticeCall, Subscription
from ivr.practice.documents import DocumentError
from ivr.practice.journal import Journal
from ivr.practice.numbers import Number, TextMessage
from ivr.practice.phone import Phone
from ivr.practice.queues import Queue
from ivr.practice.recordings import Recording
from ivr.practice.rooms import Participant, Room
from ivr.practice.sound_lengths import SoundLengths
from ivr.practice.webhooks import Target, Webhooks

LEAST_RINGING = 10.0  # real seconds that a telephone held from outside rings, at any speed
UNREACHABLE = 30003  # the error of a text to a telephone that is off, or is none
LISTENS = 4.0  # telephone seconds after which the machine detection makes up its mind
LEAST_AGAIN = 0.25  # real seconds: a document that runs out is asked for no sooner, whatever the speed
KEPT = 5_000  # ended calls and rooms that REST can still be asked about


class Performer(Protocol):
    """Who performs documents for one call. `was_bare`: the last of them was a sound file."""

    was_bare: bool

    async def run(self, target: Target, /) -> None: ...

    async def play_aside(self, target: Target, topic: str, /) -> bool: ...


Performs = Callable[["Carrier", PracticeCall], Performer]
Acts = Callable[["Carrier", PracticeCall, Behaviour], Coroutine[Any, Any, None]]


class Carrier:
    """One account. `speed` divides every spoken word, pause and timeout; REST, webhooks, dial rate are real time.

    `performs` gives who reads a call's documents; `acts` is what somebody does who is rung. Both know the carrier,
    which knows neither.

    Not knowable offline, so both are offered: `actions_after_hangup` (whether the action of an Enqueue, a Dial or a
    Record is requested when its caller hangs up), `end_before_leave` (conference-end before the participant-leave).
    """

    def __init__(
        self,
        account: str,
        token: str,
        performs: Performs,
        acts: Acts,
        speed: float = 1.0,
        calls_per_second: float = 1.0,
    ) -> None:
        self._performs, self._acts = performs, acts
        self.account = account
        self.token = token
        self.api_keys: dict[str, str] = {}  # REST requests may come with one of these in place of the token
        self.speed = speed
        self.calls_per_second = calls_per_second  # REST creates; 0: no limit
        self.least_silence = 3.0  # real seconds that a question waits for somebody outside who holds the phone
        self.misjudges = 0.1  # share of people whom the machine detection takes for a machine
        self.ear = random.Random(0)  # noqa: S311 - dice, not secrets; always the same
        self.actions_after_hangup = True
        self.end_before_leave = False
        self.journal = Journal()
        self.webhooks = Webhooks(token, self.journal)
        self.sounds = SoundLengths(self.webhooks)
        self.calls: dict[str, PracticeCall] = {}
        self.queues: dict[str, Queue] = {}
        self.rooms: dict[str, Room] = {}
        self.numbers: dict[str, Number] = {}
        self.messages: dict[str, TextMessage] = {}
        self.recordings: dict[str, Recording] = {}
        self.behaviours: dict[str, Behaviour] = {}
        self.default_behaviour = Behaviour("answer_and_press_1")
        self._ended: deque[str] = deque()
        self._next_dial = 0.0

    async def close(self) -> None:
        for call in list(self.calls.values()):
            self.end(call, "completed")
        await asyncio.sleep(0)
        await self.webhooks.close()

    # time

    def scaled(self, seconds: float) -> float:
        """Telephone seconds to real ones."""
        return seconds / self.speed

    def silence(self, phone: Phone, seconds: float) -> float:
        """How long a question waits for an answer, in real seconds."""
        return self.patience(phone, seconds, self.least_silence)

    def patience(self, phone: Phone, seconds: float, least: float) -> float:
        """Real seconds, at any speed at least `least` for somebody outside, who needs time to press or pick up."""
        real = self.scaled(seconds)
        return max(real, min(seconds, least)) if phone.controlled else real

    @staticmethod
    async def ticks(seconds: float) -> None:
        """Real seconds, at any speed."""
        await asyncio.sleep(seconds)

    # names

    def queue(self, name: str) -> Queue:
        found = next((q for q in self.queues.values() if q.name == name), None)
        if found is None:
            found = Queue(self.account, name)
            self.queues[found.sid] = found
        return found

    def room(self, name: str) -> Room:
        """The open room of that name; a name may be used again after its room ended."""
        found = next((r for r in reversed(self.rooms.values()) if r.name == name and r.status != "completed"), None)
        if found is None:
            found = Room(self.account, name, self.webhooks, self.end_before_leave)
            self.rooms[found.sid] = found
            if len(self.rooms) > KEPT:
                self.rooms = {sid: r for sid, r in self.rooms.items() if r.participants or r is found}
        return found

    def live_at(self, number: str) -> PracticeCall | None:
        """The newest call that is not over at a number, whoever dialled."""
        return next((c for c in reversed(self.calls.values()) if c.phone.number == number and not c.over), None)

    # calls

    def receive(
        self,
        from_: str,
        to: str,
        target: Target | None = None,
        extra: dict[str, str] | None = None,
        controlled: bool = True,
    ) -> PracticeCall:
        """Somebody dials one of our numbers (KeyError: it is not), or a browser connects, with its own target."""
        number = None if target else self.numbers[to]
        call = PracticeCall(
            self.account, from_, to, "inbound", Phone(from_, controlled), status="ringing", extra=extra or {}
        )
        if number:
            call.subscription, call.fallback = number.subscription, number.fallback
        self._keep(call)
        call.phone.note("ringing")
        self._play(call, target or number.target)  # type: ignore[union-attr]
        return call

    def dial(
        self, from_: str, to: str, target: Target, subscription: Subscription | None, fallback: Target | None,
        timeout: float = 60, detect: str = "", detected: Target | None = None,
    ) -> PracticeCall:  # fmt: skip
        """A REST create: queued until the account's rate allows it. `detect`, `detected`: machine detection."""
        call = PracticeCall(
            self.account, from_, to, "outbound-api", self._phone(to), subscription=subscription, fallback=fallback
        )
        self._keep(call)
        loop = asyncio.get_running_loop()
        slot = max(loop.time(), self._next_dial)
        if self.calls_per_second:
            self._next_dial = slot + 1 / self.calls_per_second
        call.scene = asyncio.create_task(self._dial(call, target, slot - loop.time(), timeout, detect, detected))
        return call

    async def _dial(
        self, call: PracticeCall, target: Target, wait: float, rings_for: float, detect: str, detected: Target | None
    ) -> None:
        await asyncio.sleep(wait)
        if await self.ring(call, rings_for) != "in-progress":
            return
        if detect and detected:
            self.webhooks.spawn(self._detect(call, detect, detected))
        elif detect:
            await asyncio.sleep(self.scaled(LISTENS))
            call.extra = {**call.extra, **self._judge(call, detect)}
        await self._scene(call, target)

    async def _detect(self, call: PracticeCall, detect: str, detected: Target) -> None:
        """In the background; of a call that is over by then nothing is told."""
        await asyncio.sleep(self.scaled(LISTENS))
        if not call.over:
            who = {"CallSid": call.sid, "AccountSid": call.account}
            said = {**who, **self._judge(call, detect)}
            self.webhooks.tell("async_amd", f"{call.sid} amd", detected, said, last=True)

    def _judge(self, call: PracticeCall, detect: str) -> dict[str, str]:
        """By how it was answered: somebody who says who they are may sound like a machine, a silence is nothing."""
        kind = self.behaviour(call.to).kind
        machine = kind == "voicemail" or (kind != "mute" and self.ear.random() < self.misjudges)
        ends = "machine_end_beep" if detect == "DetectMessageEnd" else "machine_start"
        call.answered_by = "unknown" if kind == "mute" else ends if machine else "human"
        return {"AnsweredBy": call.answered_by, "MachineDetectionDuration": str(round(LISTENS * 1000))}

    def child(self, parent: PracticeCall, from_: str, to: str, subscription: Subscription | None) -> PracticeCall:
        """A leg that a <Dial> makes: no rate limit."""
        call = PracticeCall(
            self.account, from_, to, "outbound-dial", self._phone(to), parent=parent.sid, subscription=subscription
        )
        self._keep(call)
        return call

    async def ring(self, call: PracticeCall, rings_for: float) -> str:
        """Rings the far end until it answers (in-progress) or does not (its terminal status)."""
        busy = self.live_at(call.to) not in (None, call) and not call.to.startswith("client:")
        self._note_overlap(call)
        call.become("initiated", self.webhooks)
        behaviour = Behaviour("busy", after=0) if busy else self.behaviour(call.to)
        call.become("ringing", self.webhooks)
        call.phone.note("ringing")
        call.person = self.webhooks.spawn(self._acts(self, call, behaviour))
        try:
            # Twilio adds five seconds to what was asked
            async with asyncio.timeout(self.patience(call.phone, rings_for + 5, LEAST_RINGING)):
                decision = await call.phone.pick_up
        except TimeoutError:
            decision = "no-answer"
        if call.over:
            return call.status
        if decision != "answer":
            self.end(call, "busy" if decision == "reject" else decision)
            return call.status
        call.become("in-progress", self.webhooks)
        call.phone.note("answered")
        return call.status

    def _note_overlap(self, call: PracticeCall) -> None:
        """Two dials of ours that ring one number at once: what a called person would notice."""
        for other in self.calls.values():
            ours = other is not call and other.to == call.to and other.direction == call.direction == "outbound-api"
            if ours and not other.over and other.status != "queued":
                self.journal.note("overlap", to=call.to, sids=[other.sid, call.sid])

    def behaviour(self, number: str) -> Behaviour:
        return self.behaviours.get(number, self.default_behaviour)

    def _phone(self, number: str) -> Phone:
        return Phone(number, self.behaviour(number).kind == "manual")

    def _keep(self, call: PracticeCall) -> None:
        self.calls[call.sid] = call
        while len(self._ended) > KEPT:
            self.calls.pop(self._ended.popleft(), None)

    def redirect(self, call: PracticeCall, target: Target) -> None:
        """A live call leaves whatever it does and goes to another document."""
        self._play(call, target)

    def _play(self, call: PracticeCall, target: Target) -> None:
        before = call.scene
        call.scene = asyncio.create_task(self._scene(call, target, before))
        if before:
            before.cancel()

    async def _scene(self, call: PracticeCall, target: Target, before: asyncio.Task[None] | None = None) -> None:
        if before:
            await asyncio.wait({before})
        try:
            await self._performs(self, call).run(target)
        except Exception:
            self.journal.note("error", sid=call.sid, code=0, url="")  # a fault of this carrier
            self.end(call, "failed")
            raise
        self.end(call, "completed")

    def end(self, call: PracticeCall, status: str) -> None:
        """Hangs up, from either side; a call that is over stays as it ended."""
        if call.over:
            return
        silent = status == "canceled" and call.status == "queued"
        if silent:
            call.subscription = None
        call.become(status, self.webhooks)
        call.phone.gone = True
        call.phone.note("hangup", status=status)
        self._ended.append(call.sid)
        call.phone.decide(status)
        here = asyncio.current_task()
        for task in (call.scene, call.person):
            if task and task is not here:
                task.cancel()

    def speak(self, call: PracticeCall, text: str) -> None:
        """Words said on the line: heard by whoever hears this call now."""
        for other in call.place.heard_by(call) if call.place else []:
            other.phone.note("voice", text=text, by=call.phone.number)

    def report(self, call: PracticeCall, error: DocumentError) -> None:
        self.journal.note("error", sid=call.sid, code=error.code, url=error.url)

    # rooms

    def invite(
        self,
        room: Room,
        from_: str,
        to: str,
        attributes: dict[str, str],
        subscription: Subscription | None,
        timeout: float,
        early_media: bool = True,
    ) -> PracticeCall:
        """Participants create: a call whose only document is the room. `early_media`: who is in it hears how it rings,
        and the tone of a line that does not answer."""
        response = Element("Response")
        conference = SubElement(SubElement(response, "Dial"), "Conference", attributes)
        conference.text = room.name
        call = self.dial(from_, to, Target(twiml=tostring(response, "unicode")), subscription, None, timeout)
        if early_media:
            self.webhooks.spawn(self._ring_back(call, room))
        return call

    async def _ring_back(self, call: PracticeCall, room: Room) -> None:
        told = ""
        while not call.started:
            tone = "busytone" if call.over else "ringback" if call.status == "ringing" else ""
            if tone not in ("", told):
                told = tone
                for each in room.participants.values():
                    if not each.hold:
                        each.call.phone.note(tone, number=call.to)
            if call.over:
                return
            await call.phone.changed_within(60)

    def hold(self, participant: Participant, hold: bool, music: Target | None) -> None:
        if participant.hold == hold:
            return
        participant.hold = hold
        participant.call.phone.note("hold" if hold else "unhold")
        performer = self._performs(self, participant.call)
        if hold and music:
            participant.play(lambda: self._play_again(performer, music))
        else:
            participant.play(None)
        participant.room.tell("participant-hold" if hold else "participant-unhold", participant)

    async def _play_again(self, performer: Performer, music: Target) -> None:
        """A document that runs out is asked for again; a bare file is played once, and then there is silence."""
        goes_on = True
        while goes_on:
            goes_on = await performer.play_aside(music, "hold") and not performer.was_bare
            await self.ticks(LEAST_AGAIN)

    def announce(self, room: Room, participants: list[Participant], target: Target) -> None:
        """A document played to one participant or to all; the room is told when it ended."""
        self.webhooks.spawn(self._announce(room, participants, target))

    async def _announce(self, room: Room, participants: list[Participant], target: Target) -> None:
        heard = await asyncio.gather(
            *(self._performs(self, p.call).play_aside(target, "announce") for p in participants)
        )
        if not all(heard):
            room.tell("announcement-fail", AnnounceUrl=target.url, ReasonAnnouncementFailed="11200")
            return
        room.tell("announcement-end", AnnounceUrl=target.url)

    # texts

    def send_text(self, message: TextMessage) -> None:
        self.messages[message.sid] = message
        self.webhooks.spawn(self._deliver(message))

    async def _deliver(self, message: TextMessage) -> None:
        """Every text is sent; at a number that fails or is busy none arrives."""
        lost = self.behaviour(message.to).kind in ("failed", "busy")
        for status in ("sent", "undelivered" if lost else "delivered"):
            await asyncio.sleep(self.scaled(1))
            message.become(status, self.webhooks, UNREACHABLE if status == "undelivered" else 0)

    def summary(self) -> dict[str, object]:
        live = [c for c in self.calls.values() if not c.over]
        return {
            "at": format_datetime(clock.now()),
            "speed": self.speed,
            "numbers": sorted(self.numbers),
            "live": len(live),
            "waiting": sum(len(q.members) for q in self.queues.values()),
            "talking": sum(len(r.participants) for r in self.rooms.values() if r.status == "in-progress"),
        }
