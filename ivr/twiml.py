"""Turn → TwiML, pure. The same turn is written once and remembered as text."""

import re
from dataclasses import replace
from functools import lru_cache
from xml.sax import saxutils

from ivr.turns import (
    Ask,
    Connect,
    Goodbye,
    Hold,
    HoldMusic,
    Leave,
    LoopedSound,
    Move,
    Notice,
    Press,
    Rest,
    Say,
    Speech,
    Spelled,
    Turn,
    Wait,
)

VOICES = {"fr": ("fr-FR", "Polly.Lea-Neural"), "en": ("en-GB", "Polly.Amy-Neural")}
RETRIES = "#rc=2&rp=ct,5xx&rt=4000&tt=14000"  # connection overrides: two more tries within the carrier's 15 s
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 has no way to say
ROOM_SIZE = 5000  # the most a carrier's queue may hold


@lru_cache(maxsize=2048)
def twiml(turn: Turn) -> str:
    """The document of a turn."""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{_verbs(turn)}</Response>'


def unremembered(turn: Turn) -> bytes:
    """A text with a number in it, or keys, is not to be remembered."""
    return twiml.__wrapped__(turn).encode()


def _verbs(turn: Turn) -> str:
    match turn:
        case Ask(whole=True):
            return _gather(replace(turn, speech=None, timeout=1), empty="") + _gather(replace(turn, say=()))
        case Ask():
            return _gather(turn)
        case Hold(say, room, wait, left):
            queue = _tag(
                "Enqueue",
                _escaped(room),
                waitUrl=_url(wait),
                waitUrlMethod="POST",
                action=_url(left),
                method="POST",
                maxQueueSize=ROOM_SIZE,
            )
            return _spoken(say) + queue + _redirect(left)
        case Wait(say, music, again, ""):
            return _spoken(say) + _played(music) + _redirect(again)
        case Wait(say, music, again, action):
            heard = _spoken(say) + _played(music)
            gather = _tag(
                "Gather",
                heard,
                input="dtmf",
                action=_url(action),
                method="POST",
                numDigits=1,
                timeout=1,
                finishOnKey="",
            )
            return gather + _redirect(again)
        case Leave():
            return "<Leave/>"
        case Connect():
            return _spoken(turn.say) + _conference(turn)
        case Rest(say, again, seconds):
            return _spoken(say) + _tag("Pause", length=seconds) + _redirect(again)
        case LoopedSound() | HoldMusic() | Notice() | Press():
            return _aside(turn)
        case Move(say, to):
            return _spoken(say) + _redirect(to)
        case Goodbye(say):
            return _spoken(say) + "<Hangup/>"


def _aside(turn: LoopedSound | HoldMusic | Notice | Press) -> str:
    """What one line alone hears in a room, or what is pressed for it."""
    match turn:
        case LoopedSound(say, sound):
            return _spoken(say) + _tag("Play", _escaped(sound), loop=0)
        case HoldMusic(sound, times, say, again):
            return _tag("Play", _escaped(sound), loop=times) + _spoken(say) + _redirect(again)
        case Notice(sound, say):
            return _tag("Play", _escaped(sound)) + _spoken(say)
        case Press(keys):
            return _tag("Play", digits=keys) if keys else ""


def _gather(turn: Ask, empty: str = "true") -> str:
    """`empty`: whether silence is brought to the action too, or falls through to what comes after."""
    return _tag(
        "Gather",
        _spoken(turn.say),
        input="dtmf speech" if turn.speech else "dtmf",
        action=_url(turn.action),
        method="POST",
        numDigits=turn.digits,
        timeout=turn.timeout,
        finishOnKey="#" if turn.digits > 1 else "",
        **({"actionOnEmptyResult": empty} if empty else {}),
        **_ears(turn.speech),
    )


def _ears(speech: Speech | None) -> dict[str, str]:
    """What a carrier needs to listen for words: it ends by itself when they do."""
    if speech is None:
        return {}
    hints = {"hints": ",".join(speech.hints)} if speech.hints else {}
    return {"language": VOICES[speech.language][0], "speechTimeout": "auto", **hints}


def _conference(turn: Connect) -> str:
    room = _tag(
        "Conference",
        _escaped(turn.room),
        participantLabel=turn.label,
        startConferenceOnEnter=_boolean(turn.starts),
        endConferenceOnExit=_boolean(turn.ends),
        muted=_boolean(turn.muted),
        beep="false",
        waitUrl=_url(turn.wait) if turn.wait else "",
        waitMethod="POST",
        statusCallback=_url(turn.events),
        statusCallbackMethod="POST",
        statusCallbackEvent="start end join leave mute hold",
    )
    return _tag("Dial", room, action=_url(turn.after), method="POST")


def _redirect(to: str) -> str:
    return _tag("Redirect", _escaped(_url(to)), method="POST")


def _spoken(say: tuple[Say, ...]) -> str:
    """One sentence after the other, with a pause before each that is said slowly but the first."""
    pause = _tag("Pause", length=1)
    return "".join(pause * (each.slow and n > 0) + _said(each) for n, each in enumerate(say))


def _played(sound: str) -> str:
    return _tag("Play", _escaped(sound)) if sound else ""


def _said(say: Say) -> str:
    language, voice = VOICES[say.language]
    words = "".join(map(_part, say.parts))
    return _tag("Say", _tag("prosody", words, rate="slow") if say.slow else words, language=language, voice=voice)


def _part(part: str) -> str:
    return _tag("say-as", _escaped(part), **{"interpret-as": "digits"}) if isinstance(part, Spelled) else _escaped(part)


def _escaped(text: str) -> str:
    """Text in a document, whatever a store holds: one character that XML forbids would cost every caller the whole."""
    return saxutils.escape(UNWRITABLE.sub("", text))


def _url(path: str) -> str:
    return path + RETRIES


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _tag(name: str, inside: str = "", **attributes: str | int) -> str:
    written = "".join(
        f" {key}={saxutils.quoteattr(UNWRITABLE.sub('', str(value)))}" for key, value in attributes.items()
    )
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"
