"""What is held of a person, and that nothing is left of them: proven by a dump of the whole database."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import text
from typer.testing import CliRunner

from callcenter import sealing
from callcenter.actions import agent, callback, citizen, conversation, notes, outcome_form, persons_rights
from callcenter.cli import app
from callcenter.clock import now
from callcenter.db import reading, transaction
from callcenter.demonstration import embedded
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, calls, contacts, persons, sessions
from callcenter.records.calls import Wish
from callcenter.records.contacts import WrapUpEntry
from callcenter.records.figures import roll_up
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.states import Outcome
from callcenter.rules.territory import national_day
from tests.callcenter.records.figures.test_roll_up import stored
from tests.callcenter.records.test_visits import LINE, settle_sites, taken
from tests.support.conversation import carrier, ends, speaks
from tests.support.kept import rolled_up
from tests.support.town import settle
from workers.nightly import tidy

CANARY, OTHER, TYPED = "+33612345698", "+33612345601", "0687654329"
NUMBER = PhoneNumber(CANARY)
NOTE = "chardonneret"
LINE_OF = {CANARY: "CA" + "7" * 32, OTHER: "CA" + "8" * 32}


@pytest.fixture(autouse=True)
def line(database: object, live: object) -> Iterator[None]:
    with carrier():
        yield


@pytest.fixture
def karim() -> str:
    karim = settle("karim", "46", ["impots", "autre"])
    agent.take_post(karim, "phone", now())
    return karim


def helped(karim: str, number: str, note: str) -> str:
    """A conversation with notes, a consent and a promise afterwards; the reference that was told."""
    call_id = speaks(karim, LINE_OF[number], number, now())
    with reading() as session:
        call = calls.get(session, call_id)
        contact = contacts.get(session, call.contact_id) if call else None
    assert contact is not None
    notes.keep(karim, contact.id, note, 0)
    conversation.note_agreement(karim, contact.id, "consent", "voice", now())
    ends(karim, call_id, now())
    entry = WrapUpEntry("dgfip", "declaration-revenus", Outcome.INFORMATION, settled=True, notes=note)
    outcome_form.record_outcome(karim, contact.id, [entry], now())
    citizen.hang_up(LINE_OF[number], now())
    return contact.reference


def promised(number: str, line: str) -> str:
    wish = Wish("46", "impots", "fr", relay=False)
    made = callback.promise_to_caller(line, number, wish, now(), typed=False)
    citizen.hang_up(line, now())
    return made.reference


def traces(content: str, number: str, *secrets: str) -> set[str]:
    """Which secrets of a person are in a dump: number in any grouping, pseudonym, what else is given."""
    plain = re.sub(r"(?<=\d)[ .\-](?=\d)", "", content)
    looked = {"number": number[3:], "pseudonym": sealing.pseudonym(number).hex(), **{each: each for each in secrets}}
    return {name for name, secret in looked.items() if secret in plain}


def test_nothing_of_an_erased_person_is_left_in_a_dump(database: embedded.Server, karim: str) -> None:
    reference, others = helped(karim, CANARY, NOTE), helped(karim, OTHER, "mésange")
    due = promised(CANARY, "CA" + "6" * 32)
    callback.draft_number("CA" + "6" * 32, TYPED, now())
    secrets = (reference, due, NOTE, LINE_OF[CANARY], "CA" + "6" * 32)
    before = embedded.dump(database)
    assert traces(before, CANARY, *secrets) == {"pseudonym", *secrets} - {NOTE}  # notes are sealed
    with reading() as session:
        sealed = [
            bytes(row).hex() for row in session.scalars(text("select number from calls where number is not null"))
        ]
        sealed += [bytes(row).hex() for row in session.scalars(text("select number from drafts"))]
        sealed += [bytes(row).hex() for row in session.scalars(text("select notes from accompaniments"))]
    figures = rolled()
    assert persons_rights.erase(NUMBER, now()) == 2
    after = embedded.dump(database)
    assert traces(after, CANARY, *secrets) == set()
    assert sum(each in after for each in sealed) == 2  # the other's, number and notes
    assert traces(after, OTHER, others, "mésange") == {"pseudonym", others}
    assert [row["notes"] for row in persons_rights.disclose(PhoneNumber(OTHER), now())["accompaniments"]] == ["mésange"]
    assert rolled(anew=True) == figures
    assert persons_rights.disclose(NUMBER, now())["contacts"] == []


def test_erasing_a_neighbour_finds_the_draft_of_whoever_typed_their_number(karim: str) -> None:
    """The number alone leads there: they never called, and the line is another's."""
    neighbour = PhoneNumber("+33687654329")
    callback.draft_number(LINE_OF[OTHER], TYPED, now())
    callback.draft_number(LINE_OF[CANARY], "0612345698", now())
    assert len(persons_rights.disclose(neighbour, now())["typed_elsewhere"]) == 1
    assert LINE_OF[OTHER] not in json.dumps(persons_rights.disclose(neighbour, now()))
    persons_rights.erase(neighbour, now())
    with reading() as session:
        assert list(session.scalars(text("select carrier_id from drafts"))) == [LINE_OF[CANARY]]


