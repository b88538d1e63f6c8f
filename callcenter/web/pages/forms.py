"""What the pages' forms share."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse

from callcenter.errors import BadAnswer, NotFound, OutcomeIncomplete, Refusal
from callcenter.rules.hours_refused import HoursNotUnderstood
from callcenter.web import identity
from callcenter.web.identity import Visitor
from callcenter.web.pages import render
from callcenter.web.pages.refusals import refusal_sentence

Fields = Annotated[FormData, Depends(identity.form)]

Form = TypeVar("Form", bound=BaseModel)


def filled(fields: FormData) -> dict[str, Any]:
    """What was filled in; an empty field is no answer."""
    return {name: value for name, value in fields.items() if value}


def read(command: type[Form], given: Mapping[str, Any]) -> Form:
    try:
        return command.model_validate(given)
    except ValidationError:
        raise OutcomeIncomplete("form") from None


def redirect(to: str) -> RedirectResponse:
    return RedirectResponse(to, status_code=303)


def form_page(name: str, visitor: Visitor, refusal: Refusal | None = None, **context: Any) -> HTMLResponse:
    """A page; with a refusal, its sentence above and its codes for the fields. `beside`: what is said beside a field
    where the code has no sentence of its own."""
    codes = tuple(str(code) for code in refusal.args) if refusal else ()
    said = refusal_sentence(refusal, visitor.language) if refusal else ""
    beside = {codes[0]: refusal.reason(visitor.language)} if isinstance(refusal, HoursNotUnderstood) else {}
    given: dict[str, Any] = {"done": False, "refusal": said, "codes": codes, "beside": beside}
    html = render.page(name, visitor, **(given | context))
    return HTMLResponse(html, status_code=refusal.status if refusal else 200)


def back_to(to: str) -> RedirectResponse:
    """Back to a page that says so."""
    return RedirectResponse(f"{to}{'&' if '?' in to else '?'}done=1", status_code=303)


def filled_in(command: type[Form], fields: FormData, **more: Any) -> Form:
    """What was filled in, with what the form says otherwise than field by field. Raises BadAnswer."""
    given = {name: value for name, value in fields.items() if name in command.model_fields and value != ""}
    try:
        return command.model_validate(given | more)
    except ValidationError:
        raise BadAnswer("form") from None


def uuid(written: str) -> str:
    """An identifier out of an address. Raises NotFound."""
    try:
        return str(UUID(written))
    except ValueError:
        raise NotFound from None
