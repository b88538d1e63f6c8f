"""A simulated year: it holds what a real one would hold to, and says that it is none."""

from collections import Counter

import pytest
from sqlalchemy import select, text

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.demonstration import simulated_rows as simulation
from callcenter.demonstration.year_seeding import YEAR
from callcenter.records import promises
from callcenter.records.attempts import Attempt
from callcenter.records.callbacks import Callback
from callcenter.records.figures import roll_up
from callcenter.records.figures.totals import between
from callcenter.rules import quality
from callcenter.rules.callbacks import Source
from callcenter.rules.tally import whole

CALLS, VISITS = 1_000, 500
RELAYED = """
    select 'calls', count(*) from calls where relay union all
    select 'contacts', count(*) from contacts where relay union all
    select 'promises', count(*) from callbacks where relay union all
    select 'dials', count(distinct callback_id) from calls where channel = 'callback' and relay
"""
ANSWERED_LONG_AGO = "select count(*) from calls where channel = 'phone' and ending = 'answered' and arrived_at < :until"


def test_a_simulated_year_keeps_every_promise_and_says_what_it_is(database: object) -> None:
    at = clock.now()
    first = at.date() - YEAR
    with transaction(600) as session:
        report = simulation.write(session, first, (CALLS, VISITS), at)
    assert report.refused == ()
    with reading(60) as session:
        assert {breach.what for breach in promises.broken(session, at)} == set()
        for labelled in (
            "select count(*) from contacts where reference not like 'simule-%' and site_reference not like 'simule-%'",
            "select count(*) from agents where name not like 'Agent simulé%' or login not like 'simule-%' or active",
            "select count(*) from sites where name not like 'France services simulée%'",
            "select count(*) from calls where carrier_id not like 'simule-%'",
            "select count(*) from callbacks where reference not like 'SIM%'",
            "select count(*) from attempts where carrier_id not like 'simule-%'",
        ):
            assert session.scalar(text(labelled)) == 0, labelled
        months = roll_up.months(session)
        asked = session.scalar(text("select count(*) from calls where ending = 'became_callback'"))
        promised = Counter(session.scalars(select(Callback.state)))
        silent = list(session.scalars(select(Callback.attempts).where(Callback.source == Source.SILENCE)))
        dials = Counter(session.scalars(select(Attempt.outcome)))
    assert sum(promised.values()) - len(silent) == asked > CALLS / 50
    assert set(silent) == {1}  # nobody asked for these: they are dialled once
    assert promised.keys() <= {"reached", "not_reached"}
    assert promised["reached"] == dials["spoken"] > dials["no-answer"] > 0
    for month in months[:2]:
        with transaction(60) as session:
            roll_up.rebuild(session, month, at)
    with reading(60) as session:
        by_partner = between(session, months[0], at.date(), ("partner",), partners=None)
        counted = text("select count(returned), count(*) filter (where returned) from contacts")
        judged, returned = session.execute(counted).one()
        answered = session.scalar(text(ANSWERED_LONG_AGO), {"until": at - quality.RETURN_WITHIN})
        relayed = dict[str, int](session.execute(text(RELAYED)).all())
    assert 0 < relayed["calls"] == relayed["contacts"] < CALLS / 50
    assert relayed["promises"] == relayed["dials"]
    assert judged == answered
    assert 0 < returned < judged / 5
    shares = dict(quality.ranking({partner: tally for (partner,), tally in by_partner.items()}))
    assert shares["france-titres"].part > shares["msa"].part
    assert 0.6 < (quality.settled_in_one_contact(whole(by_partner.values())).value or 0) < 0.95
    with pytest.raises(simulation.AlreadySimulated), transaction(60) as session:
        simulation.write(session, first, (CALLS, VISITS), at)
