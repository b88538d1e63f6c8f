"""Whom an agent may ask for help, as a page and as JSON; what is no act of it, or comes at no time, is refused."""

from callcenter.db import transaction
from callcenter.records import referents
from callcenter.records.agents import Agent
from callcenter.records.identifiers import new_id
from callcenter.rules.states import AgentState
from tests.callcenter.web.conftest import SignIn
from tests.support.town import settle


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
