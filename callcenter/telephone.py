"""The port: what we ask of a carrier. `ivr.twilio` keeps it; the settings name the keeper.

A *line* is one live connection to somebody's telephone, known by the carrier's own id; a *room* is the conversation
of one call, known by the carrier's own id too. Every request may fail with `CarrierDown`; asking twice does no harm,
and the keeper does so where it may help; except for `ring_…`, which is never asked twice for one ring or attempt:
CarrierDidNothing and CarrierRefusesNumber say for certain that nothing rings, any other CarrierDown does not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import import_module
from typing import Protocol

from callcenter.config import settings
from callcenter.phone_number import PhoneNumber
from callcenter.rules.carrier_news import LineState
from callcenter.rules.states import Monitoring


@dataclass(frozen=True)
class CarrierLine:
    """A live connection as the carrier knows it. `since`: when it was asked for or came in, where the carrier tells."""

    carrier_id: str
    inbound: bool
    state: LineState
    since: datetime | None = None


class Telephone(Protocol):
    """What a carrier can do for us."""

    def ring_agent(self, leg_id: str, number: PhoneNumber) -> str:
        """Ring a desk phone for one leg; the carrier's id of the line. Voicemail never presses 1."""

    def ring_monitor(self, leg_id: str, number: PhoneNumber) -> str:
        """Ring a supervisor's desk phone, to take part in a conversation; it comes in muted."""

    def ring_helper(self, leg_id: str, number: PhoneNumber) -> str:
        """Ring the desk phone of a colleague who brings help into a conversation; voicemail never presses 1."""

    def ring_partner(self, leg_id: str, room: str, number: PhoneNumber) -> str:
        """Ring a partner's desk into a room, where its agent hears how it rings and what answers."""

    def ring_shift(self, agent_id: str, number: PhoneNumber) -> str:
        """Ring a desk phone whose line stays open all shift."""

    def ring_citizen(self, attempt_id: str, number: PhoneNumber) -> str:
        """Dial a promised callback, once an agent is in the room."""

    def lines_to(self, number: PhoneNumber, since: datetime) -> Sequence[CarrierLine]:
        """Every line we opened to this number since then, those that ended too, the latest first."""

    def send_text(self, text_id: str, number: PhoneNumber, words: str) -> None:
        """Write these words, as they stand, to somebody's telephone. `text_id`: under which it is told what became of
        the text; a reply comes as a text of its own."""

    def bring_in(self, carrier_id: str, call_id: str, room: str) -> bool:
        """Move a waiting caller into their room; False when they have hung up."""

    def back_to_queue(self, carrier_id: str, call_id: str, room: str) -> bool:
        """A caller in a room whose agent was lost hears music again; False when they have hung up."""

    def to_goodbye(self, carrier_id: str, call_id: str, room: str) -> bool:
        """The conversation is over: the caller goes on from the room to the last words; False when they have hung
        up."""

    def shift_to(self, carrier_id: str, agent_id: str, leg_id: str | None) -> bool:
        """An open line: into a leg's room, or back to rest (None); False when it has hung up."""

    def shift_hears_offer(self, carrier_id: str, agent_id: str, offer_id: str, *, helps: bool = False) -> bool:
        """An open line hears of an offer, or that a colleague asks for help, which 1 accepts; False when it has hung
        up."""

    def hold(self, room: str, carrier_id: str, on: bool, language: str, called_for: str = "") -> bool:
        """Music for this line in the room, and a word every minute, as long as it takes; or the conversation again.
        `called_for`: the consult whose partner's desk is being rung for them, which they hear first. False when it is
        not there."""

    def remind(self, room: str, carrier_id: str) -> bool:
        """The agent's line alone hears that somebody has been on hold for long; False when it is not there."""

    def press_keys(self, room: str, carrier_id: str, leg_id: str, which: int) -> bool:
        """The `which`-th keys of a leg are pressed for its line, which asks us for them; False when it is not
        there."""

    def let_out(self, room: str, carrier_id: str) -> bool:
        """Take a line out of a room, which ends it where it was rung into the room; False when it is not there."""

    def monitor(self, room: str, carrier_id: str, mode: Monitoring, agent_line: str) -> bool:
        """Who hears a supervisor in the room from now on: nobody, the agent's line alone, or everybody; False when they
        are not there."""

    def mute(self, room: str, carrier_id: str, on: bool) -> bool:
        """Silence what this line says in the room; False when it is not there."""

    def hang_up(self, carrier_id: str) -> None:
        """End a line; one that has ended is silently fine."""

    def state_of(self, carrier_id: str) -> LineState:
        """Whether the line is live, has ended, or was never heard of."""

    def room_of(self, call_id: str) -> str | None:
        """The carrier's id of a call's open room, for whoever was never told it."""

    def in_room(self, room: str) -> frozenset[str]:
        """The carrier ids now in a room; none in one that has ended."""

    def live(self) -> Iterable[CarrierLine]:
        """Every line the carrier holds open for us."""

    def answers(self) -> None:
        """Something small is looked at, to learn whether the carrier answers."""


@lru_cache
def telephone() -> Telephone:
    """The keeper named by TELEPHONE."""
    module, _, name = settings().telephone.partition(":")
    keeper: Telephone = getattr(import_module(module), name)()
    return keeper
