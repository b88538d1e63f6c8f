"""What only a test, a terminal or a trainer may do: hold the telephones. JSON, loopback only, no password."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ivr.practice.behaviours import Behaviour
from ivr.practice.calls import Bridge, PracticeCall
from ivr.practice.carrier import Carrier
from ivr.practice.citizens import Citizen, dial
from ivr.practice.faults import Faults
from ivr.practice.phone import Ear
from ivr.practice.queues import Member
from ivr.practice.rooms import Participant
from ivr.practice.webhooks import Target

Body = dict[str, Any]
Answer = tuple[int, Any]
Verb = Callable[[Carrier, Request, Body], Awaitable[Answer]]

LOOPBACK = {"127.0.0.1", "::1", "localhost", "testclient"}
LONGEST_POLL = 30.0
VARIANTS = {
    "speed": float,
    "calls_per_second": float,
    "least_silence": float,
    "misjudges": float,
    "actions_after_hangup": bool,
    "end_before_leave": bool,
}


class ControlError(Exception):
    """A request this carrier cannot do: its HTTP status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def routes(carrier: Carrier) -> list[Route]:
    table: dict[str, dict[str, Verb]] = {
        "": {"GET": _look},
        "/calls": {"GET": _list, "POST": _place},
        "/citizens": {"POST": _citizen_dials},
        "/calls/{sid}": {"GET": _follow},
        "/calls/{sid}/{deed}": {"POST": _do},
        "/numbers/{number}": {"PUT": _register},
        "/numbers/{number}/call": {"GET": _call_at},
        "/rooms": {"GET": _rooms},
        "/queues": {"GET": _queues},
        "/messages": {"GET": _messages},
        "/faults": {"PUT": _set_faults},
        "/variants": {"PUT": _vary},
        "/log": {"GET": _log},
    }
    return [Route(f"/practice{path}", _endpoint(carrier, verbs), methods=[*verbs]) for path, verbs in table.items()]


