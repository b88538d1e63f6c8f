"""The directory: dated names, a department's own services in its own menu, referents; nothing that cannot be said."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
import pytest
import time_machine

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.db import reading, transaction
from callcenter.records import directory, referents, sessions
from callcenter.rules.territory import national_day
from callcenter.screens import directory_screen
from tests.callcenter.web.conftest import SignIn
from tests.support.local_service import ADIL
from tests.support.town import settle


def menu(department: str) -> dict[str, str]:
    return {keys: topic.code for keys, topic in config_snapshot.refresh().menu.of(department).topics.items()}


def test_a_report_of_2023_says_pole_emploi_and_a_new_name_leaves_the_past_alone(database: object, web: Any) -> None:
    asked = {"code": "france-travail", "name": "France Emploi", "since": national_day(clock.now()).isoformat()}
    assert web.put("/api/admin/directory/partners", json=asked).status_code == 204
    with reading() as session:
        names = [directory.partner_names(session, day) for day in (date(2023, 6, 1), date(2025, 6, 1))]
        now = directory.partner_names(session, national_day(clock.now()))
    assert [each["france-travail"] for each in names] == ["Pôle emploi", "France Travail"]
    assert now["france-travail"] == "France Emploi"
    assert now["caf"] == names[1]["caf"]
    assert web.put("/api/admin/directory/partners", json={"code": "urssaf"}).status_code == 204
    with reading() as session:
        assert "urssaf" not in directory.partner_names(session, national_day(clock.now()))
        assert "urssaf" in directory.partner_names(session, date(2025, 6, 1))


def test_a_department_adds_its_own_services_which_only_its_callers_hear(web: Any) -> None:
    before = menu("12")
    assert web.put("/api/admin/directory/topics", json=ADIL).status_code == 204
    assert menu("46") == before | {"14": "adil"}
    assert menu("12") == before
    cdad = ADIL | {"keys": "32", "code": "cdad", "labels": {"fr": "le droit", "en": "legal advice"}}
    assert web.put("/api/admin/directory/topics", json=cdad).status_code == 422  # taxes stand alone on 3
    under = cdad | {"heading": {"fr": "les impôts et le droit", "en": "taxes and the law"}}
    assert web.put("/api/admin/directory/topics", json=under).status_code == 204
    assert {k: v for k, v in menu("46").items() if k[0] == "3"} == {"3": "", "31": "impots", "32": "cdad"}
    adil = config_snapshot.current().menu.of("46").topics["14"]
    assert directory_screen.sheet("adil", "46", "en") == "Demander l'adresse du logement."
    assert directory_screen.sheet("adil", "12", "fr") == ""
    assert (adil.keywords["fr"], adil.sheet["fr"]) == (("adil", "bail"), "Demander l'adresse du logement.")
    with reading() as session:
        acts = sessions.history(session, ["topic"])
    assert [act.noun_id for act in acts] == ["46:cdad", "46:adil"]


def test_topics_change_places_and_leave(web: Any) -> None:
    def write(**more: Any) -> int:
        found = next(t for t in web.get("/api/admin/directory/N").json()["topics"] if t["keys"] == more["was"])
        asked = {name: found[name] for name in ("code", "labels", "keywords", "sheet", "partners")}
        return int(web.put("/api/admin/directory/topics", json=asked | {"scope": "N"} | more).status_code)

    assert write(was="21", keys="23") == 204
    assert (menu("46")["21"], menu("46")["23"]) == ("retraite", "sante")
    assert write(was="21", keys="29") == 422
    assert write(was="21", keys="21", labels={"fr": "la pension", "en": ""}) == 422
    assert write(was="21", keys="21", labels={"fr": "la pension", "en": "pensions"}) == 204
    tomorrow = (national_day(clock.now()) + timedelta(days=1)).isoformat()
    assert write(was="21", keys="21", since="2020-01-01") == 422
    assert write(was="21", keys="21", since=tomorrow, labels={"fr": "demain", "en": "later"}) == 204
    assert config_snapshot.refresh().menu.topics["21"].labels["fr"] == "la pension"
    gone = {"scope": "N", "keys": "22"}
    assert web.post("/api/admin/directory/topics/remove", json=gone).status_code == 204
    assert [menu("46")[keys] for keys in ("21", "22", "23")] == ["retraite", "sante", "handicap"]
    assert web.post("/api/admin/directory/topics/remove", json={"scope": "N", "keys": "3"}).status_code == 422
    assert web.post("/api/admin/directory/topics/remove", json={"scope": "N", "keys": "39"}).status_code == 404


def test_when_the_year_is_new_in_paris_an_administrator_works_in_the_new_year(
    database: object, sign_in: SignIn
) -> None:
    eve, new_year = date(2026, 12, 31), date(2027, 1, 1)
    with time_machine.travel(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), tick=True):
        settle("admin", role="admin")
        web = sign_in("admin")
        assert f'value="{new_year}"' in web.get("/admin/departments/46").text
        sante = next(keys for keys, code in menu("46").items() if code == "sante")
        (known, *_) = web.get("/api/admin/directory/N").json()["procedures"]
        for noun, gone in (("topics", {"scope": "N", "keys": sante}), ("procedures", {"code": known["code"]})):
            path = f"/api/admin/directory/{noun}/remove"
            assert "Le passé ne change pas" in web.post(path, json=gone | {"since": f"{eve}"}).json()["sentence"]
            assert web.post(path, json=gone).status_code == 204

    def stand(day: date) -> tuple[bool, bool]:
        with reading() as session:
            topics = {topic.code for _, topic in directory.topics(session, day)}
            return "sante" in topics, known["code"] in {each.code for each in directory.procedures(session, day)}

    assert (stand(eve), stand(new_year)) == ((True, True), (False, False))


def test_what_is_planned_stands_when_today_is_corrected(web: Any) -> None:
    """A name, a démarche's label, a topic's, and an end; what is written today holds until then."""
    today = national_day(clock.now())
    eve, then = today + timedelta(days=39), today + timedelta(days=40)
    on = {"since": then.isoformat()}

    def put(what: str, asked: dict[str, Any], *changes: dict[str, Any]) -> None:
        for change in changes:
            done = web.put(f"/api/admin/directory/{what}", json=asked | change)
            assert done.status_code == 204, done.text

    def label(text: str) -> dict[str, Any]:
        return {"labels": {"fr": text, "en": text}}

    nation = web.get("/api/admin/directory/N").json()
    known = next(each for each in nation["procedures"] if each["partner"] == "caf")
    demarche = {"scope": "N", **{name: known[name] for name in ("code", "topic", "partner")}}
    topic = next(each for each in nation["topics"] if each["keys"] == "21")
    sheet = {"scope": "N", "was": "21", **{name: topic[name] for name in ("keys", "code")}}
    put("partners", {"code": "caf"}, {"name": "Caf de demain"} | on, {"name": "CAF"}, {"name": "CAF corrigée"})
    put("partners", {"code": "urssaf"}, {"name": ""} | on, {"name": "URSSAF corrigée"})
    put("procedures", demarche, label("demain") | on, label("corrigé"))
    put("topics", sheet, label("demain") | on, label("corrigé"))

    def named(day: date) -> tuple[str | None, ...]:
        with reading() as session:
            names = directory.partner_names(session, day)
            (procedure,) = (p for p in directory.procedures(session, day) if p.code == known["code"])
            (held,) = (t for _, t in directory.topics(session, day) if t.code == topic["code"])
        return names.get("caf"), names.get("urssaf"), procedure.labels["fr"], held.labels["fr"]

    for day in (today, eve):
        assert named(day) == ("CAF corrigée", "URSSAF corrigée", "corrigé", "corrigé")
    assert named(then) == ("Caf de demain", None, "demain", "demain")
    assert web.post("/api/admin/directory/procedures/remove", json={"code": known["code"]}).status_code == 204
    with reading() as session:
        assert known["code"] not in {p.code for p in directory.procedures(session, then)}  # ended is ended


def test_topics_do_not_change_places_where_a_planned_menu_would_break(web: Any) -> None:
    """They do, each with its own end, where it would hold."""
    then = (national_day(clock.now()) + timedelta(days=40)).isoformat()
    topics = {each["keys"]: each for each in web.get("/api/admin/directory/N").json()["topics"]}

    def write(topic: dict[str, Any], was: str, keys: str, **more: Any) -> httpx2.Response:
        asked = {"scope": "N", "was": was, "keys": keys, **{name: topic[name] for name in ("code", "labels")}}
        written: httpx2.Response = web.put("/api/admin/directory/topics", json=asked | more)
        return written

    first, second, last = topics["21"], topics["22"], max(keys for keys in topics if keys[0] == "2")
    gone = {"scope": "N", "keys": last, "since": then}
    assert web.post("/api/admin/directory/topics/remove", json=gone).status_code == 204
    refused = write(first, was="21", keys=last)
    assert "déjà prévu" in refused.json()["sentence"]  # then nothing would be left on key 21
    assert write(first, was="21", keys="22").status_code == 204
    later = {"labels": {"fr": "demain", "en": "later"}, "since": then}
    assert write(second, was="21", keys="21", **later).status_code == 204
    assert "déjà prévu" in write(second, was="21", keys="22").json()["sentence"]  # two would stand on key 21
    with reading() as session:
        planned = {t.keys: t for _, t in directory.topics(session, date.fromisoformat(then))}
    assert (planned["21"].code, planned["22"].code) == (second["code"], first["code"])
    assert planned["21"].labels["fr"] == "demain"
    assert last not in planned


@pytest.mark.parametrize(
    "wrong",
    [{"keys": "11"}, {"keys": "15"}, {"keys": "x"}, {"code": "É"}, {"scope": "99"}, {"scope": "R76"}, {"labels": {}}],
)
def test_a_menu_that_cannot_be_said_is_refused_and_nothing_changes(web: Any, wrong: dict[str, Any]) -> None:
    before = menu("46")
    assert web.put("/api/admin/directory/topics", json=ADIL | wrong).status_code == 422
    assert menu("46") == before


def test_referents_are_called_by_the_agents_of_their_department(web: Any, sign_in: SignIn) -> None:
    settle("karim")
    asked = {
        "scope": "46",
        "partner": "caf",
        "desk": "Référents CAF du Lot",
        "phone": "05 65 00 00 70",
        "hours": "lundi au vendredi 9h-12h",
    }
    made = web.post("/api/admin/directory/referents", json=asked)
    assert made.status_code == 201, made.text
    wrongs = (
        {"partner": "none"}, {"phone": "12"}, {"phone": "08 09 36 00 00"}, {"phone": "3230"}, {"desk": ""},
        {"hours": "9h-12h"},
    )  # fmt: skip
    for wrong in wrongs:
        assert web.post("/api/admin/directory/referents", json=asked | wrong).status_code == 422
    (mine,) = sign_in("karim").get("/api/admin/directory/referents/mine").json()
    assert (mine["desk"], mine["phone"]) == ("Référents CAF du Lot", "05 65 00 00 70")
    assert mine["hours"] == "Mo-Fr 09:00-12:00"
    assert web.delete(f"/api/admin/directory/referents/{made.json()['id']}").status_code == 204
    assert web.delete(f"/api/admin/directory/referents/{made.json()['id']}").status_code == 404


def test_a_referents_number_is_written_as_it_is_dialled_there(web: Any, sign_in: SignIn) -> None:
    settle("karim", "988")
    asked = {"scope": "988", "partner": "caf", "desk": "Référents de Nouméa", "phone": "26 12 34", "hours": ""}
    assert web.post("/api/admin/directory/referents", json=asked).status_code == 201
    (mine,) = sign_in("karim").get("/api/admin/directory/referents/mine").json()
    assert mine["phone"] == "26.12.34"


def test_only_an_administrator_writes_the_directory_and_the_pages_keep_what_was_typed(
    web: Any, sign_in: SignIn
) -> None:
    settle("ines", role="supervisor", departments=["46"])
    for path in ("/admin/directory", "/admin/directory/topic", "/api/admin/directory/N"):
        assert sign_in("ines").get(path).status_code == 403
    form = {"csrf": web.headers["X-CSRF-Token"], "scope": "46", "keys": "11", "code": "adil", "was": ""}
    form |= {"label-fr": "le logement", "label-en": "housing", "keywords-fr": "adil, bail", "since": ""}
    refused = web.post("/admin/directory/topic", data=form)
    assert refused.status_code == 422
    assert 'value="le logement"' in refused.text
    done = web.post("/admin/directory/topic", data=form | {"keys": "14"})
    assert done.headers["location"] == "/admin/directory?scope=46&done=1"
    page = web.get(done.headers["location"]).text
    assert "le logement" in page
    assert "Sujet écrit" in page
    assert "Sujet écrit" not in web.get("/admin/directory?scope=31").text
    assert web.get("/admin/directory/topic?scope=46&keys=14").text.count("adil, bail") == 1
    assert web.get("/admin/directory?scope=99").status_code == 404


def test_a_local_service_has_demarches_that_agents_record(web: Any, sign_in: SignIn) -> None:
    settle("karim")
    assert web.put("/api/admin/directory/topics", json=ADIL).status_code == 204
    form = {"csrf": web.headers["X-CSRF-Token"], "scope": "46", "code": "bail", "topic": "adil", "partner": ""}
    form |= {"named-fr": "Relire un bail", "named-en": "Read a lease again"}
    written = web.post("/admin/directory/procedure", data=form)
    assert written.headers["location"] == "/admin/directory?scope=46&done=1"
    assert "Démarche écrite" in web.get("/admin/directory?scope=46").text
    assert '<option value="bail">Relire un bail</option>' in sign_in("karim").get("/desk/visit").text
    for wrong in ({"code": "É"}, {"named-en": ""}, {"topic": "ovni"}, {"scope": "12"}, {"partner": "none"}):
        assert web.post("/admin/directory/procedure", data=form | wrong).status_code == 422, wrong
    gone = {"csrf": form["csrf"], "scope": "46", "code": "bail"}
    assert web.post("/admin/directory/procedure/remove", data=gone).status_code == 303
    assert web.post("/admin/directory/procedure/remove", data=gone).status_code == 404
    assert "Relire un bail" not in sign_in("karim").get("/desk").text


def test_a_number_that_the_line_does_not_call_is_refused_in_words_and_marked_where_it_stands_already(web: Any) -> None:
    asked = {"scope": "46", "partner": "caf", "desk": "Référents du Lot", "phone": "08 09 36 00 00", "hours": ""}
    refused = web.post("/api/admin/directory/referents", json=asked)
    assert "La ligne n'appelle pas ce numéro" in refused.text
    with transaction() as session:  # as it was taken before
        referents.add_referent(session, "46", "caf", "Référents du Lot", "+33809360000", "")
        referents.add_referent(session, "46", "caf", "Accueil du Lot", "+33565009900", "")
    shown = web.get("/api/admin/directory/46").json()["referents"]
    assert {each["desk"]: each["is_rung"] for each in shown} == {"Référents du Lot": False, "Accueil du Lot": True}
    assert web.get("/admin/directory", params={"scope": "46"}).text.count("à remplacer par un numéro long") == 1
