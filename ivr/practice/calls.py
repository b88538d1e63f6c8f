"""One call: its legs, its state, the events it owes to whoever subscribed."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any, Protocol

from callcenter import clock
from ivr.practice.phone import Phone
from ivr.practice.sids import API_VERSION, new_sid
from ivr.practice.webhooks import Target, Webhooks

TERMINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
EVENT_OF = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
SIP = {"completed": "200", "busy": "486", "no-answer": "487", "canceled": "487", "failed": "404"}


@dataclass(frozen=True)
class Subscription:
    """A status callback: where, and for which events (completed stands for every terminal status)."""

    target: Target
    events: frozenset[str] = frozenset({"completed"})


class Whereabouts(Protocol):
    """Where a call is when no document speaks: who hears what it says there."""

    def heard_by(self, call: "PracticeCall", /) -> list["PracticeCall"]: ...


@dataclass(eq=False)
class PracticeCall:
    """`scene` is the task that plays its documents; a redirect replaces it, a hang-up cancels it."""

    account: str
    from_: str
    to: str
    direction: str
    phone: Phone
    sid: str = field(default_factory=lambda: new_sid("CA"))
    status: str = "queued"
    parent: str | None = None
    subscription: Subscription | None = None
    fallback: Target | None = None
    extra: dict[str, str] = field(default_factory=dict)  # AnsweredBy, or a browser's custom parameters
    answered_by: str | None = None
    created: datetime = field(default_factory=clock.now)
    updated: datetime = field(default_factory=clock.now)
    started: datetime | None = None
    ended: datetime | None = None
    sequence: int = 0
    scene: asyncio.Task[None] | None = None
    person: asyncio.Task[None] | None = None
    place: "Whereabouts | None" = None  # a Member, a Participant or a Bridge

    @property
    def over(self) -> bool:
        return self.status in TERMINAL

    @property
    def seconds(self) -> int:
        return round(((self.ended or clock.now()) - self.started).total_seconds()) if self.started else 0

    def become(self, status: str, webhooks: Webhooks) -> None:
        """Moves on and tells the subscriber; a terminal status is the last."""
        self.status = status
        self.updated = clock.now()
        if status == "in-progress":
            self.started = self.updated
        if self.over:
            self.ended = self.updated
        event = "completed" if self.over else EVENT_OF.get(status)
        if self.subscription and event in self.subscription.events:
            webhooks.tell("call_status", self.sid, self.subscription.target, self._news(), last=self.over)
        self.sequence += 1
        self.phone.ring_bells()

    def _news(self) -> dict[str, str]:
        news = {
            **self.parameters(),
            "Timestamp": format_datetime(clock.now()),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(self.sequence),
        }
        if self.over:
            news["SipResponseCode"] = SIP[self.status]
        if self.status == "completed":
            news |= {"CallDuration": str(self.seconds), "Duration": str(-(-self.seconds // 60))}
        return news

    def parameters(self) -> dict[str, str]:
        """What every webhook about this call carries."""
        said = {
            "CallSid": self.sid,
            "AccountSid": self.account,
            "From": self.from_,
            "To": self.to,
            "Caller": self.from_,
            "Called": self.to,
            "CallStatus": self.status,
            "ApiVersion": API_VERSION,
            "Direction": self.direction,
            "FromCountry": "FR",
            "ToCountry": "FR",
        }
        if self.parent:
            said["ParentCallSid"] = self.parent
        return said | self.extra

    def resource(self) -> dict[str, Any]:
        path = f"/{API_VERSION}/Accounts/{self.account}/Calls/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": self.account,
            "parent_call_sid": self.parent,
            "from": self.from_,
            "from_formatted": self.from_,
            "to": self.to,
            "to_formatted": self.to,
            # the resource has no `initiated`: until it rings, a call is queued
            "status": "queued" if self.status == "initiated" else self.status,
            "direction": self.direction,
            "date_created": format_datetime(self.created),
            "date_updated": format_datetime(self.updated),
            "start_time": format_datetime(self.started) if self.started else None,
            "end_time": format_datetime(self.ended) if self.ended else None,
            "duration": str(self.seconds) if self.ended else None,
            "answered_by": self.answered_by,
            "api_version": API_VERSION,
            "caller_name": None,
            "forwarded_from": None,
            "group_sid": None,
            "phone_number_sid": None,
            "price": None,
            "price_unit": "USD",
            "queue_time": "0",
            "trunk_sid": None,
            "uri": f"{path}.json",
            "subresource_uris": {"recordings": f"{path}/Recordings.json"},
        }


class Bridge:
    """Two calls talking to each other without a room: <Dial> to a number, a client or a queue."""

    def __init__(self, one: PracticeCall, other: PracticeCall) -> None:
        self.calls = (one, other)
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def heard_by(self, call: PracticeCall) -> list[PracticeCall]:
        """Who hears what `call` says."""
        return [other for other in self.calls if other is not call and not self.over.done()]

    def end(self) -> None:
        if not self.over.done():
            self.over.set_result(None)
