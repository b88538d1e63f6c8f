"""The state machines, one table each. `records` moves rows along these arrows and along no others."""

from enum import StrEnum


class CallState(StrEnum):
    """Where a live call is: in exactly one of these."""

    MENU = "menu"  # hears questions
    WAITING = "waiting"  # in a queue
    OFFERED = "offered"  # rings at one agent, place kept
    CONNECTING = "connecting"  # accepted; the two are being brought together
    TALKING = "talking"  # both are in the room
    WRAP_UP = "wrap_up"  # over; the agent records the outcome
    ENDED = "ended"


CALL_MOVES = {
    CallState.MENU: {CallState.WAITING, CallState.ENDED},
    CallState.WAITING: {CallState.OFFERED, CallState.ENDED},
    CallState.OFFERED: {CallState.WAITING, CallState.CONNECTING, CallState.ENDED},
    CallState.CONNECTING: {CallState.WAITING, CallState.TALKING, CallState.ENDED},
    CallState.TALKING: {CallState.WAITING, CallState.WRAP_UP},
    CallState.WRAP_UP: {CallState.ENDED},
    CallState.ENDED: set(),
}


class AgentState(StrEnum):
    """What an agent's state bar says."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    OFFERED = "offered"
    CONNECTING = "connecting"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    PAUSE = "pause"
    LOST = "lost"  # no heartbeat: Connexion perdue


AGENT_MOVES = {
    AgentState.OFFLINE: {AgentState.AVAILABLE, AgentState.PAUSE},
    AgentState.AVAILABLE: {AgentState.OFFERED, AgentState.PAUSE, AgentState.OFFLINE, AgentState.LOST},
    AgentState.OFFERED: {
        AgentState.AVAILABLE,
        AgentState.CONNECTING,
        AgentState.PAUSE,
        AgentState.LOST,
        AgentState.OFFLINE,
    },
    AgentState.CONNECTING: {AgentState.TALKING, AgentState.AVAILABLE, AgentState.PAUSE, AgentState.OFFLINE},
    AgentState.TALKING: {AgentState.WRAP_UP, AgentState.AVAILABLE, AgentState.PAUSE, AgentState.OFFLINE},
    AgentState.WRAP_UP: {AgentState.AVAILABLE, AgentState.PAUSE, AgentState.OFFLINE},
    AgentState.PAUSE: {AgentState.AVAILABLE, AgentState.OFFLINE, AgentState.LOST, AgentState.PAUSE},
    AgentState.LOST: {AgentState.AVAILABLE, AgentState.PAUSE, AgentState.OFFLINE},
}
ON_DUTY = (
    AgentState.AVAILABLE,
    AgentState.OFFERED,
    AgentState.CONNECTING,
    AgentState.TALKING,
    AgentState.WRAP_UP,
    AgentState.PAUSE,
)
WITH_A_CALL = (AgentState.OFFERED, AgentState.CONNECTING, AgentState.TALKING, AgentState.WRAP_UP)


class PauseReason(StrEnum):
    """Why an agent takes no calls; the last two are set by the service."""

    BREAK = "break"
    LUNCH = "lunch"
    MEETING = "meeting"
    TRAINING = "training"
    DESK_VISIT = "desk_visit"
    NO_ANSWER = "no_answer"
    OUTCOME_OWED = "outcome_owed"


CHOSEN_PAUSES = tuple(r for r in PauseReason if r not in (PauseReason.NO_ANSWER, PauseReason.OUTCOME_OWED))


class Ending(StrEnum):
    """The one reason for which a call ended (`metrics.md`): the closed list."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    SHORT_ABANDON = "short_abandon"
    LEFT_IN_MENU = "left_in_menu"
    SERVED_BY_MENU = "served_by_menu"
    BECAME_CALLBACK = "became_callback"
    CLOSED = "closed"
    FULL = "full"
    TECHNICAL = "technical"
    NOT_REACHED = (
        "not_reached"  # of a callback's call only: nobody was there; the promise goes on or ends by its own row
    )


class OfferState(StrEnum):
    """An offer is open until exactly one thing closes it."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"  # the caller left, or the agent's connection was lost


class LegState(StrEnum):
    """An agent's part in a call."""

    ASKED = "asked"  # the row stands; the carrier is being asked
    RINGING = "ringing"
    JOINED = "joined"
    LEFT = "left"


class Monitoring(StrEnum):
    """How a supervisor takes part in a conversation of their agents'."""

    LISTEN = "listen"  # hears both, is heard by nobody
    WHISPER = "whisper"  # is heard by the agent alone
    BARGE = "barge"  # is heard by both


class Due(StrEnum):
    """Whether a contact owes an outcome."""

    NOTHING = "nothing"
    OWED = "owed"
    RECORDED = "recorded"
    RELEASED = "released"


class Outcome(StrEnum):
    """Référentiel of 16 June 2025."""

    INFORMATION = "information"
    ACCOMPANIMENT = "accompaniment"
    ORIENTATION = "orientation"


class OrientationReason(StrEnum):
    """Why a person was sent to a partner; an orientation needs one."""

    PARTNER_ONLY = "partner_only"  # an act only the partner's own agent may do
    MUST_COME = "must_come"  # presence or fingerprints are needed
    RIGHTS_DISPUTE = "rights_dispute"
    OUT_OF_SCOPE = "out_of_scope"
    WEBSITE = "website"  # refused unless access to the internet was checked


class FollowUp(StrEnum):
    """What was agreed for afterwards."""

    NONE = "none"
    CALLBACK = "callback"
    APPOINTMENT = "appointment"
    SMS = "sms"
