"""Who is put on hold while their agent calls a partner's desk hears whom: the phrase that is said, never the name that
is read."""

from collections.abc import Mapping

import pytest

from callcenter.clock import now
from callcenter.db import transaction
from callcenter.demonstration import embedded
from callcenter.records import calls, consults, directory, referents
from callcenter.rules.consults import ConsultEnd, ConsultKind, ConsultState
from callcenter.rules.territory import national_day
from ivr import addresses
from tests.ivr.test_webhooks import _frozen
from tests.support.town import settle
from tests.support.voice_line import Carrier

pytestmark = pytest.mark.usefixtures("database")
DESK, NOTHING = "Référents CAF du Lot", dict[str, str]()
SAID = {"fr": "le service des familles du Lot", "en": "the families' desk of the Lot"}
PARTNER = {"fr": "la caisse d'allocations familiales", "en": "the family benefits office"}


def rung(phrases: Mapping[str, str] = NOTHING) -> str:
    """A desk is being rung for somebody; the consult's id."""
    agent_id = settle("karim")
    with transaction() as session:
        call = calls.arrive(session, "CA" + "1" * 32, None, now())
        consult = consults.ask(session, call, agent_id, ConsultKind.REFERENT, ConsultState.RUNG, now())
        consult.partner, consult.desk = "caf", DESK
        consult.referent_id = referents.add_referent(session, "46", "caf", DESK, "+33565009900", "", phrases)
        return consult.id


def names_partner(phrases: Mapping[str, str]) -> None:
    with transaction() as session:
        directory.seed(session)
        directory.name_partner(session, "caf", "CAF (réseau)", "N", national_day(now()), phrases)


def is_music(carrier: Carrier, address: str) -> bool:
    return carrier.asks(address).verbs == ["Play", "Say", "Redirect"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_phrase_of_the_desk_is_said_once_and_then_there_is_music(carrier: Carrier, language: str) -> None:
    heard = carrier.asks(addresses.on_hold(language, rung(SAID)))
    told = {
        "fr": "Votre conseiller appelle {} pour votre demande.",
        "en": "Your adviser is calling {} about your request.",
    }
    assert told[language].format(SAID[language]) in heard
    assert DESK not in heard
    assert heard.verbs == ["Say", "Redirect"]
    following = heard.text.partition("<Redirect")[2].partition(">")[2].partition("#")[0]
    assert following == addresses.on_hold(language)
    assert is_music(carrier, following)


def test_where_it_has_none_its_partners_is_said(carrier: Carrier) -> None:
    """What comes with the service, or what an administrator wrote; the name is never read out."""
    hold = addresses.on_hold("fr", rung())
    heard = carrier.asks(hold)
    assert f"Votre conseiller appelle {PARTNER['fr']} pour votre demande." in heard
    names_partner({"fr": "la CAF du réseau", "en": "the network's CAF"})
    heard = carrier.asks(hold)
    assert "Votre conseiller appelle la CAF du réseau pour votre demande." in heard
    assert "CAF (réseau)" not in heard


def test_a_desk_that_is_rung_no_more_is_not_said_nor_any_while_the_store_sleeps(
    carrier: Carrier, stores: embedded.Stores
) -> None:
    consult_id = rung(SAID)
    hold = addresses.on_hold("fr", consult_id)
    with _frozen(stores.postgresql):
        assert is_music(carrier, hold)
    assert SAID["fr"] in carrier.asks(hold)
    with transaction() as session:
        consult = session.get_one(consults.Consult, consult_id)
        assert consults.end(session, consult, ConsultEnd.CANCELLED, now())
    assert is_music(carrier, hold)
    assert is_music(carrier, addresses.on_hold("fr"))


def test_what_nobody_has_written_is_not_said(carrier: Carrier) -> None:
    hold = addresses.on_hold("fr", rung())
    names_partner(NOTHING)
    assert is_music(carrier, hold)
