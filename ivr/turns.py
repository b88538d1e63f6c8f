"""What can be done on a telephone, as frozen values. How a carrier is told so is `twiml`'s business.

Addresses are paths of the voice app. Times are in seconds.
"""

from dataclasses import dataclass


class Spelled(str):
    """To be read figure by figure, never as a number."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence in one language's voice."""

    language: str
    parts: tuple[str, ...]
    slow: bool = False

    def __str__(self) -> str:
        return "".join(self.parts)


@dataclass(frozen=True, slots=True)
class Speech:
    """Listen for words of this language too; `hints`: those that are likely."""

    language: str
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """Speak, listen for up to `digits` keys, and bring them to `action`; silence is brought there too. With `speech`
    words are heard as well; keys always are. `whole`: words only once all was said, which a key alone cuts short."""

    say: tuple[Say, ...]
    action: str
    digits: int = 1
    timeout: int = 8
    speech: Speech | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Into the carrier's waiting room: `wait` is asked what to play, again and again; `left` hears how it ended."""

    say: tuple[Say, ...]
    room: str
    wait: str
    left: str


@dataclass(frozen=True, slots=True)
class Wait:
    """One turn of waiting: words, music unless it is "", then `again`. With `action`, a key pressed at any moment is
    brought there."""

    say: tuple[Say, ...]
    music: str
    again: str
    action: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    """Out of the waiting room."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Into the room of a conversation. `events` hears who joins and leaves, `after` what comes when this line leaves.

    `starts`: the conversation begins with this participant; `ends`: it ends with them; `muted`: nobody hears them.
    """

    room: str
    label: str
    events: str
    after: str
    say: tuple[Say, ...] = ()
    starts: bool = True
    ends: bool = False
    muted: bool = False
    wait: str = ""


@dataclass(frozen=True, slots=True)
class Rest:
    """An agent's open line between two calls: quiet, then `again`."""

    say: tuple[Say, ...]
    again: str
    seconds: int = 60


@dataclass(frozen=True, slots=True)
class LoopedSound:
    """Words, then a sound without end, for who is alone in a room."""

    say: tuple[Say, ...]
    sound: str


@dataclass(frozen=True, slots=True)
class HoldMusic:
    """Music, so many times, then a word, then all of it again: for who is on hold, as long as it takes."""

    sound: str
    times: int
    say: tuple[Say, ...]
    again: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A sound and a few words, once, for one line in the midst of a conversation."""

    sound: str
    say: tuple[Say, ...]


@dataclass(frozen=True, slots=True)
class Press:
    """Keys pressed for a line, in the midst of a conversation; `w` waits half a second."""

    keys: str


@dataclass(frozen=True, slots=True)
class Move:
    """On to another document."""

    say: tuple[Say, ...]
    to: str


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Last words, then the line closes."""

    say: tuple[Say, ...]


Turn = Ask | Hold | Wait | Leave | Connect | Rest | LoopedSound | HoldMusic | Notice | Press | Move | Goodbye
