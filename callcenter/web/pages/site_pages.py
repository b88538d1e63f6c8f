"""The pages of the sites: by department, by search, and one with its week and its exceptions."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from callcenter import clock
from callcenter.actions import hours
from callcenter.errors import NotFound, Refusal
from callcenter.rules import national_list, site_hours
from callcenter.rules.opening_hours import on_their_clock, site_scope
from callcenter.rules.roles import STAFF, SUPERVISOR
from callcenter.rules.rounds import WEEKDAYS
from callcenter.screens import hours_screen, sites_screen
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import closures, form_options, forms, site_map, tile_map
from callcenter.web.pages.forms import Fields

router = APIRouter(prefix="/sites", include_in_schema=False)
DOUBTS = {  # as the import tells them -> the key of their sentence
    national_list.NO_HOURS: "no_hours",
    national_list.NO_NUMBER: "no_number",
    national_list.BAD_NUMBER: "bad_number",
    national_list.FOREIGN_NUMBER: "foreign_number",
    national_list.SHARED_NUMBER: "shared_number",
    national_list.NO_DEPARTMENT: "no_department",
    national_list.OTHER_DEPARTMENT: "other_department",
    national_list.BAD_POSTAL_CODE: "bad_postal_code",
    national_list.SAME_ID: "same_id",
    national_list.NO_ID: "no_id",
    national_list.NO_TERRITORY: "no_territory",
    national_list.STRAY_QUOTES: "stray_quotes",
    national_list.SHORT_LINE: "short_line",
    national_list.LONG_LINE: "long_line",
    national_list.BAD_PLACE: "bad_place",
    national_list.TWO_NUMBERS: "two_numbers",
    national_list.LOST_FIGURES: "lost_figures",
    national_list.CLEANED: "cleaned",
    site_hours.CLOSED: "closed",
    site_hours.OVERLAPPING: "overlapping",
    site_hours.BACKWARDS: "backwards",
    site_hours.UNREADABLE: "unreadable",
}


def _numbered(site_id: str) -> int:
    """A site's number out of an address. Raises NotFound."""
    if not (site_id.isascii() and site_id.isdigit() and len(site_id) < 10):
        raise NotFound
    return int(site_id)


Numbered = Annotated[int, Depends(_numbered)]


@router.get("")
@open_to(*STAFF)
def listed(visitor: Admitted, words: str = "", department: str = "", order: str = "") -> Response:
    """Nothing asked: the table of the departments. An administrator who names no place sees the doubtful ones first."""
    asked = bool(words.strip() or department or order)
    oddest = (order or ("doubts" if visitor.staff.role == "admin" and not words.strip() else "town")) == "doubts"
    found = sites_screen.found(words, department, visitor.language, doubtful_first=oddest) if asked else None
    per_department = sites_screen.per_department()
    by_doubts = sorted(per_department.items(), key=lambda pair: (-pair[1][1] if oddest else 0, pair[0]))
    return forms.form_page(
        "sites.html",
        visitor,
        found=found,
        map=site_map.drawn(found.sites) if found and department else None,
        per_department=dict(by_doubts),
        tiles=tile_map.tile_grid(),
        level=_level,
        words=words,
        chosen=department,
        order="doubts" if oddest and asked else "town",
        department_options=form_options.department_options(),
        doubts=DOUBTS,
        shows_doubts=visitor.staff.role in SUPERVISOR,
        has_towns=found is None or bool(found.sites) or sites_screen.has_towns(),
    )


@router.get("/{site_id}")
@open_to(*STAFF)
def one(number: Numbered, visitor: Admitted, done: int = 0) -> Response:
    return _page(visitor, number, done=bool(done))


@router.post("/{site_id}/except")
@open_to(*SUPERVISOR)
def except_(number: Numbered, visitor: Admitted, fields: Fields) -> Response:
    """Read back first, then written."""

    def shown(refusal: Refusal | None) -> Response:
        return _page(visitor, number, refusal, given=closures.given(fields))

    page = f"/sites/{number}"
    return closures.ask(visitor, fields, site_scope(number), f"{page}/except", page, shown)


@router.post("/{site_id}/forget")
@open_to(*SUPERVISOR)
def forget(number: Numbered, visitor: Admitted, fields: Fields) -> Response:
    hours.forget_exception(visitor.staff, forms.uuid(str(fields.get("exception_id", ""))), clock.now())
    return forms.back_to(f"/sites/{number}")


def _page(
    visitor: Visitor,
    number: int,
    refusal: Refusal | None = None,
    *,
    done: bool = False,
    given: Mapping[str, str] | None = None,
) -> Response:
    site = sites_screen.one(number)
    at = clock.now()
    return forms.form_page(
        "site.html",
        visitor,
        refusal,
        site=site,
        map=site_map.drawn(sites_screen.around(site)),
        stops=sites_screen.rounds_of(site, visitor.language),
        exceptional=hours_screen.of_site(visitor.staff, number),
        may_close=visitor.staff.role in SUPERVISOR and visitor.staff.may_order(site.department),
        scope=site_scope(number),
        reasons=hours.REASONS,
        local_day=(on_their_clock(site.department, at) or at).date(),
        acts=sites_screen.history(site.id) if visitor.staff.role in SUPERVISOR else None,
        doubts=DOUBTS,
        weekdays=WEEKDAYS[visitor.language],
        done=done,
        given=given,
    )


def _level(count: int, doubtful: int) -> int:
    """How doubtful a department's sites are, for the map: none, up to one in ten, up to one in four, more."""
    share = doubtful / count if count else 0
    return 0 if not doubtful else 1 if share <= 0.1 else 2 if share <= 0.25 else 3
