"""Every address of the voice app: its path, how it is written with what rides in it, and how that is read again.

An address lives as long as the call in which it was spoken: neither its path nor a name in its query may change while
calls are up. Only opaque ids, short codes and small numbers ride in one.
"""

import re
from urllib.parse import parse_qsl

# The menu. The carrier is told the first three by the account's settings.
INCOMING = "/voice/incoming"
FALLBACK = "/voice/fallback"
STATUS = "/voice/status"
HEARD = "/voice/heard"

# The waiting room.
WAITING = "/voice/waiting"
WISHES = "/voice/wishes"
LEFT = "/voice/left"

# The conversation, for the citizen's line.
ROOM = "/voice/room"
ROOM_WAIT = "/voice/room/wait"
ROOM_EVENTS = "/voice/room/events"
HOLD = "/voice/hold"
REMINDER = "/voice/reminder"
BACK = "/voice/back"
AFTER = "/voice/after"
GOODBYE = "/voice/goodbye"
CUT = "/voice/cut"
SATISFIED = "/voice/satisfied"
SETTLED = "/voice/settled"

# An agent's desk phone: rung for one conversation, or open all shift.
LEG = "/voice/leg"
LEG_HEARD = "/voice/leg/heard"
LEG_STATUS = "/voice/leg/status"
LEG_AFTER = "/voice/leg/after"
SHIFT = "/voice/shift"
SHIFT_OFFER = "/voice/shift/offer"
SHIFT_HEARD = "/voice/shift/heard"
SHIFT_ROOM = "/voice/shift/room"
SHIFT_AFTER = "/voice/shift/after"
SHIFT_STATUS = "/voice/shift/status"

# A supervisor's desk phone.
MONITOR = "/voice/monitor"
MONITOR_HEARD = "/voice/monitor/heard"
MONITOR_STATUS = "/voice/monitor/status"

# Somebody brought into a conversation: a colleague's desk phone, or a partner's desk.
HELPER = "/voice/helper"
HELPER_HEARD = "/voice/helper/heard"
HELPER_STATUS = "/voice/helper/status"
KEYS = "/voice/helper/keys"

# A citizen whom we call back.
ATTEMPT = "/voice/attempt"
ATTEMPT_HEARD = "/voice/attempt/heard"
ATTEMPT_JUDGED = "/voice/attempt/judged"
ATTEMPT_STATUS = "/voice/attempt/status"

# Texts.
TEXT = "/voice/text"
TEXT_STATUS = "/voice/text/status"

# Sounds.
MUSIC = "/voice/music.wav"
RING = "/voice/ring.wav"

# The names of what rides in an address outside the dialogue, whose own are `caller_answers`'.
CALL, LEG_ID, AGENT, OFFER, ATTEMPT_ID, TEXT_ID, CONSULT = "c", "g", "a", "o", "p", "m", "u"
LANGUAGE, HEARING, TRIES = "l", "r", "n"
ASKED = "k"  # 0: nobody asked for the callback
PAGE = "b"  # 1: the last of the choices, which whoever hears badly is told apart
HELPS = "e"  # a colleague asks for help; else a call is offered
LONE = "h"  # how often `#` was all that was pressed

OURS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z0-9]{1,6}")
DIGITS = 9  # of the longest number that an address or a form of the carrier's holds


def own(query: str) -> dict[str, str]:
    """Ids and marks out of an address of ours that carries no dialogue. What we never write there is not there, for it
    would be said again in the next document, whatever it is."""
    return {name: value for name, value in parse_qsl(query) if OURS.fullmatch(value)}


def count(digits: str) -> int:
    """A small number as we write it; anything else in its place is none."""
    return int(digits) if len(digits) <= DIGITS and digits.isascii() and digits.isdigit() else 0


def again(path: str, query: str) -> str:
    """An address that carries on what another one carried."""
    return f"{path}?{query}"


def of_call(path: str, call_id: str) -> str:
    """ROOM, ROOM_EVENTS, AFTER, BACK or GOODBYE, for one call."""
    return f"{path}?{CALL}={call_id}"


