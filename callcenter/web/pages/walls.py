"""The wall for a screen without a name, and what supervisors settle about it: links and thresholds."""

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from callcenter import clock
from callcenter.config import settings
from callcenter.rules.alerts import DEFAULTS
from callcenter.rules.roles import ANYBODY, SUPERVISOR
from callcenter.screens import directory_screen, wall, wall_links
from callcenter.web.identity import Admitted, open_to
from callcenter.web.pages import render
from callcenter.web.pages.pages import Fields

router = APIRouter(include_in_schema=False)


@router.get("/wall/{token}")
@open_to(ANYBODY)
def open_wall_page(token: str, visitor: Admitted) -> Response:
    """The wall on a screen, by a link: nobody is signed in there."""
    scope = wall_links.opened(token).scope
    return HTMLResponse(render.wall(visitor, wall.look(scope), scope, f"link:{token}", is_open=True))


@router.get("/supervision/links")
@open_to(*SUPERVISOR)
def links_page(visitor: Admitted) -> Response:
    return HTMLResponse(render.page("wall_links.html", visitor, links=wall_links.of(visitor.staff), made=None))


@router.post("/supervision/links")
@open_to(*SUPERVISOR)
def make_link(visitor: Admitted, fields: Fields) -> Response:
    """The address is shown this once: only its digest is kept."""
    made = (
        f"{settings().public_web_url.rstrip('/')}/wall/{wall_links.make(visitor.staff, str(fields.get('label', '')))}"
    )
    return HTMLResponse(render.page("wall_links.html", visitor, links=wall_links.of(visitor.staff), made=made))


@router.post("/supervision/links/revoke")
@open_to(*SUPERVISOR)
def revoke_link(visitor: Admitted, fields: Fields) -> Response:
    wall_links.revoke(visitor.staff, str(fields.get("link_id", "")))
    return RedirectResponse("/supervision/links", status_code=303)


@router.get("/supervision/thresholds")
@open_to("admin")
def thresholds_page(visitor: Admitted) -> Response:
    own = sorted(wall.thresholds().items(), key=lambda each: each[0])
    topics = directory_screen.topics().values()
    return HTMLResponse(render.page("wall_thresholds.html", visitor, own=own, defaults=DEFAULTS, topics=topics))


@router.post("/supervision/thresholds")
@open_to("admin")
def set_threshold(visitor: Admitted, fields: Fields) -> Response:
    given = {name: str(value).replace(",", ".") for name, value in fields.items() if value and name != "csrf"}
    try:
        asked = wall.SetThreshold.model_validate(given)
    except ValidationError:
        raise wall.BadThreshold from None
    asked.carry_out(visitor.staff, clock.now())
    return RedirectResponse("/supervision/thresholds", status_code=303)