def _endpoint(carrier: Carrier, verbs: dict[str, Verb]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if request.client is None or request.client.host not in LOOPBACK:
            return JSONResponse({"error": "only from this machine"}, 403)
        try:
            body = await request.json() if await request.body() else {}
            status, said = await verbs["GET" if request.method == "HEAD" else request.method](carrier, request, body)
        except ControlError as wrong:
            status, said = wrong.status, {"error": str(wrong)}
        except (ValueError, TypeError) as error:
            status, said = 400, {"error": str(error)}
        return JSONResponse(said, status)

    return endpoint


def state(call: PracticeCall, since: int = 0) -> Body:
    """A call as its far end and a test see it; `transcript` from entry `since` on."""
    place = call.place
    ear = call.phone.ear
    said: Body = {
        "sid": call.sid,
        "from": call.from_,
        "to": call.to,
        "number": call.phone.number,
        "direction": call.direction,
        "status": call.status,
        "over": call.over,
        "question": _question(call.phone.questions, ear) if ear and not ear.closed else None,
        "queue": place.queue.name if isinstance(place, Member) else None,
        "room": place.room.name if isinstance(place, Participant) else None,
        "hold": isinstance(place, Participant) and place.hold,
        "muted": isinstance(place, Participant) and place.muted,
        "hears": [],
        "heard_by": [_who(other) for other in place.heard_by(call)] if place else [],
        "transcript": call.phone.transcript[since:],
    }
    if isinstance(place, Participant):
        said["hears"] = [_who(p.call) for p in place.room.participants.values() if place.hears(p)]
    elif isinstance(place, Bridge):
        said["hears"] = [_who(c) for c in place.heard_by(call)]
    return said


def _question(number: int, ear: Ear) -> Body:
    return {"n": number, "input": sorted(ear.inputs), "digits": ear.num_digits}


def _who(call: PracticeCall) -> Body:
    label = call.place.label if isinstance(call.place, Participant) else ""
    return {"sid": call.sid, "number": call.phone.number, "label": label}


def _find(carrier: Carrier, request: Request) -> PracticeCall:
    call = carrier.calls.get(request.path_params["sid"])
    if call is None:
        raise ControlError(404, "no such call")
    return call


def _number(request: Request, name: str, default: float) -> float:
    return min(float(request.query_params.get(name, default)), LONGEST_POLL if name == "wait" else float("inf"))


async def _look(carrier: Carrier, _request: Request, _body: Body) -> Answer:
    return 200, carrier.summary()


async def _list(carrier: Carrier, request: Request, _body: Body) -> Answer:
    every = request.query_params.get("all") == "true"
    return 200, [state(c, len(c.phone.transcript)) for c in carrier.calls.values() if every or not c.over]


async def _place(carrier: Carrier, _request: Request, body: Body) -> Answer:
    """`from`, `to`; or a browser's device: `voice_url` of its application, and its `parameters`."""
    target = Target(body["voice_url"]) if body.get("voice_url") else None
    if target is None and body.get("to") not in carrier.numbers:
        raise ControlError(404, "nobody of ours has that number")
    extra = {str(k): str(v) for k, v in body.get("parameters", {}).items()}
    call = carrier.receive(body.get("from", "anonymous"), body.get("to", ""), target, extra)
    return 201, state(call)


async def _citizen_dials(carrier: Carrier, _request: Request, body: Body) -> Answer:
    """A practice citizen dials and finds the way alone: `number`, `postal_code`, `patience`, `talks`; `to`."""
    to = body.pop("to", "") or next(iter(carrier.numbers))
    if to not in carrier.numbers:
        raise ControlError(404, "nobody of ours has that number")
    citizen = Citizen(**body)
    dice = random.Random(citizen.number)  # noqa: S311 - dice, not secrets
    return 201, state(dial(carrier, citizen, to, dice))


async def _follow(carrier: Carrier, request: Request, _body: Body) -> Answer:
    """With `wait`: not before something new is heard since `since`, the call is over, or so many seconds passed."""
    call = _find(carrier, request)
    since = int(_number(request, "since", 0))
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _number(request, "wait", 0)
    while len(call.phone.transcript) <= since and not call.over and (left := deadline - loop.time()) > 0:
        await call.phone.changed_within(left)
    return 200, state(call, since)


async def _do(carrier: Carrier, request: Request, body: Body) -> Answer:
    call = _find(carrier, request)
    deed = request.path_params["deed"]
    phone = call.phone
    if deed == "hangup":
        if phone.pick_up.done() or call.direction == "inbound":
            carrier.end(call, "completed")
        phone.decide("reject")
    elif deed == "answer":
        phone.decide("answer")
    elif deed == "keys" and body.get("asked", True):
        await _ear(call)
        phone.press(body["keys"])
    elif deed == "keys":
        phone.press(body["keys"])
    elif deed == "speech" and isinstance(call.place, Participant | Bridge):
        carrier.speak(call, body["text"])
    elif deed == "speech":
        (await _ear(call)).words(body["text"], body.get("confidence"))
    elif deed == "silence":
        (await _ear(call)).silence()
    else:
        raise ControlError(404, "keys, speech, silence, answer, hangup")
    return 200, state(call, len(phone.transcript))


async def _ear(call: PracticeCall) -> Ear:
    ear = await call.phone.asked_within()
    if ear is None:
        raise ControlError(409, "no question is open: nobody hears this")
    return ear


async def _register(carrier: Carrier, request: Request, body: Body) -> Answer:
    number = request.path_params["number"]
    behaviour = Behaviour(**body)
    if number == "default":
        carrier.default_behaviour = behaviour
        carrier.behaviours.clear()
    else:
        carrier.behaviours[number] = behaviour
    return 200, asdict(behaviour)


async def _call_at(carrier: Carrier, request: Request, _body: Body) -> Answer:
    """The live call at a number, waiting for one if there is none."""
    number = request.path_params["number"]
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _number(request, "wait", 0)
    while (call := carrier.live_at(number)) is None or call.status in ("queued", "initiated"):
        if loop.time() >= deadline:
            raise ControlError(404, f"nobody rings {number}")
        await asyncio.sleep(0.02)
    return 200, state(call)


async def _rooms(carrier: Carrier, request: Request, _body: Body) -> Answer:
    every = request.query_params.get("all") == "true"
    return 200, [
        {
            "sid": room.sid,
            "name": room.name,
            "status": room.status,
            "participants": [
                {
                    **_who(p.call),
                    "hold": p.hold,
                    "muted": p.muted,
                    "hears": [o.call.sid for o in room.participants.values() if p.hears(o)],
                }
                for p in room.participants.values()
            ],
        }
        for room in carrier.rooms.values()
        if every or room.status != "completed"
    ]


async def _queues(carrier: Carrier, _request: Request, _body: Body) -> Answer:
    return 200, [
        {"sid": q.sid, "name": q.name, "members": [{**_who(m.call), "waited": m.waited} for m in q.members.values()]}
        for q in carrier.queues.values()
    ]


async def _messages(carrier: Carrier, _request: Request, _body: Body) -> Answer:
    return 200, [m.resource() for m in carrier.messages.values()]


async def _set_faults(carrier: Carrier, _request: Request, body: Body) -> Answer:
    carrier.webhooks.faults = Faults.parse(body)
    return 200, body


async def _vary(carrier: Carrier, _request: Request, body: Body) -> Answer:
    for name, value in body.items():
        if name not in VARIANTS:
            raise ControlError(400, f"unknown variant: {name}")
        setattr(carrier, name, VARIANTS[name](value))
    return 200, {name: getattr(carrier, name) for name in VARIANTS}


async def _log(carrier: Carrier, request: Request, _body: Body) -> Answer:
    return 200, carrier.journal.since(int(_number(request, "since", 0)))
