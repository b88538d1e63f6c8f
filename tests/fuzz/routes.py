"""Every route of both apps, read from the apps themselves: a new one is fuzzed from the day it is there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, TypeAdapter
from starlette.routing import Route as PlainRoute

from callcenter.rules.roles import ANYBODY
from callcenter.web import app as web
from ivr import app as voice

DOOR = frozenset({("POST", "/api/session"), ("POST", "/sign-in"), ("GET", "/sign-in")})  # fuzzed apart
LEFT_OUT = DOOR - {("GET", "/sign-in")}  # limits of theirs answer 429 to all that follows
ENDS_A_SESSION = frozenset({("DELETE", "/api/session"), ("POST", "/sign-out")})


@dataclass(frozen=True)
class Route:
    """One method of one path. `schema`: of its JSON body, if it takes one; `roles`: empty for the carrier's."""

    web: str
    method: str
    path: str
    roles: frozenset[str] = frozenset()
    query: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = field(default=None, compare=False)

    @property
    def is_webhook(self) -> bool:
        return self.web == "voice" and self.method == "POST"


def every() -> list[Route]:
    """Both webs' routes in a stable order, sign-in apart."""
    found = [route for route in (*_staff(), *_telephone()) if (route.method, route.path) not in LEFT_OUT]
    return sorted(found, key=lambda route: (route.web, route.path, route.method))


def door() -> list[Route]:
    """Sign-in alone."""
    return sorted((route for route in _staff() if (route.method, route.path) in DOOR), key=lambda route: route.path)


def _staff() -> Iterator[Route]:
    for found in iter_route_contexts(web.create().routes):
        if not found.path or not found.methods:
            continue
        needs = getattr(found, "dependant", None)
        query = tuple(each.name for each in needs.query_params) if needs else ()
        roles = frozenset(getattr(found.endpoint, "roles", ()))
        for method in sorted(found.methods):
            schema = _schema(needs.body_params) if needs else None
            yield Route("web", method, found.path, roles - {ANYBODY}, query, schema)


def _telephone() -> Iterator[Route]:
    for found in voice.create().routes:
        if isinstance(found, PlainRoute):
            for method in sorted(found.methods or ()):
                yield Route("voice", method, found.path)


def _schema(params: list[Any]) -> Mapping[str, Any] | None:
    """Of the body, as the app reads it."""
    kinds = [each.field_info.annotation for each in params]
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind.model_json_schema()
    if not kinds or bytes in kinds:
        return None
    return TypeAdapter(kinds[0]).json_schema()
