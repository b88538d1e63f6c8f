"""Turn → TwiML, pure. The same turn is written once and remembered as text."""

from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from ivr.turns import Ask, Connect, Goodbye, Hold, Leave, Move, Rest, Say, Speech, Spelled, Turn, Wait

VOICES = {"fr": ("fr-FR", "Polly.Lea-Neural"), "en": ("en-GB", "Polly.Amy-Neural")}
RETRIES = "#rc=2&rp=ct,5xx&rt=4000&tt=14000"  # connection overrides: two more tries within the carrier's 15 s
ROOM_SIZE = 5000  # the most a carrier's queue may hold


@lru_cache(maxsize=2048)
def twiml(turn: Turn) -> str:
    """The document of a turn."""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{_verbs(turn)}</Response>'


def _verbs(turn: Turn) -> str:
    match turn:
        case Ask(say, action, digits, timeout, speech):
            return _tag(
                "Gather",
                _spoken(say),
                input="dtmf speech" if speech else "dtmf",
                action=_url(action),
                method="POST",
                numDigits=digits,
                timeout=timeout,
                finishOnKey="#" if digits > 1 else "",
                actionOnEmptyResult="true",
                **_ears(speech),
            )
        case Hold(say, room, wait, left):
            queue = _tag(
                "Enqueue",
                escape(room),
                waitUrl=_url(wait),
                waitUrlMethod="POST",
                action=_url(left),
                method="POST",
                maxQueueSize=ROOM_SIZE,
            )
            return _spoken(say) + queue + _redirect(left)
        case Wait(say, music, again, ""):
            return _spoken(say) + _tag("Play", escape(music)) + _redirect(again)
        case Wait(say, music, again, action):
            heard = _spoken(say) + _tag("Play", escape(music))
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
        case Move(say, to):
            return _spoken(say) + _redirect(to)
        case Goodbye(say):
            return _spoken(say) + "<Hangup/>"


def _ears(speech: Speech | None) -> dict[str, str]:
    """What a carrier needs to listen for words: it ends by itself when they do."""
    if speech is None:
        return {}
    hints = {"hints": ",".join(speech.hints)} if speech.hints else {}
    return {"language": VOICES[speech.language][0], "speechTimeout": "auto", **hints}


def _conference(turn: Connect) -> str:
    room = _tag(
        "Conference",
        escape(turn.room),
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
    return _tag("Redirect", escape(_url(to)), method="POST")


def _spoken(say: tuple[Say, ...]) -> str:
    return "".join(map(_said, say))


def _said(say: Say) -> str:
    language, voice = VOICES[say.language]
    words = "".join(map(_part, say.parts))
    return _tag("Say", _tag("prosody", words, rate="slow") if say.slow else words, language=language, voice=voice)


def _part(part: str) -> str:
    return _tag("say-as", escape(part), **{"interpret-as": "digits"}) if isinstance(part, Spelled) else escape(part)


def _url(path: str) -> str:
    return path + RETRIES


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _tag(name: str, inside: str = "", **attributes: str | int) -> str:
    written = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items())
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"
