"""The pages of contacts: one's own, what somebody looks up, one in full, and its correction.

Who is looked for is in no address: a number and a reference come by a form, and a contact has an opaque id.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse, Response

from callcenter import clock
from callcenter.actions import callback_now, contact_looks
from callcenter.errors import NotFound, NotPossibleNow, OutcomeIncomplete, Refusal
from callcenter.rules.roles import AGENT, CONTACTS
from callcenter.rules.territory import UNKNOWN
from callcenter.screens import contact_lines, contact_screen, directory_screen
from callcenter.screens.contact_lines import Lines
from callcenter.screens.fields import Day, Id
from callcenter.web.api.contacts_api import Correct
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import render
from callcenter.web.pages.form_options import Options, department_options, topic_options
from callcenter.web.pages.forms import Fields, back_to, form_page, read, redirect
from callcenter.web.pages.outcome_form import corrected
from callcenter.web.pages.words import say

router = APIRouter(include_in_schema=False)
BLANK: dict[str, object] = dict.fromkeys(
    ("procedure", "outcome", "reason", "internet_checked", "settled", "follow_up", "notes"), ""
)
NOTHING: Mapping[str, Any] = {}
NO_LACK: Mapping[str, str] = {}
PageNumber = Annotated[int, Query(ge=0, le=400)]


@router.get("/contacts")
@open_to(*CONTACTS)
def my_contacts(visitor: Admitted, page: PageNumber = 0) -> Response:
    own = contact_lines.mine(visitor.staff, page) if visitor.staff.role in AGENT else None
    return _page(visitor, mine=own)


@router.get("/contacts/search")
@open_to(*CONTACTS)
def search(
    visitor: Admitted,
    first: Day | None = None,
    last: Day | None = None,
    department: Annotated[str, Query(max_length=7)] = "",
    topic: Annotated[str, Query(max_length=40)] = "",
    agent: Annotated[str, Query(max_length=120)] = "",
    page: PageNumber = 0,
) -> Response:
    """By period, department, topic and agent."""
    asked = {"first": first, "last": last, "department": department, "topic": topic, "agent": agent}
    try:
        wanted = contact_lines.asked(first, last, department, topic, agent)
        found = contact_lines.found(visitor.staff, wanted, page)
        days = f"{wanted.first} – {wanted.last}"
        contact_looks.note_search(
            visitor.staff, "period", len(found.lines), clock.now(), days=days, department=department, topic=topic
        )
    except Refusal as refusal:
        return _page(visitor, refusal, asked=asked, wrong="period")
    return _page(visitor, asked=asked | {"first": wanted.first, "last": wanted.last}, found=found)


@router.post("/contacts")
@open_to(*CONTACTS)
def look_up(visitor: Admitted, fields: Fields) -> Response:
    """By what the person says: their reference, or a number."""
    who = str(fields.get("who", "")).strip()[:40]
    given = str(fields.get("page", "0"))
    page = int(given) if given.isdecimal() and len(given) < 4 else 0
    try:
        if contact_lines.is_reference(who):
            named = contact_looks.look_by_reference(visitor.staff, who, clock.now())
            contact = contact_screen.of(visitor.staff, named)
            return HTMLResponse(render.page("contact.html", visitor, contact=contact, done=False))
        found = contact_lines.of_number(visitor.staff, who, page)
        contact_looks.note_search(visitor.staff, "number", len(found.lines), clock.now())
        return _page(visitor, who=who, found=found)
    except Refusal as refusal:
        return _page(visitor, refusal, who=who, wrong="who")


@router.get("/contacts/{contact_id}")
@open_to(*CONTACTS)
def one(contact_id: Id, visitor: Admitted, done: int = 0) -> Response:
    contact_looks.look(visitor.staff, contact_id, clock.now())
    contact = contact_screen.of(visitor.staff, contact_id)
    return HTMLResponse(render.page("contact.html", visitor, contact=contact, done=bool(done)))


@router.get("/contacts/{contact_id}/correction")
@open_to(*CONTACTS)
def correction(contact_id: Id, visitor: Admitted) -> Response:
    return _correction(visitor, contact_id)


@router.post("/contacts/{contact_id}/correction")
@open_to(*CONTACTS)
def correct(contact_id: Id, visitor: Admitted, fields: Fields) -> Response:
    given, lacks = corrected(fields)
    try:
        if lacks:
            raise OutcomeIncomplete(*lacks.values())
        read(Correct, given).carry_out(visitor.staff.id, contact_id, clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _correction(visitor, contact_id, refusal, given, lacks)
    may_read = contact_looks.may_look(visitor.staff, contact_id)
    return back_to(f"/contacts/{contact_id}") if may_read else redirect("/contacts")


@router.post("/contacts/{contact_id}/call-back")
@open_to(*AGENT)
def call_back(contact_id: Id, visitor: Admitted) -> Response:
    """The person was cut off: their agent calls them back at once, and is back at the desk."""
    callback_now.call_back(visitor.staff.id, contact_id, clock.now())
    return redirect("/desk")


def _correction(
    visitor: Visitor,
    contact_id: str,
    refusal: Refusal | None = None,
    typed: Mapping[str, Any] = NOTHING,
    lacks: Mapping[str, str] = NO_LACK,
) -> Response:
    """As it is recorded, or as it was `typed`; `lacks`: the code of what each field lacks."""
    contact_looks.look(visitor.staff, contact_id, clock.now())
    contact = contact_screen.of(visitor.staff, contact_id)
    if not contact.may_correct:
        raise NotPossibleNow
    served = directory_screen.departments_of_contact(visitor.staff.id, contact_id)
    entries = typed.get("entries") or [vars(each) for each in contact.demarches]
    rows = [BLANK | each for each in entries]
    chosen = {name: typed.get(name) or getattr(contact, name) for name in ("department", "topic")}
    return form_page(
        "contact_correct.html", visitor, refusal, lacks=lacks, contact=contact, rows=rows, served=served, blank=BLANK,
        chosen=chosen, departments=[*department_options(), (UNKNOWN, say(visitor.language, "caller.unknown"))],
        topics=topic_options(visitor.language, (*served, str(chosen["department"])), (contact.topic or "",)),
    )  # fmt: skip


def _page(
    visitor: Visitor,
    refusal: Refusal | None = None,
    *,
    mine: Lines | None = None,
    found: Lines | None = None,
    asked: dict[str, date | str | None] | None = None,
    who: str = "",
    wrong: str = "",
) -> Response:
    return form_page(
        "contacts.html",
        visitor,
        refusal,
        mine=mine,
        found=found,
        asked=asked or dict.fromkeys(("first", "last", "department", "topic", "agent"), ""),
        who=who,
        wrong=wrong,
        choices=_departments(visitor),
        topics=topic_options(visitor.language),
    )


def _departments(visitor: Visitor) -> Options:
    """Those of whose citizens they may read, whatever else they took part in."""
    staff = visitor.staff
    theirs = None if staff.scope is None else staff.scope if staff.role != "agent" else staff.scope | {staff.department}
    return [*department_options(theirs), (UNKNOWN, say(visitor.language, "caller.unknown"))]
