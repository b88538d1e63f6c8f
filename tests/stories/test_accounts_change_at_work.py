"""What becomes of an agent at their post, and of the caller they are offered, when an administrator changes their
account: no caller is ever offered to nobody."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from callcenter.actions import healing
from callcenter.db import reading
from callcenter.live import floor
from callcenter.records import agents, calls, contacts, offers
from callcenter.rules.states import CallState, Due
from ivr.practice.telephones import PracticeLine
from tests.support.desk import Desk, DeskAgent, DeskRefused
from tests.support.town import PASSWORD, settle

AS_SETTLED = {"department": "46", "phone": "+33565000001", "topics": ["impots", "sante"], "languages": ["fr"]}


def changes(admin: DeskAgent, agent_id: str, login: str, **what: Any) -> None:
    account = {"login": login, "name": login.capitalize(), "role": "agent", **AS_SETTLED, **what}
    answer = admin.http.put(f"/api/admin/agents/{agent_id}", json=account)
    assert answer.is_success, answer.text


def imports(admin: DeskAgent, login: str, role: str) -> None:
    table = f"login;name;department;role;topics;departments;phone\n{login};Karim;46;{role};impots sante;;0565000001\n"
    answer = admin.http.post("/api/admin/agents/import", files={"table": table.encode()})
    assert answer.is_success, answer.text


def deactivates(admin: DeskAgent, agent_id: str) -> None:
    assert admin.http.post(f"/api/admin/agents/{agent_id}/deactivate").is_success


def state_of(agent_id: str) -> str:
    with reading() as session:
        return session.get_one(agents.Agent, agent_id).state


WAYS_OUT = {
    "an auditor": lambda admin, karim: changes(admin, karim, "karim", role="auditor"),
    "an administrator": lambda admin, karim: changes(admin, karim, "karim", role="admin"),
    "an auditor, by a table": lambda admin, _karim: imports(admin, "karim", "auditeur"),
    "without a telephone": lambda admin, karim: changes(admin, karim, "karim", phone=""),
    "closed": deactivates,
}


@pytest.mark.parametrize("how", WAYS_OUT)
def test_who_takes_calls_no_more_leaves_the_floor_and_their_offer_goes_to_a_colleague(
    line: PracticeLine, desk: Desk, how: str
) -> None:
    settle("admin", role="admin")
    karim_id = settle("karim", topics=["impots", "sante"])
    admin = desk.sign_in("admin", PASSWORD, beats=False)
    karim = desk.sign_in("karim", PASSWORD, beats=False).takes_post()
    durand = line.call(from_="+33565051234").presses("46000").hears("Lot").presses("1").hears("impôts").presses("3")
    offered = karim.is_offered()
    with reading() as session:
        queued_at = session.get_one(calls.Call, offered.call_id).queued_at
    WAYS_OUT[how](admin, karim_id)
    with reading() as session:
        call = session.get_one(calls.Call, offered.call_id)
        assert (call.state, call.queued_at) == (CallState.WAITING, queued_at)
        assert offers.open_of_agent(session, karim_id) is None
    assert state_of(karim_id) == "offline"
    assert karim_id not in floor.present()
    settle("lea", phone="+33565000002")
    lea = desk.sign_in("lea", PASSWORD).takes_post()
    assert lea.is_offered().call_id == offered.call_id
    lea.accepts().is_("talking")
    durand.speaks_with("+33565000002")


def test_in_a_call_they_finish_it_and_are_then_offered_nobody(line: PracticeLine, desk: Desk) -> None:
    """Their outcome is their supervisor's to release: a desk that is closed to them cannot record it."""
    settle("admin", role="admin")
    karim_id = settle("karim", topics=["impots", "sante"])
    admin = desk.sign_in("admin", PASSWORD, beats=False)
    karim = desk.sign_in("karim", PASSWORD, beats=False).takes_post()
    durand = line.call(from_="+33565051234").presses("46000").hears("Lot").presses("1").hears("impôts").presses("3")
    call_id = karim.is_offered().call_id
    karim.accepts().is_("talking")
    changes(admin, karim_id, "karim", role="auditor")
    assert state_of(karim_id) == "talking"
    refused = admin.http.post("/api/board/agent", json={"agent_id": karim_id, "to": "available", "why": "forgot"})
    assert refused.status_code == 409
    durand.hangs_up()
    with reading() as session:
        contact_id = session.get_one(calls.Call, call_id).contact_id
    line.call(from_="+33565051299").presses("46000").hears("Lot").presses("1").hears("impôts").presses("3")
    healing.expire_wrap_up(call_id, _wrapped_up(call_id))
    assert state_of(karim_id) == "offline"
    assert karim_id not in floor.present()
    with reading() as session:
        assert offers.open_of_agent(session, karim_id) is None
        assert session.get_one(contacts.Contact, contact_id).due == Due.OWED


def test_another_topic_or_department_at_work_withdraws_what_is_none_of_theirs(line: PracticeLine, desk: Desk) -> None:
    settle("admin", role="admin")
    karim_id = settle("karim", topics=["impots", "sante"])
    admin = desk.sign_in("admin", PASSWORD, beats=False)
    karim = desk.sign_in("karim", PASSWORD).takes_post()
    line.call(from_="+33565051234").presses("46000").hears("Lot").presses("1").hears("impôts").presses("3")
    offered = karim.is_offered()
    changes(admin, karim_id, "karim", department="31")  # the nation's ring still makes it theirs
    assert karim.sees["offer"]["id"] == offered.id
    changes(admin, karim_id, "karim", topics=["sante"])
    assert karim.state == "available"
    with reading() as session:
        assert session.get_one(calls.Call, offered.call_id).state == CallState.WAITING
    changes(admin, karim_id, "karim", topics=["impots"])
    assert karim.is_offered().call_id == offered.call_id


def test_nobody_without_calls_takes_a_post(line: PracticeLine, desk: Desk) -> None:
    settle("admin", role="admin")
    karim_id = settle("karim", topics=["impots", "sante"])
    admin = desk.sign_in("admin", PASSWORD, beats=False)
    changes(admin, karim_id, "karim", phone="")
    with pytest.raises(DeskRefused) as refusal:
        desk.sign_in("karim", PASSWORD).takes_post()
    assert refusal.value.status == 409


def _wrapped_up(call_id: str) -> datetime:
    """The instant after its wrap-up's time."""
    deadline = time.monotonic() + 30
    while True:
        with reading() as session:
            call = session.get_one(calls.Call, call_id)
            if call.state == CallState.WRAP_UP and call.lease_until:
                return call.lease_until + timedelta(seconds=1)
        assert time.monotonic() < deadline
        time.sleep(0.05)
