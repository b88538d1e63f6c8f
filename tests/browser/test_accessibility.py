"""axe finds nothing, in any state of any page, light and dark, wide and narrow; nothing is wider than the screen."""

from datetime import timedelta

from callcenter import clock
from callcenter.actions import callback, citizen, notes
from callcenter.db import reading, transaction
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, callbacks, calls, referents
from callcenter.records.calls import Wish
from callcenter.records.contacts import Contact
from callcenter.records.identifiers import new_id
from callcenter.rules.states import Ending
from ivr.practice.telephones import PracticeLine
from tests.browser.conftest import KARIM, Checks, Opens
from tests.support.at_the_desk import is_
from tests.support.desk import Desk
from tests.support.patience import until
from tests.support.town import PASSWORD, TOPICS, settle

HELD_TOO_LONG = """() => {
  const held = document.querySelector(".held")
  if (!held) return false
  held.dataset.orangeAfter = 0  // again and again: the stream may write the page anew
  return held.classList.contains("is-long")
}"""


WITHOUT_TAXES = [topic for topic in TOPICS if topic != "impots"]


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
    page.goto("/password")
    is_accessible(page, "a password to choose")


def test_the_desk_through_a_whole_call(line: PracticeLine, opens: Opens, is_accessible: Checks) -> None:
    karim = settle("karim", topics=WITHOUT_TAXES, phone=KARIM)
    with transaction() as session:
        for partner, desk in (("dgfip", "SIP de Cahors"), ("caf", "Appui CAF")):
            referents.add_referent(session, "46", partner, desk, "+33565000070", "9 h-12 h")
    line.registers(KARIM, "manual")
    page = opens("karim")
    is_accessible(page, "offline")
    page.get_by_role("button", name="Prendre mon poste").click()
    is_(page, "available")
    for tool in ("Mes rappels", "Sites", "Renfort", "Visite", "Ma journée", "Touches"):
        page.locator("#tools").get_by_role("link", name=tool).click()
        page.wait_for_selector(f"#tools [aria-current]:has-text('{tool}')")
        is_accessible(page, f"available, with {tool} beside")
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
    is_(page, "connecting")
    phone = line.rung(KARIM)
    is_accessible(page, "connecting")
    phone.answers().presses("1")
    is_(page, "talking")
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
    is_(page, "wrap_up")
    page.locator("form[id^=record-] .choices label").filter(has_text="Orientation").click()
    page.locator("form[id^=record-] [name=reason-0]").select_option("website")
    page.locator(".finish [data-add]").click()
    page.locator("form[id^=record-] label").filter(has_text="Rappel").first.click()
    page.locator("form[id^=record-] label").filter(has_text="Autre jour").click()
    is_accessible(page, "wrap-up, an orientation, a second démarche and a callback to promise")
    page.locator("form[id^=record-] [name=procedure-0]").select_option("avis-impot")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector("form[id^=record-] .lacks .fr-message--error")
    is_accessible(page, "a refused outcome")
    page.locator("form[id^=record-] [data-remove]").click()
    page.locator("form[id^=record-] .choices label").filter(has_text="Information").first.click()
    page.route("**/api/desk/notes", lambda route: route.fulfill(status=422))
    page.locator("[data-notes]").fill("écrit ici")
    _keeps_elsewhere(karim, "écrit ailleurs")
    page.wait_for_selector(".theirs:not([hidden])")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.wait_for_selector("[data-settled] .fr-message--error")
    is_accessible(page, "notes that differ, and a question without its answer")
    _let_the_wrap_up_pass(karim)
    is_(page, "pause")
    page.wait_for_selector(".contact--owed")
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
    is_(page, "available")
    for n in range(2):
        durand = line.call(from_="+33565051234").presses("0")
        page.wait_for_selector("[data-offer]")
        if n == 0:
            durand.hangs_up()
            page.wait_for_selector("[data-offer]", state="detached")
    page.wait_for_selector(".history")
    is_accessible(page, "offered, with earlier contacts")
    page.get_by_role("button", name="Refuser").click()
    is_(page, "pause")
    is_accessible(page, "paused for a call that was refused")


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
    page.get_by_role("button", name="Rendre disponible Sarah").click()
    page.wait_for_selector("#move[open]")
    is_accessible(page, "somebody's break that is ended, with its reason")


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
    own.get_by_role("navigation", name="Navigation").get_by_role("link", name="Mes rappels").click()
    own.wait_for_url("**/callbacks")
    own.wait_for_selector("tbody")
    is_accessible(own, "my callbacks")


def test_orders_and_why_a_call_waits(line: PracticeLine, desk: Desk, opens: Opens, is_accessible: Checks) -> None:
    settle("karim", topics=WITHOUT_TAXES, phone=KARIM)
    settle("lea", department="31", topics=WITHOUT_TAXES, phone="+33565000002")
    settle("ines", role="admin")
    page = opens("ines")
    page.get_by_role("link", name="Ordres").click()
    for form in ("message", "queue", "threshold"):
        page.locator(f"#{form} summary").click()
    is_accessible(page, "no order, every form unfolded")
    page.locator("#queue form button").click()
    page.wait_for_selector("#queue-topic-error")
    is_accessible(page, "an order that lacks everything")
    page.locator("#message summary").click()
    page.select_option("#message-scope", "46")
    page.fill("#message-fr", "Inondations dans le Lot : appelez le 112 en cas de danger.")
    page.fill("#message-en", "Floods in the Lot: call 112 if you are in danger.")
    page.check("#message-lift", force=True)
    page.locator("#message form button").click()
    page.wait_for_selector("#heard", state="attached")
    is_accessible(page, "a message to be heard")
    page.check("#heard", force=True)
    page.get_by_role("button", name="Donner l'ordre").click()
    page.wait_for_selector(".fr-alert--success")
    page.locator("#queue summary").click()
    page.select_option("#queue-scope", "46")
    page.select_option("#queue-topic", "sante")
    page.check("#act-redirect", force=True)
    page.select_option("#queue-to", "famille")
    page.check("#queue-lift", force=True)
    page.locator("#queue form button").click()
    is_accessible(page, "an order that is read back")
    page.get_by_role("button", name="Donner l'ordre").click()
    page.locator("#threshold summary").click()
    page.select_option("#threshold-scope", "46")
    page.select_option("#threshold-topic", "*")
    page.fill("#region-after", "10")
    page.fill("#nation-after", "30")
    page.check("#threshold-lift", force=True)
    page.locator("#threshold form button").click()
    page.get_by_role("button", name="Donner l'ordre").click()
    page.wait_for_selector(".fr-alert--success")
    is_accessible(page, "a message, an order and a threshold")
    page.goto("/supervision/waiting")
    is_accessible(page, "nobody waits")
    desk.sign_in("karim", password=PASSWORD).takes_post().pauses()
    line.call(from_="+33565051299").presses("46000").presses("1").presses("3").hears("conseiller")
    until(lambda: page.reload() is not None and page.locator("tbody").count() > 0, "one waits")
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


def _let_the_wrap_up_pass(agent_id: str) -> None:
    with transaction() as session:
        agent = agents.get(session, agent_id)
        assert agent is not None
        assert agent.call_id is not None
        call = calls.lock(session, agent.call_id)
        assert call is not None
        call.lease_until = clock.now() - timedelta(seconds=1)
