"""Conferences: who is in, who hears whom, and the news that the first participant subscribed to."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from callcenter import clock
from ivr.practice.calls import PracticeCall, Subscription
from ivr.practice.sids import API_VERSION, new_sid
from ivr.practice.webhooks import Webhooks

# what a subscriber asks for -> the events they get
EVENTS = {
    "start": {"conference-start"},
    "end": {"conference-end"},
    "join": {"participant-join"},
    "leave": {"participant-leave"},
    "mute": {"participant-mute", "participant-unmute"},
    "hold": {"participant-hold", "participant-unhold"},
    "modify": {"participant-modify"},
    "announcement": {"announcement-end", "announcement-fail"},
}
HUNG_UP = "participant_hung_up"
UPDATED = "participant_updated_via_api"
ENDED_BY_API = "conference_ended_via_api"
ENDED_BY_MODERATOR = "moderator_ended_conference"

Music = Callable[[], Coroutine[Any, Any, object]]


@dataclass(eq=False)
class Participant:
    """One call in a room. `out` gets the reason when somebody else takes it out."""

    call: PracticeCall
    room: "Room"
    label: str = ""
    muted: bool = False
    hold: bool = False
    coaching: str = ""  # the sid of the only call that hears this one
    start_on_enter: bool = True
    end_on_exit: bool = False
    beep: str = "true"
    wait_music: Music | None = None
    joined: datetime = field(default_factory=clock.now)
    out: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    _music: asyncio.Task[object] | None = None

    def play(self, music: Music | None) -> None:
        """Replaces what is played to this one alone; None: the conversation again."""
        if self._music:
            self._music.cancel()
        self._music = asyncio.create_task(music()) if music else None

    def taken_out(self, reason: str) -> None:
        if not self.out.done():
            self.out.set_result(reason)

    def hears(self, other: "Participant") -> bool:
        """Whether what `other` says reaches this one."""
        return (
            self.room.status == "in-progress"
            and not self.hold
            and not other.hold
            and not other.muted
            and other is not self
            and other.coaching in ("", self.call.sid)
        )

    def heard_by(self, _call: PracticeCall) -> list[PracticeCall]:
        return [other.call for other in self.room.participants.values() if other.hears(self)]

    def parameters(self) -> dict[str, str]:
        said = {
            "CallSid": self.call.sid,
            "Muted": _word(self.muted),
            "Hold": _word(self.hold),
            "Coaching": _word(bool(self.coaching)),
            "EndConferenceOnExit": _word(self.end_on_exit),
            "StartConferenceOnEnter": _word(self.start_on_enter),
        }
        if self.label:
            said["ParticipantLabel"] = self.label
        return said

    def resource(self) -> dict[str, Any]:
        return {
            "account_sid": self.room.account,
            "call_sid": self.call.sid,
            "conference_sid": self.room.sid,
            "label": self.label or None,
            "muted": self.muted,
            "hold": self.hold,
            "coaching": bool(self.coaching),
            "call_sid_to_coach": self.coaching or None,
            "start_conference_on_enter": self.start_on_enter,
            "end_conference_on_exit": self.end_on_exit,
            "status": "connected",
            "queue_time": None,
            "date_created": format_datetime(self.joined),
            "date_updated": format_datetime(self.joined),
            "uri": f"{self.room.path}/Participants/{self.call.sid}.json",
        }


@dataclass(eq=False)
class Room:
    """It starts when two are in and one of them may start it, ends with the last one or with one who ends it."""

    account: str
    name: str
    webhooks: Webhooks
    end_before_leave: bool = False  # not knowable offline: the order of the two last events
    sid: str = field(default_factory=lambda: new_sid("CF"))
    status: str = "init"
    participants: dict[str, Participant] = field(default_factory=dict)
    subscription: Subscription | None = None
    sequence: int = 0
    created: datetime = field(default_factory=clock.now)
    updated: datetime = field(default_factory=clock.now)
    reason: str | None = None
    ended_by: str | None = None
    _subscribed: bool = False

    @property
    def path(self) -> str:
        return f"/{API_VERSION}/Accounts/{self.account}/Conferences/{self.sid}"

    def find(self, sid_or_label: str) -> Participant | None:
        return self.participants.get(sid_or_label) or next(
            (p for p in self.participants.values() if p.label == sid_or_label), None
        )

    def join(self, participant: Participant, subscription: Subscription | None) -> None:
        if not self._subscribed:  # the first participant fixes it, even by asking for nothing
            self.subscription, self._subscribed = subscription, True
        self.participants[participant.call.sid] = participant
        participant.call.place = participant
        participant.call.phone.note("room", name=self.name)
        self.tell("participant-join", participant)
        if participant.beep in ("true", "onEnter"):
            self._beeps()
        if self.status == "init":
            if len(self.participants) > 1 and any(p.start_on_enter for p in self.participants.values()):
                self.status = "in-progress"
                self.tell("conference-start")
                for each in self.participants.values():
                    if not each.hold:
                        each.play(None)
            else:
                participant.play(participant.wait_music)

    def leave(self, participant: Participant, reason: str) -> None:
        """One leaves; the room may end with it."""
        if self.participants.pop(participant.call.sid, None) is None:
            return
        participant.play(None)
        if participant.call.place is participant:
            participant.call.place = None
        participant.call.phone.note("left", name=self.name, reason=reason)
        kicked = "kicked" if reason == UPDATED else "left"
        ending = ""
        if self.status != "completed":
            if participant.end_on_exit:
                ending = f"participant-with-end-conference-on-exit-{kicked}"
            elif not self.participants:
                ending = f"last-participant-{kicked}"
        if ending and self.end_before_leave:
            self._ends(ending, participant)
        self.tell(
            "participant-leave",
            participant,
            ParticipantCallStatus=participant.call.status,
            ReasonParticipantLeft=reason,
        )
        if participant.beep in ("true", "onExit"):
            self._beeps()
        if ending:
            self.status = "completed"
            for other in list(self.participants.values()):
                other.taken_out(ENDED_BY_MODERATOR)
                self.leave(other, ENDED_BY_MODERATOR)
            if not self.end_before_leave:
                self._ends(ending, participant)

    def end_by_api(self) -> None:
        if self.end_before_leave:
            self._ends("conference-ended-via-api", None)
        else:
            self.status = "completed"
        for participant in list(self.participants.values()):
            participant.taken_out(ENDED_BY_API)
            self.leave(participant, ENDED_BY_API)
        if not self.end_before_leave:
            self._ends("conference-ended-via-api", None)

    def _ends(self, reason: str, by: Participant | None) -> None:
        self.status = "completed"
        self.reason = reason
        self.updated = clock.now()
        said = {"ReasonConferenceEnded": reason, "Reason": reason.replace("-", " ")}
        if by:
            self.ended_by = said["CallSidEndingConference"] = by.call.sid
            if by.label:
                said["ParticipantLabelEndingConference"] = by.label
        self.tell("conference-end", None, **said)

    def _beeps(self) -> None:
        for each in self.participants.values():
            each.call.phone.note("beep")

    def tell(self, event: str, participant: Participant | None = None, **more: str) -> None:
        self.sequence += 1
        for each in self.participants.values():
            each.call.phone.ring_bells()
        wanted = self.subscription
        if wanted is None or not any(event in EVENTS.get(word, ()) for word in wanted.events):
            return
        said = {
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "AccountSid": self.account,
            "SequenceNumber": str(self.sequence),
            "Timestamp": format_datetime(clock.now()),
            "StatusCallbackEvent": event,
            **(participant.parameters() if participant else {}),
            **more,
        }
        self.webhooks.tell("conference_status", self.sid, wanted.target, said, last=event == "conference-end")

    def resource(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": self.account,
            "friendly_name": self.name,
            "status": self.status,
            "region": "ie1",
            "api_version": API_VERSION,
            "date_created": format_datetime(self.created),
            "date_updated": format_datetime(self.updated),
            "reason_conference_ended": self.reason,
            "call_sid_ending_conference": self.ended_by,
            "uri": f"{self.path}.json",
            "subresource_uris": {
                "participants": f"{self.path}/Participants.json",
                "recordings": f"{self.path}/Recordings.json",
            },
        }


def _word(value: bool) -> str:
    return "true" if value else "false"
