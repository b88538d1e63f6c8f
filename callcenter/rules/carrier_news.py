"""What a carrier may tell of a line or of a text, in our words; the adapter at the door translates its own."""

from enum import Enum, StrEnum


class LineState(StrEnum):
    """How the carrier knows a line."""

    LIVE = "live"
    ENDED = "ended"
    UNKNOWN = "unknown"  # the carrier has never heard of it


class LineEnd(Enum):
    """How a line came to its end."""

    HUNG_UP = "hung up"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def is_fault(self) -> bool:
        """Whether nobody ended it by hanging up."""
        return self is not LineEnd.HUNG_UP

    @property
    def was_missed(self) -> bool:
        """Of a telephone that rang: whether whoever has it did not come in. What failed or was called off rang for
        nobody's fault."""
        return self in (LineEnd.HUNG_UP, LineEnd.BUSY, LineEnd.NO_ANSWER)


class Delivery(StrEnum):
    """What became of a text, in the order in which it is told."""

    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    READ = "read"
