"""Two hundred people call forty agents at once."""

import os
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from callcenter.db import reading
from callcenter.demonstration import embedded
from callcenter.records import agents
from callcenter.records.calls import Call
from callcenter.records.contacts import Accompaniment, Contact
from callcenter.rules.states import CallState, Due, Ending
from ivr.practice.telephones import Caller, PracticeLine
from tests.support.cast import Service
from tests.support.patience import until
from tests.support.town import at_work, settle_many

CALLS, AGENTS = 200, 40
PATIENCE = 150.0


def test_two_hundred_calls_and_forty_agents_end_with_an_outcome_for_each_one_answered(
    line: PracticeLine, service: Service, stores: embedded.Stores
) -> None:
    seen = line.log_goes_on_from()  # of the stories before
    logins = settle_many(AGENTS)
    environment = os.environ | stores.environment()

    def dials(n: int) -> Caller:
        """Whatever is said first: a starved machine may cost somebody the menu, never the call."""
        return line.call(from_=f"+3363998{n:04}").happens("say", timeout=60).presses("0")

    with at_work(service, environment, logins, hurry=30):
        until(lambda: _on_duty() == AGENTS, "every agent at their post", PATIENCE, look=0.5)
        with ThreadPoolExecutor(16) as people:
            list(people.map(dials, range(CALLS)))
        until(lambda: _ended() == CALLS, "every call ended and recorded", PATIENCE, look=0.5)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == CALLS
        endings = dict(session.execute(select(Call.ending, func.count()).group_by(Call.ending)).all())
        unrecorded = session.scalars(select(Contact.id).where(Contact.due != Due.RECORDED)).all()
        outcomes = session.scalar(select(func.count(func.distinct(Accompaniment.contact_id))))
    assert endings == {Ending.ANSWERED: CALLS}
    assert (unrecorded, outcomes) == ([], CALLS)
    told = [entry for entry in line.log(seen) if entry["kind"] == "webhook"]
    assert not [entry for entry in told if entry["status"] is not None and entry["status"] >= 500]


def _on_duty() -> int:
    with reading() as session:
        return len(agents.on_duty(session))


def _ended() -> int:
    with reading() as session:
        ended = select(func.count()).where(Call.state == CallState.ENDED)
        return session.scalar(ended) or 0
