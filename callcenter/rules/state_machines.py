"""Each state machine, declared once: its states, a word on each, and the moves it may make. `records.moves` moves rows
along these and along no others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from callcenter.rules.callbacks import CallbackState, DialResult
from callcenter.rules.consults import ConsultState
from callcenter.rules.states import AgentState, CallState, Due, LegState, Monitoring, OfferState

DIALLING = "dialling"  # of an attempt without an outcome


@dataclass(frozen=True)
class State:
    """`word`: what it means that something is there; `leads_to`: the states that may follow."""

    word: str
    leads_to: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Machine:
    """`noun`: what the trail calls such a thing; `column`: where its row keeps the state."""

    noun: str
    states: Mapping[str, State] = field(hash=False)
    column: str = "state"

    def allows(self, was: str, to: str) -> bool:
        """Whether a move is declared."""
        return was in self.states and to in self.states[was].leads_to

    def before(self, to: str) -> tuple[str, ...]:
        """The states from which a move to this one is declared."""
        return tuple(was for was, state in self.states.items() if to in state.leads_to)

    def arrows(self) -> list[str]:
        """Every declared move, as `from to`."""
        return [f"{was} {to}" for was, state in self.states.items() for to in sorted(state.leads_to)]


def _to(*states: str) -> frozenset[str]:
    return frozenset(states)


def _all_but(state: str, states: Iterable[str]) -> frozenset[str]:
    return frozenset(states) - {state}


CALL = Machine(
    "call",
    {
        CallState.MENU: State("The caller hears the menu's questions.", _to(CallState.WAITING, CallState.ENDED)),
        CallState.WAITING: State(
            "It stands in a queue, by its arrival and its priority.", _to(CallState.OFFERED, CallState.ENDED)
        ),
        CallState.OFFERED: State(
            "It rings at one agent's desk, and keeps its place until they answer.",
            _to(CallState.WAITING, CallState.CONNECTING, CallState.ENDED),
        ),
        CallState.CONNECTING: State(
            "An agent has accepted: the two are being brought into a room.",
            _to(CallState.WAITING, CallState.TALKING, CallState.ENDED),
        ),
        CallState.TALKING: State("Both are in the room.", _to(CallState.WAITING, CallState.WRAP_UP)),
        CallState.WRAP_UP: State(
            "The conversation is over: its agent records the outcome. Back to the queue, if we were cut off.",
            _to(CallState.WAITING, CallState.ENDED),
        ),
        CallState.ENDED: State("It has its one ending."),
    },
)

AGENT = Machine(
    "agent",
    {
        AgentState.OFFLINE: State("They are not at their post.", _to(AgentState.AVAILABLE, AgentState.PAUSE)),
        AgentState.AVAILABLE: State(
            "They are free, with their rank among the free.",
            _to(AgentState.OFFERED, AgentState.ASKED, AgentState.PAUSE, AgentState.OFFLINE, AgentState.LOST),
        ),
        AgentState.OFFERED: State(
            "A call rings at their desk.",
            _to(AgentState.AVAILABLE, AgentState.CONNECTING, AgentState.PAUSE, AgentState.LOST, AgentState.OFFLINE),
        ),
        AgentState.CONNECTING: State(
            "They accepted, and are being brought into the room.",
            _to(AgentState.TALKING, AgentState.AVAILABLE, AgentState.PAUSE, AgentState.OFFLINE),
        ),
        AgentState.TALKING: State(
            "They speak with a citizen.",
            _to(AgentState.WRAP_UP, AgentState.AVAILABLE, AgentState.PAUSE, AgentState.OFFLINE),
        ),
        AgentState.WRAP_UP: State(
            "They record what came of the conversation.",
            _to(AgentState.AVAILABLE, AgentState.PAUSE, AgentState.OFFLINE),
        ),
        AgentState.ASKED: State(
            "A colleague asks for their help.",
            _to(AgentState.AVAILABLE, AgentState.HELPING, AgentState.PAUSE, AgentState.LOST, AgentState.OFFLINE),
        ),
        AgentState.HELPING: State(
            "They bring help into a colleague's conversation, or are on their way.",
            _to(AgentState.TALKING, AgentState.AVAILABLE, AgentState.PAUSE, AgentState.OFFLINE),
        ),
        AgentState.PAUSE: State(
            "They take no calls, for a reason that they or the service gave.",
            _to(AgentState.AVAILABLE, AgentState.OFFLINE, AgentState.LOST, AgentState.PAUSE),
        ),
        AgentState.LOST: State(
            "Their desk sends no heartbeat: « Connexion perdue ».",
            _to(AgentState.AVAILABLE, AgentState.PAUSE, AgentState.OFFLINE),
        ),
    },
)

OFFER = Machine(
    "offer",
    {
        OfferState.OPEN: State("It is on the agent's screen.", _all_but(OfferState.OPEN, OfferState)),
        OfferState.ACCEPTED: State("The agent took the call."),
        OfferState.REFUSED: State("The agent would not: the call waits for somebody else."),
        OfferState.MISSED: State("The agent did not answer in time."),
        OfferState.WITHDRAWN: State("The caller left, or the agent's connection was lost."),
    },
)

LEG = Machine(
    "leg",
    {
        LegState.ASKED: State(
            "The row stands; the carrier is being asked.", _to(LegState.RINGING, LegState.JOINED, LegState.LEFT)
        ),
        LegState.RINGING: State("Their telephone rings.", _to(LegState.JOINED, LegState.LEFT)),
        LegState.JOINED: State("They are in the room.", _to(LegState.LEFT)),
        LegState.LEFT: State("They are out of it, and stay so."),
    },
)

ATTEMPT = Machine(
    "attempt",
    {
        DIALLING: State("The citizen is being dialled; nobody else dials their number.", frozenset(DialResult)),
        DialResult.SPOKEN: State("They spoke with an agent."),
        DialResult.BUSY: State("Their line was busy."),
        DialResult.NO_ANSWER: State("It rang, and nobody picked up."),
        DialResult.UNANSWERED: State("Somebody or something picked up, and nobody pressed 1."),
        DialResult.FAILED: State("The carrier could not reach the number."),
        DialResult.NOT_DIALLED: State("The carrier never made the call."),
        DialResult.AGENT_LEFT: State("The agent whom it was for left the room."),
        DialResult.CALLED_US: State("The citizen telephoned us meanwhile."),
    },
)

CALLBACK = Machine(
    "callback",
    {
        CallbackState.PROMISED: State(
            "It waits for its time. Promised on a silence, it may be asked for; so in each state until it ends.",
            _to(CallbackState.PROMISED, CallbackState.QUEUED, CallbackState.CANCELLED),
        ),
        CallbackState.QUEUED: State(
            "Its time has come: it waits for an agent, as a call does.",
            _to(
                CallbackState.QUEUED,
                CallbackState.PROMISED,
                CallbackState.DIALLING,
                CallbackState.CANCELLED,
                CallbackState.NOT_REACHED,
                CallbackState.REFUSED,
            ),
        ),
        CallbackState.DIALLING: State(
            "An agent waits in the room while the citizen is dialled.",
            _to(
                CallbackState.DIALLING,
                CallbackState.PROMISED,
                CallbackState.QUEUED,
                CallbackState.TALKING,
                CallbackState.CANCELLED,
                CallbackState.NOT_REACHED,
                CallbackState.REFUSED,
            ),
        ),
        CallbackState.TALKING: State(
            "The citizen speaks with the agent.", _to(CallbackState.TALKING, CallbackState.REACHED)
        ),
        CallbackState.REACHED: State("It was kept."),
        CallbackState.NOT_REACHED: State("The citizen did not answer the last attempt."),
        CallbackState.CANCELLED: State("The citizen or a supervisor wanted it no more, or it was no longer needed."),
        CallbackState.REFUSED: State("The carrier will not call this number."),
    },
)

MONITOR = Machine(
    "monitor",  # a leg of a supervisor's, from its first mode on
    {
        Monitoring.LISTEN: State("They hear both, and nobody hears them.", _all_but(Monitoring.LISTEN, Monitoring)),
        Monitoring.WHISPER: State("The agent alone hears them.", _all_but(Monitoring.WHISPER, Monitoring)),
        Monitoring.BARGE: State("Both hear them.", _all_but(Monitoring.BARGE, Monitoring)),
    },
    column="mode",
)

CONTACT = Machine(
    "contact",
    {
        Due.NOTHING: State("No outcome is owed, or not yet.", _to(Due.OWED, Due.RECORDED, Due.RELEASED)),
        Due.OWED: State("The wrap-up ended without an outcome.", _to(Due.RECORDED, Due.RELEASED)),
        Due.RECORDED: State("Its outcome is written, and may be corrected.", _to(Due.RECORDED)),
        Due.RELEASED: State("A supervisor has let it go without one."),
    },
    column="due",
)

CONSULT = Machine(
    "consult",
    {
        ConsultState.SOUGHT: State("Nobody is free yet.", _to(ConsultState.OFFERED, ConsultState.OVER)),
        ConsultState.OFFERED: State(
            "A colleague's screen shows it.", _to(ConsultState.SOUGHT, ConsultState.RUNG, ConsultState.OVER)
        ),
        ConsultState.RUNG: State("Their telephone is being rung.", _to(ConsultState.JOINED, ConsultState.OVER)),
        ConsultState.JOINED: State("They are in the room.", _to(ConsultState.HANDED, ConsultState.OVER)),
        ConsultState.HANDED: State("The citizen was left with a partner's person.", _to(ConsultState.OVER)),
        ConsultState.OVER: State("It is over, and the row says why."),
    },
)

MACHINES = (CALL, AGENT, OFFER, LEG, ATTEMPT, CALLBACK, MONITOR, CONTACT, CONSULT)
