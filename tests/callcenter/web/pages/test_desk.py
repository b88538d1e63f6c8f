"""The desk's page and its forms, without a script."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from starlette.testclient import TestClient

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.db import reading, transaction
from callcenter.records import contacts, directory
from callcenter.records.directory import Procedure
from callcenter.rules.territory import national_day
from tests.callcenter.web.conftest import SignIn
from tests.support.town import settle
from tests.support.wrap_up import wraps_up


def test_the_forms_answer_nothing_of_the_outcome_themselves(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    wraps_up(karim_id)
    karim = sign_in("karim")
    page = karim.get("/desk").text + karim.get("/desk/visit").text
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


def test_a_demarche_is_read_by_its_name_and_bears_what_an_agent_says_of_it(sign_in: SignIn) -> None:
    """In the language of whoever reads and says it; without a phrase there is none."""
    settle("karim")
    with transaction() as session:
        own = {"fr": "Relire un bail", "en": "Read a lease"}
        directory.put_procedure(session, Procedure("bail", "logement", "", own, "46"), national_day(clock.now()))
    config_snapshot.refresh()
    page = html.unescape(sign_in("karim").get("/desk/visit").text)
    assert '<option value="avis-impot" data-said="votre avis d\'impôt">Avis d\'impôt ou justificatif</option>' in page
    assert '<option value="bail">Relire un bail</option>' in page


def test_a_visit_sent_twice_is_one_visit(sign_in: SignIn) -> None:
    """A click repeated, or a form sent again; at once, too. What is another visit is recorded, or said."""
    settle("karim")
    settle("lea")
    karim, lea = sign_in("karim"), sign_in("lea")

    def form() -> dict[str, str]:
        page = karim.get("/desk/visit").text
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


def test_a_page_reads_without_a_script(sign_in: SignIn) -> None:
    karim_id = settle("karim")
    karim: TestClient = sign_in("karim")
    wraps_up(karim_id)
    page = karim.get("/desk").text
    assert page.index("Post-appel") < page.index("Le contact")
    assert "Déclaration de revenus" in page
    assert "<noscript>" in page
    assert " style=" not in page
    assert " onclick=" not in page


def test_a_visit_asks_what_a_call_asks(sign_in: SignIn) -> None:
    settle("karim")
    karim = sign_in("karim")
    page = karim.get("/desk/visit").text
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
