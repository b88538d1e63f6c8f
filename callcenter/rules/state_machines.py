"""Each state machine, declared once: its states and the moves it may make. `records.moves` moves rows along these and
along no others; what each state means stands with it, in `rules.states` and `rules.callbacks`."""

from collections.abc import Mapping
from dataclasses import dataclass

from callcenter.rules.callbacks import CallbackState, DialResult
from callcenter.rules.states import AGENT_MOVES, CALL_MOVES, LegState, Monitoring, OfferState

DIALLING = "dialling"  # of an attempt without an outcome


@dataclass(frozen=True)
class Machine:
    """`noun`: what the trail calls such a thing; `moves`: by state, those that may follow."""

    noun: str
    moves: Mapping[str, frozenset[str]]

    def allows(self, was: str, to: str) -> bool:
        """Whether a move is declared."""
        return to in self.moves.get(was, ())

    def before(self, to: str) -> tuple[str, ...]:
        """The states from which a move to this one is declared."""
        return tuple(was for was, after in self.moves.items() if to in after)


CALL = Machine("call", {was: frozenset(after) for was, after in CALL_MOVES.items()})
AGENT = Machine("agent", {was: frozenset(after) for was, after in AGENT_MOVES.items()})
OFFER = Machine(
    "offer", {OfferState.OPEN: frozenset(OfferState) - {OfferState.OPEN}}
    | {state: frozenset[str]() for state in OfferState if state != OfferState.OPEN},
)  # fmt: skip
LEG = Machine(
    "leg",
    {
        LegState.ASKED: frozenset({LegState.RINGING, LegState.JOINED, LegState.LEFT}),
        LegState.RINGING: frozenset({LegState.JOINED, LegState.LEFT}),
        LegState.JOINED: frozenset({LegState.LEFT}),
        LegState.LEFT: frozenset(),
    },
)
ATTEMPT = Machine("attempt", {DIALLING: frozenset(DialResult)} | {result: frozenset[str]() for result in DialResult})
CALLBACK = Machine(
    "callback",
    {
        CallbackState.PROMISED: frozenset({CallbackState.QUEUED, CallbackState.CANCELLED}),
        CallbackState.QUEUED: frozenset(
            {
                CallbackState.PROMISED,
                CallbackState.DIALLING,
                CallbackState.CANCELLED,
                CallbackState.NOT_REACHED,
                CallbackState.REFUSED,
            }
        ),
        CallbackState.DIALLING: frozenset(
            {
                CallbackState.PROMISED,
                CallbackState.QUEUED,
                CallbackState.TALKING,
                CallbackState.CANCELLED,
                CallbackState.NOT_REACHED,
                CallbackState.REFUSED,
            }
        ),
        CallbackState.TALKING: frozenset({CallbackState.REACHED}),
        CallbackState.REACHED: frozenset(),
        CallbackState.NOT_REACHED: frozenset(),
        CallbackState.CANCELLED: frozenset(),
        CallbackState.REFUSED: frozenset(),
    },
)
MONITOR = Machine("monitor", {mode: frozenset(Monitoring) - {mode} for mode in Monitoring})  # a leg's mode
