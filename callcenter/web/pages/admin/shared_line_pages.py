"""The page of the lines that many people call from."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from callcenter import clock
from callcenter.actions import shared_lines
from callcenter.errors import BadAnswer, Refusal
from callcenter.rules.roles import ADMIN
from callcenter.screens import shared_lines_screen
from callcenter.web.api.admin import shared_lines_api
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import forms
from callcenter.web.pages.forms import Fields

TYPED = ("name", "number")
NOTHING: Mapping[str, str] = dict.fromkeys(TYPED, "")

router = APIRouter(prefix="/admin/shared-lines", include_in_schema=False)


@router.get("")
@open_to(*ADMIN)
def page(visitor: Admitted, done: int = 0) -> Response:
    return _page(visitor, done=bool(done))


@router.post("")
@open_to(*ADMIN)
def add(visitor: Admitted, fields: Fields) -> Response:
    try:
        forms.filled_in(shared_lines_api.ListLine, fields).carry_out(visitor.staff, clock.now())
    except BadAnswer as refusal:
        return _page(visitor, refusal, {name: str(fields.get(name, "")) for name in TYPED})
    return forms.back_to("/admin/shared-lines")


@router.post("/remove")
@open_to(*ADMIN)
def remove(visitor: Admitted, fields: Fields) -> Response:
    shared_lines.take_off(visitor.staff, forms.uuid(str(fields.get("line_id", ""))), clock.now())
    return forms.back_to("/admin/shared-lines")


def _page(
    visitor: Visitor, refusal: Refusal | None = None, given: Mapping[str, str] = NOTHING, *, done: bool = False
) -> Response:
    return forms.form_page(
        "admin/shared_lines.html",
        visitor,
        refusal,
        lines=shared_lines_screen.every(),
        acts=shared_lines_screen.history(),
        given=given,
        done=done,
    )
