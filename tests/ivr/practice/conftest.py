"""The practice carrier behaves as the carrier's documentation says, seen from the official client and a telephone.

A test that asks for `fair` ends with the referee: whatever happened kept the contract.
"""

from collections.abc import Iterator

import pytest
from twilio.rest import Client

from callcenter.config import PRACTICE_ACCOUNT, PRACTICE_TOKEN
from ivr.practice.server import Running, create
from ivr.practice.telephones import PracticeLine
from tests.contract.referee import Referee, contract
from tests.contract.tiny_voice import TinyVoice
from tests.support.practice_line import OURS


@pytest.fixture(scope="module")
def voice_app() -> Iterator[tuple[TinyVoice, str]]:
    voice = TinyVoice()
    with Running(voice.app) as url:
        yield voice, url


@pytest.fixture
def voice(voice_app: tuple[TinyVoice, str]) -> TinyVoice:
    voice = voice_app[0]
    voice.documents.clear()
    voice.asked.clear()
    voice.broken.clear()
    return voice


@pytest.fixture
def url(voice_app: tuple[TinyVoice, str]) -> str:
    return voice_app[1]


@pytest.fixture
def line(voice: TinyVoice, url: str) -> Iterator[PracticeLine]:
    with Running(create(url, OURS, speed=200, calls_per_second=0)) as carrier:
        yield PracticeLine(carrier)


@pytest.fixture
def rest(line: PracticeLine) -> Client:
    client = Client(PRACTICE_ACCOUNT, PRACTICE_TOKEN)
    client.api.base_url = line.base_url
    return client


@pytest.fixture(scope="module")
def referee() -> Referee:
    return Referee(contract())


@pytest.fixture
def fair(line: PracticeLine, referee: Referee) -> Iterator[None]:
    """The session of this test kept the contract."""
    yield
    assert referee.check(line.log()) == []
