"""Whom an agent may ask for help, as a page and as JSON; what is no act of it, or comes at no time, is refused."""

from datetime import timedelta

from callcenter import clock
from callcenter.db import transaction
from callcenter.records import referents
from callcenter.records.agents import Agent
from callcenter.records.consults import Consult
from callcenter.records.identifiers import new_id
from callcenter.rules.states import AgentState
from tests.callcenter.web.conftest import SignIn
from tests.support.town import settle
from tests.support.wrap_up import wraps_up


def test_referents_are_found_by_the_words_of_partner_desk_and_number(sign_in: SignIn) -> None:
    settle("karim")
    karim = sign_in("karim")
    with transaction() as session:
        for scope, partner, desk, hours in (
            ("46", "caf", "Référents du Lot", "Mo-Su 00:00-24:00"),
            ("N", "cpam", "Ligne nationale", "Mo-Su 00:00-00:01"),
            ("31", "caf", "Référents de la Haute-Garonne", ""),
        ):
            referents.add_referent(session, scope, partner, desk, "+33565009900", hours)
    found = karim.get("/api/consult/referents", params={"words": "REFERENTS allocations"}).json()
    assert [(each["desk"], each["is_open"]) for each in found] == [("Référents du Lot", True)]
    assert len(karim.get("/api/consult/referents").json()) == 2
    page = karim.get("/desk/help", params={"words": "ligne"}).text
    assert "Ligne nationale" in page
    assert "Référents du Lot" not in page
    assert "ouvre demain à 0h" in page
    assert "/desk/help/referent" not in page  # nobody is on the line
    assert "Aucun référent ne correspond" in karim.get("/desk/help", params={"words": "zzz"}).text


def test_the_last_three_are_those_of_whom_is_shown(sign_in: SignIn) -> None:
    karim = settle("karim")
    call_id, contact_id = wraps_up(karim)
    at, desks = clock.now(), ["Un", "Deux", "Trois", "Quatre"]
    with transaction() as session:
        here = [referents.add_referent(session, "46", "caf", each, "+33565009900", "") for each in desks]
        away = [referents.add_referent(session, "31", "caf", each, "+33565009900", "") for each in desks]
        for ago, referent_id in enumerate([*away, *reversed(here)]):
            asked = at - timedelta(minutes=ago)
            session.add(
                Consult(
                    id=new_id(), call_id=call_id, contact_id=contact_id, asked_by=karim, kind="referent", state="over",
                    ended="dismissed", asked_at=asked, over_at=asked, partner="caf", referent_id=referent_id,
                )
            )  # fmt: skip
    found = sign_in("karim").get("/api/consult/referents").json()
    assert [(each["desk"], each["last_used"]) for each in found] == [
        ("Quatre", 1),
        ("Trois", 2),
        ("Deux", 3),
        ("Un", None),
    ]


def test_helplines_say_whether_they_are_open_and_from_when(sign_in: SignIn) -> None:
    settle("karim")
    with transaction() as session:
        for desk, hours in (("Écoute du Lot", "Mo-Su 00:00-24:00"), ("Accueil du Lot", "Mo-Su 00:00-00:01")):
            referents.add_referent(session, "46", "", desk, "+33565009911", hours, helpline=True)
    page = sign_in("karim").get("/desk/distress").text
    assert "ouvert maintenant" in page
    assert "ouvre demain à 0h" in page


def test_a_colleague_who_is_free_is_listed_and_no_other(sign_in: SignIn) -> None:
    settle("karim")
    lea = settle("lea", "31")
    settle("zoe", "31")
    with transaction() as session:
        session.get_one(Agent, lea).state = AgentState.AVAILABLE
    page = sign_in("karim").get("/desk/help").text
    assert "Lea" in page
    assert "Zoe" not in page


def test_no_act_of_help_is_done_out_of_a_conversation(sign_in: SignIn) -> None:
    settle("karim")
    karim = sign_in("karim")
    assert karim.post("/desk/help/nothing").status_code == 404
    assert karim.post("/desk/help/back").status_code == 409
    assert karim.post("/desk/help/leave").status_code == 409
    assert karim.post("/desk/help/referent", data={"referent_id": new_id()}).status_code == 409
