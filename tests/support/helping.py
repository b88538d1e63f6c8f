"""Help in the stories: what an agent does to bring it in, and how it is seen to go."""

from callcenter.actions import promise_check
from callcenter.clock import now
from ivr.practice.telephones import Caller
from tests.support.desk import DeskAgent
from tests.support.patience import until

KARIM, DURAND = "+33565000001", "+33565051234"


def does(agent: DeskAgent, act: str, **how: object) -> dict[str, object]:
    answer: dict[str, object] = agent._ask(f"consult/{act}", how)
    return answer


def helped(agent: DeskAgent, **so: object) -> dict[str, object]:
    """Waits until the help is so."""

    def is_so(shown: dict[str, object]) -> bool:
        call = shown["call"]
        theirs = call["help"] if isinstance(call, dict) else None
        return theirs is not None and all(theirs[name] == value for name, value in so.items())

    help_: dict[str, object] = agent.until(is_so, f"help that is {so}")["call"]["help"]
    return help_


def hears(listener: Caller, speaker: str) -> bool:
    return any(speaker in who.values() for who in listener.state["hears"])


def is_well() -> None:
    def breaches() -> list[object]:
        return [each for each in promise_check.check(now(), ask_carrier=False).breaches if each.promise != "P9"]

    until(lambda: breaches() == [], patience=10)