@pytest.mark.parametrize(
    ("territory", "typed", "whose"),
    [
        ("988", "0687261234", "+687261234"),
        ("988", "0687261234", "+33687261234"),  # the same figures are a mobile of the mainland
        ("986", "0681721234", "+33681721234"),
        ("987", "0689401234", "+33689401234"),
    ],
)
def test_a_draft_that_may_be_two_numbers_is_found_under_both(
    karim: str, territory: str, typed: str, whose: str
) -> None:
    callback.draft_number(LINE_OF[OTHER], typed, now(), territory=territory)
    callback.draft_number(LINE_OF[CANARY], "0612345698", now())
    one_of_them = PhoneNumber(whose)
    assert len(persons_rights.disclose(one_of_them, now())["typed_elsewhere"]) == 1
    persons_rights.erase(one_of_them, now())
    with reading() as session:
        assert list(session.scalars(text("select carrier_id from drafts"))) == [LINE_OF[CANARY]]


def test_notes_rest_sealed_and_open_in_their_own_row_alone(database: embedded.Server, karim: str) -> None:
    helped(karim, CANARY, NOTE)
    helped(karim, OTHER, "mésange")
    settle_sites([(7, "46")])
    row = LINE | {"reference": "Moineau-1", "debut": "2025-03-14T09:30", "remarques": "rougegorge 184127645108946"}
    assert taken([row]).contacts == 1
    dump = embedded.dump(database)
    assert traces(dump, CANARY, NOTE, "mésange", "rougegorge") == {"pseudonym"}
    with reading() as session:
        assert session.query(contacts.Accompaniment).count() == 3
    assert noted() == {NOTE, "mésange", "rougegorge •••"}
    with transaction() as session:
        session.execute(
            text("""
            update accompaniments a set notes = b.notes from accompaniments b
            where a.notes is not null and b.notes is not null and b.id <> a.id
        """)
        )
        session.execute(text("update contacts set draft = (select number from calls limit 1)"))
    with reading() as session:
        for moved in session.query(contacts.Accompaniment):
            with pytest.raises(InvalidTag):
                assert moved.noted is None
        for contact in session.query(contacts.Contact):
            with pytest.raises(InvalidTag):
                assert contact.drafted is None


def rolled(*, anew: bool = False) -> object:
    if anew:
        with transaction(60) as session:
            roll_up.rebuild(session, national_day(now()).replace(day=1), now())
    else:
        rolled_up(now())
    cells = {key: tally for key, tally in stored().items() if key[3] != "callback"}
    for key, tally in cells.items():  # time goes on for the agent
        object.__setattr__(tally, "available_ms", 0)
        object.__setattr__(tally, "busy_ms", 0)
        assert key
    return cells


def test_a_person_sees_all_that_is_held_of_them_and_it_is_written_down(karim: str) -> None:
    reference = helped(karim, CANARY, NOTE)
    due = promised(CANARY, "CA" + "6" * 32)
    helped(karim, OTHER, "mésange")
    shown = CliRunner().invoke(app, ["person", "--number", "06 12 34 56 98"])
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.stdout)
    assert found["number"] == CANARY
    assert reference in [contact["reference"] for contact in found["contacts"]]
    assert [row["notes"] for row in found["accompaniments"]] == [NOTE]
    assert [row["kind"] for row in found["agreements"]] == ["consent"]
    assert [row["reference"] for row in found["callbacks"]] == [due]
    assert "mésange" not in shown.stdout
    erased = CliRunner().invoke(app, ["person", "--number", CANARY, "--erase"])
    assert "2 contacts lead to nobody" in erased.output
    with reading() as session:
        acts = list(session.scalars(text("select act from audit where who is null order by id")))
        states = list(session.scalars(text("select state from callbacks")))
    assert acts == ["saw all of a person", "erased a person"]
    assert states == ["cancelled"]


