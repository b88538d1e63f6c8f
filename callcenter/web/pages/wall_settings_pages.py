"""What is settled about the wall: the links that open it on a screen, and the thresholds."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from callcenter import clock
from callcenter.actions import wall_links
from callcenter.actions.wall_thresholds import BadThreshold, set_alert_threshold
from callcenter.config import settings
from callcenter.rules.alerts import DEFAULTS
from callcenter.rules.roles import SUPERVISOR
from callcenter.screens import directory_screen, wall_links_screen, wall_screen
from callcenter.web.identity import Admitted, open_to
from callcenter.web.pages import render
from callcenter.web.pages.forms import Fields

router = APIRouter(include_in_schema=False)


class SetAlertThreshold(BaseModel):
    """From when a figure is watched and an alarm, of one topic or of everything; without numbers the default again.
    Seconds, calls per free agent, or per cent."""

    measure: Literal[
        "longest_wait", "per_free_agent", "unstaffed", "service_level", "abandonment", "callback_pools", "texts"
    ]
    topic: str = Field("", max_length=40)
    watch: float | None = Field(None, ge=0, le=100_000)
    alarm: float | None = Field(None, ge=0, le=100_000)


@router.get("/supervision/links")
@open_to(*SUPERVISOR)
def links_page(visitor: Admitted) -> Response:
    return HTMLResponse(render.page("wall_links.html", visitor, links=wall_links_screen.of(visitor.staff), made=None))


@router.post("/supervision/links")
@open_to(*SUPERVISOR)
def make_link(visitor: Admitted, fields: Fields) -> Response:
    """The address is shown this once: only its digest is kept."""
    token = wall_links.make_link(visitor.staff, str(fields.get("label", "")), clock.now())
    made = f"{settings().public_web_url.rstrip('/')}/wall/{token}"
    return HTMLResponse(render.page("wall_links.html", visitor, links=wall_links_screen.of(visitor.staff), made=made))


@router.post("/supervision/links/revoke")
@open_to(*SUPERVISOR)
def revoke_link(visitor: Admitted, fields: Fields) -> Response:
    wall_links.revoke_link(visitor.staff, str(fields.get("link_id", "")), clock.now())
    return RedirectResponse("/supervision/links", status_code=303)


@router.get("/supervision/thresholds")
@open_to("admin")
def thresholds_page(visitor: Admitted) -> Response:
    own = sorted(wall_screen.thresholds().items(), key=lambda each: each[0])
    topics = directory_screen.topics().values()
    return HTMLResponse(render.page("wall_thresholds.html", visitor, own=own, defaults=DEFAULTS, topics=topics))


@router.post("/supervision/thresholds")
@open_to("admin")
def set_threshold(visitor: Admitted, fields: Fields) -> Response:
    given = {name: str(value).replace(",", ".") for name, value in fields.items() if value and name != "csrf"}
    try:
        asked = SetAlertThreshold.model_validate(given)
    except ValidationError:
        raise BadThreshold from None
    set_alert_threshold(visitor.staff, asked.topic, asked.measure, asked.watch, asked.alarm, clock.now())
    return RedirectResponse("/supervision/thresholds", status_code=303)
