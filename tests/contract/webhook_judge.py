"""One webhook against the list of the parameters that its kind carries."""

from collections.abc import Iterator
from typing import Any

Entry = dict[str, Any]
Contract = dict[str, Any]

# kinds that are about a call and carry no more than every webhook about a call
PLAIN = {"voice", "conference_wait", "hold", "announce", "record_action"}
SOMETIMES = ("may be absent", "only if", "only with", "not for", "failed/undelivered")


def judge_webhook(entry: Entry, contract: Contract) -> Iterator[str]:
    """What is missing, or has a value that the contract does not know."""
    topic, said = entry["topic"], entry["params"]
    wanted = _wanted(topic, said, contract)
    if wanted is None:
        yield f"a webhook of unknown kind {topic}"
        return
    for name, value in wanted:
        if name not in said:
            yield f"{name} is missing"
        elif value and said[name] != value:
            yield f"{name} is {said[name]!r}, not {value!r}"
    yield from _values(topic, said, contract)


def _wanted(topic: str, said: dict[str, str], contract: Contract) -> list[tuple[str, str]] | None:
    standard = _names(contract["standard"]["always"])
    if topic in PLAIN:
        return standard
    if topic == "fallback":
        return standard + _names(contract["fallback"]["extra"])
    if topic == "gather_action":
        heard = contract["gather_action"]["speech" if "SpeechResult" in said else "dtmf"]
        return standard + _names(heard)
    if topic == "enqueue_action":
        enqueued = [] if said.get("QueueResult") == "queue-full" else [("QueueSid", ""), ("QueueTime", "")]
        return standard + _names(contract[topic]["extra"]) + enqueued
    if topic == "dial_action":
        bridged = said.get("DialCallStatus") == "answered"
        return standard + _names(contract[topic]["extra"]) + ([] if bridged else [("DialCallSid", "")])
    if topic == "call_status":
        over = [("CallDuration", ""), ("Duration", "")] if said.get("CallStatus") == "completed" else []
        return standard + _names(contract["call_status_callback"]["extra"]) + over
    if topic == "enqueue_wait":
        return standard + _names(contract[topic]["extra"])
    if topic in ("dial_queue_url", "async_amd", "message_status"):
        return [n for n in _names(contract[topic]["extra"]) if n[0] != "MessagingServiceSid"]
    if topic == "recording_status":
        return _names(contract[topic]["all"])
    if topic == "conference_status":
        return _names(_conference(said.get("StatusCallbackEvent", ""), contract[topic]))
    return None


def _conference(event: str, contract: Contract) -> list[str]:
    wanted: list[str] = list(contract["all"])
    if event.startswith("participant"):
        wanted += [name for name in contract["participant"] if name != "ParticipantLabel"]
    if event == "participant-leave":
        wanted += contract["leave"]
    if event == "conference-end":
        wanted += ["ReasonConferenceEnded", "Reason"]  # who ended it is not said when REST did
    return wanted


def _names(written: list[str]) -> list[tuple[str, str]]:
    """`Name (a note)` or `Name=value`; names whose note says that they may be absent are left out."""
    found = []
    for text in written:
        name, _, note = text.partition(" (")
        if not any(word in note for word in SOMETIMES):
            name, _, value = name.partition("=")
            found.append((name, value))
    return found


def _values(topic: str, said: dict[str, str], contract: Contract) -> Iterator[str]:
    for name, allowed in (
        ("CallStatus", contract["CallStatus"]),
        ("Direction", contract["Direction"]),
        ("QueueResult", contract["enqueue_action"]["QueueResult"]),
        ("DialCallStatus", [word.split(" ")[0] for word in contract["dial_action"]["DialCallStatus"]]),
        ("StatusCallbackEvent", contract["conference_status"]["StatusCallbackEvent"]),
        ("ReasonParticipantLeft", contract["conference_status"]["ReasonParticipantLeft"]),
        ("ReasonConferenceEnded", contract["conference_status"]["ReasonConferenceEnded"]),
        ("ParticipantCallStatus", contract["conference_status"]["ParticipantCallStatus"]),
        ("MessageStatus", contract["message_status"]["MessageStatus"]),
        ("RecordingStatus", contract["recording_status"]["RecordingStatus"]),
    ):
        if name in said and said[name] not in allowed:
            yield f"{name} is {said[name]!r}"
    if topic == "dial_action" and said.get("DialCallStatus") == "answered" and "DialCallSid" in said:
        yield "DialCallSid after a conference"
    if not said.get("SequenceNumber", "0").isdigit():
        yield "SequenceNumber is no number"
