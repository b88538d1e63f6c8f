"""What is asked every two seconds, and what erases a person, is found by keys among many rows: never by reading all."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from callcenter import sealing
from callcenter.clock import now
from callcenter.db import engine, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import agent_days, persons
from tests.support.town import settle

ROWS = 50_000
DURAND = PhoneNumber("+33612345698")
MANY = (
    """insert into contacts (id, reference, channel, department, department_assumed, language, hard_of_hearing,
       relay, arrived_at,
       local_day, due, pseudonym, asks_no_more)
       select md5('c' || n)::uuid, 'r' || n, 'phone', '46', false, 'fr', false, false, now() - n * interval '1 minute',
       current_date, 'nothing', sha256(('p' || n / 3)::bytea), false from generate_series(1, :n) n""",
    """insert into calls (id, carrier_id, channel, contact_id, number, number_key, department, topic, language,
       for_anybody,
       hard_of_hearing, relay, state, arrived_at, queued_at, priority, reasons, epoch,
       inside, private, extended, warned, cut, ending)
       select md5('k' || n)::uuid, 'CA' || n, 'phone', md5('c' || n)::uuid, 'x', sha256(('p' || n / 3)::bytea), '46',
       'impots', 'fr', false, false, false, 'ended', now() - n * interval '1 minute', now(), 0, '{}', 0,
       false, false, false,
       false, false, 'answered' from generate_series(1, :n) n""",
    """insert into legs (id, call_id, contact_id, agent_id, epoch, kind, shift, carrier_id, state, asked_at,
       talked_from, held, hold, mute, muted, aside, is_aside, partner)
       select md5('l' || n)::uuid, md5('k' || n)::uuid, md5('c' || n)::uuid, :karim, 1, 'serve', false, 'CL' || n,
       'left', now() - n * interval '1 minute', now(), 0, false, false, false, false, false, false
       from generate_series(1, :n) n""",
    """insert into carrier_events (resource, stream, sequence, at)
       select 'CA' || n, 'CF' || n, 1, now() from generate_series(1, :n) n""",
    """insert into accompaniments (id, contact_id, partner, procedure, outcome, internet_checked, settled,
       follow_up, at)
       select md5('a' || n)::uuid, md5('c' || n)::uuid, 'dgfip', 'avis-impot', 'information', false, true,
       'none', now()
       from generate_series(1, :n) n""",
    """insert into drafts (carrier_id, number, number_key, at)
       select 'CD' || n, 'x', sha256(('d' || n)::bytea), now() from generate_series(1, :n) n""",
    """insert into callbacks (id, state, source, asked_by, asker_key, destination, pool, number, number_key, department,
       topic, also, language, hard_of_hearing,
       relay, reference, waited, promised_at, promised_from, promised_until, due_from, due_until,
       attempts, closed_at)
       select md5('b' || n)::uuid, 'reached', 'citizen', md5('k' || n)::uuid, sha256(('p' || n)::bytea), '+33', 'own',
       'x', sha256(('p' || n / 3)::bytea), '46', 'impots', '{}', 'fr', false, false, 'r', 0,
       now() - n * interval '1 minute',
       now(), now() + interval '1 hour', now(), now() + interval '1 hour', 0, now() from generate_series(1, :n) n""",
    """insert into attempts (id, callback_id, call_id, epoch, number_key, carrier_id, asked_at, outcome, lease_until)
       select md5('t' || n)::uuid, md5('b' || n)::uuid, md5('k' || n)::uuid, 1, sha256(('p' || n / 3)::bytea),
       'CT' || n,
       now(), 'spoken', now() from generate_series(1, :n) n""",
    """insert into shared_lines (id, number, number_key, name, at)
       select md5('h' || n)::uuid, 'x', sha256(('h' || n)::bytea), 'EHPAD', now() from generate_series(1, :n) n""",
    """insert into texts (id, kind, number_key, asked_at)
       select md5('x' || n)::uuid, 'sites', sha256(('p' || n / 3)::bytea), now() from generate_series(1, :n) n""",
    """insert into agreements (id, contact_id, kind, given_by, agent_id, at)
       select md5('g' || n)::uuid, md5('c' || n)::uuid, 'consent', 'voice', :karim, now()
       from generate_series(1, :n) n""",
    """insert into site_texts (id, call_id, department, postal_code, language, asked_at)
       select md5('s' || n)::uuid, md5('k' || n)::uuid, '46', '46000', 'fr', now() from generate_series(1, :n) n""",
)


@pytest.fixture
def karim(database: object, live: object) -> str:
    karim = settle("karim")
    with transaction(120) as session:
        session.execute(text("set local statement_timeout = 0"))
        for statement in MANY:
            session.execute(text(statement), {"n": ROWS, "karim": karim})
        session.execute(
            text("update contacts set pseudonym = :key where reference = 'r77'"),
            {"key": sealing.pseudonym(DURAND.e164)},
        )
        session.execute(text("analyze"))
    return karim


class Explained:
    """The plans of every statement that this thread runs meanwhile."""

    def __init__(self) -> None:
        self.plans: list[tuple[str, str]] = []
        self._thread = threading.get_ident()

    def __enter__(self) -> "Explained":
        event.listen(engine(), "before_cursor_execute", self._explains)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(engine(), "before_cursor_execute", self._explains)

    def _explains(self, _connection: Any, cursor: Any, statement: str, values: Any, *_: object) -> None:
        is_ours = threading.get_ident() == self._thread
        if is_ours and statement.split(None, 1)[0].lower() in ("select", "update", "delete", "insert"):
            cursor.execute(f"explain {statement}", values)
            self.plans.append((statement, "\n".join(row[0] for row in cursor.fetchall())))

    def read_whole(self) -> list[tuple[str, str]]:
        return [(statement, plan) for statement, plan in self.plans if "Seq Scan" in plan]


def test_a_day_and_a_person_are_found_by_keys(karim: str) -> None:
    with Explained() as explained, transaction(60) as session:
        assert agent_days.of_agent(session, karim, now() - timedelta(hours=8)).calls > 400
        assert len(persons.held(session, DURAND)["contacts"]) == 1
        assert len(persons.erase(session, DURAND, now())) == 1
    assert any("legs_by_agent" in plan for _, plan in explained.plans)
    assert explained.read_whole() == []
