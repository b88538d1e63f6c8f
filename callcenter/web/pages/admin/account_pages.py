"""The pages of the accounts: a list, one account, and a table of many."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from callcenter import clock
from callcenter.actions import account_forms, accounts
from callcenter.actions.accounts import Imported, NewLink
from callcenter.errors import BadAnswer, Refusal
from callcenter.records.agents import Agent
from callcenter.rules import accounts as accounts_rules
from callcenter.rules.accounts import NotStaff
from callcenter.rules.roles import ADMIN
from callcenter.screens import accounts_screen, sites_screen
from callcenter.screens.accounts_screen import AccountShown
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import form_options, forms
from callcenter.web.pages.forms import Fields

router = APIRouter(prefix="/admin/agents", include_in_schema=False)
NOBODY: dict[str, Any] = {
    "login": "", "name": "", "role": "agent", "department": "", "site": "", "topics": (), "languages": ("fr",),
    "departments": "", "phone": "",
}  # fmt: skip


@dataclass(frozen=True)
class AccountSearch:
    """What the list is searched by."""

    text: str
    department: str
    role: str
    active: bool


@router.get("")
@open_to(*ADMIN)
def listed(
    visitor: Admitted, text: str = "", department: str = "", role: str = "", active: bool = True, done: int = 0
) -> Response:
    rows = accounts_screen.listed(text, department, role, active=active)
    return forms.form_page(
        "admin/agents.html",
        visitor,
        rows=rows,
        site_names=sites_screen.named({row.site for row in rows if row.site}),
        asked=AccountSearch(text, department, role, active),
        department_options=form_options.department_options(),
        role_options=form_options.role_options(visitor.language),
        every_topic=lambda row: set(account_forms.every_topic(row.department)) <= set(row.topics),
        done=bool(done),
    )


@router.get("/new")
@open_to(*ADMIN)
def new(visitor: Admitted) -> Response:
    return _one(visitor, None, NOBODY | {"topics": account_forms.every_topic("")})


@router.post("/new")
@open_to(*ADMIN)
def create(visitor: Admitted, fields: Fields) -> Response:
    given = _given(fields)
    try:
        made = account_forms.create(visitor.staff, _with_site(given), clock.now())
    except BadAnswer as refusal:
        return _one(visitor, None, given, refusal)
    return _with_link(visitor, made)


@router.get("/import")
@open_to(*ADMIN)
def table(visitor: Admitted) -> Response:
    return _table(visitor)


@router.post("/import")
@open_to(*ADMIN)
def take_in(visitor: Admitted, fields: Fields) -> Response:
    sent = fields.get("table")
    content = sent.file.read(accounts_rules.LARGEST + 1) if isinstance(sent, UploadFile) else b""
    try:
        return _table(visitor, account_forms.take_in(visitor.staff, content, clock.now()))
    except NotStaff as refusal:
        return _table(visitor, refusal=refusal)


@router.get("/{agent_id}")
@open_to(*ADMIN)
def one(agent_id: str, visitor: Admitted, done: int = 0) -> Response:
    found = accounts_screen.one(forms.uuid(agent_id))
    return _one(visitor, found, _kept(found.row), done=bool(done))


@router.post("/{agent_id}")
@open_to(*ADMIN)
def change(agent_id: str, visitor: Admitted, fields: Fields) -> Response:
    found = accounts_screen.one(forms.uuid(agent_id))
    given = _given(fields)
    try:
        accounts.change_account(visitor.staff, found.row.id, account_forms.judged(_with_site(given)), clock.now())
    except BadAnswer as refusal:
        return _one(visitor, found, given, refusal)
    return forms.back_to(f"/admin/agents/{found.row.id}")


@router.post("/{agent_id}/link")
@open_to(*ADMIN)
def make_link(agent_id: str, visitor: Admitted) -> Response:
    return _with_link(visitor, accounts.make_link(visitor.staff, forms.uuid(agent_id), clock.now()))


@router.post("/{agent_id}/deactivate")
@open_to(*ADMIN)
def deactivate(agent_id: str, visitor: Admitted) -> Response:
    accounts.deactivate(visitor.staff, forms.uuid(agent_id), clock.now())
    return forms.back_to(f"/admin/agents/{agent_id}")


@router.post("/{agent_id}/reactivate")
@open_to(*ADMIN)
def reactivate(agent_id: str, visitor: Admitted) -> Response:
    accounts.reactivate(visitor.staff, forms.uuid(agent_id), clock.now())
    return forms.back_to(f"/admin/agents/{agent_id}")


def _with_link(visitor: Visitor, made: NewLink) -> Response:
    """The account with its link, which is shown on this answer and on none after."""
    found = accounts_screen.one(made.agent_id)
    return _one(visitor, found, _kept(found.row), link=made)


def _one(
    visitor: Visitor,
    found: AccountShown | None,
    given: dict[str, Any],
    refusal: Refusal | None = None,
    *,
    done: bool = False,
    link: NewLink | None = None,
) -> Response:
    several = refusal is not None and "staff_site_several" in refusal.args
    return forms.form_page(
        "admin/agent.html",
        visitor,
        refusal,
        found=found,
        row=found.row if found else None,
        link=link,
        given=given,
        department_options=form_options.department_options(),
        role_options=form_options.role_options(visitor.language),
        language_options=form_options.language_options(visitor.language),
        topic_options=form_options.topic_options(visitor.language, [given["department"]], held=given["topics"]),
        site_names=sites_screen.names(),
        meant=sites_screen.numbers_of(given["site"], given["department"]) if several else [],
        done=done,
    )


def _with_site(given: dict[str, Any]) -> dict[str, Any]:
    """The site that was named, by its number. Raises BadAnswer when none has this name, or several have."""
    if not given["site"].strip():
        return given
    meant = sites_screen.numbers_of(given["site"], given["department"])
    if len(meant) != 1:
        raise BadAnswer("staff_site_several" if meant else "staff_site")
    return given | {"site": str(meant[0][0])}


def _table(visitor: Visitor, taken: Imported | None = None, refusal: Refusal | None = None) -> Response:
    answer = forms.form_page(
        "admin/agents_import.html",
        visitor,
        refusal,
        taken=taken,
        topic_options=form_options.topic_options(visitor.language),
    )
    if taken and taken.refused:
        answer.status_code = 422
    return answer


def _kept(row: Agent) -> dict[str, Any]:
    profile = accounts.profile_of(row)
    site = sites_screen.named([profile.site_id]).get(profile.site_id, str(profile.site_id)) if profile.site_id else ""
    return {
        "login": profile.login, "name": profile.name, "role": profile.role, "department": profile.department,
        "site": site, "topics": profile.topics, "languages": profile.languages,
        "departments": " ".join(profile.departments), "phone": row.phone.national if row.phone else "",
    }  # fmt: skip


def _given(fields: FormData) -> dict[str, Any]:
    plain = {name: str(fields.get(name, "")) for name in NOBODY if name not in ("topics", "languages")}
    return plain | {name: tuple(map(str, fields.getlist(name))) for name in ("topics", "languages")}
