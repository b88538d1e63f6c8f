"""What a calling number tells before anything is said: where its caller may live, in which plan they would type one."""

from callcenter.config import settings
from callcenter.phone_number import OWN_PLANS, PhoneNumber
from callcenter.rules.menu import CHOICES
from callcenter.rules.territory import TERRITORIES, hints
from ivr.caller_answers import Heard
from ivr.webhook import CarrierRequest


def plan_of(known: Heard, request: CarrierRequest) -> str:
    """The territory with a plan of numbers of its own for which they call, or from which."""
    where = known.department if known.department in TERRITORIES else next(iter(territories_of(request.from_)), "")
    return where if where in OWN_PLANS else ""


def unheard(request: CarrierRequest, language: str = "fr") -> Heard:
    """What is known of a caller before they have said anything."""
    relay, other = request.from_ in settings().relay_numbers, "fr" if language == "en" else "en"
    return Heard(
        language,
        silent=True,
        hint=territories_to_offer(None, territories_of(request.from_)),
        relay=relay,
        other_language_off_duty=not request.voice.languages.on_duty(other),
        other_language_unstaffed=not request.voice.languages.ever(other),
    )


def territories_of(from_: str) -> tuple[str, ...]:
    """The territories that a calling number may be of."""
    number = PhoneNumber.of_caller(from_)
    return hints(number.e164) if number else ()


def territories_to_offer(remembered: str | None, of_number: tuple[str, ...]) -> tuple[str, ...]:
    """Territories to offer, the one they called for last before those of their number."""
    own = (remembered,) if remembered in TERRITORIES else ()
    return tuple(dict.fromkeys((*own, *of_number)))[: CHOICES - 2]
