"""What the administrators' pages share: options, identifiers, and a refusal that keeps what was typed."""

from collections.abc import Collection
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse

from callcenter.errors import BadAnswer, NotFound, Refusal
from callcenter.rules.accounts import LANGUAGES, ROLES
from callcenter.rules.territory import TERRITORIES
from callcenter.screens import directory_screen
from callcenter.web.identity import Visitor
from callcenter.web.pages import render
from callcenter.web.pages.pages import refusal_sentence
from callcenter.web.pages.words import say

Options = list[tuple[str, str]]
Asked = TypeVar("Asked", bound=BaseModel)


def page(name: str, visitor: Visitor, refusal: Refusal | None = None, **context: object) -> HTMLResponse:
    """A page; with a refusal, its sentence above and its codes for the fields."""
    codes = tuple(str(code) for code in refusal.args) if refusal else ()
    said = refusal_sentence(refusal, visitor.language) if refusal else ""
    html = render.page(name, visitor, **({"done": False, "refusal": said, "codes": codes} | context))
    return HTMLResponse(html, status_code=refusal.status if refusal else 200)


def done(to: str) -> RedirectResponse:
    """Back to a page that says so."""
    return RedirectResponse(f"{to}{'&' if '?' in to else '?'}done=1", status_code=303)


def filled_in(command: type[Asked], fields: FormData, **more: Any) -> Asked:
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


def department_options(codes: frozenset[str] | None = None) -> Options:
    """The inhabited departments, or those of them that are in `codes`."""
    inhabited = [each for each in TERRITORIES.values() if each.inhabited and (codes is None or each.code in codes)]
    return [(each.code, f"{each.code} – {each.name}") for each in inhabited]


def role_options(language: str) -> Options:
    return [(role, say(language, f"role.{role}")) for role in ROLES]


def language_options(language: str) -> Options:
    return [(code, say(language, f"language.{code}")) for code in LANGUAGES]


def topic_options(language: str, departments: Collection[str] | None = None, held: Collection[str] = ()) -> Options:
    """The topics of the nation and of these departments (None: of all), and those that are chosen already."""
    near = directory_screen.topics() if departments is None else directory_screen.topics_of(departments)
    return [
        (code, topic.name(language))
        for code, topic in directory_screen.topics().items()
        if code in near or code in held
    ]
