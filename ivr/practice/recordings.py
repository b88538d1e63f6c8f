"""What a <Record> leaves behind."""

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from callcenter import clock
from ivr.practice.sids import API_VERSION, new_sid


@dataclass(eq=False)
class Recording:
    account: str
    call_sid: str
    source: str
    sid: str = field(default_factory=lambda: new_sid("RE"))
    started: datetime = field(default_factory=clock.now)
    ended: datetime | None = None

    @property
    def seconds(self) -> int:
        return round(((self.ended or clock.now()) - self.started).total_seconds())

    @property
    def path(self) -> str:
        return f"/{API_VERSION}/Accounts/{self.account}/Recordings/{self.sid}"

    @property
    def url(self) -> str:
        return f"https://api.twilio.com{self.path}"

    def end(self) -> None:
        self.ended = self.ended or clock.now()

    def news(self) -> dict[str, str]:
        return {
            "AccountSid": self.account,
            "CallSid": self.call_sid,
            "RecordingSid": self.sid,
            "RecordingUrl": self.url,
            "RecordingStatus": "completed",
            "RecordingDuration": str(self.seconds),
            "RecordingChannels": "1",
            "RecordingStartTime": format_datetime(self.started),
            "RecordingSource": self.source,
            "RecordingTrack": "inbound",
        }

    def resource(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": self.account,
            "call_sid": self.call_sid,
            "conference_sid": None,
            "api_version": API_VERSION,
            "status": "completed" if self.ended else "in-progress",
            "source": self.source,
            "channels": 1,
            "duration": str(self.seconds) if self.ended else None,
            "start_time": format_datetime(self.started),
            "date_created": format_datetime(self.started),
            "date_updated": format_datetime(self.ended or self.started),
            "price": None,
            "price_unit": "USD",
            "error_code": None,
            "encryption_details": None,
            "media_url": self.url,
            "subresource_uris": {},
            "uri": f"{self.path}.json",
        }
