"""Help that an agent brings into a conversation: whom they may ask, and how it goes."""

import re
from datetime import datetime, time
from enum import StrEnum
from functools import lru_cache

from callcenter.rules.opening_hours import BadHours, LineHours, Opening, opening
from callcenter.rules.territory import NATION, TERRITORIES, UNKNOWN
from callcenter.rules.understood_hours import read

KEYS = re.compile(r"[0-9*#w]{1,32}")
"""What may be pressed into a call; `w` waits half a second."""


class Purpose(StrEnum):
    """What an offer is for."""

    SERVE = "serve"  # the call is to be theirs
    CONSULT = "consult"  # a colleague asks for their help with it


class ConsultKind(StrEnum):
    """Who is asked."""

    REFERENT = "referent"  # a partner's desk, of the directory
    AGENT = "agent"  # one colleague
    QUEUE = "queue"  # whoever is free of those who serve a topic
    LINE = "line"  # in a distress: a long number that an administrator recorded


class ConsultState(StrEnum):
    """How far it has come."""

    SOUGHT = "sought"  # nobody is free yet
    OFFERED = "offered"  # a colleague's screen shows it
    RUNG = "rung"  # their telephone is being rung
    JOINED = "joined"  # they are in the room
    HANDED = "handed"  # the citizen was left with a partner's person, and they speak
    OVER = "over"


OPEN = tuple(state for state in ConsultState if state is not ConsultState.OVER)


class ConsultEnd(StrEnum):
    """Why it is over."""

    HANDED_OVER = "handed_over"
    HELPER_LEFT = "helper_left"
    DISMISSED = "dismissed"  # the agent came back to the citizen alone
    CANCELLED = "cancelled"  # by the agent, before anybody came
    REFUSED = "refused"
    MISSED = "missed"  # offered, and not answered
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"  # the carrier did not ring
    NOBODY = "nobody"  # nobody was free in time
    CALL_OVER = "call_over"
    LOST = "lost"  # their line broke


class PassReason(StrEnum):
    """Why a conversation is passed on, as the one who takes over reads it."""

    SPECIALIST = "specialist"  # somebody who knows the matter
    TERRITORY = "territory"  # somebody who knows the place
    LANGUAGE = "language"
    PARTNER = "partner"  # an act of the partner's
    CITIZEN_ASKS = "citizen_asks"
    SHIFT_ENDS = "shift_ends"
    HUNG_UP = "hung_up"  # they hung up while their colleague was in the room
    LINE_ENDED = "line_ended"  # nobody chose it: their line ended, and their colleague went on


CHOSEN_REASONS = tuple(each for each in PassReason if each not in (PassReason.HUNG_UP, PassReason.LINE_ENDED))


class HelpAct(StrEnum):
    """What an agent may do about help now, in the order of the desk's buttons."""

    ASK = "ask"  # for help, or pass the conversation on
    BOTH = "both"  # all speak together
    HELPER = "helper"  # to the other, while the citizen hears music
    CITIZEN = "citizen"  # to the citizen, while the other does
    KEYS = "keys"  # pass a menu
    HAND_OVER = "hand_over"
    BACK = "back"  # the help leaves
    CANCEL = "cancel"  # it is asked for no more


def acts_now(state: str | None, kind: str | None, hears: str, *, together: bool) -> tuple[HelpAct, ...]:
    """Those that make sense now, and no others. `state`: of the help, None for none; `hears`: who speaks with the
    agent; `together`: all three have spoken, without which nobody is left with a partner's person."""
    if state in (None, ConsultState.OVER):
        return (HelpAct.ASK,)
    if state in (ConsultState.SOUGHT, ConsultState.OFFERED, ConsultState.RUNG):
        return (HelpAct.CANCEL,)
    if state != ConsultState.JOINED:
        return ()
    is_outside = kind in (ConsultKind.REFERENT, ConsultKind.LINE)
    speak = [act for act in (HelpAct.BOTH, HelpAct.HELPER, HelpAct.CITIZEN) if act != hears]
    keys = [HelpAct.KEYS] if is_outside and hears in ("helper", "both") else []
    may_leave = not is_outside or (together and hears == "both")
    return (*speak, *keys, *([HelpAct.HAND_OVER] if may_leave else []), HelpAct.BACK)


def referent_opening(hours: str, scope: str, at: datetime) -> Opening | None:
    """Whether a desk is open, on its own clock (the nation's is Paris's), and when it opens next. None: its hours are
    not told, or not in a way that can be judged. `hours`: OpenStreetMap's syntax, or as somebody wrote them before they
    were read."""
    understood = _understood(hours)
    if not understood:
        return None
    told = LineHours(time(0), time(0), own={(scope, ""): understood})
    place = scope if scope in TERRITORIES else UNKNOWN
    found = opening(told, place, at) if scope in (NATION, place) else None
    return None if found is None or found.why == "unknown" else found


@lru_cache(maxsize=1024)
def _understood(hours: str) -> str:
    """In OpenStreetMap's syntax; empty for what is not told, or not understood."""
    try:
        return read(hours) if hours else ""
    except BadHours:
        return ""
