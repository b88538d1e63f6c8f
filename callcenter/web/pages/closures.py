"""A dated closure, of the line, a queue or a site: chosen without a default, read back, then written. Shared by the
page of the hours and that of a site."""

from collections.abc import Callable
from datetime import date

from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from callcenter import clock
from callcenter.actions.hours import REASONS, try_exception
from callcenter.errors import BadAnswer, Refusal
from callcenter.rules.opening_hours import BadHours, site_of
from callcenter.rules.territory import national_day
from callcenter.screens import order_effect
from callcenter.web.api.admin.hours_api import ExceptFor
from callcenter.web.identity import Visitor
from callcenter.web.pages import forms, render
from callcenter.web.pages.order_forms import EVERY

FIELDS = ("scope", "first", "last", "topic", "hours", "reason")
Refused = Callable[[Refusal | None], Response]


def ask(visitor: Visitor, fields: FormData, scope: str, action: str, back: str, shown: Refused) -> Response:
    """The step a form is at: refused or taken up again (`shown` shows its page), read back, or written. `action`: where
    it is sent; `back`: the page it is asked from."""
    if fields.get("again"):
        return shown(None)
    try:
        asked = _read(fields, scope)
        exception = try_exception(visitor.staff, asked.exception, clock.now())
    except (BadAnswer, BadHours) as refusal:
        return shown(refusal)
    if fields.get("confirmed"):
        asked.carry_out(visitor.staff, clock.now())
        return forms.back_to(back)
    return HTMLResponse(
        render.page(
            "closure_confirm.html",
            visitor,
            asked=exception,
            is_site=site_of(scope) is not None,
            effect=order_effect.of_closure(exception),
            today=national_day(clock.now()),
            site_name=str(fields.get("site_name", "")),
            fields={name: str(fields.get(name, "")) for name in (*FIELDS, "site_name")} | {"scope": scope},
            action=action,
            back=back,
        )
    )


def given(fields: FormData) -> dict[str, str]:
    """What was filled in, for the same form again."""
    return {name: str(fields.get(name, "")) for name in FIELDS}


def _read(fields: FormData, scope: str) -> ExceptFor:
    """What the form asks. Raises BadAnswer with a code for each field that lacks something."""
    typed = given(fields)
    of_site = site_of(scope) is not None
    wrong = [] if typed["reason"] in REASONS else ["hours_reason"]
    if not of_site and not typed["topic"]:
        wrong.append("hours_topic")
    first, last = _day(typed["first"]), _day(typed["last"])
    if first is None or last is None:
        wrong.append("hours_days")
    if wrong:
        raise BadAnswer(*wrong)
    topic = "" if of_site or typed["topic"] == EVERY else typed["topic"]
    return forms.filled_in(ExceptFor, FormData({**typed, "scope": scope, "topic": topic}))


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
