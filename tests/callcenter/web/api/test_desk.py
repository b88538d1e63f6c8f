"""The desk's own interface: what it shows, what it refuses, and that a form says the same as JSON."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, calls, contacts, legs, sessions
from callcenter.records.identifiers import new_id
from callcenter.rules.states import AgentState, CallState, Due, PauseReason
from callcenter.rules.whys import Why
from tests.callcenter.web.api.conftest import SignIn
from tests.support.town import settle

NUMBER = PhoneNumber("+33565051234")
TAXES = {"procedure": "declaration-revenus", "outcome": "accompaniment", "settled": True}


def _wraps_up(agent_id: str) -> tuple[str, str]:
    """A conversation that is just over: its call and its contact."""
    at = clock.now()
    with transaction() as session:
        call = calls.arrive(session, f"CA{new_id().replace('-', '')}", NUMBER, at)
        call.state, call.agent_id, call.queued_at, call.topic = CallState.WRAP_UP, agent_id, at, "impots"
        call.department, call.lease_until = "46", at + timedelta(seconds=120)
        contact = contacts.get(session, call.contact_id)
        assert contact
        contact.agent_id, contact.topic, contact.department = agent_id, "impots", "46"
        agent = agents.get(session, agent_id)
        assert agent
        agent.state, agent.call_id = AgentState.WRAP_UP, call.id
        session.flush()
        legs.ask(session, call.id, contact.id, agent_id, call.epoch, at, None)
        return call.id, contact.id


def _accompaniments(contact_id: str) -> list[contacts.Accompaniment]:
    with reading() as session:
        return contacts.accompaniments(session, [contact_id])


def test_what_was_chosen_for_after_a_call_does_not_keep_anybody_from_their_post(sign_in: SignIn) -> None:
    settle("karim")
    karim = sign_in("karim")
    assert karim.post("/api/desk/next", json={"state": "offline"}).status_code == 200
    assert karim.post("/api/desk/post", json={"line": "phone"}).json()["state"] == "available"


def test_taking_pausing_and_leaving_the_post(sign_in: SignIn) -> None:
    settle("karim")
    karim = sign_in("karim")
    assert karim.post("/api/desk/post", json={"line": "phone"}).json()["state"] == "available"
    paused = karim.post("/api/desk/pause", json={"reason": "lunch"}).json()
    assert (paused["state"], paused["reason"]) == ("pause", "lunch")
    assert karim.post("/api/desk/available").status_code in (200, 422)
    assert karim.post("/api/desk/available", json={}).json()["state"] == "available"
    assert karim.post("/api/desk/leave", json={}).json()["state"] == "offline"


def test_a_refusal_is_a_sentence(sign_in: SignIn) -> None:
    settle("karim")
    karim = sign_in("karim")
    answer = karim.post("/api/desk/hangup", json={})
    assert answer.status_code == 409
    assert answer.json() == {
        "refusal": "NotPossibleNow",
        "sentence": "Cette action n'est pas possible dans votre état actuel.",
    }
    partial = karim.post("/desk/hangup", data={}, headers={"HX-Request": "true"})
    assert partial.status_code == 409
    assert partial.text.startswith('<hx-partial hx-target="#notice"')
    page = karim.post("/desk/hangup", data={})
    assert page.status_code == 409
    assert "Cette action n&#39;est pas possible" in page.text


def test_the_pauses_that_the_service_sets_cannot_be_chosen(sign_in: SignIn) -> None:
    settle("karim")
    karim = sign_in("karim")
    karim.post("/api/desk/post", json={})
    assert karim.post("/api/desk/pause", json={"reason": "outcome_owed"}).status_code == 409


def test_a_form_records_every_demarche_it_holds(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = _wraps_up(karim_id)
    fields = {
        "contact_id": contact_id,
        "notes": "rappeler ; NIR 1 84 12 76 451 089 46",
        "procedure-0": "declaration-revenus",
        "outcome-0": "accompaniment",
        "settled-0": "true",
        "follow_up-0": "callback",
        "reason-0": "website",
        "procedure-3": "avis-impot",
        "outcome-3": "orientation",
        "settled-3": "true",
        "reason-3": "website",
        "internet-3": "true",
    }
    answer = karim.post("/desk/outcome", data=fields)
    assert (answer.status_code, answer.headers.get("location")) == (303, "/desk"), answer.text
    first, second = sorted(_accompaniments(contact_id), key=lambda row: row.procedure, reverse=True)
    assert (first.partner, first.settled, first.reason, first.follow_up) == ("dgfip", True, None, "callback")
    assert first.noted == "rappeler ; NIR •••"
    assert (second.settled, second.reason, second.internet_checked) == (False, "website", True)
    assert karim.get("/api/desk").json()["state"] == "available"


def test_a_website_without_checked_access_is_refused_in_words(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = _wraps_up(karim_id)
    entry = {"procedure": "avis-impot", "outcome": "orientation", "reason": "website"}
    answer = karim.post("/api/desk/outcome", json={"contact_id": contact_id, "entries": [entry]})
    assert answer.status_code == 422
    assert "vérifiez que la personne a accès à Internet" in answer.json()["sentence"]
    assert not _accompaniments(contact_id)


def test_nobody_records_or_reads_the_contact_of_another(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    settle("lea")
    call_id, contact_id = _wraps_up(karim_id)
    lea = sign_in("lea")
    given = {"contact_id": contact_id, "entries": [TAXES]}
    assert lea.post("/api/desk/outcome", json=given).status_code == 404
    assert lea.post("/api/desk/notes", json={"contact_id": contact_id, "notes": "à moi"}).status_code == 404
    assert lea.post("/desk/number", data={"call_id": call_id}).status_code in (404, 409)


def test_the_full_number_is_shown_only_when_asked_and_that_is_written_down(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    call_id, _ = _wraps_up(karim_id)
    for shown in (karim.get("/desk").text, karim.get("/api/desk").text):
        assert NUMBER.masked in shown
        assert "05 65 05 12 34" not in shown
        assert NUMBER.e164 not in shown
    assert "05 65 05 12 34" in karim.post("/desk/number", data={"call_id": call_id}).text
    with reading() as session:
        (look,) = session.query(sessions.AuditEntry).all()
    assert (look.who, look.noun_id) == (karim_id, call_id)


def test_an_agent_who_hears_a_relay_says_so_and_may_take_it_back(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    assert karim.post("/api/desk/relay", json={"on": True}).status_code == 409  # nobody on the line
    call_id, contact_id = _wraps_up(karim_id)
    assert "Signaler un appel relayé" in html.unescape(karim.get("/desk").text)
    for on, label in (("true", "Ce n'est pas un appel relayé"), ("false", "Signaler un appel relayé")):
        assert karim.post("/desk/relay", data={"on": on}).status_code == 303
        with reading() as session:
            call, contact = calls.get(session, call_id), contacts.get(session, contact_id)
        assert call is not None
        assert contact is not None
        assert (call.relay, contact.relay) == (on == "true",) * 2
        assert label in html.unescape(karim.get("/desk").text)


def test_notes_are_kept_sealed_and_masked_until_the_outcome(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = _wraps_up(karim_id)
    given = {"contact_id": contact_id, "notes": "184127645108946 demande un délai"}
    answer = karim.post("/desk/notes", data=given, headers={"HX-Request": "true"})
    assert "Notes gardées" in answer.text
    with reading() as session:
        contact = contacts.get(session, contact_id)
        assert contact is not None
        assert contact.drafted == "••• demande un délai"
    assert karim.get("/api/desk").json()["recording"]["notes"] == "••• demande un délai"


def test_what_is_owed_comes_first_and_holds_back_new_calls(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = _wraps_up(karim_id)
    with transaction() as session:
        contact = contacts.get(session, contact_id)
        assert contact
        contacts.set_due(session, contact, Due.OWED, clock.now(), Why.THE_WRAP_UP_ENDED_WITHOUT_AN_OUTCOME)
    shown = karim.get("/api/desk").json()
    assert [each["contact_id"] for each in shown["owed"]] == [contact_id]
    answer = karim.post("/api/desk/outcome", json={"contact_id": contact_id, "entries": [TAXES]})
    assert answer.status_code == 200
    assert answer.json()["owed"] == []


def test_notes_that_come_once_it_is_recorded_or_released_are_in_the_outcome_or_refused(sign_in: SignIn) -> None:
    """A page that saves by itself may be late."""
    karim_id = settle("karim")
    settle("ines", role="supervisor", departments=["46"])
    karim, ines = sign_in("karim"), sign_in("ines")
    for ends in ("recorded", "released"):
        _, contact_id = _wraps_up(karim_id)
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
    _, contact_id = _wraps_up(karim_id)

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
    _, contact_id = _wraps_up(karim_id)
    karim.post("/api/desk/notes", json={"contact_id": contact_id, "notes": "d'ici"})
    sent = {"contact_id": contact_id, "revision": revision, "entries": [TAXES | {"notes": notes}]}
    assert karim.post("/api/desk/outcome", json=sent).status_code == 200
    assert _notes_of(contact_id) == recorded


def test_an_outcome_that_comes_second_leaves_its_notes_and_more_may_be_added_for_a_day(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    settle("lea", phone="+33565000002")
    karim, lea = sign_in("karim"), sign_in("lea")
    _, contact_id = _wraps_up(karim_id)
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


def test_whether_it_is_settled_is_never_supposed(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = _wraps_up(karim_id)
    unsaid = {name: value for name, value in TAXES.items() if name != "settled"}
    refused = karim.post("/api/desk/outcome", json={"contact_id": contact_id, "entries": [TAXES, unsaid]})
    assert refused.status_code == 422
    assert "Dites si la démarche est réglée." in refused.json()["sentence"]
    assert karim.post("/api/desk/visit", json={"entries": [unsaid]}).status_code == 422
    fields = {"procedure-0": "carte-grise", "outcome-0": "information", "settled-0": "true"}
    fields |= {"procedure-3": "avis-impot", "outcome-3": "accompaniment"}
    for path, form in (("outcome", f"record-{contact_id}"), ("visit", "visit")):
        sent = fields | {"contact_id": contact_id}
        answer = karim.post(f"/desk/{path}", data=sent, headers={"HX-Request": "true"})
        assert answer.status_code == 422
        assert f'hx-target="#{form}-settled-lacks-3"' in answer.text
        assert f"{form}-settled-lacks-0" not in answer.text
        assert answer.headers["HX-Trigger"] == f'{{"lacks": {{"field": "{form}-yes-3"}}}}'
        plain = karim.post(f"/desk/{path}", data=sent)
        assert plain.status_code == 422
        assert "Dites si la démarche est réglée." in plain.text
    with reading() as session:
        assert not session.query(contacts.Accompaniment).all()
    away = {"procedure": "declaration-revenus", "outcome": "orientation", "reason": "must_come"}
    assert karim.post("/api/desk/outcome", json={"contact_id": contact_id, "entries": [away]}).status_code == 200
    with reading() as session:
        assert [row.settled for row in session.query(contacts.Accompaniment).all()] == [False]


def test_the_forms_answer_nothing_of_the_outcome_themselves(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    _wraps_up(karim_id)
    page = sign_in("karim").get("/desk").text
    inputs = re.findall(r"<input[^>]*name=\"(?:outcome|settled|internet)-[^>]*>", page)
    assert len(inputs) == 4 * (3 + 2 + 1)  # two forms, and the template of one more démarche in each
    assert not [each for each in inputs if "checked" in each]


def test_a_visit_at_the_desk_is_the_same_record(sign_in: SignIn) -> None:
    settle("karim", department="46")
    karim = sign_in("karim")
    fields = {"department": "2A", "minutes": "20", "satisfaction": "4", "procedure-0": "carte-grise"}
    answer = karim.post("/desk/visit", data=fields | {"outcome-0": "information", "settled-0": "true"})
    assert answer.status_code == 303
    with reading() as session:
        (contact,) = session.query(contacts.Contact).all()
    assert (contact.channel, contact.department, contact.satisfaction, contact.satisfaction_scale) == (
        "front_desk",
        "2A",
        4,
        4,
    )
    assert clock.now() - contact.arrived_at >= timedelta(minutes=20)


def test_a_visit_sent_twice_is_one_visit(sign_in: SignIn) -> None:
    """A click repeated, or a form sent again; at once, too. What is another visit is recorded, or said."""
    settle("karim")
    settle("lea")
    karim, lea = sign_in("karim"), sign_in("lea")

    def form() -> dict[str, str]:
        page = karim.get("/desk").text
        visit_id = re.search(r'name="contact_id" value="([\w-]{36})"', page[page.index('id="visit-form"') :])[1]  # type: ignore[index]
        return {"contact_id": visit_id, "department": "46", "procedure-0": "carte-grise", "outcome-0": "information"}

    sent = form() | {"settled-0": "true", "agreement": "consent:paper"}
    with ThreadPoolExecutor(3) as many:
        answers = list(many.map(lambda _: karim.post("/desk/visit", data=sent).status_code, range(3)))
    assert answers == [303, 303, 303]
    assert _visits() == 1
    assert lea.post("/desk/visit", data=sent).status_code == 404
    other = karim.post("/desk/visit", data=sent | {"procedure-0": "avis-impot"}, headers={"HX-Request": "true"})
    assert other.status_code == 409
    assert "déjà enregistrée" in other.text
    assert karim.post("/desk/visit", data=form() | {"settled-0": "true"}).status_code == 303
    assert _visits() == 2
    next_ = karim.post("/desk/visit", data=form() | {"settled-0": "true"}, headers={"HX-Request": "true"}).text
    assert re.search(r'hx-target="#visit-id".*name="contact_id" value="[\w-]{36}"', next_)
    assert _visits() == 3


def _visits() -> int:
    with reading() as session:
        return session.query(contacts.Contact).filter_by(channel="front_desk").count()


def test_a_choice_for_afterwards_is_kept(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _wraps_up(karim_id)
    assert karim.post("/desk/next", data={"next": "pause:lunch"}).status_code == 303
    shown = karim.get("/api/desk").json()
    assert (shown["state"], shown["next_state"], shown["next_reason"]) == ("wrap_up", "pause", "lunch")
    karim.post("/desk/next", data={"next": ""})
    assert karim.get("/api/desk").json()["next_state"] is None


def test_an_unknown_procedure_or_act_is_refused(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = _wraps_up(karim_id)
    entry = {"procedure": "made-up", "outcome": "information", "settled": True}
    assert karim.post("/api/desk/outcome", json={"contact_id": contact_id, "entries": [entry]}).status_code == 404
    assert karim.post("/desk/dance", data={}).status_code == 404


def test_the_interface_is_described_to_staff(sign_in: SignIn) -> None:
    settle("karim")
    paths = sign_in("karim").get("/api/openapi.json").json()["paths"]
    assert {"/api/session", "/api/desk", "/api/desk/accept", "/api/desk/outcome"} <= set(paths)


def test_a_page_reads_without_a_script(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim: TestClient = sign_in("karim")
    _wraps_up(karim_id)
    page = karim.get("/desk").text
    assert page.index("Post-appel") < page.index("Le contact")
    assert "Déclaration de revenus" in page
    assert "<noscript>" in page
    assert " style=" not in page
    assert " onclick=" not in page


def test_the_answer_sheet_and_the_partners_referents_are_beside_the_caller_until_it_is_recorded(
    sign_in: SignIn,
) -> None:
    karim_id = settle("karim")
    settle("admin", role="admin")
    admin = sign_in("admin")
    for partner, scope, desk in (("dgfip", "46", "SIP"), ("dgfip", "31", "Ailleurs"), ("caf", "N", "Appui CAF")):
        asked = {"scope": scope, "partner": partner, "desk": desk, "phone": "05 65 00 00 70", "hours": "9 h-12 h"}
        assert admin.post("/api/admin/directory/referents", json=asked).status_code == 201
    labels = {"fr": "les impôts", "en": "taxes"}
    taxes = {"scope": "N", "was": "3", "keys": "3", "code": "impots", "labels": labels, "partners": ["dgfip"]}
    written = admin.put("/api/admin/directory/topics", json=taxes | {"sheet": {"fr": "Demander l'avis d'impôt."}})
    assert written.status_code == 204, written.text
    karim = sign_in("karim")
    _, contact_id = _wraps_up(karim_id)
    wrapping_up = karim.get("/desk").text
    with transaction() as session:
        contact, agent = contacts.get(session, contact_id), agents.get(session, karim_id)
        assert contact
        assert agent
        contacts.set_due(session, contact, Due.OWED, clock.now(), Why.THE_WRAP_UP_ENDED_WITHOUT_AN_OUTCOME)
        agent.state, agent.pause_reason, agent.call_id = AgentState.PAUSE, PauseReason.OUTCOME_OWED, None
    for page in (wrapping_up, karim.get("/desk").text):
        panel = page[page.index('id="caller"') : page.index('id="queues"')]
        assert "Demander l&#39;avis d&#39;impôt." in panel
        assert panel.index("SIP") < panel.index("Autres partenaires (1)") < panel.index("Appui CAF")
        assert 'href="tel:+33565000070">05 65 00 00 70</a>' in panel
        assert "9 h-12 h" in panel
        assert "Ailleurs" not in panel


def test_a_visit_asks_what_a_call_asks(sign_in: SignIn) -> None:
    settle("karim")
    karim = sign_in("karim")
    page = karim.get("/desk").text
    form = page[page.index('id="visit-form"') :]
    assert [f'name="{name}"' in form for name in ("settled-0", "settled_said", "satisfaction")] == [True] * 3
    visit = {"department": "46", "procedure-0": "avis-impot", "outcome-0": "accompaniment"}
    for more in ({"settled-0": "true", "satisfaction": "4", "settled_said": "false"}, {"settled-0": "false"}):
        assert karim.post("/desk/visit", data=visit | more).status_code == 303
    with reading() as session:
        found = [
            (kept.satisfaction, kept.settled_said, row.settled)
            for kept in session.query(contacts.Contact).order_by(contacts.Contact.recorded_at)
            for row in contacts.accompaniments(session, [kept.id])
        ]
    assert found == [(4, False, True), (None, None, False)]