def test_nobody_is_erased_during_their_call(karim: str) -> None:
    speaks(karim, LINE_OF[CANARY], CANARY, now())
    refused = CliRunner().invoke(app, ["person", "--number", CANARY, "--erase"])
    assert refused.exit_code == 1
    assert "nothing was erased" in refused.output
    assert CliRunner().invoke(app, ["person", "--number", "12"]).exit_code == 1


def older(days: int, number: str) -> None:
    """As if the last contact of a number had been so long ago."""
    with transaction() as session:
        values = {"ago": timedelta(days=days), "key": sealing.pseudonym(number)}
        for change in (
            "update contacts set arrived_at = arrived_at - :ago where pseudonym = :key",
            """update callbacks set promised_at = promised_at - :ago, closed_at = closed_at - :ago
               where number_key = :key""",
        ):
            session.execute(text(change), values)


def test_six_months_after_the_last_contact_the_night_erases(database: embedded.Server, karim: str) -> None:
    reference = helped(karim, CANARY, NOTE)
    helped(karim, OTHER, "mésange")
    promised(CANARY, "CA" + "6" * 32)
    callback.cancel_from_menu(CANARY, now())
    with transaction() as session:
        session.execute(text("update drafts set at = at - interval '1 year'"))
    older(182, CANARY)
    older(184, OTHER)
    speaks(karim, "CA" + "9" * 32, OTHER, now())  # they called again: all of theirs stays
    tidy()
    assert traces(embedded.dump(database), CANARY, reference, NOTE) == {"pseudonym", reference}
    assert noted() == {NOTE, "mésange"}
    older(3, CANARY)
    tidy()
    assert traces(embedded.dump(database), CANARY, reference, NOTE, LINE_OF[CANARY]) == set()
    assert noted() == {"mésange"}


def noted() -> set[str | None]:
    with reading() as session:
        return {row.noted for row in session.query(contacts.Accompaniment) if row.notes}


def test_an_open_promise_keeps_its_person(karim: str) -> None:
    promised(CANARY, LINE_OF[CANARY])
    older(400, CANARY)
    with transaction() as session:
        assert persons.erase_old(session, now(), 10) == 0


def test_a_visit_that_was_erased_is_still_known(database: embedded.Server) -> None:
    settle_sites([(7, "46")])
    row = LINE | {"reference": "Moineau-1", "debut": "2025-03-14T09:30", "remarques": NOTE}
    assert taken([row]).contacts == 1
    with transaction() as session:
        assert persons.erase_old(session, now(), 10) == 1
    assert not {"Moineau-1", NOTE} & traces(embedded.dump(database), CANARY, "Moineau-1", NOTE)
    again = taken([row, row | {"reference": "Moineau-2"}])
    assert (again.contacts, again.known) == (1, 1)


def test_closed_accounts_after_two_years_and_logs_after_one(karim: str) -> None:
    closed = settle("parti", "46")
    with transaction() as session:
        session.execute(
            text("update agents set active = false, closed_at = since - interval '3 years' where id = :id"),
            {"id": closed},
        )
        for days in (300, 400):
            sessions.audit(session, karim, AuditedAct.CHANGED, "call", f"{days}", now() - timedelta(days=days))
    tidy()
    with reading() as session:
        gone, here = agents.get(session, closed), agents.get(session, karim)
        acts = list(session.scalars(text("select noun_id from audit")))
    assert gone is not None
    assert here is not None
    assert (gone.name, gone.desk_phone, here.name) == ("", None, "Karim")
    assert gone.login != "parti"
    assert acts == ["300"]
    with pytest.raises(Exception, match="append-only"), transaction() as session:
        session.execute(text("delete from audit"))
