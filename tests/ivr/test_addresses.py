"""Every address of the voice app is one of `ivr.addresses`, and every one of those is answered."""

from starlette.routing import Route

from callcenter.rules.hearing import Hearing
from ivr import addresses
from ivr.app import create

PATHS = {path for path in vars(addresses).values() if isinstance(path, str) and path.startswith("/voice/")}


def test_every_address_is_answered_and_no_other_is() -> None:
    routed = [route.path for route in create().routes if isinstance(route, Route) and route.path.startswith("/voice")]
    assert sorted(routed) == sorted(PATHS)


def test_what_is_written_into_an_address_is_read_again() -> None:
    call = "0b7f6c9e-3b43-4a55-9c0e-7b1f6f3c2a11"
    written = addresses.question(addresses.SATISFIED, call, "en", 2, hearing=Hearing.RELAY, lone=1)
    read = addresses.own(written.partition("?")[2])
    assert (read[addresses.CALL], read[addresses.LANGUAGE], read[addresses.HEARING]) == (call, "en", "1")
    assert (addresses.count(read[addresses.TRIES]), addresses.count(read[addresses.LONE])) == (2, 1)


def test_what_is_not_ours_in_an_address_is_not_read() -> None:
    assert addresses.own("c=%3CSay%3E&g=javascript:alert&n=2") == {"n": "2"}
