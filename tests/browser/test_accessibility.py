"""axe finds nothing, in any state of any page, light and dark, wide and narrow; nothing is wider than the screen."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import update

from callcenter import clock
from callcenter.actions import callback, citizen, notes
from callcenter.db import reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, callbacks, calls, referents, sites
from callcenter.records.calls import Wish
from callcenter.records.contacts import Contact
from callcenter.records.identifiers import new_id
from callcenter.rules import national_list
from callcenter.rules.rounds import Stop
from callcenter.rules.states import Ending
from ivr.practice.telephones import PracticeLine
from tests.browser.conftest import KARIM, Opens
from tests.callcenter.web.api.test_reports import site
from tests.support.desk import Desk
from tests.support.kept import rolled_up
from tests.support.town import PASSWORD, TOPICS, settle
from tests.support.world import World

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "RGAAv4", "best-practice"]
  const {violations} = await axe.run(document, {runOnly: {type: "tag", values: tags}})
  const why = node => node.any.map(check => check.message).join(" ").slice(0, 200)
  return violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)} ${why(node)}`))
}"""
HELD_TOO_LONG = """() => {
  const held = document.querySelector(".held")
  if (!held) return false
  held.dataset.orangeAfter = 0  // again and again: the stream may write the page anew
  return held.classList.contains("is-long")
}"""
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1440, 390)]
Checks = Callable[[Page, str], None]

LISTED = """id_fs,lib_fs,insee_dep,code_postal,lib_com,telephone,h_lundi,commentaire,latitude,longitude,format_fs
7,Maison du Lot,46,46000,Cahors,05 65 00 00 07,09:00 - 12:00 / 11:30 - 17:00,Fermé le jeudi,44.449,1.437,Fixe
9,Antenne,46,46100,Figeac,,,,44.609,2.032,Itinérante
"""
WITHOUT_TAXES = [topic for topic in TOPICS if topic != "impots"]
STOP = Stop("Bus du Lot", "Cajarc", "Place du Foirail", "46160", "46", "+33565000008", "Tu 09:00-12:00", "odd")


