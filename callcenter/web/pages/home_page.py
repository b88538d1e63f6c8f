"""The first page of whoever signs in."""

from fastapi import APIRouter
from starlette.responses import Response

from callcenter.rules.roles import STAFF
from callcenter.web.identity import Admitted, open_to
from callcenter.web.pages.forms import redirect

router = APIRouter(include_in_schema=False)


@router.get("/")
@open_to(*STAFF)
def home(visitor: Admitted) -> Response:
    return redirect("/desk" if visitor.staff.role == "agent" else "/supervision")
