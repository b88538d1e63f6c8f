"""The telephone port kept by Twilio, through its own client.

Every request has a time limit. What does no harm twice is asked again (`ivr.carrier_requests`); a creation only when
the carrier said that it had not looked at it. Names and addresses carry opaque ids only.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial

from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallInstance
from twilio.rest.api.v2010.account.conference import ConferenceContext

from callcenter.config import settings
from callcenter.errors import CarrierDidNothing
from callcenter.phone_number import PhoneNumber
from callcenter.rules.carrier_news import LineState
from callcenter.rules.states import Monitoring
from callcenter.telephone import CarrierLine
from ivr import addresses
from ivr.addresses import of_agent, of_attempt, of_call, of_leg
from ivr.carrier_requests import LAST_TRY, UNSWEPT, Requests, asked, asked_again
from ivr.room_labels import HELPER
from ivr.twiml import RETRIES

TIMEOUT = 3.5  # seconds for any request
RINGS = 25  # seconds a desk phone or a citizen's telephone rings
SKEW = timedelta(seconds=5)  # what the carrier's clock may differ from ours
ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
EVENTS = ["initiated", "ringing", "answered", "completed"]


class Twilio:
    """The account that the settings name."""

    def __init__(self) -> None:
        own = settings()
        self._client = _client()
        self._client.api.v2010.account.calls  # noqa: B018 - two seconds of modules load now, not under a caller
        self._public = own.public_voice_url.rstrip("/")
        self._shown = own.caller_id
        self._numbers = frozenset({own.twilio_number, own.caller_id})
        service = own.text_sender.startswith("MG")
        self._sender = {"messaging_service_sid" if service else "from_": own.text_sender}

    def ring_agent(self, leg_id: str, number: PhoneNumber) -> str:
        return self._ring(number, of_leg(addresses.LEG, leg_id), of_leg(addresses.LEG_STATUS, leg_id))

    def ring_monitor(self, leg_id: str, number: PhoneNumber) -> str:
        return self._ring(number, of_leg(addresses.MONITOR, leg_id), of_leg(addresses.MONITOR_STATUS, leg_id))

    def ring_helper(self, leg_id: str, number: PhoneNumber) -> str:
        return self._ring(number, of_leg(addresses.HELPER, leg_id), of_leg(addresses.HELPER_STATUS, leg_id))

    def ring_partner(self, leg_id: str, room: str, number: PhoneNumber) -> str:
        made = asked(
            lambda: self._room(room).participants.create(
                from_=self._shown,
                to=number.e164,
                label=f"{HELPER}{leg_id}",
                early_media=True,
                beep="false",
                end_conference_on_exit=False,
                status_callback=self._url(of_leg(addresses.HELPER_STATUS, leg_id)),
                status_callback_method="POST",
                status_callback_event=EVENTS,
                timeout=RINGS,
            ),
            gone=None,
        )
        if made is None or not made.call_sid:
            raise CarrierDidNothing  # the room is no more
        return str(made.call_sid)

    def ring_shift(self, agent_id: str, number: PhoneNumber) -> str:
        return self._ring(number, of_agent(addresses.SHIFT, agent_id), of_agent(addresses.SHIFT_STATUS, agent_id))

    def ring_citizen(self, attempt_id: str, number: PhoneNumber) -> str:
        # A message is left at the end of the machine's own; otherwise the sooner one knows the better.
        detected = {
            "machine_detection": "DetectMessageEnd" if settings().voicemail_message else "Enable",
            "async_amd": "true",
            "async_amd_status_callback": self._public + of_attempt(addresses.ATTEMPT_JUDGED, attempt_id) + RETRIES,
            "async_amd_status_callback_method": "POST",
        }
        return self._ring(
            number,
            of_attempt(addresses.ATTEMPT, attempt_id),
            of_attempt(addresses.ATTEMPT_STATUS, attempt_id),
            **detected,
        )

    def lines_to(self, number: PhoneNumber, since: datetime) -> Sequence[CarrierLine]:
        def opened() -> list[CarrierLine]:
            found = self._client.calls.list(to=number.e164, from_=self._shown, limit=20)
            recent = [line for line in found if line.date_created and line.date_created >= since - SKEW]
            return [CarrierLine(str(line.sid), False, _state(line)) for line in recent]

        nothing: list[CarrierLine] = []
        return asked_again(opened, gone=nothing)

    def send_text(self, text_id: str, number: PhoneNumber, words: str) -> None:
        status = self._url(addresses.text_status(text_id))
        what = {"to": number.e164, "body": words, "status_callback": status, **self._sender}
        asked(lambda: self._client.messages.create(**what), gone=None)

    def bring_in(self, carrier_id: str, call_id: str, room: str) -> bool:
        def is_inside() -> bool:  # and is not moved again: they may be speaking already
            return carrier_id in self._present(room)

        return self._redirect(carrier_id, of_call(addresses.ROOM, call_id), is_inside)

    def back_to_queue(self, carrier_id: str, call_id: str, room: str) -> bool:
        return self._redirect(
            carrier_id, of_call(addresses.BACK, call_id), lambda: carrier_id not in self._present(room)
        )

    def to_goodbye(self, carrier_id: str, call_id: str, room: str) -> bool:
        return self._redirect(
            carrier_id, of_call(addresses.GOODBYE, call_id), lambda: carrier_id not in self._present(room)
        )

    def shift_to(self, carrier_id: str, agent_id: str, leg_id: str | None) -> bool:
        where = of_leg(addresses.SHIFT_ROOM, leg_id) if leg_id else of_agent(addresses.SHIFT, agent_id)
        return self._redirect(carrier_id, where)

    def shift_hears_offer(self, carrier_id: str, agent_id: str, offer_id: str, *, helps: bool = False) -> bool:
        return self._redirect(carrier_id, addresses.shift_offer(agent_id, offer_id, helps=helps), last_try=UNSWEPT)

    def hold(self, room: str, carrier_id: str, on: bool, language: str, called_for: str = "") -> bool:
        music = self._url(addresses.on_hold(language, called_for))
        return self._updates(room, carrier_id, hold=on, hold_url=music, hold_method="POST")

    def mute(self, room: str, carrier_id: str, on: bool) -> bool:
        return self._updates(room, carrier_id, muted=on)

    def remind(self, room: str, carrier_id: str) -> bool:
        notice = self._url(addresses.REMINDER)
        return self._updates(room, carrier_id, announce_url=notice, announce_method="POST")

    def press_keys(self, room: str, carrier_id: str, leg_id: str, which: int) -> bool:
        keys = self._url(addresses.keys_of(leg_id, which))
        return self._updates(room, carrier_id, announce_url=keys, announce_method="POST")

    def let_out(self, room: str, carrier_id: str) -> bool:
        return asked_again(lambda: bool(self._room(room).participants(carrier_id).delete()), gone=False)

    def monitor(self, room: str, carrier_id: str, mode: Monitoring, agent_line: str) -> bool:
        # One request: there is no instant at which a whisper is heard by the citizen.
        coached = {"call_sid_to_coach": agent_line} if mode == Monitoring.WHISPER else {}
        muted, coaching = mode == Monitoring.LISTEN, mode == Monitoring.WHISPER
        return self._updates(room, carrier_id, muted=muted, coaching=coaching, **coached)

    def hang_up(self, carrier_id: str) -> None:
        asked_again(lambda: self._client.calls(carrier_id).update(status="completed"), gone=None)

    def state_of(self, carrier_id: str) -> LineState:
        found = asked_again(lambda: self._client.calls(carrier_id).fetch(), gone=None)
        if found is None:
            return LineState.UNKNOWN
        return _state(found)

    def room_of(self, call_id: str) -> str | None:
        def open_rooms() -> list[str]:
            # One alone in a room is not `in-progress` yet, and ended rooms keep their name.
            found = self._client.conferences.list(friendly_name=call_id, limit=20)
            return [str(room.sid) for room in found if room.status != "completed"]

        nothing: list[str] = []
        return next(iter(asked_again(open_rooms, nothing)), None)

    def in_room(self, room: str) -> frozenset[str]:
        return asked_again(lambda: self._present(room), gone=frozenset())

    def live(self) -> Iterator[CarrierLine]:
        for status in ("queued", "ringing", "in-progress"):
            found: list[CarrierLine] = []
            yield from asked_again(partial(self._lines, status), found)

    def answers(self) -> None:
        asked(lambda: self._client.calls.list(status="queued", limit=1, page_size=1), gone=None)

    def _lines(self, status: str) -> list[CarrierLine]:
        found = self._client.calls.list(status=status, page_size=1000)
        return [
            CarrierLine(str(line.sid), line.direction == "inbound", LineState.LIVE, line.date_created)
            for line in found
            if self._is_ours(line)
        ]

    def _is_ours(self, line: CallInstance) -> bool:
        """Who dialled the national number, or the one that our calls show; and whom we dialled. The account's other
        numbers, and what browsers connect, are nobody's business here."""
        return (line.to if line.direction == "inbound" else line._from) in self._numbers

    def _ring(self, number: PhoneNumber, answered: str, status: str, **detected: str) -> str:
        made = asked(
            lambda: self._client.calls.create(
                to=number.e164,
                from_=self._shown,
                url=self._url(answered),
                method="POST",
                status_callback=self._url(status),
                status_callback_method="POST",
                status_callback_event=EVENTS,
                timeout=RINGS,
                **detected,
            ),
            gone=None,
        )
        if made is None or not made.sid:
            raise CarrierDidNothing  # it knows no such place to ask for a line
        return str(made.sid)

    def _redirect(
        self, carrier_id: str, path: str, is_done: Callable[[], bool] | None = None, last_try: float = LAST_TRY
    ) -> bool:
        def move() -> bool:
            self._client.calls(carrier_id).update(url=self._url(path), method="POST")
            return True

        return asked_again(move, gone=False, is_done=is_done, last_try=last_try)

    def _updates(self, room: str, carrier_id: str, **wished: bool | str) -> bool:
        def update() -> bool:
            self._room(room).participants(carrier_id).update(**wished)
            return True

        return asked_again(update, gone=False)

    def _present(self, room: str) -> frozenset[str]:
        return frozenset(str(each.call_sid) for each in self._room(room).participants.list())

    def _room(self, sid: str) -> ConferenceContext:
        return self._client.conferences(sid)

    def _url(self, path: str) -> str:
        return self._public + path + RETRIES


def _state(line: CallInstance) -> LineState:
    return LineState.ENDED if line.status in ENDED else LineState.LIVE


@lru_cache
def _client() -> Client:
    own = settings()
    token, secret = own.twilio_auth_token.get_secret_value(), own.twilio_api_key_secret.get_secret_value()
    client = Client(
        own.twilio_api_key_sid or own.twilio_account_sid,
        secret or token,
        own.twilio_account_sid,
        http_client=Requests(timeout=TIMEOUT, pool_connections=True),
    )
    client.region = client.edge = ""  # it reads them from the environment, and would mend our base with them
    if own.twilio_api_url:
        client.api.base_url = own.twilio_api_url.rstrip("/")
    return client
