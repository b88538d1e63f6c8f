"""Notes of a contact: sealed, masked, of every page that kept some, and never lost to an older one."""

from datetime import timedelta

import pytest

from callcenter.db import reading, transaction
from callcenter.records import contacts
from tests.callcenter.web.conftest import SignIn
from tests.support.town import settle
from tests.support.wrap_up import TAXES, wraps_up


def test_notes_are_kept_sealed_and_masked_until_the_outcome(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = wraps_up(karim_id)
    given = {"contact_id": contact_id, "notes": "184127645108946 demande un délai"}
    answer = karim.post("/desk/notes", data=given, headers={"HX-Request": "true"})
    assert "Notes gardées" in answer.text
    with reading() as session:
        contact = contacts.get(session, contact_id)
        assert contact is not None
        assert contact.drafted == "••• demande un délai"
    assert karim.get("/api/desk").json()["recording"]["notes"] == "••• demande un délai"


def test_notes_that_come_once_it_is_recorded_or_released_are_in_the_outcome_or_refused(sign_in: SignIn) -> None:
    """A page that saves by itself may be late."""
    karim_id = settle("karim")
    settle("ines", role="supervisor", departments=["46"])
    karim, ines = sign_in("karim"), sign_in("ines")
    for ends in ("recorded", "released"):
        _, contact_id = wraps_up(karim_id)
        late = {"contact_id": contact_id, "notes": "demande un délai"}
        assert karim.post("/api/desk/notes", json=late).status_code == 200
        if ends == "recorded":
            done = karim.post("/api/desk/outcome", json={"contact_id": contact_id, "entries": [TAXES]})
        else:
            done = ines.post("/api/board/release", json={"contact_id": contact_id})
        assert done.status_code in (200, 204), done.text
        assert karim.post("/api/desk/notes", json=late).status_code == (200 if ends == "recorded" else 409)
        assert karim.post("/api/desk/notes", json=late | {"notes": "autre chose"}).status_code == 409
        with reading() as session:
            contact = contacts.get(session, contact_id)
        assert contact is not None
        assert (contact.due, contact.draft) == (ends, None)


def test_an_older_page_never_writes_over_newer_notes(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = wraps_up(karim_id)

    def keeps(notes: str, revision: int) -> int:
        sent = {"contact_id": contact_id, "notes": notes, "revision": revision}
        return karim.post("/api/desk/notes", json=sent).status_code

    def kept() -> tuple[str, int]:
        recording = karim.get("/api/desk").json()["recording"]
        return recording["notes"], recording["notes_revision"]

    assert kept() == ("", 0)
    assert keeps("d'ici", 0) == 200
    assert kept() == ("d'ici", 1)
    assert keeps("d'ailleurs", 0) == 409
    assert keeps("", 0) == 409  # emptied on a page that never saw them
    assert keeps("d'ici", 0) == 200  # the same words, sent twice
    assert kept() == ("d'ici", 1)
    assert keeps("d'ici et plus loin", 1) == 200
    assert keeps("d'ici et plus loin", 1) == 200
    assert kept() == ("d'ici et plus loin", 2)
    assert keeps("", 2) == 200
    assert kept() == ("", 3)


@pytest.mark.parametrize(
    ("revision", "notes", "recorded"),
    [
        (1, "tout autre", "tout autre"),  # written over those very notes
        (1, None, None),
        (0, "tout autre", "tout autre\n\nd'ici"),  # of a page that did not know them
        (None, None, "d'ici"),
        (0, "d'ici, et plus", "d'ici, et plus"),
    ],
)
def test_the_outcome_holds_the_notes_of_every_page(
    sign_in: SignIn, revision: int | None, notes: str | None, recorded: str | None
) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = wraps_up(karim_id)
    karim.post("/api/desk/notes", json={"contact_id": contact_id, "notes": "d'ici"})
    sent = {"contact_id": contact_id, "revision": revision, "entries": [TAXES | {"notes": notes}]}
    assert karim.post("/api/desk/outcome", json=sent).status_code == 200
    assert _notes_of(contact_id) == recorded


def test_an_outcome_that_comes_second_leaves_its_notes_and_more_may_be_added_for_a_day(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    settle("lea", phone="+33565000002")
    karim, lea = sign_in("karim"), sign_in("lea")
    _, contact_id = wraps_up(karim_id)
    for notes in ("de la première", "de la seconde", "de la seconde"):
        sent = {"contact_id": contact_id, "entries": [TAXES | {"notes": notes}]}
        assert karim.post("/api/desk/outcome", json=sent).status_code == 200
    assert _notes_of(contact_id) == "de la première\n\nde la seconde"
    more = {"contact_id": contact_id, "notes": "sécu 1 85 05 78 006 084 36"}
    assert lea.post("/api/desk/add-notes", json=more).status_code == 404
    assert karim.post("/api/desk/add-notes", json=more).status_code == 200
    kept = _notes_of(contact_id) or ""
    assert kept.startswith("de la première\n\nde la seconde\n\nsécu ")
    assert "084" not in kept
    with transaction() as session:
        contact = contacts.get(session, contact_id)
        assert contact is not None
        assert contact.recorded_at is not None
        contact.recorded_at -= timedelta(hours=25)
    assert karim.post("/api/desk/add-notes", json=more).status_code == 409


def _notes_of(contact_id: str) -> str | None:
    with reading() as session:
        (row,) = contacts.accompaniments(session, [contact_id])
    return row.noted
