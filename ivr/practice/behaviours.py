"""How a number behaves when it is rung."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    pass

Kind = Literal[
    "answer", "answer_and_press_1", "answer_and_say_yes", "mute", "busy", "no-answer", "voicemail", "reject", "failed",
    "manual", "menu",
]  # fmt: skip
KINDS = frozenset(get_args(Kind))


@dataclass(frozen=True)
class Behaviour:
    """`mute` picks up and says nothing; of `manual` somebody outside decides. `after`: telephone seconds of ringing;
    `talks`: of conversation, then hangs up (None: waits for the other); `keys`: what `answer_and_press_1` presses at
    each question; of `menu` a machine asks for these keys, and then a person answers."""

    kind: Kind
    after: float = 2.0
    talks: float | None = None
    keys: str = "1"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a number cannot behave as {self.kind!r}; it may {', '.join(sorted(KINDS))}")
