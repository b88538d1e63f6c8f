"""The page that takes in the national list of sites and the rounds of buses."""

from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from callcenter.errors import Refusal
from callcenter.records.sites import TooManyGone
from callcenter.rules import rounds, towns
from callcenter.rules.national_list import LARGEST, NotTheList
from callcenter.rules.roles import ADMIN
from callcenter.rules.rounds import NotRounds
from callcenter.rules.towns import NotTowns
from callcenter.screens import national_list_screen, sites_screen
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import forms
from callcenter.web.pages.forms import Fields
from callcenter.web.pages.site_pages import DOUBTS

router = APIRouter(prefix="/admin/sites", include_in_schema=False)


@router.get("")
@open_to(*ADMIN)
def home(visitor: Admitted) -> Response:
    return _page(visitor)


@router.post("/list")
@open_to(*ADMIN)
def take_in_list(visitor: Admitted, fields: Fields) -> Response:
    content, all_that_go = _sent(fields, LARGEST), fields.get("all_that_go") == "true"
    try:
        return _page(visitor, taken=national_list_screen.take_in_list(visitor.staff, content, all_that_go=all_that_go))
    except (NotTheList, TooManyGone) as refusal:
        return _page(visitor, refusal)


@router.post("/rounds")
@open_to(*ADMIN)
def take_in_rounds(visitor: Admitted, fields: Fields) -> Response:
    try:
        taken = national_list_screen.take_in_rounds(visitor.staff, _sent(fields, rounds.LARGEST))
        return _page(visitor, rounds_taken=taken)
    except NotRounds as refusal:
        return _page(visitor, refusal)


@router.post("/towns")
@open_to(*ADMIN)
def take_in_towns(visitor: Admitted, fields: Fields) -> Response:
    try:
        taken = national_list_screen.take_in_towns(visitor.staff, _sent(fields, towns.LARGEST))
        return _page(visitor, towns_taken=taken)
    except NotTowns as refusal:
        return _page(visitor, refusal)


def _sent(fields: FormData, largest: int) -> bytes:
    """A file's bytes, and one more than is allowed of one that is too large."""
    sent = fields.get("table")
    return sent.file.read(largest + 1) if isinstance(sent, UploadFile) else b""


def _page(visitor: Visitor, refusal: Refusal | None = None, **taken: Any) -> Response:
    return forms.form_page(
        "admin/sites.html",
        visitor,
        refusal,
        count=sum(count for count, _ in sites_screen.per_department().values()),
        doubts=DOUBTS,
        acts=national_list_screen.history(),
        has_towns=sites_screen.has_towns(),
        **({"taken": None, "rounds_taken": None, "towns_taken": None} | taken),
    )
