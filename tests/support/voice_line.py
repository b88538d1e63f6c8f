"""A carrier in the test's own process: it asks the voice app as Twilio would, with signatures of its own making."""

from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree import ElementTree

from starlette.testclient import TestClient
from starlette.types import ASGIApp
from twilio.request_validator import RequestValidator

from callcenter.config import settings
from ivr.app import create
from tests.support.recorder import recorded

DURAND = "+33565051234"
CALL = "CA" + "7" * 32


class Carrier:
    """One line, unless another `CallSid` is said."""

    def __init__(self, app: ASGIApp) -> None:
        self.client = TestClient(app, base_url=settings().public_voice_url, follow_redirects=False)
        self.validator = RequestValidator(settings().twilio_auth_token.get_secret_value())

    def asks(self, address: str, keys: str | None = None, **said: str) -> "Document":
        form = {"CallSid": CALL, "From": DURAND, "To": "+33800000000", "CallStatus": "in-progress"} | said
        form |= {} if keys is None else {"Digits": keys}
        signature = self.validator.compute_signature(settings().public_voice_url + address, form)
        answer = self.client.post(address, data=form, headers={"X-Twilio-Signature": signature})
        assert answer.status_code in (200, 204), answer.text
        return Document(answer.text)


class Document:
    """An answer of the voice app."""

    def __init__(self, text: str) -> None:
        self.text = text

    @property
    def verbs(self) -> list[str]:
        return [verb.tag for verb in ElementTree.fromstring(self.text)]

    @property
    def action(self) -> str:
        """Where the keys go, as the carrier asks it: without the fragment."""
        return self.address("Gather", "action")

    def address(self, verb: str, attribute: str) -> str:
        """An address in the answer, without the fragment."""
        found = ElementTree.fromstring(self.text).find(verb)
        assert found is not None, self.text
        return found.attrib[attribute].partition("#")[0]

    def __contains__(self, words: str) -> bool:
        return words in "".join(ElementTree.fromstring(self.text).itertext())


@contextmanager
def in_front_of_the_app() -> Iterator[Carrier]:
    """The voice app of this process, started and stopped as by its server."""
    carrier = Carrier(recorded(create()))
    with carrier.client:
        yield carrier