@pytest.fixture
def is_accessible() -> Checks:
    """Checks one state of a page in its four looks; the state's name goes with what is found."""

    def check(page: Page, state: str) -> None:
        found = []
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(AXE)
        for scheme, width in LOOKS:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_selector(f"html[data-fr-theme={scheme}]")
            found += [f"{state}, {scheme}, {width}: {violation}" for violation in page.evaluate(RUN)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{state}, {scheme}, {width}: wider than the screen")
        page.set_viewport_size({"width": 1440, "height": 900})
        assert not found, "\n".join(found)

    return check


def test_the_door(opens: Opens, is_accessible: Checks) -> None:
    page = opens("")
    is_accessible(page, "the door")
    page.fill("#login", "nobody")
    page.fill("#password", "wrong")
    page.click("main button")
    page.wait_for_selector(".fr-alert--error")
    is_accessible(page, "a wrong password")
    page.goto("/no-such-page")
    is_accessible(page, "a refusal")


def test_the_desk_through_a_whole_call(line: PracticeLine, opens: Opens, is_accessible: Checks) -> None:
    karim = settle("karim", topics=WITHOUT_TAXES, phone=KARIM)
    with transaction() as session:
        for partner, desk in (("dgfip", "SIP de Cahors"), ("caf", "Appui CAF")):
            referents.add_referent(session, "46", partner, desk, "+33565000070", "9 h-12 h")
    line.registers(KARIM, "manual")
    page = opens("karim")
    is_accessible(page, "offline")
    page.get_by_role("button", name="Prendre mon poste").click()
    _is(page, "available")
    page.locator("#keys summary").click()
    page.locator("#visit summary").click()
    is_accessible(page, "available, everything unfolded")
    page.reload()
    page.wait_for_selector("#silent:not([hidden])")
    is_accessible(page, "silenced by the browser")
    durand = (
        line.call(from_="+33565051234").presses("9").hears("postal code").presses("46000").hears("Lot").presses("1")
    )
    durand.hears("tax").presses("3")
    page.wait_for_selector("[data-offer]")
    is_accessible(page, "offered, in French for whoever asked for English, without a specialist")
    page.keyboard.press("Alt+Shift+D")
    _is(page, "connecting")
    phone = line.rung(KARIM)
    is_accessible(page, "connecting")
    phone.answers().presses("1")
    _is(page, "talking")
    line.call(from_="+33565051299").presses("0")
    page.wait_for_selector("#queues table")
    page.keyboard.press("Alt+Shift+A")
    page.wait_for_selector(".held")
    page.keyboard.press("Alt+Shift+M")
    page.wait_for_selector(".call__muted")
    page.wait_for_function(HELD_TOO_LONG)
    page.locator("#caller details.more summary").click()
    is_accessible(page, "on hold too long, muted, every referent unfolded")
    page.keyboard.press("Alt+Shift+R")
    _is(page, "wrap_up")
    page.locator("form[id^=record-] .choices label").filter(has_text="Orientation").click()
    page.locator("form[id^=record-] [name=reason-0]").select_option("website")
    page.locator("form[id^=record-] [data-add]").click()
    page.locator("details[id^=promise-] summary").click()
    is_accessible(page, "wrap-up, an orientation, a second démarche and a callback to promise")
    page.locator("form[id^=record-] [name=procedure-0]").select_option("avis-impot")
    page.locator("form[id^=record-] [data-remove]").click()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector("#notice .fr-alert--error")
    is_accessible(page, "a refused outcome")
    page.locator("form[id^=record-] .choices label").filter(has_text="Information").first.click()
    page.route("**/api/desk/notes", lambda route: route.fulfill(status=422))
    page.locator("[data-notes]").fill("écrit ici")
    _keeps_elsewhere(karim, "écrit ailleurs")
    page.wait_for_selector(".theirs:not([hidden])")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector("[data-settled] .fr-message--error")
    is_accessible(page, "notes that differ, and a question without its answer")
    _let_the_wrap_up_pass(karim)
    _is(page, "pause")
    page.wait_for_selector(".owed")
    is_accessible(page, "a contact that is owed")


def _keeps_elsewhere(agent_id: str, text: str) -> None:
    with reading() as session:
        call = session.get_one(calls.Call, str(session.get_one(agents.Agent, agent_id).call_id))
        revision = session.get_one(Contact, call.contact_id).draft_revision
    notes.keep(agent_id, call.contact_id, text, revision)


def test_the_desk_that_missed_an_offer_and_knows_the_caller(
    line: PracticeLine, opens: Opens, is_accessible: Checks
) -> None:
    settle("karim", phone=KARIM)
    page = opens("karim")
    page.get_by_role("button", name="Prendre mon poste").click()
    _is(page, "available")
    for n in range(2):
        durand = line.call(from_="+33565051234").presses("0")
        page.wait_for_selector("[data-offer]")
        if n == 0:
            durand.hangs_up()
            page.wait_for_selector("[data-offer]", state="detached")
    page.wait_for_selector(".history")
    is_accessible(page, "offered, with earlier contacts")
    page.get_by_role("button", name="Refuser").click()
    _is(page, "pause")
    is_accessible(page, "paused for no answer")


def test_the_board(line: PracticeLine, desk: Desk, opens: Opens, is_accessible: Checks) -> None:
    karim = settle("karim", phone=KARIM)
    settle("sarah", phone="+33565000002")
    settle("ines", role="supervisor", departments=["46"], phone="+33565000009")
    page = opens("ines")
    is_accessible(page, "an empty board")
    agent = desk.sign_in("karim", password=PASSWORD).takes_post()
    desk.sign_in("sarah", password=PASSWORD).takes_post().pauses("lunch")
    line.call().presses("0")
    agent.accepts().is_("talking")
    page.get_by_role("button", name="Chuchoter à Karim").click()
    page.wait_for_selector("#wall_agents .monitor:has-text('Ines chuchote')")
    is_accessible(page, "a supervisor in a conversation")
    karims = opens("karim")
    karims.wait_for_selector("text=Ines écoute et vous parle")
    is_accessible(karims, "talking, with a supervisor")
    karims.get_by_role("button", name="La personne refuse l'écoute").click()
    page.wait_for_selector("#wall_agents .monitor:has-text('La personne refuse')")
    karims.close()
    agent.hangs_up()
    _let_the_wrap_up_pass(karim)
    page.wait_for_selector("#wall_owed table")
    line.call(from_="+33565051299").presses("0")
    page.wait_for_selector("#wall_queues table")
    is_accessible(page, "a busy board")


def test_the_callbacks(line: PracticeLine, desk: Desk, opens: Opens, is_accessible: Checks) -> None:
    settle("karim", phone=KARIM)
    settle("ines", role="supervisor", departments=["46"])
    page = opens("ines")
    page.goto("/supervision/callbacks")
    is_accessible(page, "no callback")
    karim = desk.sign_in("karim", password=PASSWORD).takes_post()
    gone = line.call(from_="+33565051299").presses("46000").presses("1").presses("3").hears("conseiller").hangs_up()
    karim.is_("available").pauses()
    kept = [
        _promised("46", topic, number) for topic, number in (("impots", "+33565051234"), ("logement", "+33565051235"))
    ]
    _promised("974", "impots", "+262262123456")
    with transaction() as session:
        late = callbacks.get(session, kept[0])
        assert late
        late.promised_until, late.attempts = clock.now() - timedelta(minutes=42), 2
        unheard = calls.by_carrier_id(session, gone.sid)
        assert unheard
        unheard.ending = Ending.ABANDONED  # not within five seconds, as it was
    page.reload()
    page.wait_for_selector(".late")
    page.wait_for_selector("[name=call]", state="attached")
    page.locator("[aria-label^='Annuler le rappel']").last.click()
    page.wait_for_selector(".fr-alert--success")
    is_accessible(page, "callbacks to keep, ended, and somebody unheard")
    page.get_by_role("link", name="Liste à imprimer").click()
    page.wait_for_selector(".paper")
    is_accessible(page, "the list to print")
    own = opens("karim")
    own.get_by_role("link", name="Mes rappels").click()
    own.wait_for_selector("tbody")
    is_accessible(own, "my callbacks")


def test_orders_and_why_a_call_waits(line: PracticeLine, desk: Desk, opens: Opens, is_accessible: Checks) -> None:
    settle("karim", topics=WITHOUT_TAXES, phone=KARIM)
    settle("lea", department="31", topics=WITHOUT_TAXES, phone="+33565000002")
    settle("ines", role="admin")
    page = opens("ines")
    page.get_by_role("link", name="Ordres").click()
    page.wait_for_selector("#message-fr")
    is_accessible(page, "no order")
    page.fill("#message-fr", "Inondations dans le Lot : appelez le 112 en cas de danger.")
    page.get_by_role("button", name="Diffuser maintenant").click()
    page.wait_for_selector(".fr-alert--success")
    page.select_option("#queue-topic", "sante")
    page.check("#act-redirect", force=True)
    page.select_option("#queue-to", "famille")
    page.get_by_role("button", name="Appliquer maintenant").click()
    page.wait_for_selector("section [aria-label^='Rouvrir']")
    page.fill("#region-after", "10")
    page.fill("#nation-after", "30")
    page.get_by_role("button", name="Enregistrer ces seuils").click()
    page.wait_for_selector("[aria-label^='Supprimer']")
    is_accessible(page, "a message, an order and a threshold")
    page.goto("/supervision/waiting")
    is_accessible(page, "nobody waits")
    desk.sign_in("karim", password=PASSWORD).takes_post().pauses()
    line.call(from_="+33565051299").presses("46000").presses("1").presses("3").hears("conseiller")
    page.reload()
    page.wait_for_selector("tbody")
    is_accessible(page, "one waits")
    page.locator("tbody a").first.click()
    page.wait_for_selector("#eligible-title")
    is_accessible(page, "why one waits, of a matter that no account serves")
    page.goto("/admin/directory")
    is_accessible(page, "the directory, with a topic that no account serves")


def _promised(department: str, topic: str, number: str) -> str:
    line = f"CA{new_id().replace('-', '')}"
    callback.promise_to_caller(line, number, Wish(department, topic), clock.now(), typed=False)
    citizen.hang_up(line, clock.now())
    with transaction() as session:
        kept = callbacks.open_for(session, PhoneNumber(number))
        assert kept
        kept.due_from = clock.now() + timedelta(minutes=5)
        return kept.id


def test_the_accounts_and_the_sites(opens: Opens, is_accessible: Checks) -> None:
    settle("admin", role="admin")
    karim = settle("karim")
    with transaction() as session:
        sites.import_list(session, list(national_list.read(LISTED.encode()).sites.values()), clock.now())
        sites.import_rounds(session, [STOP])
    page = opens("admin")
    page.goto("/admin/agents")
    is_accessible(page, "the accounts")
    page.get_by_role("link", name="Créer un compte").click()
    page.wait_for_selector("#site-names", state="attached")
    page.fill("#name", "Zoé Martin")
    page.fill("#login", "zoe.martin")
    page.select_option("#department", "46")
    page.fill("#site", "46")
    is_accessible(page, "a new account")
    page.fill("#site", "i")  # in the name of both
    page.locator("form.panel button").first.click()
    page.wait_for_selector("select#site")
    is_accessible(page, "an account whose site is one of several")
    page.goto(f"/admin/agents/{karim}")
    page.fill("#phone", "12")
    page.locator("form.panel button").first.click()
    page.wait_for_selector("#phone-error")
    is_accessible(page, "an account that is refused")
    page.fill("#phone", "05 65 00 00 09")
    page.locator("form.panel button").first.click()
    page.wait_for_selector("#notice .fr-alert--success")
    is_accessible(page, "an account that is saved, with its history")
    page.get_by_role("button", name="Désactiver le compte").click()
    page.wait_for_selector(".ribbon--warning:not(:empty)")
    is_accessible(page, "a deactivated account")
    page.goto("/admin/agents/import")
    page.set_input_files(
        "#table", {"name": "t.csv", "mimeType": "text/csv", "buffer": b"login,name,department\nx,X,99\n"}
    )
    page.locator("form.panel button").click()
    page.wait_for_selector("#refused-title")
    is_accessible(page, "a table that is refused")
    page.goto("/admin/sites")
    page.set_input_files("#table", {"name": "l.csv", "mimeType": "text/csv", "buffer": b"\x00\x01"})
    page.get_by_role("button", name="Importer cette liste").click()
    page.wait_for_selector(".fr-alert--error")
    is_accessible(page, "a list that is refused")
    other = LISTED.replace("Antenne,", "Antenne de Figeac,").encode()
    page.set_input_files("#table", {"name": "l.csv", "mimeType": "text/csv", "buffer": other})
    page.get_by_role("button", name="Importer cette liste").click()
    page.wait_for_selector("#taken-title")
    for summary in page.locator("details.more summary").all():
        summary.click()
    is_accessible(page, "a list that is taken in, with its changes and its doubts")
    page.goto("/sites")
    page.wait_for_selector("svg.map a")
    is_accessible(page, "the sites by department, on the map")
    page.goto("/sites?department=46")
    is_accessible(page, "the sites of a department, the doubtful ones first, and its bus")
    page.get_by_role("link", name="Antenne de Figeac", exact=True).click()
    page.wait_for_selector("svg .dot--here")
    is_accessible(page, "a bus on the map, with its rounds and its history")
    page.locator("details.quick summary").click()
    is_accessible(page, "a site to be closed")
    page.get_by_role("button", name="Inondation").click()
    page.wait_for_selector("#exceptions-title ~ .scroll tbody tr")
    is_accessible(page, "a site that is closed by exception")


def test_the_reports_and_what_is_settled_about_the_wall(opens: Opens, is_accessible: Checks) -> None:
    settle("root", role="admin")
    with transaction(60) as session:
        world = World(session)
        world.live(clock.now() - timedelta(days=9), clock.now(), 60)
        world.shift(world.agents[0], (clock.now() - timedelta(days=2)).replace(second=0, microsecond=0))
        session.execute(update(Contact).values(site_id=7))
        session.add(site(7, "46", [[("08:00", "12:00")]] * 5 + [[], []]))
    rolled_up(clock.now())
    page = opens("root")
    week = f"first={(clock.now() - timedelta(days=7)).date()}"
    for path, state in (
        (f"/reports?{week}", "a report"),
        (f"/reports/rows?measure=demands&{week}", "the rows behind a figure"),
        (f"/reports/rows?measure=occupancy&{week}", "agents' time behind a figure"),
        ("/reports/definitions", "the definitions"),
        ("/reports/staffing?department=46", "staffing"),
        ("/supervision/thresholds", "thresholds"),
        ("/supervision/links", "no link"),
    ):
        page.goto(path)
        is_accessible(page, state)
    page.fill("#label", "Salle du Lot")
    page.get_by_role("button", name="Créer un lien").click()
    page.wait_for_selector(".fr-alert--success")
    is_accessible(page, "a link that was made")
    screen = opens("")
    screen.goto(page.locator(".fr-alert--success a").get_attribute("href") or "")
    screen.wait_for_selector("button.sorter")
    is_accessible(screen, "the wall on a screen")
    longest = screen.locator("#wall_places th", has_text="Attente la plus longue")
    longest.get_by_role("button").press("Enter")
    assert longest.get_attribute("aria-sort") == "descending"
    with transaction() as session:
        session.execute(update(agents.Agent).where(agents.Agent.login == "root").values(role="supervisor"))
    page.goto("/supervision/links")
    page.wait_for_selector("tbody .fr-badge")
    is_accessible(page, "a link to more than its maker sees")


def test_the_shared_lines(opens: Opens, is_accessible: Checks) -> None:
    settle("admin", role="admin")
    page = opens("admin")
    page.goto("/admin/shared-lines")
    is_accessible(page, "no shared line")
    page.fill("#name", "EHPAD Les Tilleuls")
    page.fill("#number", "12")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_selector("#number-error")
    is_accessible(page, "a line that is refused")
    page.fill("#number", "05 65 05 12 34")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_selector("#notice .fr-alert--success")
    is_accessible(page, "a shared line, with its history")


def test_the_hours_the_directory_and_the_departments(opens: Opens, is_accessible: Checks) -> None:
    settle("admin", role="admin")
    page = opens("admin")
    page.goto("/admin/hours?scope=46")
    is_accessible(page, "the hours of a department")
    page.locator(".quick summary").click()
    is_accessible(page, "an exception to fill in")
    page.fill("#last", "2020-01-01")
    page.get_by_role("button", name="Grève").click()
    page.wait_for_selector("#first-error")
    is_accessible(page, "an exception that is refused")
    page.get_by_role("button", name="Inondation").click()
    page.wait_for_selector("#notice .fr-alert--success")
    is_accessible(page, "a department closed by exception")
    page.goto("/admin/directory?scope=46")
    page.fill("#desk", "Référents du Lot")
    page.fill("#phone", "05 65 00 00 70")
    page.get_by_role("button", name="Ajouter ce référent").click()
    page.wait_for_selector("#notice .fr-alert--success")
    is_accessible(page, "the directory of a department, with a referent")
    page.get_by_role("link", name="Ajouter un sujet").click()
    page.wait_for_selector("#keys")
    is_accessible(page, "a new local service")
    page.fill("#keys", "11")
    page.fill("#code", "adil")
    page.fill("#label-fr", "le logement")
    page.fill("#label-en", "housing")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_selector(".fr-alert--error")
    is_accessible(page, "a topic that is refused")
    page.goto("/admin/departments")
    is_accessible(page, "the departments")
    page.get_by_role("link", name="Lot (46)").click()
    page.get_by_role("button", name="Mettre en pilote").click()
    page.wait_for_selector("#notice .fr-alert--success")
    is_accessible(page, "a department that is a pilot")


def _is(page: Page, state: str) -> None:
    page.wait_for_selector(f"#state[data-state={state}]")


def _let_the_wrap_up_pass(agent_id: str) -> None:
    with transaction() as session:
        agent = agents.get(session, agent_id)
        assert agent is not None
        assert agent.call_id is not None
        call = calls.lock(session, agent.call_id)
        assert call is not None
        call.lease_until = clock.now() - timedelta(seconds=1)
