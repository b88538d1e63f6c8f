"""Calls, and the queues they wait in."""

from ivr.practice.calls import PracticeCall
from ivr.practice.carrier import Carrier
from ivr.practice.queues import Member, Queue
from ivr.practice.rest_form import RestForm
from ivr.practice.rest_requests import Body, Path, RestRefusal, Verb, ends_of, missing, page, subscription_of, target_of
from ivr.practice.webhooks import Target


def _call(carrier: Carrier, path: Path) -> PracticeCall:
    call = carrier.calls.get(path["sid"])
    if call is None:
        raise missing(carrier, "Calls", path["sid"])
    return call


def _list_calls(carrier: Carrier, _path: Path, form: RestForm) -> tuple[int, Body]:
    def wanted(call: PracticeCall) -> bool:
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

    return page(carrier, "Calls", "calls", [c for c in reversed(carrier.calls.values()) if wanted(c)], form)


def _create_call(carrier: Carrier, _path: Path, form: RestForm) -> tuple[int, Body]:
    from_, to = ends_of(carrier, form)
    twiml = form.get("Twiml")
    if len(twiml) > 4000:
        raise RestRefusal(400, 21624, "Twiml is longer than 4000 characters")
    target = Target(twiml=twiml) if twiml else target_of(form)
    call = carrier.dial(
        from_,
        to,
        target,
        subscription_of(form),
        target_of(form, "FallbackUrl", "FallbackMethod") if form.get("FallbackUrl") else None,
        timeout=form.number("Timeout", 60),
        detect=form.get("MachineDetection"),
        detected=target_of(form, "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod")
        if form.is_true("AsyncAmd")
        else None,
    )
    return 201, call.resource()


def _fetch_call(carrier: Carrier, path: Path, _form: RestForm) -> tuple[int, Body]:
    return 200, _call(carrier, path).resource()


def _update_call(carrier: Carrier, path: Path, form: RestForm) -> tuple[int, Body]:
    call = _call(carrier, path)
    status = form.get("Status")
    if status == "canceled" and call.status in ("queued", "initiated", "ringing"):
        carrier.end(call, "canceled")
    elif status == "completed" and not call.over:
        carrier.end(call, "completed" if call.started or call.direction == "inbound" else "canceled")
    elif status:
        raise RestRefusal(400, 21220, f"Call is not in-progress. Cannot set status {status}.")
    elif call.status != "in-progress":
        raise RestRefusal(400, 21220, "Call is not in-progress. Cannot redirect.")
    elif form.get("Twiml") or form.get("Url"):
        target = Target(twiml=form.get("Twiml")) if form.get("Twiml") else target_of(form)
        if form.get("StatusCallback"):
            call.subscription = subscription_of(form)
        carrier.redirect(call, target)
    return 200, call.resource()


def _queue(carrier: Carrier, path: Path) -> Queue:
    queue = carrier.queues.get(path["queue"])
    if queue is None:
        raise missing(carrier, "Queues", path["queue"])
    return queue


def _list_queues(carrier: Carrier, _path: Path, form: RestForm) -> tuple[int, Body]:
    return page(carrier, "Queues", "queues", [*carrier.queues.values()], form)


def _create_queue(carrier: Carrier, _path: Path, form: RestForm) -> tuple[int, Body]:
    if any(queue.name == form.get("FriendlyName") for queue in carrier.queues.values()):
        raise RestRefusal(400, 22003, "A queue of that FriendlyName exists")
    queue = carrier.queue(form.get("FriendlyName"))
    queue.max_size = int(form.number("MaxSize", queue.max_size))
    return 201, queue.resource()


def _fetch_queue(carrier: Carrier, path: Path, _form: RestForm) -> tuple[int, Body]:
    return 200, _queue(carrier, path).resource()


def _update_queue(carrier: Carrier, path: Path, form: RestForm) -> tuple[int, Body]:
    queue = _queue(carrier, path)
    queue.name = form.get("FriendlyName") or queue.name
    queue.max_size = int(form.number("MaxSize", queue.max_size))
    return 200, queue.resource()


def _member(carrier: Carrier, path: Path) -> Member:
    members = _queue(carrier, path).members
    member = next(iter(members.values()), None) if path["sid"] == "Front" else members.get(path["sid"])
    if member is None:
        raise missing(carrier, "Queues", path["queue"], "Members", path["sid"])
    return member


def _list_members(carrier: Carrier, path: Path, form: RestForm) -> tuple[int, Body]:
    queue = _queue(carrier, path)
    return page(carrier, f"Queues/{queue.sid}/Members", "queue_members", [*queue.members.values()], form)


def _fetch_member(carrier: Carrier, path: Path, _form: RestForm) -> tuple[int, Body]:
    return 200, _member(carrier, path).resource()


def _update_member(carrier: Carrier, path: Path, form: RestForm) -> tuple[int, Body]:
    member = _member(carrier, path)
    said = member.resource()
    carrier.redirect(member.call, target_of(form))
    return 200, {**said, "position": 0}


RESOURCES: dict[str, dict[str, Verb]] = {
    "/Calls.json": {"GET": _list_calls, "POST": _create_call},
    "/Calls/{sid}.json": {"GET": _fetch_call, "POST": _update_call},
    "/Queues.json": {"GET": _list_queues, "POST": _create_queue},
    "/Queues/{queue}.json": {"GET": _fetch_queue, "POST": _update_queue},
    "/Queues/{queue}/Members.json": {"GET": _list_members},
    "/Queues/{queue}/Members/{sid}.json": {"GET": _fetch_member, "POST": _update_member},
}
