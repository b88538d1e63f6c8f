"""Where a reader comes back to once they have signed in: a page of ours, and nothing else."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi import Request
from starlette.routing import Match

from callcenter.web.identity import SAFE_METHODS
from callcenter.web.pages.partials import is_partial

HOME = "/"
LONGEST = 1500  # characters of an address
NOT_A_PAGE = ("/sign-in", "/sign-out", "/api", "/static", "/language", "/my-language", "/stream", "/health", "/metrics")
OURS = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")  # no host, no back-slash, no space, nothing unseen


def way_back(written: str) -> str:
    """The same address if it is one of our pages; the home page for anything else."""
    if len(written) > LONGEST or not OURS.fullmatch(written):
        return HOME
    try:
        parts = urlsplit(written)
    except ValueError:
        return HOME
    if parts.scheme or parts.netloc or not OURS.fullmatch(parts.path):
        return HOME
    if any(parts.path == each or parts.path.startswith(f"{each}/") for each in NOT_A_PAGE):
        return HOME
    return urlunsplit(("", "", parts.path, parts.query, ""))


def page_of(request: Request) -> str:
    """The page somebody is on: what they ask for, or what they were reading when they sent a form or a part of a page
    was asked for."""
    if request.method in SAFE_METHODS and not is_partial(request):
        return way_back(urlunsplit(("", "", request.url.path, request.url.query, "")))
    return came_from(request)


def came_from(request: Request) -> str:
    """The page that a browser says it was on, whatever the host it names: the address is ours. What a form was sent to
    is no page: the one above it is."""
    try:
        parts = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer", ""))
    except ValueError:
        return HOME
    path, query = parts.path, parts.query
    while path.count("/") > 1 and not _is_page(request, path):
        path, query = path.rpartition("/")[0], ""
    return way_back(urlunsplit(("", "", path, query, ""))) if _is_page(request, path) else HOME


def at_the_door(request: Request) -> str:
    """The page before the door that a browser was on, with where it leads back to."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return door_to(HOME)
    if parts.path.startswith("/help"):
        return came_from(request)
    return door_to(way_back(dict(parse_qsl(parts.query)).get("to", "")))


def door_to(page: str, *, unsent: bool = False) -> str:
    """The door, which leads back to that page. `unsent`: what they had filled in did not reach us."""
    asked = {"to": page} if page != HOME else {}
    query = urlencode(asked | ({"unsent": "1"} if unsent else {}))
    return f"/sign-in?{query}" if query else "/sign-in"


def _is_page(request: Request, path: str) -> bool:
    """Whether a browser may ask for this address, rather than send something to it."""
    asked = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(asked)[0] == Match.FULL for route in request.app.routes)
