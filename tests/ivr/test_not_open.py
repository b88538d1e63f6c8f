"""A department that the line does not serve yet: its callers hear so, and where they are welcome today; by text too
where texts are on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from callcenter import clock, config
from callcenter.actions import config_snapshot, healing, site_texts
from callcenter.db import reading, transaction
from callcenter.demonstration import embedded
from callcenter.phone_number import PhoneNumber
from callcenter.records import hours, persons, rollout, sites
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.records.contacts import Contact
from callcenter.records.site_texts import SiteText
from callcenter.rules import national_list, rounds
from callcenter.rules.opening_hours import DatedException
from callcenter.rules.states import Ending
from ivr import sms
from ivr.practice.telephones import PracticeLine
from tests.ivr.test_webhooks import _frozen
from tests.support.conversation import carrier as practice_carrier
from tests.support.voice_line import DURAND, Carrier, Document
from workers import nightly
from workers import site_texts as site_texts_site_texts

MOBILE = "+33612345678"
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))
SITES = """id_fs;lib_fs;insee_dep;code_postal;lib_com;adresse;telephone;h_mardi;commentaire
1;France services Figeac;46;46100;Figeac;1 place Haute;05 65 00 00 01;09:00 - 12:00 / 14:00 - 17:00;
2;France services Cahors;46;46000;Cahors;2 place Haute;05 65 00 00 02;;
3;France services Gourdon;46;46300;Gourdon;3 place Haute;;08:00 - 12:00;
4;France services Oyonnax;01;01100;Oyonnax;4 place Haute;04 74 00 00 04;08:00 - 12:00;
5;France services Valserhône;01;01200;Valserhône;5 place Haute;04 50 00 00 05;08:30 - 12:00;
"""


@pytest.fixture(autouse=True)
def lot(database: object, live: object) -> Iterator[time_machine.Traveller]:
    """The Lot and the Ain are not open."""
    with time_machine.travel(TUESDAY) as traveller:
        with transaction() as session:
            sites.import_list(session, list(national_list.read(SITES.encode()).sites.values()), clock.now())
            for department in ("46", "01"):
                rollout.plan(session, department, "closed", TUESDAY.date())
        config_snapshot.refresh()
        yield traveller
    with transaction() as session:
        for department in ("46", "01"):
            rollout.forget(session, department, TUESDAY.date())
    config_snapshot.refresh()


@pytest.fixture
def line() -> Iterator[PracticeLine]:
    with practice_carrier() as line:
        yield line


@contextmanager
def texts(on: bool = True) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TEXTS", "1" if on else "0")
        config.settings.cache_clear()
        yield
    config.settings.cache_clear()


def calls_from(carrier: Carrier, code: str = "46100", from_: str = MOBILE, line: str = "CA" + "7" * 32) -> Document:
    welcome = carrier.asks("/voice/incoming", From=from_, CallSid=line)
    return carrier.asks(welcome.action, code, From=from_, CallSid=line)


def rows() -> list[SiteText]:
    with reading() as session:
        return session.query(SiteText).all()


def test_the_sites_of_the_postal_code_are_told_with_number_and_todays_hours(carrier: Carrier) -> None:
    told = calls_from(carrier)
    assert "ne répond pas encore aux habitants de votre département : le Lot" in told
    assert "France services de votre code postal" in told
    assert "France services Figeac, à Figeac" in told
    assert "de 9 heures à midi et de 14 heures à 17 heures" in told
    assert "0 5 6 5 0 0 0 0 0 1" in told.text.replace("</say-as>", "") or "05 65 00 00 01" in told
    assert "Cahors" not in told
    assert "46100" not in told.action
    again = carrier.asks(told.action, "1", From=MOBILE)
    assert "Figeac, à Figeac" in again
    assert "Cahors" not in again  # the same list, though the code rides nowhere in the clear


def test_whoever_heard_the_sites_was_served_by_the_menu_for_their_department(
    carrier: Carrier, stores: embedded.Stores
) -> None:
    calls_from(carrier)
    carrier.asks("/voice/status", CallStatus="completed", From=MOBILE)
    with reading() as session:
        call = session.query(Call).one()
        contact = session.query(Contact).one()
    assert (call.ending, call.department, contact.department) == (Ending.SERVED_BY_MENU, "46", "46")
    welcome = carrier.asks("/voice/incoming", CallSid="CA" + "5" * 32)
    with _frozen(stores.postgresql):
        told = carrier.asks(welcome.action, "46100", CallSid="CA" + "5" * 32)
    assert "à Figeac" in told  # whatever the stores do


def test_else_those_of_the_department_by_town(carrier: Carrier) -> None:
    told = calls_from(carrier, "46200")
    words = told.text
    assert "de votre département, où" in told
    assert words.index("à Cahors") < words.index("à Figeac") < words.index("à Gourdon")
    assert "Fermé aujourd'hui" not in told  # a site that gave no hours is not said to be closed


def test_a_code_in_two_departments_keeps_its_sites_through_the_question(carrier: Carrier) -> None:
    which = calls_from(carrier, "01200")
    assert "plusieurs départements" in which
    assert "01200" not in which.action
    told = carrier.asks(which.action, "1", From=MOBILE)
    assert "à Valserhône" in told
    assert "Oyonnax" not in told


def test_a_bus_that_stops_there_is_announced_by_voice_and_by_text(carrier: Carrier, line: PracticeLine) -> None:
    bus = rounds.Stop("Bus", "Cajarc", "Mairie", "46160", "46", "", "We 09:00-12:00; PH off", "all")
    with transaction() as session:
        sites.import_rounds(session, [bus])
    config_snapshot.refresh()
    with texts():
        told = calls_from(carrier, "46160")
        assert "Le bus passe mercredi à Cajarc, de 9 h à 12 h." in told
        carrier.asks(told.action, "3", From=MOBILE)
        site_texts_site_texts.text(rows()[0].id)
    assert "Le bus passe mercredi à Cajarc" in line.messages()[0]["body"]


def test_the_two_stops_that_are_told_are_the_next_to_come(carrier: Carrier) -> None:
    stops = [
        rounds.Stop("Bus", town, "", "46160", "46", "", f"{day} 09:00-12:00", "all")
        for town, day in (("Cajarc", "Mo"), ("Limogne", "Fr"), ("Carayac", "We"))
    ]
    with transaction() as session:
        sites.import_rounds(session, stops)
    config_snapshot.refresh()
    said = calls_from(carrier, "46160").text
    assert said.index("mercredi à Carayac") < said.index("vendredi à Limogne")
    assert "Cajarc" not in said


def test_a_site_closed_by_exception_is_told_so_by_voice_and_by_text(carrier: Carrier, line: PracticeLine) -> None:
    today = TUESDAY.date()
    with transaction() as session:
        for site_id, written in ((1, "off"), (2, "off"), (3, "10:00-11:00")):
            hours.except_(session, DatedException(f"S{site_id}", today, today, written, "flood"))
    config_snapshot.refresh()
    with texts():
        told = calls_from(carrier, "46200")
        assert told.text.count("Exceptionnellement fermé aujourd'hui.") == 2  # the one without hours too
        assert "de 10 heures à 11 heures" in told
        told = calls_from(carrier, line="CA" + "8" * 32)
        carrier.asks(told.action, "3", From=MOBILE, CallSid="CA" + "8" * 32)
        site_texts_site_texts.text(rows()[0].id)
    assert "05 65 00 00 01, exceptionnellement fermé aujourd'hui" in line.messages()[0]["body"]


def test_a_bus_that_does_not_run_is_not_announced(carrier: Carrier) -> None:
    stop = rounds.Stop("Bus", "Cajarc", "Mairie", "46160", "46", "", "We 09:00-12:00; PH off", "all")
    wednesday = TUESDAY.date() + timedelta(days=1)
    with_a_bus = SITES.replace("commentaire", "commentaire;format_fs") + "6;Bus;46;46160;Cajarc;;;;;Bus_équivalent\n"
    with transaction() as session:
        sites.import_list(session, list(national_list.read(with_a_bus.encode()).sites.values()), clock.now())
        sites.import_rounds(session, [stop])
        hours.except_(session, DatedException("S6", wednesday, wednesday, reason="strike"))
    config_snapshot.refresh()
    assert "Le bus passe le mercredi 2 décembre à Cajarc" in calls_from(carrier, "46160")


def test_a_bus_is_not_announced_on_a_day_declared_a_holiday(carrier: Carrier) -> None:
    stop = rounds.Stop("Bus", "Cajarc", "Mairie", "46160", "46", "", "We 09:00-12:00; PH off", "all")
    with transaction() as session:
        sites.import_rounds(session, [stop])
        hours.override(session, "46", TUESDAY.date() + timedelta(days=1), is_holiday=True)
    config_snapshot.refresh()
    assert "Le bus passe le mercredi 2 décembre à Cajarc" in calls_from(carrier, "46160")


def test_who_says_nothing_more_hears_the_same_sites_once_more_slowly_and_is_promised_nothing(
    carrier: Carrier,
) -> None:
    """Of the same postal code; a callback is no way on where nobody who asks is promised one."""
    told = calls_from(carrier)
    for _ in range(2):
        told = carrier.asks(told.action, "", From=MOBILE)
        assert "Pour réécouter, tapez 1" in told
    last = carrier.asks(told.action, "", From=MOBILE)
    assert (last.verbs[-1], "Au revoir" in last) == ("Hangup", True)
    assert "France services Figeac, à Figeac" in last
    assert "Cahors" not in last
    assert last.text.count("<prosody") == last.text.count("<Say") - 1
    with reading() as session:
        assert session.query(Callback).all() == []
        assert session.query(Call).one().ending in (None, Ending.SERVED_BY_MENU)


def test_the_day_on_which_it_is_planned_to_open_is_told_and_that_of_a_pilot_is_not(carrier: Carrier) -> None:
    day = TUESDAY.date() + timedelta(days=13)
    for state, said in (("pilot", False), ("open", True)):
        with transaction() as session:
            rollout.plan(session, "46", state, day)
        config_snapshot.refresh()
        told = calls_from(carrier)
        assert ("Il leur répondra à partir du lundi 7 décembre." in told) == said
    assert "It begins to do so on Monday 7 December." in carrier.asks("/voice/heard?s=postal&l=en", "46100")
    assert "Il leur répondra" not in calls_from(carrier, "01100")
    with transaction() as session:
        rollout.forget(session, "46", day)


def test_from_the_day_it_opens_its_callers_are_served(carrier: Carrier) -> None:
    for state in ("pilot", "open"):
        with transaction() as session:
            rollout.plan(session, "46", state, TUESDAY.date())
        config_snapshot.refresh()
        assert "Vous appelez pour le Lot" in calls_from(carrier)


def test_a_relay_hears_the_sites_slowly_and_is_not_hung_up_on(carrier: Carrier) -> None:
    noted = carrier.asks(carrier.asks("/voice/incoming").action, "88")
    told = carrier.asks(noted.action, "46100")
    slow = told.text.count("<prosody")
    assert slow == told.text.count("<Say")
    for _ in range(10):
        told = carrier.asks(told.action, "")
        assert "Hangup" not in told.verbs


def test_the_list_is_sent_by_text_once_where_texts_are_on(carrier: Carrier, line: PracticeLine) -> None:
    with texts():
        told = calls_from(carrier)
        assert "par SMS" in told
        asked = [carrier.asks(told.action, "3", From=MOBILE) for _ in range(2)]
        assert all("vous allez recevoir un SMS" in each for each in asked)
        assert "par SMS" not in asked[0]
        (row,) = rows()
        assert site_texts.unsent(clock.now()) == [row.id]
        for _ in range(3):
            site_texts_site_texts.text(row.id)
        assert site_texts.unsent(clock.now()) == []
        healing.keep_callbacks(clock.now())
    (sent,) = line.messages()
    assert sent["to"] == MOBILE
    assert "France services Figeac, Figeac, 05 65 00 00 01, ouvert aujourd'hui 09:00-12:00 14:00-17:00" in sent["body"]
    assert "Cahors" not in sent["body"]


def test_the_longest_names_are_sent_in_four_segments_of_the_short_alphabet(
    carrier: Carrier, line: PracticeLine
) -> None:
    name = (
        "Maison France services de l’Être – Saint-Rémy-en-Bouzemont-Saint-Genest-et-Isson « Le Forêt », cœur de bourg"
    )
    town = "Saint-Rémy-en-Bouzemont-Saint-Genest-et-Isson"
    head, *_, ain, other = SITES.splitlines()
    lines = [f"{n};{name};46;46400;{town};;05 65 00 00 0{n};08:30 - 12:00 / 13:30 - 17:30;" for n in range(1, 4)]
    found = national_list.read("\n".join([head, *lines, ain, other]).encode()).sites.values()
    bus = rounds.Stop("Bus", town, "Mairie", "46400", "46", "", "We 09:00-12:00; PH off", "all")
    with transaction() as session:
        sites.import_list(session, list(found), clock.now())
        sites.import_rounds(session, [bus])
    config_snapshot.refresh()
    with texts():
        carrier.asks(calls_from(carrier, "46400").action, "3", From=MOBILE)
        site_texts_site_texts.text(rows()[0].id)
    body = line.messages()[0]["body"]
    assert body.startswith("France services vous accueille :\nMaison France services de l'Etre - Saint-Rémy")
    assert 2 <= sms.segments(body) <= 4  # which refuses a letter outside the alphabet
    assert all(each.endswith(("17:30", ".", ":")) for each in body.split("\n"))  # no line is cut


def test_in_english_and_for_another_postal_code_of_the_same_call(carrier: Carrier, line: PracticeLine) -> None:
    with texts():
        welcome = carrier.asks("/voice/incoming", From=MOBILE)
        english = carrier.asks(welcome.action, "9", From=MOBILE)
        told = carrier.asks(english.action, "46300", From=MOBILE)
        told = carrier.asks(told.action, "3", From=MOBILE)
        assert "you will receive a text message" in told
        again = carrier.asks(told.action, "2", From=MOBILE)
        told = carrier.asks(again.action, "46100", From=MOBILE)
        carrier.asks(told.action, "3", From=MOBILE)
        for row in sorted(rows(), key=lambda row: row.asked_at):
            site_texts_site_texts.text(row.id)
    bodies = [sent["body"] for sent in line.messages()]
    assert len(bodies) == 2
    assert any("Gourdon, open today 08:00-12:00" in body for body in bodies)
    assert any("Figeac" in body for body in bodies)


@pytest.mark.parametrize(
    ("on", "from_"), [(False, MOBILE), (True, DURAND), (True, "anonymous"), (True, "+447400123456")]
)
def test_no_text_is_offered_where_texts_are_off_or_the_number_takes_none(
    carrier: Carrier, on: bool, from_: str
) -> None:
    with texts(on):
        told = calls_from(carrier, from_=from_)
        assert "par SMS" not in told
        assert "pas compris" in carrier.asks(told.action, "3", From=from_)
        forged = carrier.asks(f"{told.action}&i=1", "3", From=from_)
        assert "Nous ne pouvons pas vous envoyer de SMS" in forged
        assert rows() == []


def test_one_number_is_sent_three_texts_a_day_and_no_more(carrier: Carrier) -> None:
    with texts():
        for n in range(5):
            sid = f"CA{n:032}"
            told = calls_from(carrier, line=sid)
            said = carrier.asks(told.action, "3", From=MOBILE, CallSid=sid)
            assert ("vous allez recevoir" in said) == (n < 3)
        assert len(rows()) == 3


def test_what_cannot_be_stored_is_not_promised(carrier: Carrier, stores: embedded.Stores) -> None:
    with texts():
        told = calls_from(carrier)
        with _frozen(stores.postgresql):
            said = carrier.asks(told.action, "3", From=MOBILE)
        assert "Nous ne pouvons pas vous envoyer de SMS pour le moment" in said
        assert "tapez 2" in said
        assert rows() == []


def test_what_was_asked_for_is_of_the_person_and_is_forgotten_after_a_day(
    carrier: Carrier, lot: time_machine.Traveller
) -> None:
    with texts():
        told = calls_from(carrier)
        carrier.asks(told.action, "3", From=MOBILE)
        with reading() as session:
            held = persons.held(session, PhoneNumber.parse(MOBILE))
        assert [row["postal_code"] for row in held["site_texts"]] == ["46100"]
        with transaction() as session:
            persons.erase(session, PhoneNumber.parse(MOBILE), clock.now())
        assert rows() == []
        carrier.asks(calls_from(carrier, line="CA" + "9" * 32).action, "3", From=MOBILE, CallSid="CA" + "9" * 32)
        lot.shift(timedelta(hours=25))
        nightly.tidy()
        assert rows() == []