def after(path: str, call_id: str) -> str:
    """Where a line goes on that leaves the room of a call; `path` may carry something already."""
    return f"{path}{'&' if '?' in path else '?'}{CALL}={call_id}"


def question(
    path: str, call_id: str, language: str, tries: int, *, hearing: int, lone: int, last_choices: bool = False
) -> str:
    """SATISFIED or SETTLED, asked for the `tries`-th time."""
    asked = f"{path}?{CALL}={call_id}&{LANGUAGE}={language}&{TRIES}={tries}&{HEARING}={hearing:d}"
    return asked + (f"&{PAGE}=1" if last_choices else "") + _lone(lone)


def cut(call_id: str, lone: int = 0) -> str:
    return f"{CUT}?{CALL}={call_id}" + _lone(lone)


def of_leg(path: str, leg_id: str) -> str:
    """LEG, LEG_STATUS, SHIFT_ROOM, MONITOR, HELPER or one of their STATUS, for one leg."""
    return f"{path}?{LEG_ID}={leg_id}"


def leg_heard(leg_id: str, tries: int, lone: int = 0) -> str:
    return f"{LEG_HEARD}?{LEG_ID}={leg_id}&{TRIES}={tries}" + _lone(lone)


def monitor_heard(leg_id: str, tries: int, lone: int = 0) -> str:
    return f"{MONITOR_HEARD}?{LEG_ID}={leg_id}&{TRIES}={tries}&{LONE}={lone}"


def helper_heard(leg_id: str, tries: int, lone: int = 0) -> str:
    return f"{HELPER_HEARD}?{LEG_ID}={leg_id}&{TRIES}={tries}&{LONE}={lone}"


def keys_of(leg_id: str, which: int) -> str:
    """KEYS of one leg, the `which`-th that were pressed for it: what they are stays with us."""
    return f"{KEYS}?{LEG_ID}={leg_id}&{TRIES}={which}"


def on_hold(language: str, consult_id: str = "") -> str:
    """HOLD, in the language of whoever is on hold; `consult_id`: whom we call for them meanwhile is said first."""
    return f"{HOLD}?{LANGUAGE}={language}" + (f"&{CONSULT}={consult_id}" if consult_id else "")


def of_agent(path: str, agent_id: str) -> str:
    """SHIFT, SHIFT_AFTER or SHIFT_STATUS, for one agent."""
    return f"{path}?{AGENT}={agent_id}"


def shift_rests(agent_id: str) -> str:
    """SHIFT of a line that has been open for a while."""
    return f"{SHIFT}?{AGENT}={agent_id}&{TRIES}=1"


def shift_offer(agent_id: str, offer_id: str, *, helps: bool) -> str:
    return f"{SHIFT_OFFER}?{AGENT}={agent_id}&{OFFER}={offer_id}" + (f"&{HELPS}=1" if helps else "")


def shift_heard(agent_id: str, offer_id: str, lone: int, *, helps: bool) -> str:
    carried = f"{AGENT}={agent_id}&{OFFER}={offer_id}" + (f"&{HELPS}=1" if helps else "")
    return f"{SHIFT_HEARD}?{carried}" + _lone(lone)


def of_attempt(path: str, attempt_id: str) -> str:
    """ATTEMPT, ATTEMPT_JUDGED or ATTEMPT_STATUS, for one dial."""
    return f"{path}?{ATTEMPT_ID}={attempt_id}"


def attempt_heard(attempt_id: str, language: str, tries: int, *, hearing: int, asked: bool, lone: int) -> str:
    carried = f"{ATTEMPT_ID}={attempt_id}&{LANGUAGE}={language}&{TRIES}={tries}&{HEARING}={hearing:d}"
    return f"{ATTEMPT_HEARD}?{carried}&{ASKED}={asked:d}" + _lone(lone)


def text_status(text_id: str) -> str:
    return f"{TEXT_STATUS}?{TEXT_ID}={text_id}"


def _lone(times: int) -> str:
    return f"&{LONE}={times}" if times else ""
