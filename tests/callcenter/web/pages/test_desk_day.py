"""« Ma journée » : what an agent owes, whom they have served today, and how much it was."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from callcenter import clock
from callcenter.db import transaction
from callcenter.records.contacts import WrapUpEntry
from callcenter.records.sessions import AuditEntry
from callcenter.rules.states import FollowUp, Outcome
from callcenter.web.pages.template_environment import in_pairs
from tests.callcenter.web.conftest import SignIn
from tests.support.spoken import contact, spoke
from tests.support.town import settle

NOON = datetime(2026, 11, 24, 14, 0, tzinfo=ZoneInfo("Europe/Paris"))
SETTLED = WrapUpEntry("dgfip", "avis-impot", Outcome.INFORMATION, settled=True)
ORIENTED = WrapUpEntry(
    "caf", "aide-logement", Outcome.ORIENTATION, settled=False, reason="must_come", follow_up=FollowUp.APPOINTMENT
)


@pytest.fixture(autouse=True)
def noon(database: object, live: object) -> Iterator[None]:
    with time_machine.travel(NOON, tick=True):
        yield


def pairs(contact_id: str) -> str:
    return in_pairs(contact(contact_id).reference)


def entries(page: str) -> list[str]:
    """Each contact of the page, as its words alone."""
    main = page.partition("<main")[2]
    return [re.sub("[ \n]+", " ", re.sub("<[^>]+>", "", each)) for each in re.findall(r"<li>.*?</li>", main, re.DOTALL)]


def counts(page: str) -> dict[str, str]:
    return {
        re.sub("<[^>]+>", "", name).strip(): re.sub("<[^>]+>", "", value).strip()
        for name, value in re.findall(r"<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    }


def test_the_day_has_what_is_owed_whom_they_served_and_how_much_it_was(sign_in: SignIn) -> None:
    karim, lea = settle("karim"), settle("lea")
    now = clock.now()
    earlier = spoke(karim, "+33565051234", now - timedelta(hours=4), [SETTLED, ORIENTED])
    later = spoke(karim, "+33565051235", now - timedelta(hours=1))
    owed = spoke(karim, "+33565051236", now - timedelta(days=2), None)
    yesterday = spoke(karim, "+33565051237", now - timedelta(hours=16))
    others = spoke(lea, "+33565051238", now - timedelta(hours=1))
    browser = sign_in("karim")
    page = browser.get("/desk/day").text
    assert [each for each in (earlier, later, owed, yesterday, others) if pairs(each) in page] == [earlier, later, owed]
    first, second, third = entries(page)
    assert pairs(owed) in first
    assert "22/11/2026" in first
    assert "Renseigner" in first
    assert "Corriger" not in first
    assert pairs(later) in second
    assert "13:00" in second
    assert "Déclaration de revenus – Accompagnement, à suivre" in second
    assert "Corriger" in second
    assert "Avis d&#39;impôt ou justificatif – Information, réglé" in third
    assert "Aide au logement – Orientation vers un partenaire, à suivre – suite convenue : Rendez-vous" in third
    assert f'href="/contacts/{later}/correction"' in page
    assert f'href="/contacts/{earlier}"' in page
    told = counts(page)
    assert (told["Appels servis"], told["Contacts du jour"], told["À renseigner"]) == ("2", "2", "1")
    assert (told["Démarches renseignées"], told["Réglées"]) == ("3", "1")
    with transaction() as session:  # one's own day is no look at a person
        assert session.query(AuditEntry).count() == 0


def test_beside_the_call_it_is_the_same_and_an_empty_day_says_so(sign_in: SignIn) -> None:
    karim = settle("karim")
    browser = sign_in("karim")
    page = browser.get("/desk/day").text
    assert "Vous n&#39;avez encore servi personne aujourd&#39;hui." in page
    assert counts(page)["Appels servis"] == "0"
    assert entries(page) == []
    spoke(karim, "+33565051234", clock.now() - timedelta(hours=1))
    panel = browser.get("/desk/day", headers={"X-Panel": "1"}).text
    assert "<html" not in panel
    assert 'class="panel__sub">Mes contacts du jour</h3>' in panel
    assert "Corriger" in panel


def test_a_contact_is_corrected_from_there_for_a_day(sign_in: SignIn) -> None:
    """From its agent's list the way to correct it goes with the right to."""
    karim = settle("karim")
    helped = spoke(karim, "+33565051234", clock.now() - timedelta(hours=1))
    browser = sign_in("karim")
    (way,) = re.findall(r'href="(/contacts/[\w-]+/correction)"', browser.get("/desk/day").text)
    assert way == f"/contacts/{helped}/correction"
    assert browser.get(way).status_code == 200
