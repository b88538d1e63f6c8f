"""What the carrier tells, in our words: the inbound adapter. Its names for things are read here and nowhere else.

`ivr.signature` says whether a request is the carrier's, this module what is in it, `ivr.twiml` how it is answered.
"""

from dataclasses import dataclass
from enum import Enum, auto
from unicodedata import normalize
from urllib.parse import unquote_plus

from callcenter.rules.carrier_news import Delivery, LineEnd
from ivr.addresses import count

LARGEST = 64 * 1024  # bytes of a form; the carrier's are below 4 kB
MOST_FIELDS = 500
MOST_SAID = 2_000  # characters of what was said or written; a recogniser sends a sentence or two

_ENDS = {
    "completed": LineEnd.HUNG_UP,
    "busy": LineEnd.BUSY,
    "no-answer": LineEnd.NO_ANSWER,
    "canceled": LineEnd.CANCELLED,
    "failed": LineEnd.FAILED,
}
_DELIVERIES = {
    "accepted": Delivery.ACCEPTED,
    "scheduled": Delivery.SCHEDULED,
    "queued": Delivery.QUEUED,
    "sending": Delivery.SENDING,
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "undelivered": Delivery.UNDELIVERED,
    "failed": Delivery.FAILED,
    "canceled": Delivery.CANCELED,
    "read": Delivery.READ,
}
_MOVED = "participant_updated_via_api"
_PERSON = "human"
_MACHINES = ("machine", "fax")  # how the words for one begin


@dataclass(frozen=True, slots=True)
class LineNews:
    """How a line goes: it rings, it has ended in some way, or it is otherwise on its way."""

    is_ringing: bool
    end: LineEnd | None


class RoomChange(Enum):
    """What happened to a line in a room."""

    JOINED = auto()
    LEFT = auto()
    SOUND = auto()  # it hears music, or is silenced, or no more


_CHANGES = {
    "participant-join": RoomChange.JOINED,
    "participant-leave": RoomChange.LEFT,
    "participant-hold": RoomChange.SOUND,
    "participant-unhold": RoomChange.SOUND,
    "participant-mute": RoomChange.SOUND,
    "participant-unmute": RoomChange.SOUND,
}


@dataclass(frozen=True, slots=True)
class RoomNews:
    """What happened in a room. `order` grows with each news of one room; `label` is the one we gave the line."""

    change: RoomChange
    room: str  # the carrier's id of the room
    order: int
    label: str
    by_fault: bool  # gone, and nobody hung up
    was_moved: bool  # gone, because we have led it elsewhere
    is_held: bool
    is_muted: bool


class QueueLeft(Enum):
    """How a caller left the carrier's queue."""

    HUNG_UP = auto()
    BY_KEY = auto()  # we led them out
    FULL = auto()  # they never came in
    OTHERWISE = auto()  # redirected, or it failed


_QUEUE_LEFT = {"hangup": QueueLeft.HUNG_UP, "leave": QueueLeft.BY_KEY, "queue-full": QueueLeft.FULL}


@dataclass(frozen=True, slots=True)
class TextNews:
    """What became of a text of ours; None for what we have no word for."""

    delivery: Delivery | None
    error: int | None


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer of ours that the carrier could not use: its code, and the query of the address that gave it."""

    code: str | None
    query: str


@dataclass(slots=True)
class Inbound:
    """The form of a signed request (the last of a repeated name), told in our words. Nothing is read before it is
    asked for."""

    form: dict[str, str]

    @property
    def carrier_id(self) -> str:
        """The carrier's id of the line."""
        return self.form.get("CallSid", "")

    @property
    def from_(self) -> str:
        """The calling number as the carrier writes it, or the number that a text is from."""
        return self.form.get("From", "")

    @property
    def keys(self) -> str:
        """What was pressed; empty for silence."""
        return self.form.get("Digits", "")

    @property
    def said(self) -> str:
        """What was said, in the recogniser's words; empty when keys were pressed, or nothing was heard."""
        return _bounded(self.form.get("SpeechResult", ""))

    @property
    def written(self) -> str:
        """What was written in a text."""
        return _bounded(self.form.get("Body", ""))

    @property
    def line(self) -> LineNews:
        word = self.form.get("CallStatus", "")
        return LineNews(word == "ringing", _ENDS.get(word))

    @property
    def room(self) -> RoomNews | None:
        """None for news that we take no notice of. KeyError where the room is not told."""
        change = _CHANGES.get(self.form.get("StatusCallbackEvent", ""))
        if change is None:
            return None
        return RoomNews(
            change=change,
            room=self.form["ConferenceSid"],
            order=count(self.form.get("SequenceNumber", "")),
            label=self.form.get("ParticipantLabel", ""),
            by_fault=self._parted_by_fault(),
            was_moved=self.form.get("ReasonParticipantLeft") == _MOVED,
            is_held=self.form.get("Hold") == "true",
            is_muted=self.form.get("Muted") == "true",
        )

    def _parted_by_fault(self) -> bool:
        end = _ENDS.get(self.form.get("ParticipantCallStatus", ""))
        return end is not None and end.is_fault

    @property
    def queue_left(self) -> QueueLeft:
        return _QUEUE_LEFT.get(self.form.get("QueueResult", ""), QueueLeft.OTHERWISE)

    @property
    def is_machine(self) -> bool | None:
        """What the carrier takes whoever picked up for; None where it does not know."""
        word = self.form.get("AnsweredBy", "")
        return word != _PERSON if word == _PERSON or word.startswith(_MACHINES) else None

    @property
    def text(self) -> TextNews:
        error = count(self.form.get("ErrorCode", "")) or None
        return TextNews(_DELIVERIES.get(self.form.get("MessageStatus", "")), error)

    @property
    def failure(self) -> Failure:
        query = self.form.get("ErrorUrl", "").partition("?")[2].partition("#")[0]
        return Failure(self.form.get("ErrorCode"), query)


def form_of(body: bytes) -> list[tuple[str, str]] | None:
    """Name and value of every field in their order, blank ones included; None for what is no form of the carrier's.

    `urllib.parse.parse_qsl` gives the same (tested) and takes four times as long: most fields have nothing to decode.
    """
    fields = body.decode("latin-1").split("&")
    if len(body) > LARGEST or len(fields) > MOST_FIELDS:
        return None
    return [(_decoded(name), _decoded(value)) for name, _, value in [field.partition("=") for field in fields if field]]


def _decoded(text: str) -> str:
    if "%" not in text and "+" not in text:
        return text
    if "+" not in text and "%" not in (plain := text.replace("%2B", "+")):
        return plain  # the plus sign of a telephone number is nearly all there ever is to decode
    return unquote_plus(text)


def _bounded(words: str) -> str:
    """As long as we read, and no longer once it is written in plain letters: one character may stand for eighteen."""
    return normalize("NFKC", words[:MOST_SAID])[:MOST_SAID]
