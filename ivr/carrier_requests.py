"""One question to the carrier: what its answers mean, and when it is asked again.

"Too many requests" was never looked at: that may be asked again, whatever it is. Of a failure or a silence nobody knows
what was done: only what does no harm twice is asked again, and not where a look says that it is done. Either way twice
at most, and within a verb's time; what is left then is the sweep's.
"""

import time
from collections.abc import Callable
from random import SystemRandom
from typing import Any, TypeVar

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from urllib3.exceptions import MaxRetryError, NewConnectionError

from callcenter import progress, reach
from callcenter.errors import CarrierBusy, CarrierDidNothing, CarrierDown, CarrierRefusesNumber

GONE = frozenset({20404, 21220})  # no such call, or it is not in progress
UNCALLABLE = frozenset({21211, 21214, 21215, 21216, 21217})  # this number, not our account, is what is refused
TOO_MANY = 429
UNSERVED = frozenset({401, 403, TOO_MANY})  # whoever hears this has nothing done
LAST_TRY = 2.4  # seconds after the first question, none begins: with one request, that is within `legs.ANSWERS`
UNSWEPT = 5.0  # the same, of what the sweep does not ask again
PAUSES = (0.3, 0.9)  # seconds before a question is asked again, twice at most; each drawn up to half as much again

T = TypeVar("T")


class Requests(TwilioHttpClient):  # type: ignore[misc]
    """Notes what each request met, one by one: the readiness of the service is judged by it."""

    def request(self, method: str, *args: Any, **kwargs: Any) -> Response:
        way, good = reach.questions if method.upper() == "GET" else reach.deeds, False
        progress.goes_on()
        way.begins()
        try:
            answer = super().request(method, *args, **kwargs)
            good = answer.status_code < 500 and answer.status_code not in UNSERVED
            return answer
        finally:
            way.ends(good)
            progress.goes_on()


def asked(question: Callable[[], T], gone: T) -> T:
    """A question that creates something: again only where the carrier was too busy to look at it. Raises CarrierDown;
    CarrierDidNothing and CarrierRefusesNumber where it is certain that nothing was created."""
    return _asks(question, gone, harmless=False, is_done=None)


def asked_again(
    question: Callable[[], T], gone: T, is_done: Callable[[], bool] | None = None, last_try: float = LAST_TRY
) -> T:
    """A question that does no harm twice. `gone`: the answer where the line or the room is no more; `is_done`: whether
    what was asked is so already, looked at before it is asked again. Raises CarrierDown."""
    return _asks(question, gone, harmless=True, is_done=is_done, last_try=last_try)


def _asks(
    question: Callable[[], T],
    gone: T,
    harmless: bool,
    is_done: Callable[[], bool] | None,
    last_try: float = LAST_TRY,
) -> T:
    """`harmless`: it may be done twice."""
    until, unsure = time.monotonic() + last_try, False
    for pause in (*PAUSES, None):
        try:
            if unsure and is_done and _answer(is_done, False):
                return True  # type: ignore[return-value]
            if time.monotonic() > until:
                raise CarrierDown  # the look has taken the time of the question
            return _answer(question, gone)
        except CarrierBusy:
            if pause is None or time.monotonic() + pause > until:
                raise
        except (CarrierDidNothing, CarrierRefusesNumber):
            raise
        except CarrierDown:
            if not harmless or pause is None or time.monotonic() + pause > until:
                raise
            unsure = True
        time.sleep(pause * SystemRandom().uniform(1, 1.5))
    raise AssertionError


def _answer(question: Callable[[], T], gone: T) -> T:
    """The answer; `gone` when the carrier says that the line is no more; CarrierDown for anything else, and its kinds
    where it is certain that the carrier did nothing."""
    try:
        return question()
    except TwilioRestException as refused:
        if refused.code in GONE or refused.status == 404:
            return gone
        if refused.code in UNCALLABLE:
            raise CarrierRefusesNumber from refused
        if refused.status == TOO_MANY:
            raise CarrierBusy from refused
        raise (CarrierDidNothing if 400 <= refused.status < 500 else CarrierDown) from refused
    except TwilioException as unlisted:  # a list that is refused says so by its answer alone
        status = getattr(unlisted.args[1], "status_code", None) if len(unlisted.args) > 1 else None
        if status == 404:
            return gone
        raise (CarrierBusy if status == TOO_MANY else CarrierDown) from unlisted
    except requests.ConnectionError as silent:
        raise (CarrierBusy if _never_reached(silent) else CarrierDown) from silent
    except (requests.RequestException, OSError) as silent:
        raise CarrierDown from silent


def _never_reached(silent: requests.ConnectionError) -> bool:
    """No connection was made, so nothing was asked."""
    if isinstance(silent, requests.ConnectTimeout):
        return True
    why = silent.args[0] if silent.args else None
    return isinstance(why, MaxRetryError) and isinstance(why.reason, NewConnectionError)
