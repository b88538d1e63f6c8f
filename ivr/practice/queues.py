"""Waiting rooms: who waits, since when, and how one leaves."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from callcenter import clock
from ivr.practice.calls import Bridge, PracticeCall
from ivr.practice.sids import API_VERSION, new_sid


@dataclass(eq=False)
class Member:
    """A call in a queue. `taken` gets the bridge when a <Dial><Queue> takes it."""

    call: PracticeCall
    queue: "Queue"
    since: datetime = field(default_factory=clock.now)
    taken: asyncio.Future[Bridge] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def waited(self) -> int:
        return int((clock.now() - self.since).total_seconds())

    def heard_by(self, _call: PracticeCall) -> list[PracticeCall]:
        return []

    def parameters(self) -> dict[str, str]:
        """What its wait document is asked with."""
        queue = self.queue
        return {
            "QueueSid": queue.sid,
            "QueueTime": str(self.waited),
            "QueuePosition": str(queue.position(self)),
            "AvgQueueTime": str(queue.average_wait),
            "CurrentQueueSize": str(len(queue.members)),
            "MaxQueueSize": str(queue.max_size),
        }

    def resource(self) -> dict[str, Any]:
        return {
            "call_sid": self.call.sid,
            "queue_sid": self.queue.sid,
            "date_enqueued": format_datetime(self.since),
            "position": self.queue.position(self),
            "wait_time": self.waited,
            "uri": f"{self.queue.path}/Members/{self.call.sid}.json",
        }


@dataclass(eq=False)
class Queue:
    """Queues persist: an empty one keeps its sid."""

    account: str
    name: str
    sid: str = field(default_factory=lambda: new_sid("QU"))
    max_size: int = 1000
    members: dict[str, Member] = field(default_factory=dict)
    arrival: asyncio.Event = field(default_factory=asyncio.Event)
    created: datetime = field(default_factory=clock.now)

    @property
    def path(self) -> str:
        return f"/{API_VERSION}/Accounts/{self.account}/Queues/{self.sid}"

    @property
    def average_wait(self) -> int:
        return sum(m.waited for m in self.members.values()) // len(self.members) if self.members else 0

    def position(self, member: Member) -> int:
        """1 is the front; 0 when no longer here."""
        return next((n for n, other in enumerate(self.members.values(), 1) if other is member), 0)

    def join(self, call: PracticeCall) -> Member:
        member = self.members[call.sid] = Member(call, self)
        call.place = member
        self.arrival.set()
        return member

    def leave(self, member: Member) -> None:
        if self.members.pop(member.call.sid, None) and member.call.place is member:
            member.call.place = None

    def resource(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": self.account,
            "friendly_name": self.name,
            "current_size": len(self.members),
            "max_size": self.max_size,
            "average_wait_time": self.average_wait,
            "date_created": format_datetime(self.created),
            "date_updated": format_datetime(self.created),
            "uri": f"{self.path}.json",
        }
