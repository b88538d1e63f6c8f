"""Every page of administration and of figures under axe, in light and dark, wide and narrow."""

from datetime import timedelta

from sqlalchemy import update

from callcenter import clock
from callcenter.db import transaction
from callcenter.records import agents, sites
from callcenter.records.contacts import Contact
from callcenter.rules import national_list
from callcenter.rules.rounds import Stop
from tests.browser.conftest import Checks, Opens
from tests.support.consulted import consulted
from tests.support.kept import rolled_up
from tests.support.october import site
from tests.support.town import settle
from tests.support.world import World
from tests.support.wrap_up import wraps_up

LISTED = """id_fs,lib_fs,insee_dep,code_postal,lib_com,telephone,h_lundi,commentaire,latitude,longitude,format_fs
7,Maison du Lot,46,46000,Cahors,05 65 00 00 07,09:00 - 12:00 / 11:30 - 17:00,Fermé le jeudi,44.449,1.437,Fixe
9,Antenne,46,46100,Figeac,,,,44.609,2.032,Itinérante
"""


STOP = Stop("Bus du Lot", "Cajarc", "Place du Foirail", "46160", "46", "+33565000008", "Tu 09:00-12:00", "odd")


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
    page.select_option("#except-reason", label="Inondation")
    page.get_by_role("button", name="Continuer").click()
    is_accessible(page, "a closure of a site that is read back")
    page.locator("main").get_by_role("button", name="Fermer", exact=True).click()
    page.wait_for_selector("#exceptions-title ~ .scroll tbody tr")
    is_accessible(page, "a site that is closed by exception")


def test_the_reports_and_what_is_settled_about_the_wall(opens: Opens, is_accessible: Checks) -> None:
    settle("root", role="admin")
    karim = settle("karim")
    call_id, _ = wraps_up(karim)
    consulted(call_id, karim, clock.now() - timedelta(minutes=1), 40, "dismissed")
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
        (f"/reports/help?{week}", "help and transfers"),
        (f"/reports/agents?{week}", "figures by agent"),
        ("/reports?first=2026-10-31&last=2026-10-01", "a period that is reversed"),
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


def test_ones_own_password(opens: Opens, is_accessible: Checks) -> None:
    settle("karim")
    page = opens("karim")
    page.goto("/my-password")
    is_accessible(page, "one's own password")
    for field in ("present", "password", "again"):
        page.fill(f"#{field}", "court")
    page.get_by_role("button", name="Changer").click()
    page.wait_for_selector(".fr-error-text, .fr-alert--error")
    is_accessible(page, "a password that is refused")


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
    page.select_option("#except-topic", label="Toute la ligne")
    page.select_option("#except-reason", label="Grève")
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_selector("#first-error")
    is_accessible(page, "an exception that is refused")
    page.fill("#last", page.input_value("#first"))
    page.get_by_role("button", name="Continuer").click()
    is_accessible(page, "an exception that is read back")
    page.locator("main").get_by_role("button", name="Fermer", exact=True).click()
    page.wait_for_selector("#notice .fr-alert--success")
    is_accessible(page, "a department closed by exception")
    page.goto("/admin/directory?scope=46")
    page.get_by_role("link", name="Ajouter un référent").click()
    page.select_option("#partner", "caf")
    page.fill("#desk", "Référents du Lot")
    page.fill("#phone", "05 65 00 00 70")
    is_accessible(page, "a new referent")
    page.get_by_role("button", name="Enregistrer").click()
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
