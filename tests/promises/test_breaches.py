"""Every query of `callcenter check` finds what it is there for: a breach planted past the verbs, in a transaction that
is rolled back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import text

from callcenter import clock
from callcenter.actions import (
    agent,
    callback,
    citizen,
    consult,
    conversation,
    offer_answers,
    outcome_form,
    promise_check,
    room,
    silence,
)
from callcenter.db import reading, transaction
from callcenter.records import offers, promises
from callcenter.records.contacts import WrapUpEntry
from callcenter.records.promises import Outside
from callcenter.rules.states import Outcome, PauseReason
from ivr.practice.telephones import PracticeLine
from tests.support.people import WISH, hires, joins, number_of, rings, the_call

ENTRY = WrapUpEntry("dgfip", "declaration-revenus", Outcome.ACCOMPANIMENT, settled=True)
SOON, LATER = timedelta(), timedelta(seconds=100)


@dataclass(frozen=True)
class Scene:
    """Ids by what they are, for the planted SQL and for what is seen outside."""

    ids: dict[str, str] = field(default_factory=dict)


def waiting(line: PracticeLine) -> Scene:
    agent.pause(available(line).ids["agent"], PauseReason.BREAK, clock.now())
    return Scene({"call": joins(rings(line, 1).sid, 1)})


def available(line: PracticeLine) -> Scene:
    agent_id = hires(1)
    agent.take_post(agent_id, "phone", clock.now())
    return Scene({"agent": agent_id})


def offered(line: PracticeLine) -> Scene:
    scene = available(line).ids | {"call": joins(rings(line, 1).sid, 1)}
    with reading() as session:
        offer = offers.open_of_agent(session, scene["agent"])
    assert offer is not None
    return Scene(scene | {"offer": offer.id})


def connecting(line: PracticeLine) -> Scene:
    scene = offered(line).ids
    leg = offer_answers.accept_offer(scene["agent"], scene["offer"], clock.now())
    assert leg is not None
    return Scene(scene | {"leg": leg.id})


def talking(line: PracticeLine) -> Scene:
    scene = connecting(line).ids
    room.admit_leg(scene["leg"], "CAleg", clock.now())
    room.admit_citizen(scene["call"], clock.now())
    return Scene(scene)


def asked(line: PracticeLine) -> Scene:
    """A colleague is asked for their help, the citizen on hold as the carrier would have said."""
    scene = talking(line).ids
    helper = hires(2)
    agent.take_post(helper, "phone", clock.now())
    with transaction() as session:
        session.execute(text("update legs set hold = true, held_since = now()"))
    consult.ask_agent(scene["agent"], helper, clock.now())
    with reading() as session:
        consult_id = session.scalar(text("select id from consults"))
    return Scene(scene | {"helper": helper, "consult": str(consult_id)})


def recorded(line: PracticeLine) -> Scene:
    scene = talking(line).ids
    conversation.hang_up(scene["agent"], clock.now())
    contact_id = the_call(scene["call"]).contact_id
    outcome_form.record_outcome(scene["agent"], contact_id, [ENTRY], clock.now())
    return Scene(scene | {"contact": contact_id})


def paused(line: PracticeLine) -> Scene:
    scene = available(line).ids
    agent.pause(scene["agent"], PauseReason.BREAK, clock.now())
    return Scene(scene)


def promised(line: PracticeLine) -> Scene:
    caller = rings(line, 1)
    callback.promise_to_caller(caller.sid, number_of(1), WISH, clock.now(), typed=False)
    citizen.hang_up(caller.sid, clock.now())
    with reading() as session:
        ids = session.execute(text("select id, asked_by from callbacks")).one()
    return Scene({"callback": str(ids[0]), "call": str(ids[1])})


def promised_on_a_silence(line: PracticeLine) -> Scene:
    caller = rings(line, 1)
    silence.keep_way_back(caller.sid, number_of(1), WISH, clock.now(), understood=True)
    citizen.hang_up(caller.sid, clock.now())
    with reading() as session:
        return Scene({"callback": str(session.scalar(text("select id from callbacks")))})


ATTEMPT = """insert into attempts (id, callback_id, call_id, epoch, number_key, asked_at, lease_until)
             values (gen_random_uuid(), :callback, :call, {epoch}, 'x', {at}, {lease})"""
ONE_ATTEMPT = ATTEMPT.format(epoch=1, at="now()", lease="now()")


@dataclass(frozen=True)
class Planted:
    """`sql`: what only a bug could write. `outside`: what the index or the carrier would have to show."""

    scene: Callable[[PracticeLine], Scene]
    sql: tuple[str, ...] = ()
    outside: Callable[[dict[str, str]], Outside] = lambda _: Outside()
    later: timedelta = SOON


PLANTED = {
    "a call in an agent's hands is not the one that the agent holds": Planted(
        connecting, ("update agents set state = 'available', call_id = null where id = :agent",)
    ),
    "an agent holds a call that is not in their hands": Planted(
        offered, ("update calls set state = 'waiting', agent_id = null where id = :call",)
    ),
    "a waiting call belongs to somebody": Planted(offered, ("update calls set state = 'waiting' where id = :call",)),
    "an offered call has not exactly its open offer, of its epoch and agent": Planted(
        offered, ("update offers set state = 'missed' where id = :offer",)
    ),
    "an open offer is not of an offered call": Planted(offered, ("update calls set epoch = 7 where id = :call",)),
    "a call in hand was not accepted in its present epoch": Planted(
        talking, ("update offers set state = 'refused' where id = :offer",)
    ),
    "a colleague is asked for help that is not open, or is not the one asked": Planted(
        asked, ("update consults set helper_id = :agent where id = :consult",)
    ),
    "a conversation has nobody in the room who serves it": Planted(
        talking, ("update legs set kind = 'consult' where id = :leg",)
    ),
    "a citizen has been alone for 10 s": Planted(
        talking, ("update calls set alone_since = now() - interval '1 min' where id = :call",)
    ),
    "a citizen is on the line whose agent's line the carrier does not have": Planted(
        talking, outside=lambda ids: Outside(lines=[the_call(ids["call"]).carrier_id or ""]), later=LATER
    ),
    "a consult outlives its call": Planted(asked, ("update calls set state = 'wrap_up' where id = :call",)),
    "a citizen who was left with a partner's person has been without them for 10 s": Planted(
        asked,
        (
            "update legs set left_at = now(), answer_by = now() where kind = 'serve'",
            """update consults set handed_at = now(), over_at = now(), ended = 'handed_over', state = 'over',
                 leg_id = (select id from legs where kind = 'serve')""",
        ),
        later=LATER,
    ),
    "a citizen was left with a partner's person whose line the carrier does not have": Planted(
        asked,
        (
            """update consults set handed_at = now(), state = 'handed',
                 leg_id = (select id from legs where kind = 'serve')""",
        ),
        outside=lambda ids: Outside(lines=[the_call(ids["call"]).carrier_id or ""]),
        later=LATER,
    ),
    "the trail of a consult does not end where it is": Planted(
        asked, ("update consults set state = 'rung' where id = :consult",)
    ),
    "a call has waited 30 s and stands in no queue": Planted(
        waiting, outside=lambda _: Outside(standing=[]), later=timedelta(seconds=31)
    ),
    "an offer or a connection is 30 s past its lease": Planted(offered, later=LATER),
    "a call's arrival in the queue is not the one that it began with": Planted(
        waiting, ("update calls set queued_at = queued_at - interval '1 h' where id = :call",)
    ),
    "a callback under way has no live call": Planted(
        promised, ("update callbacks set state = 'queued' where id = :callback",)
    ),
    "a callback is two hours late": Planted(promised, later=timedelta(hours=4)),
    "a callback ended without an instant": Planted(
        promised, ("update callbacks set state = 'reached' where id = :callback",)
    ),
    "two dials to one number at once": Planted(
        promised,
        ("set local role postgres", "drop index attempts_one_live_per_number", ONE_ATTEMPT, ONE_ATTEMPT),
    ),
    "a dial is a minute past its lease": Planted(promised, (ONE_ATTEMPT,), later=LATER),
    "dialled after it was reached": Planted(
        promised,
        (
            "update callbacks set state = 'reached', closed_at = now() - interval '1 h' where id = :callback",
            ONE_ATTEMPT,
        ),
    ),
    "an answered call ended with its outcome neither recorded, owed nor released": Planted(
        recorded, ("update contacts set due = 'nothing' where id = :contact",)
    ),
    "recorded without an outcome, or an outcome without being recorded": Planted(
        recorded, ("delete from accompaniments where contact_id = :contact",)
    ),
    "recorded twice": Planted(
        recorded,
        (
            """insert into accompaniments (id, contact_id, partner, procedure, outcome, internet_checked, settled,
                                           follow_up, at)
               select gen_random_uuid(), contact_id, partner, 'autre', outcome, false, settled, follow_up, now()
               from accompaniments where contact_id = :contact""",
        ),
    ),
    "the index shows a call that does not wait": Planted(recorded, outside=lambda ids: Outside(standing=[ids["call"]])),
    "the index shows an agent as free who is not": Planted(paused, outside=lambda ids: Outside(free=[ids["agent"]])),
    "a change along no arrow": Planted(
        recorded,
        ("insert into events (at, noun, noun_id, was, now, why) values (now(), 'call', :call, 'ended', 'menu', 'x')",),
    ),
    "a contact by telephone without its call": Planted(
        available,
        (
            """insert into contacts (id, reference, channel, department, language, hard_of_hearing, relay, arrived_at,
               local_day, due)
               values (gen_random_uuid(), 'x', 'phone', '46', 'fr', false, false, now(), current_date, 'nothing')""",
        ),
    ),
    "an agent is busy 60 s after their call ended": Planted(
        talking, ("update calls set ended_at = now() where id = :call",), later=LATER
    ),
    "a leg lives 60 s after its call went on without it": Planted(
        recorded, ("update legs set state = 'joined' where id = :leg",), later=LATER
    ),
    "a live call whose line the carrier does not have": Planted(
        waiting, outside=lambda _: Outside(lines=[]), later=LATER
    ),
    "a line of the carrier's that nobody here knows, or whose use has ended": Planted(
        available, outside=lambda _: Outside(lines=["CAstranger"])
    ),
    "the trail of a call does not end where it is": Planted(
        offered, ("update calls set state = 'connecting' where id = :call",)
    ),
    "the trail of a agent does not end where it is": Planted(
        available, ("update agents set state = 'pause' where id = :agent",)
    ),
    "the trail of a offer does not end where it is": Planted(
        offered, ("update offers set state = 'missed' where id = :offer",)
    ),
    "the trail of a leg does not end where it is": Planted(
        connecting, ("update legs set state = 'joined' where id = :leg",)
    ),
    "the trail of a monitor does not end where it is": Planted(
        connecting, ("update legs set kind = 'monitor', mode = 'listen' where id = :leg",)
    ),
    "the trail of a contact does not end where it is": Planted(
        recorded, ("update contacts set due = 'owed' where id = :contact",)
    ),
    "the trail of a callback does not end where it is": Planted(
        promised, ("update callbacks set state = 'cancelled' where id = :callback",)
    ),
    "the trail of a attempt does not end where it is": Planted(promised, (ONE_ATTEMPT,)),
    "a change does not begin where the one before it ended": Planted(
        waiting,
        (
            """insert into events (at, noun, noun_id, was, now, why)
               values (now(), 'call', :call, 'offered', 'waiting', 'x')""",
        ),
    ),
    "a callback promised on a silence is another's, and its trail does not say who asked for it": Planted(
        promised_on_a_silence, ("update callbacks set source = 'citizen' where id = :callback",)
    ),
    "an agent without a heartbeat may be offered a call": Planted(
        available, outside=lambda ids: Outside(silent=[ids["agent"]])
    ),
    "an offer is open at an agent whose connection is lost": Planted(
        offered, ("update agents set state = 'lost', call_id = null where id = :agent",)
    ),
}


def test_no_query_is_left_unproven() -> None:
    assert PLANTED.keys() == {query.what for query in promises.QUERIES}
    assert {query.promise for query in promises.QUERIES} == promises.PROMISES.keys()


@pytest.mark.parametrize("what", PLANTED)
@pytest.mark.usefixtures("database", "live")
def test_a_planted_breach_is_found(what: str, carrier: PracticeLine) -> None:
    planted = PLANTED[what]
    ids = planted.scene(carrier).ids
    at = clock.now() + planted.later
    with reading() as session:
        assert promises.broken(session, clock.now()) == []
        for sql in planted.sql:
            asked = text(sql)
            session.execute(asked, {name: ids[name] for name in asked.compile().params})
        found = promises.broken(session, at, planted.outside(ids))
    assert what in {breach.what for breach in found}


@pytest.mark.usefixtures("database", "live")
def test_a_whole_call_breaks_nothing(carrier: PracticeLine) -> None:
    recorded(carrier)
    for caller in carrier.live():
        carrier.ask("POST", f"/calls/{caller['sid']}/hangup", {})
    found = promise_check.check(clock.now())
    assert found.breaches == []
    assert found.carrier
