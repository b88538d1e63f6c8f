"""What may go wrong on purpose, on either side of the border."""

import random
from dataclasses import dataclass, field, fields
from typing import Any, Literal

Mode = Literal["404", "500", "500-with-effect", "503", "429", "slow", "timeout", "timeout-with-effect"]


@dataclass
class RestFault:
    """How the next `times` matching REST requests go wrong (None: all of them)."""

    mode: Mode
    method: str = ""
    path: str = ""  # a part of it
    times: int | None = 1
    share: float = 1.0
    seconds: float = 10.0  # of `slow`, `timeout` and `timeout-with-effect`, real time

    def matches(self, method: str, path: str) -> bool:
        return self.times != 0 and self.method in ("", method) and self.path in path

    def strikes(self, dice: random.Random) -> bool:
        if dice.random() >= self.share:
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class Faults:
    """Shares are from 0 to 1. Only callbacks, whose answer nobody waits for, are dropped, delayed or reordered;
    the last one of a call or a room is never dropped."""

    twice: float = 0.0
    unsigned: float = 0.0
    dropped: float = 0.0
    reordered: float = 0.0
    delayed: float = 0.0
    delay: float = 1.0  # at most, seconds of real time
    topics: tuple[str, ...] = ()  # empty: every topic
    seed: int = 0
    rest: list[RestFault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311 - dice, not secrets

    @classmethod
    def parse(cls, wishes: dict[str, Any]) -> "Faults":
        """From the control API's JSON; unknown words are refused (ValueError)."""
        unknown = set(wishes) - {f.name for f in fields(cls)}
        if unknown:
            raise ValueError(f"unknown fault: {', '.join(sorted(unknown))}")
        rest = [RestFault(**wish) for wish in wishes.get("rest", [])]
        return cls(**{**wishes, "topics": tuple(wishes.get("topics", ())), "rest": rest})

    def chance(self, share: float, topic: str) -> bool:
        return share > 0 and (not self.topics or topic in self.topics) and self.dice.random() < share

    def of_rest(self, method: str, path: str) -> RestFault | None:
        return next((f for f in self.rest if f.matches(method, path) and f.strikes(self.dice)), None)
