"""The names of the states that calls, agents, offers and their like may be in, and of what is said of them. What each
means and what may follow it is declared in `rules.state_machines`."""

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


class AgentState(StrEnum):
    """What an agent's state bar says."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    OFFERED = "offered"
    CONNECTING = "connecting"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    ASKED = "asked"  # a colleague asks for their help
    HELPING = "helping"  # they bring it, or are on their way
    PAUSE = "pause"
    LOST = "lost"  # no heartbeat: Connexion perdue


ON_DUTY = (
    AgentState.AVAILABLE,
    AgentState.OFFERED,
    AgentState.CONNECTING,
    AgentState.TALKING,
    AgentState.WRAP_UP,
    AgentState.ASKED,
    AgentState.HELPING,
    AgentState.PAUSE,
)
AT_WORK = tuple(state for state in ON_DUTY if state != AgentState.PAUSE)
ASKED_FOR = (AgentState.OFFERED, AgentState.ASKED)  # something on their screen waits for their answer
ENGAGED = (AgentState.CONNECTING, AgentState.TALKING, AgentState.WRAP_UP, AgentState.HELPING)  # choices wait until then
WITH_A_CALL = (AgentState.OFFERED, AgentState.CONNECTING, AgentState.TALKING, AgentState.WRAP_UP)


class PauseReason(StrEnum):
    """Why an agent takes no calls; the last four are set by the service."""

    BREAK = "break"
    LUNCH = "lunch"
    MEETING = "meeting"
    TRAINING = "training"
    DESK_VISIT = "desk_visit"
    REFUSED = "refused"  # an offer, with a click
    NO_ANSWER = "no_answer"
    NO_PHONE = "no_phone"  # it could not be rung, or broke off where a colleague goes on
    LINE_LOST = "line_lost"  # in a conversation, by a fault
    OUTCOME_OWED = "outcome_owed"


SET_BY_THE_SERVICE = (
    PauseReason.REFUSED,
    PauseReason.NO_ANSWER,
    PauseReason.NO_PHONE,
    PauseReason.LINE_LOST,
    PauseReason.OUTCOME_OWED,
)
CHOSEN_PAUSES = tuple(r for r in PauseReason if r not in SET_BY_THE_SERVICE)


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
