"""Conferences and their participants."""

from ivr.practice.carrier import Carrier
from ivr.practice.rest_form import RestForm
from ivr.practice.rest_requests import Body, Path, RestRefusal, Verb, ends_of, missing, page, subscription_of, target_of
from ivr.practice.rooms import UPDATED, Participant, Room


def _room(carrier: Carrier, path: Path, live: bool = False) -> Room:
    room = carrier.rooms.get(path["room"])
    if room is None or (live and room.status == "completed"):
        raise missing(carrier, "Conferences", path["room"])
    return room


def _list_rooms(carrier: Carrier, _path: Path, form: RestForm) -> tuple[int, Body]:
    rooms = [
        room
        for room in reversed(carrier.rooms.values())
        if form.get("FriendlyName") in ("", room.name) and form.get("Status") in ("", room.status)
    ]
    return page(carrier, "Conferences", "conferences", rooms, form)


def _fetch_room(carrier: Carrier, path: Path, _form: RestForm) -> tuple[int, Body]:
    return 200, _room(carrier, path).resource()


def _update_room(carrier: Carrier, path: Path, form: RestForm) -> tuple[int, Body]:
    room = _room(carrier, path, live=True)
    if form.get("Status") == "completed":
        room.end_by_api()
    if form.get("AnnounceUrl"):
        carrier.announce(room, [*room.participants.values()], target_of(form, "AnnounceUrl", "AnnounceMethod"))
    return 200, room.resource()


def _participant(carrier: Carrier, path: Path) -> Participant:
    participant = _room(carrier, path, live=True).find(path["who"])
    if participant is None:
        raise missing(carrier, "Conferences", path["room"], "Participants", path["who"])
    return participant


def _list_participants(carrier: Carrier, path: Path, form: RestForm) -> tuple[int, Body]:
    room = _room(carrier, path, live=True)

    def wanted(participant: Participant) -> bool:
        said = {"Muted": participant.muted, "Hold": participant.hold, "Coaching": bool(participant.coaching)}
        return all(name not in form or form.is_true(name) == value for name, value in said.items())

    found = [p for p in room.participants.values() if wanted(p)]
    return page(carrier, f"Conferences/{room.sid}/Participants", "participants", found, form)


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


def _create_participant(carrier: Carrier, path: Path, form: RestForm) -> tuple[int, Body]:
    """Rings a number straight into a room, named by its sid or, for a room still to be, by its name."""
    from_, to = ends_of(carrier, form)
    room = _room(carrier, path, live=True) if path["room"].startswith("CF") else carrier.room(path["room"])
    attributes = {attribute: form.get(name) for name, attribute in ATTRIBUTES.items() if name in form}
    if events := form.words("ConferenceStatusCallbackEvent"):
        attributes["statusCallbackEvent"] = " ".join(sorted(events))
    early = form.get("EarlyMedia", "true") == "true"
    call = carrier.invite(room, from_, to, attributes, subscription_of(form), form.number("Timeout", 60), early)
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


def _fetch_participant(carrier: Carrier, path: Path, _form: RestForm) -> tuple[int, Body]:
    return 200, _participant(carrier, path).resource()


def _update_participant(carrier: Carrier, path: Path, form: RestForm) -> tuple[int, Body]:
    participant = _participant(carrier, path)
    room = participant.room
    if "Muted" in form and form.is_true("Muted") != participant.muted:
        participant.muted = form.is_true("Muted")
        room.tell("participant-mute" if participant.muted else "participant-unmute", participant)
    if "Hold" in form:
        music = target_of(form, "HoldUrl", "HoldMethod", default="GET") if form.get("HoldUrl") else None
        carrier.hold(participant, form.is_true("Hold"), music)
    if "Coaching" in form or "CallSidToCoach" in form:
        coached = form.get("CallSidToCoach") if form.get("Coaching", "true") == "true" else ""
        if coached and coached not in room.participants:
            raise RestRefusal(400, 20001, "CallSidToCoach is not in this conference")
        participant.coaching = coached
        room.tell("participant-modify", participant)
    if "EndConferenceOnExit" in form:
        participant.end_on_exit = form.is_true("EndConferenceOnExit")
        room.tell("participant-modify", participant)
    if "BeepOnExit" in form:
        participant.beep = "onExit" if form.is_true("BeepOnExit") else "false"
    if form.get("AnnounceUrl"):
        carrier.announce(room, [participant], target_of(form, "AnnounceUrl", "AnnounceMethod"))
    return 200, participant.resource()


def _delete_participant(carrier: Carrier, path: Path, _form: RestForm) -> tuple[int, None]:
    participant = _participant(carrier, path)
    participant.taken_out(UPDATED)
    participant.room.leave(participant, UPDATED)
    return 204, None


RESOURCES: dict[str, dict[str, Verb]] = {
    "/Conferences.json": {"GET": _list_rooms},
    "/Conferences/{room}.json": {"GET": _fetch_room, "POST": _update_room},
    "/Conferences/{room}/Participants.json": {"GET": _list_participants, "POST": _create_participant},
    "/Conferences/{room}/Participants/{who}.json": {
        "GET": _fetch_participant,
        "POST": _update_participant,
        "DELETE": _delete_participant,
    },
}
