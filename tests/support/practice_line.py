"""What the tests of the practice carrier answer it, and what they ask of it."""

import time
from collections.abc import Callable

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.contract.tiny_voice import TinyVoice, say

OURS = "+33800000000"


DURAND = "+33565051234"


KARIM = "+33612345678"


def eventually(holds: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to be so"
        time.sleep(0.02)


def ask(text: str, action: str, **attributes: str) -> str:
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<Gather action="{action}"{written}>{say(text)}</Gather>'


def confer(name: str, label: str, after: str = "", **attributes: str) -> str:
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    action = f' action="{after}"' if after else ""
    events = 'statusCallback="/room" statusCallbackEvent="start end join leave mute hold modify announcement"'
    return (
        f'<Dial{action}><Conference participantLabel="{label}" beep="false" waitUrl="" {events}{written}>'
        f"{name}</Conference></Dial>"
    )


def events(voice: TinyVoice) -> list[str]:
    return [said["StatusCallbackEvent"] for said in voice.asked["/room"]]


def waiting(voice: TinyVoice) -> None:
    voice.documents = {
        "/voice/incoming": '<Enqueue waitUrl="/wait" action="/left" maxQueueSize="2">attente</Enqueue>' + say("trop"),
        "/wait": lambda said: say(f"place {said['QueuePosition']}") + ask("ou tapez 1", "/key", numDigits="1"),
        "/key": "<Leave/>",
        "/left": lambda said: say(f"sorti {said['QueueResult']}"),
        "/talk": say("un conseiller"),
    }


def dials(rest: Client, url: str, to: str = KARIM) -> str:
    call = rest.calls.create(
        to=to,
        from_=OURS,
        url=f"{url}/leg",
        status_callback=f"{url}/events",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        timeout=20,
    )
    return str(call.sid)


def refusal(asked: Callable[[], object]) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as refused:
        asked()
    return refused.value.status, refused.value.code
