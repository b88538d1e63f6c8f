"""The desk's own interface: what it shows, what it refuses, and that a form says the same as JSON."""

import html

from callcenter.db import reading, transaction
from callcenter.records import agents, calls, contacts, sessions
from callcenter.rules.states import AgentState, PauseReason
from tests.callcenter.web.conftest import SignIn
from tests.support.owed import owe
from tests.support.town import settle
from tests.support.wrap_up import NUMBER, TAXES, wraps_up


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
    assert partial.text.startswith('<hx-partial hx-target="#said"')
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
    _, contact_id = wraps_up(karim_id)
    fields = {
        "contact_id": contact_id,
        "notes": "rappeler ; NIR 1 84 12 76 451 089 46",
        "procedure-0": "declaration-revenus",
        "outcome-0": "accompaniment",
        "settled-0": "true",
        "follow_up-0": "appointment",
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
    assert (first.partner, first.settled, first.reason, first.follow_up) == ("dgfip", True, None, "appointment")
    assert first.noted == "rappeler ; NIR •••"
    assert (second.settled, second.reason, second.internet_checked) == (False, "website", True)
    assert karim.get("/api/desk").json()["state"] == "available"


def test_a_website_without_checked_access_is_refused_in_words(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = wraps_up(karim_id)
    entry = {"procedure": "avis-impot", "outcome": "orientation", "reason": "website"}
    answer = karim.post("/api/desk/outcome", json={"contact_id": contact_id, "entries": [entry]})
    assert answer.status_code == 422
    assert "vérifiez que la personne a accès à Internet" in answer.json()["sentence"]
    assert not _accompaniments(contact_id)


def test_nobody_records_or_reads_the_contact_of_another(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    settle("lea")
    call_id, contact_id = wraps_up(karim_id)
    lea = sign_in("lea")
    given = {"contact_id": contact_id, "entries": [TAXES]}
    assert lea.post("/api/desk/outcome", json=given).status_code == 404
    assert lea.post("/api/desk/notes", json={"contact_id": contact_id, "notes": "à moi"}).status_code == 404
    assert lea.post("/desk/number", data={"call_id": call_id}).status_code in (404, 409)


def test_the_full_number_is_shown_only_when_asked_and_that_is_written_down(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    call_id, _ = wraps_up(karim_id)
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
    call_id, contact_id = wraps_up(karim_id)
    assert "Signaler un appel relayé" in html.unescape(karim.get("/desk").text)
    for on, label in (("true", "Ce n'est pas un appel relayé"), ("false", "Signaler un appel relayé")):
        assert karim.post("/desk/relay", data={"on": on}).status_code == 303
        with reading() as session:
            call, contact = calls.get(session, call_id), contacts.get(session, contact_id)
        assert call is not None
        assert contact is not None
        assert (call.relay, contact.relay) == (on == "true",) * 2
        assert label in html.unescape(karim.get("/desk").text)


def test_what_is_owed_comes_first_and_holds_back_new_calls(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = wraps_up(karim_id)
    with transaction() as session:
        contact = contacts.get(session, contact_id)
        assert contact
        owe(session, contact)
    shown = karim.get("/api/desk").json()
    assert [each["contact_id"] for each in shown["owed"]] == [contact_id]
    answer = karim.post("/api/desk/outcome", json={"contact_id": contact_id, "entries": [TAXES]})
    assert answer.status_code == 200
    assert answer.json()["owed"] == []


def test_whether_it_is_settled_is_never_supposed(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = wraps_up(karim_id)
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
        assert f'hx-target="#{form}-settled-3-lacks"' in answer.text
        assert f"{form}-settled-0-lacks" not in answer.text
        assert answer.headers["HX-Trigger"] == f'{{"lacks": {{"target": "body", "field": "{form}-settled-3"}}}}'
        plain = karim.post(f"/desk/{path}", data=sent)
        assert plain.status_code == 422
        assert "Dites si la démarche est réglée." in plain.text
    with reading() as session:
        assert not session.query(contacts.Accompaniment).all()
    away = {"procedure": "declaration-revenus", "outcome": "orientation", "reason": "must_come"}
    assert karim.post("/api/desk/outcome", json={"contact_id": contact_id, "entries": [away]}).status_code == 200
    with reading() as session:
        assert [row.settled for row in session.query(contacts.Accompaniment).all()] == [False]


def test_a_choice_for_afterwards_is_kept(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    wraps_up(karim_id)
    assert karim.post("/desk/next", data={"next": "pause:lunch"}).status_code == 303
    shown = karim.get("/api/desk").json()
    assert (shown["state"], shown["next_state"], shown["next_reason"]) == ("wrap_up", "pause", "lunch")
    karim.post("/desk/next", data={"next": ""})
    assert karim.get("/api/desk").json()["next_state"] is None


def test_an_unknown_procedure_or_act_is_refused(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim = sign_in("karim")
    _, contact_id = wraps_up(karim_id)
    entry = {"procedure": "made-up", "outcome": "information", "settled": True}
    assert karim.post("/api/desk/outcome", json={"contact_id": contact_id, "entries": [entry]}).status_code == 404
    assert karim.post("/desk/dance", data={}).status_code == 404


def test_the_interface_is_described_to_staff(sign_in: SignIn) -> None:
    settle("karim")
    paths = sign_in("karim").get("/api/openapi.json").json()["paths"]
    assert {"/api/session", "/api/desk", "/api/desk/accept", "/api/desk/outcome"} <= set(paths)


def test_the_answer_sheet_and_the_partners_referents_are_beside_the_caller_until_it_is_recorded(
    sign_in: SignIn,
) -> None:
    karim_id = settle("karim")
    settle("admin", role="admin")
    admin = sign_in("admin")
    for partner, scope, desk in (("dgfip", "46", "SIP"), ("dgfip", "31", "Ailleurs"), ("caf", "N", "Appui CAF")):
        asked = {"scope": scope, "partner": partner, "desk": desk, "phone": "05 65 00 00 70", "hours": "lundi 9h-12h"}
        assert admin.post("/api/admin/directory/referents", json=asked).status_code == 201
    labels = {"fr": "les impôts", "en": "taxes"}
    taxes = {"scope": "N", "was": "3", "keys": "3", "code": "impots", "labels": labels, "partners": ["dgfip"]}
    written = admin.put("/api/admin/directory/topics", json=taxes | {"sheet": {"fr": "Demander l'avis d'impôt."}})
    assert written.status_code == 204, written.text
    karim = sign_in("karim")
    _, contact_id = wraps_up(karim_id)
    wrapping_up = karim.get("/desk").text
    with transaction() as session:
        contact, agent = contacts.get(session, contact_id), agents.get(session, karim_id)
        assert contact
        assert agent
        owe(session, contact)
        agent.state, agent.pause_reason, agent.call_id = AgentState.PAUSE, PauseReason.OUTCOME_OWED, None
    for page in (wrapping_up, karim.get("/desk").text):
        panel = page[page.index('id="caller"') : page.index('id="queues"')]
        assert "Demander l&#39;avis d&#39;impôt." in panel
        assert panel.index("SIP") < panel.index("Autres partenaires (1)") < panel.index("Appui CAF")
        assert 'href="tel:+33565000070">05 65 00 00 70</a>' in panel
        assert "lundi 9h-12h" in panel
        assert "Ailleurs" not in panel


def test_an_agent_who_was_cut_off_reads_that_and_not_that_they_did_not_answer(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    with transaction() as session:
        karim = session.get_one(agents.Agent, karim_id)
        karim.state, karim.pause_reason = AgentState.PAUSE, PauseReason.LINE_LOST
    page = sign_in("karim").get("/desk").text
    assert "(ligne coupée)" in page
    assert "Votre ligne a été coupée pendant la conversation" in page
    assert "n&#39;a pas été pris" not in page
