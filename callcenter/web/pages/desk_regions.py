"""The live parts of the desk. Its frame, which says the agent's state, the call and the offer, stands on every page of
staff who may be at a post."""

from collections.abc import Iterable
from typing import Any

from fastapi import Request

from callcenter.errors import Sentence
from callcenter.rules.roles import AGENT
from callcenter.screens import desk_screen
from callcenter.screens.desk_screen import Desk
from callcenter.web.identity import Visitor
from callcenter.web.pages.template_environment import environment

FRAME = ("announce", "bar", "choice", "controls", "offer", "messages")
DESK = (*FRAME, "main", "queues", "caller", "day")

Regions = dict[str, str]


def desk_regions(desk: Desk, visitor: Visitor) -> Regions:
    """Every live part of the desk. The same state gives the same bytes: what passes is counted by the browser."""
    return rendered(DESK, desk=desk, visitor=visitor, language=visitor.language)


def regions_for(request: Request, desk: Desk, visitor: Visitor) -> Regions:
    """Those that the page which asks has: all of them on the desk itself, the frame elsewhere."""
    names = DESK if request.headers.get("x-shows") == "desk" else FRAME
    return rendered(names, desk=desk, visitor=visitor, language=visitor.language)


def frame_of(visitor: Visitor) -> Regions:
    """The frame on any page; nothing in it where nobody is at a post, or while the stores do not answer."""
    if visitor.agent is None or visitor.agent.role not in AGENT:
        return {}
    try:
        desk = desk_screen.of(visitor.agent.id)
    except Sentence:  # the stream brings it
        return dict.fromkeys(FRAME, "")
    return rendered(FRAME, desk=desk, visitor=visitor, language=visitor.language)


def rendered(names: Iterable[str], **context: Any) -> Regions:
    """Each of these parts by itself."""
    return {name: environment().get_template(f"regions/{name}.html").render(**context).strip() for name in names}
