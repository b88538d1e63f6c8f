"""Twilio's REST API, the part a call centre uses: authentication, faults, errors, paging, and the routes."""

import asyncio
import base64
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ivr.rehearsal.calls import Call, Subscription
from ivr.rehearsal.carrier import Carrier
from ivr.rehearsal.faults import RestFault
from ivr.rehearsal.forms import Form
from ivr.rehearsal.numbers import SETTABLE, Message, Number
from ivr.rehearsal.queues import Member, Queue
from ivr.rehearsal.rooms import UPDATED, Participant, Room
from ivr.rehearsal.sids import API_VERSION
from ivr.rehearsal.webhooks import Target

Body = dict[str, Any]
Path = Mapping[str, str]
Verb = Callable[[Carrier, Path, Form], tuple[int, Body | None]]

DIALLABLE = re.compile(r"^(\+[1-9]\d{3,14}|client:.+|sip:.+)$")


class Refusal(Exception):
    """A REST error as Twilio words it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def body(self) -> Body:
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": self.message, "more_info": more, "status": self.status}


def routes(carrier: Carrier) -> list[Route]:
    """One route a resource; each method a pure look or a few lines on the carrier."""
    root = f"/{API_VERSION}/Accounts/{{account}}"
    table: dict[str, dict[str, Verb]] = {
        "/Calls.json": {"GET": _list_calls, "POST": _create_call},
        "/Calls/{sid}.json": {"GET": _fetch_call, "POST": _update_call},
        "/Queues.json": {"GET": _list_queues, "POST": _create_queue},
        "/Queues/{queue}.json": {"GET": _fetch_queue, "POST": _update_queue},
        "/Queues/{queue}/Members.json": {"GET": _list_members},
        "/Queues/{queue}/Members/{sid}.json": {"GET": _fetch_member, "POST": _update_member},
        "/Conferences.json": {"GET": _list_rooms},
        "/Conferences/{room}.json": {"GET": _fetch_room, "POST": _update_room},
        "/Conferences/{room}/Participants.json": {"GET": _list_participants, "POST": _create_participant},
        "/Conferences/{room}/Participants/{who}.json": {
            "GET": _fetch_participant, "POST": _update_participant, "DELETE": _delete_participant,
        },
        "/Messages.json": {"GET": _list_messages, "POST": _create_message},
        "/Messages/{sid}.json": {"GET": _fetch_message},
        "/Recordings.json": {"GET": _list_recordings},
        "/Recordings/{sid}.json": {"GET": _fetch_recording, "DELETE": _delete_recording},
        "/IncomingPhoneNumbers.json": {"GET": _list_numbers},
        "/IncomingPhoneNumbers/{sid}.json": {"GET": _fetch_number, "POST": _update_number},
    }  # fmt: skip
    return [Route(root + path, _endpoint(carrier, verbs), methods=[*verbs]) for path, verbs in table.items()]


def _endpoint(carrier: Carrier, verbs: Mapping[str, Verb]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        query = Form.parse(request.url.query)
        form = Form.parse((await request.body()).decode("utf-8", "replace"))
        entry = carrier.journal.note(
            "rest", method=request.method, path=request.url.path, query=query.pairs, form=form.pairs,
            content_type=request.headers.get("content-type", ""), authorized=_authorized(carrier, request),
            status=None, code=0,
        )  # fmt: skip
        fault = carrier.webhooks.faults.of_rest(method, request.url.path)
        try:
            await _admit(entry["authorized"], fault)
            given = form if method == "POST" else query
            status, body = verbs[method](carrier, request.path_params, given)
            if fault:
                await _fails_after(fault)
        except Refusal as refusal:
            status, body = refusal.status, refusal.body()
            entry["code"] = refusal.code
        entry["status"] = status
        if body is None:
            return Response(status_code=status)
        return JSONResponse(body, status_code=status)

    return endpoint


def _authorized(carrier: Carrier, request: Request) -> bool:
    kind, _, word = request.headers.get("authorization", "").partition(" ")
    wanted = base64.b64encode(f"{carrier.account}:{carrier.token}".encode()).decode()
    return kind.lower() == "basic" and word == wanted and request.path_params["account"] == carrier.account


async def _admit(authorized: bool, fault: RestFault | None) -> None:
    if not authorized:
        raise Refusal(401, 20003, "Authenticate")
    if fault is None:
        return
    if fault.mode == "500":
        raise Refusal(500, 20500, "An internal server error has occurred")
    if fault.mode == "429":
        raise Refusal(429, 20429, "Too Many Requests")
    if fault.mode == "slow":
        await asyncio.sleep(fault.seconds)


async def _fails_after(fault: RestFault) -> None:
    if fault.mode == "500-with-effect":
        raise Refusal(500, 20500, "An internal server error has occurred")
    if fault.mode == "timeout-with-effect":
        await asyncio.sleep(fault.seconds)


def _missing(carrier: Carrier, *path: str) -> Refusal:
    where = "/".join((f"/{API_VERSION}/Accounts", carrier.account, *path))
    return Refusal(404, 20404, f"The requested resource {where}.json was not found")


def _page(carrier: Carrier, name: str, key: str, items: Sequence[Any], form: Form) -> tuple[int, Body]:
    size = max(1, min(1000, int(form.number("PageSize", 50))))
    page = max(0, int(form.number("Page", 0)))
    path = f"/{API_VERSION}/Accounts/{carrier.account}/{name}.json"
    kept = [(n, v) for n, v in form.pairs if n not in ("Page", "PageSize", "PageToken")]

    def uri(n: int) -> str:
        token = [("PageToken", f"PA{n}")] if n else []
        return f"{path}?{urlencode([*kept, ('PageSize', size), ('Page', n), *token])}"

    here = items[page * size : (page + 1) * size]
    return 200, {
        key: [item.resource() for item in here],
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": page * size + max(0, len(here) - 1),
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1) if (page + 1) * size < len(items) else None,
        "previous_page_uri": uri(page - 1) if page else None,
        "uri": uri(page),
    }


def _target(form: Form, url: str = "Url", method: str = "Method", default: str = "POST") -> Target:
    address = form.get(url)
    if not address.startswith(("http://", "https://")):
        raise Refusal(400, 21205, f"{url} is not a valid URL: {address}")
    return Target(address, form.get(method, default))


def _subscription(form: Form, prefix: str = "StatusCallback", default: str = "completed") -> Subscription | None:
    if not form.get(prefix):
        return None
    events = form.words(f"{prefix}Event") or frozenset(default.split())
    return Subscription(_target(form, prefix, f"{prefix}Method"), events)


def _ends(carrier: Carrier, form: Form) -> tuple[str, str]:
    """From and To of something to dial, refused as Twilio does."""
    from_, to = form.get("From"), form.get("To")
    if not to:
        raise Refusal(400, 21201, "No 'To' number is specified")
    if not from_:
        raise Refusal(400, 21213, "No 'From' number is specified")
    if not DIALLABLE.match(to):
        raise Refusal(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if from_ not in carrier.numbers and not from_.startswith("client:"):
        raise Refusal(400, 21210, f"The source phone number provided, {from_}, is not yet verified for your account.")
    return from_, to


# calls


def _call(carrier: Carrier, path: Path) -> Call:
    call = carrier.calls.get(path["sid"])
    if call is None:
        raise _missing(carrier, "Calls", path["sid"])
    return call


def _list_calls(carrier: Carrier, _path: Path, form: Form) -> tuple[int, Body]:
    def wanted(call: Call) -> bool:
        said = call.resource()
        return all(
            not form.get(name) or form.get(name) == said[field]
            for name, field in (
                ("Status", "status"),
                ("To", "to"),
                ("From", "from"),
                ("ParentCallSid", "parent_call_sid"),
            )
        )

    return _page(carrier, "Calls", "calls", [c for c in reversed(carrier.calls.values()) if wanted(c)], form)


def _create_call(carrier: Carrier, _path: Path, form: Form) -> tuple[int, Body]:
    from_, to = _ends(carrier, form)
    twiml = form.get("Twiml")
    if len(twiml) > 4000:
        raise Refusal(400, 21624, "Twiml is longer than 4000 characters")
    target = Target(twiml=twiml) if twiml else _target(form)
    call = carrier.dials(
        from_,
        to,
        target,
        _subscription(form),
        _target(form, "FallbackUrl", "FallbackMethod") if form.get("FallbackUrl") else None,
        timeout=form.number("Timeout", 60),
        detect=form.get("MachineDetection"),
        detected=_target(form, "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod")
        if form.is_true("AsyncAmd")
        else None,
    )
    return 201, call.resource()


def _fetch_call(carrier: Carrier, path: Path, _form: Form) -> tuple[int, Body]:
    return 200, _call(carrier, path).resource()


def _update_call(carrier: Carrier, path: Path, form: Form) -> tuple[int, Body]:
    call = _call(carrier, path)
    status = form.get("Status")
    if status == "canceled" and call.status in ("queued", "initiated", "ringing"):
        carrier.ends(call, "canceled")
    elif status == "completed" and not call.over:
        carrier.ends(call, "completed" if call.started or call.direction == "inbound" else "canceled")
    elif status:
        raise Refusal(400, 21220, f"Call is not in-progress. Cannot set status {status}.")
    elif call.status != "in-progress":
        raise Refusal(400, 21220, "Call is not in-progress. Cannot redirect.")
    elif form.get("Twiml") or form.get("Url"):
        target = Target(twiml=form.get("Twiml")) if form.get("Twiml") else _target(form)
        if form.get("StatusCallback"):
            call.subscription = _subscription(form)
        carrier.redirects(call, target)
    return 200, call.resource()


# queues


def _queue(carrier: Carrier, path: Path) -> Queue:
    queue = carrier.queues.get(path["queue"])
    if queue is None:
        raise _missing(carrier, "Queues", path["queue"])
    return queue


def _list_queues(carrier: Carrier, _path: Path, form: Form) -> tuple[int, Body]:
    return _page(carrier, "Queues", "queues", [*carrier.queues.values()], form)


def _create_queue(carrier: Carrier, _path: Path, form: Form) -> tuple[int, Body]:
    if any(queue.name == form.get("FriendlyName") for queue in carrier.queues.values()):
        raise Refusal(400, 22003, "A queue of that FriendlyName exists")
    queue = carrier.queue(form.get("FriendlyName"))
    queue.max_size = int(form.number("MaxSize", queue.max_size))
    return 201, queue.resource()


def _fetch_queue(carrier: Carrier, path: Path, _form: Form) -> tuple[int, Body]:
    return 200, _queue(carrier, path).resource()


def _update_queue(carrier: Carrier, path: Path, form: Form) -> tuple[int, Body]:
    queue = _queue(carrier, path)
    queue.name = form.get("FriendlyName") or queue.name
    queue.max_size = int(form.number("MaxSize", queue.max_size))
    return 200, queue.resource()


def _member(carrier: Carrier, path: Path) -> Member:
    members = _queue(carrier, path).members
    member = next(iter(members.values()), None) if path["sid"] == "Front" else members.get(path["sid"])
    if member is None:
        raise _missing(carrier, "Queues", path["queue"], "Members", path["sid"])
    return member


def _list_members(carrier: Carrier, path: Path, form: Form) -> tuple[int, Body]:
    queue = _queue(carrier, path)
    return _page(carrier, f"Queues/{queue.sid}/Members", "queue_members", [*queue.members.values()], form)


def _fetch_member(carrier: Carrier, path: Path, _form: Form) -> tuple[int, Body]:
    return 200, _member(carrier, path).resource()


def _update_member(carrier: Carrier, path: Path, form: Form) -> tuple[int, Body]:
    member = _member(carrier, path)
    said = member.resource()
    carrier.redirects(member.call, _target(form))
    return 200, {**said, "position": 0}


# conferences


def _room(carrier: Carrier, path: Path, live: bool = False) -> Room:
    room = carrier.rooms.get(path["room"])
    if room is None or (live and room.status == "completed"):
        raise _missing(carrier, "Conferences", path["room"])
    return room


def _list_rooms(carrier: Carrier, _path: Path, form: Form) -> tuple[int, Body]:
    rooms = [
        room
        for room in reversed(carrier.rooms.values())
        if form.get("FriendlyName") in ("", room.name) and form.get("Status") in ("", room.status)
    ]
    return _page(carrier, "Conferences", "conferences", rooms, form)


def _fetch_room(carrier: Carrier, path: Path, _form: Form) -> tuple[int, Body]:
    return 200, _room(carrier, path).resource()


def _update_room(carrier: Carrier, path: Path, form: Form) -> tuple[int, Body]:
    room = _room(carrier, path, live=True)
    if form.get("Status") == "completed":
        room.ends_by_api()
    if form.get("AnnounceUrl"):
        carrier.announces(room, [*room.participants.values()], _target(form, "AnnounceUrl", "AnnounceMethod"))
    return 200, room.resource()


def _participant(carrier: Carrier, path: Path) -> Participant:
    participant = _room(carrier, path, live=True).find(path["who"])
    if participant is None:
        raise _missing(carrier, "Conferences", path["room"], "Participants", path["who"])
    return participant


def _list_participants(carrier: Carrier, path: Path, form: Form) -> tuple[int, Body]:
    room = _room(carrier, path, live=True)

    def wanted(participant: Participant) -> bool:
        said = {"Muted": participant.muted, "Hold": participant.hold, "Coaching": bool(participant.coaching)}
        return all(name not in form or form.is_true(name) == value for name, value in said.items())

    found = [p for p in room.participants.values() if wanted(p)]
    return _page(carrier, f"Conferences/{room.sid}/Participants", "participants", found, form)


ATTRIBUTES = {
    "Label": "participantLabel",
    "Muted": "muted",
    "Beep": "beep",
    "StartConferenceOnEnter": "startConferenceOnEnter",
    "EndConferenceOnExit": "endConferenceOnExit",
    "WaitUrl": "waitUrl",
    "WaitMethod": "waitMethod",
    "CallSidToCoach": "coach",
    "ConferenceStatusCallback": "statusCallback",
    "ConferenceStatusCallbackMethod": "statusCallbackMethod",
}


def _create_participant(carrier: Carrier, path: Path, form: Form) -> tuple[int, Body]:
    """Rings a number straight into a room, named by its sid or, for a room still to be, by its name."""
    from_, to = _ends(carrier, form)
    room = _room(carrier, path, live=True) if path["room"].startswith("CF") else carrier.room(path["room"])
    attributes = {attribute: form.get(name) for name, attribute in ATTRIBUTES.items() if name in form}
    if events := form.words("ConferenceStatusCallbackEvent"):
        attributes["statusCallbackEvent"] = " ".join(sorted(events))
    call = carrier.invites(room.name, from_, to, attributes, _subscription(form), form.number("Timeout", 60))
    invited = Participant(
        call,
        room,
        label=form.get("Label"),
        muted=form.is_true("Muted"),
        coaching=form.get("CallSidToCoach"),
        start_on_enter=form.get("StartConferenceOnEnter", "true") == "true",
        end_on_exit=form.is_true("EndConferenceOnExit"),
    )
    return 201, {**invited.resource(), "status": "queued"}


def _fetch_participant(carrier: Carrier, path: Path, _form: Form) -> tuple[int, Body]:
    return 200, _participant(carrier, path).resource()


def _update_participant(carrier: Carrier, path: Path, form: Form) -> tuple[int, Body]:
    participant = _participant(carrier, path)
    room = participant.room
    if "Muted" in form and form.is_true("Muted") != participant.muted:
        participant.muted = form.is_true("Muted")
        room.tells("participant-mute" if participant.muted else "participant-unmute", participant)
    if "Hold" in form:
        music = _target(form, "HoldUrl", "HoldMethod", default="GET") if form.get("HoldUrl") else None
        carrier.holds(participant, form.is_true("Hold"), music)
    if "Coaching" in form or "CallSidToCoach" in form:
        coached = form.get("CallSidToCoach") if form.get("Coaching", "true") == "true" else ""
        if coached and coached not in room.participants:
            raise Refusal(400, 20001, "CallSidToCoach is not in this conference")
        participant.coaching = coached
        room.tells("participant-modify", participant)
    if "EndConferenceOnExit" in form:
        participant.end_on_exit = form.is_true("EndConferenceOnExit")
        room.tells("participant-modify", participant)
    if "BeepOnExit" in form:
        participant.beep = "onExit" if form.is_true("BeepOnExit") else "false"
    if form.get("AnnounceUrl"):
        carrier.announces(room, [participant], _target(form, "AnnounceUrl", "AnnounceMethod"))
    return 200, participant.resource()


def _delete_participant(carrier: Carrier, path: Path, _form: Form) -> tuple[int, None]:
    participant = _participant(carrier, path)
    participant.taken_out(UPDATED)
    participant.room.leaves(participant, UPDATED)
    return 204, None


# texts, recordings, numbers


def _list_messages(carrier: Carrier, _path: Path, form: Form) -> tuple[int, Body]:
    found = [m for m in carrier.messages.values() if form.get("To") in ("", m.to) and form.get("From") in ("", m.from_)]
    return _page(carrier, "Messages", "messages", found[::-1], form)


def _create_message(carrier: Carrier, _path: Path, form: Form) -> tuple[int, Body]:
    from_, to, service = form.get("From"), form.get("To"), form.get("MessagingServiceSid")
    if not to:
        raise Refusal(400, 21604, "A 'To' phone number is required.")
    if not form.get("Body"):
        raise Refusal(400, 21602, "Message body is required.")
    if not from_ and not service:
        raise Refusal(400, 21603, "A 'From' phone number is required.")
    if not DIALLABLE.match(to):
        raise Refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if from_ and from_ not in carrier.numbers:
        raise Refusal(400, 21606, f"The 'From' phone number {from_} is not a valid message-capable phone number.")
    target = _target(form, "StatusCallback", "-") if form.get("StatusCallback") else None
    message = Message(carrier.account, from_, to, form.get("Body"), target, service)
    carrier.texts(message)
    return 201, message.resource()


def _fetch_message(carrier: Carrier, path: Path, _form: Form) -> tuple[int, Body]:
    if message := carrier.messages.get(path["sid"]):
        return 200, message.resource()
    raise _missing(carrier, "Messages", path["sid"])


def _list_recordings(carrier: Carrier, _path: Path, form: Form) -> tuple[int, Body]:
    found = [r for r in carrier.recordings.values() if form.get("CallSid") in ("", r.call_sid)]
    return _page(carrier, "Recordings", "recordings", found[::-1], form)


def _fetch_recording(carrier: Carrier, path: Path, _form: Form) -> tuple[int, Body]:
    if recording := carrier.recordings.get(path["sid"]):
        return 200, recording.resource()
    raise _missing(carrier, "Recordings", path["sid"])


def _delete_recording(carrier: Carrier, path: Path, _form: Form) -> tuple[int, None]:
    if carrier.recordings.pop(path["sid"], None) is None:
        raise _missing(carrier, "Recordings", path["sid"])
    return 204, None


def _number(carrier: Carrier, path: Path) -> Number:
    found = next((n for n in carrier.numbers.values() if n.sid == path["sid"]), None)
    if found is None:
        raise _missing(carrier, "IncomingPhoneNumbers", path["sid"])
    return found


def _list_numbers(carrier: Carrier, _path: Path, form: Form) -> tuple[int, Body]:
    found = [n for n in carrier.numbers.values() if form.get("PhoneNumber") in n.number]
    return _page(carrier, "IncomingPhoneNumbers", "incoming_phone_numbers", found, form)


def _fetch_number(carrier: Carrier, path: Path, _form: Form) -> tuple[int, Body]:
    return 200, _number(carrier, path).resource()


def _update_number(carrier: Carrier, path: Path, form: Form) -> tuple[int, Body]:
    number = _number(carrier, path)
    for name, field in SETTABLE.items():
        if name in form:
            setattr(number, field, form.get(name))
    return 200, number.resource()
