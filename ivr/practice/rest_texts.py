"""Texts, recordings, and the numbers we hold."""

from ivr.practice.carrier import Carrier
from ivr.practice.numbers import SETTABLE, Number, TextMessage
from ivr.practice.rest_form import RestForm
from ivr.practice.rest_requests import DIALLABLE, Body, Path, RestRefusal, Verb, missing, page, target_of


def _list_messages(carrier: Carrier, _path: Path, form: RestForm) -> tuple[int, Body]:
    found = [m for m in carrier.messages.values() if form.get("To") in ("", m.to) and form.get("From") in ("", m.from_)]
    return page(carrier, "Messages", "messages", found[::-1], form)


def _create_message(carrier: Carrier, _path: Path, form: RestForm) -> tuple[int, Body]:
    from_, to, service = form.get("From"), form.get("To"), form.get("MessagingServiceSid")
    if not to:
        raise RestRefusal(400, 21604, "A 'To' phone number is required.")
    if not form.get("Body"):
        raise RestRefusal(400, 21602, "Message body is required.")
    if not from_ and not service:
        raise RestRefusal(400, 21603, "A 'From' phone number is required.")
    if not DIALLABLE.match(to):
        raise RestRefusal(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if from_ and from_ not in carrier.numbers:
        raise RestRefusal(400, 21606, f"The 'From' phone number {from_} is not a valid message-capable phone number.")
    target = target_of(form, "StatusCallback", "-") if form.get("StatusCallback") else None
    message = TextMessage(carrier.account, from_, to, form.get("Body"), target, service)
    carrier.send_text(message)
    return 201, message.resource()


def _fetch_message(carrier: Carrier, path: Path, _form: RestForm) -> tuple[int, Body]:
    if message := carrier.messages.get(path["sid"]):
        return 200, message.resource()
    raise missing(carrier, "Messages", path["sid"])


def _list_recordings(carrier: Carrier, _path: Path, form: RestForm) -> tuple[int, Body]:
    found = [r for r in carrier.recordings.values() if form.get("CallSid") in ("", r.call_sid)]
    return page(carrier, "Recordings", "recordings", found[::-1], form)


def _fetch_recording(carrier: Carrier, path: Path, _form: RestForm) -> tuple[int, Body]:
    if recording := carrier.recordings.get(path["sid"]):
        return 200, recording.resource()
    raise missing(carrier, "Recordings", path["sid"])


def _delete_recording(carrier: Carrier, path: Path, _form: RestForm) -> tuple[int, None]:
    if carrier.recordings.pop(path["sid"], None) is None:
        raise missing(carrier, "Recordings", path["sid"])
    return 204, None


def _number(carrier: Carrier, path: Path) -> Number:
    found = next((n for n in carrier.numbers.values() if n.sid == path["sid"]), None)
    if found is None:
        raise missing(carrier, "IncomingPhoneNumbers", path["sid"])
    return found


def _list_numbers(carrier: Carrier, _path: Path, form: RestForm) -> tuple[int, Body]:
    found = [n for n in carrier.numbers.values() if form.get("PhoneNumber") in n.number]
    return page(carrier, "IncomingPhoneNumbers", "incoming_phone_numbers", found, form)


def _fetch_number(carrier: Carrier, path: Path, _form: RestForm) -> tuple[int, Body]:
    return 200, _number(carrier, path).resource()


def _update_number(carrier: Carrier, path: Path, form: RestForm) -> tuple[int, Body]:
    number = _number(carrier, path)
    for name, field in SETTABLE.items():
        if name in form:
            setattr(number, field, form.get(name))
    return 200, number.resource()


RESOURCES: dict[str, dict[str, Verb]] = {
    "/Messages.json": {"GET": _list_messages, "POST": _create_message},
    "/Messages/{sid}.json": {"GET": _fetch_message},
    "/Recordings.json": {"GET": _list_recordings},
    "/Recordings/{sid}.json": {"GET": _fetch_recording, "DELETE": _delete_recording},
    "/IncomingPhoneNumbers.json": {"GET": _list_numbers},
    "/IncomingPhoneNumbers/{sid}.json": {"GET": _fetch_number, "POST": _update_number},
}
