"""The numbers we hold, and the texts sent from them."""

from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from callcenter import clock
from ivr import sms
from ivr.practice.calls import Subscription
from ivr.practice.sids import API_VERSION, new_sid
from ivr.practice.webhooks import Target, Webhooks

SETTABLE = {
    "FriendlyName": "friendly_name",
    "VoiceUrl": "voice_url",
    "VoiceMethod": "voice_method",
    "VoiceFallbackUrl": "voice_fallback_url",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallback": "status_callback",
    "StatusCallbackMethod": "status_callback_method",
    "SmsUrl": "sms_url",
    "SmsMethod": "sms_method",
}


@dataclass(eq=False)
class Number:
    """One incoming phone number and where its calls are answered."""

    account: str
    number: str
    voice_url: str = ""
    voice_fallback_url: str = ""
    status_callback: str = ""
    voice_method: str = "POST"
    voice_fallback_method: str = "POST"
    status_callback_method: str = "POST"
    sms_url: str = ""
    sms_method: str = "POST"
    friendly_name: str = ""
    sid: str = field(default_factory=lambda: new_sid("PN"))
    created: datetime = field(default_factory=clock.now)

    @property
    def target(self) -> Target:
        return Target(self.voice_url, self.voice_method)

    @property
    def fallback(self) -> Target | None:
        return Target(self.voice_fallback_url, self.voice_fallback_method) if self.voice_fallback_url else None

    @property
    def subscription(self) -> Subscription | None:
        return Subscription(Target(self.status_callback, self.status_callback_method)) if self.status_callback else None

    def resource(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": self.account,
            "phone_number": self.number,
            **{name: getattr(self, name) for name in SETTABLE.values()},
            "friendly_name": self.friendly_name or self.number,
            "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
            "address_requirements": "none",
            "api_version": API_VERSION,
            "beta": False,
            "origin": "twilio",
            "status": "in-use",
            "voice_caller_id_lookup": False,
            "date_created": format_datetime(self.created),
            "date_updated": format_datetime(self.created),
            "uri": f"/{API_VERSION}/Accounts/{self.account}/IncomingPhoneNumbers/{self.sid}.json",
        }


def _segments(body: str) -> int:
    """How many texts this one is: of 160 letters, or of 70 where one of them is outside the alphabet of GSM 03.38."""
    try:
        return sms.segments(body)
    except ValueError:
        places = len(body.encode("utf-16-le")) // 2
        return 1 if places <= 70 else -(-places // 67)


@dataclass(eq=False)
class TextMessage:
    """A text message; news of its first status is never sent."""

    account: str
    from_: str
    to: str
    body: str
    target: Target | None = None
    service: str = ""
    status: str = "queued"
    error: int = 0
    sid: str = field(default_factory=lambda: new_sid("SM"))
    created: datetime = field(default_factory=clock.now)

    def become(self, status: str, webhooks: Webhooks, error: int = 0) -> None:
        self.status, self.error = status, error
        if self.target:
            said = {
                "MessageSid": self.sid,
                "SmsSid": self.sid,
                "MessageStatus": status,
                "SmsStatus": status,
                "To": self.to,
                "From": self.from_,
                "ApiVersion": API_VERSION,
                "AccountSid": self.account,
            }
            if error:
                said["ErrorCode"] = str(error)
            if self.service:
                said["MessagingServiceSid"] = self.service
            webhooks.tell("message_status", self.sid, self.target, said, last=status != "sent")

    def resource(self) -> dict[str, Any]:
        when = format_datetime(self.created)
        return {
            "sid": self.sid,
            "account_sid": self.account,
            "messaging_service_sid": self.service or None,
            "from": self.from_,
            "to": self.to,
            "body": self.body,
            "status": self.status,
            "direction": "outbound-api",
            "num_segments": str(_segments(self.body)),
            "num_media": "0",
            "error_code": self.error or None,
            "error_message": None,
            "price": None,
            "price_unit": "USD",
            "api_version": API_VERSION,
            "date_created": when,
            "date_updated": when,
            "date_sent": when if self.status in ("sent", "delivered") else None,
            "uri": f"/{API_VERSION}/Accounts/{self.account}/Messages/{self.sid}.json",
            "subresource_uris": {},
        }
