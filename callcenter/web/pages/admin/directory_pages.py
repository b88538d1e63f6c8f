"""The pages of the directory: the menu with its topics, the partners in their times, the referents."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from callcenter import clock
from callcenter.actions import config_snapshot, directory
from callcenter.errors import BadAnswer, NotFound, Refusal
from callcenter.rules import weekly_hours
from callcenter.rules.opening_hours import BadHours
from callcenter.rules.packaged_menu import LABELS
from callcenter.rules.roles import ADMIN
from callcenter.rules.territory import NATION, TERRITORIES, national_day
from callcenter.screens import managed_directory_screen
from callcenter.web.api.admin import directory_api
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import form_options, forms
from callcenter.web.pages.forms import Fields

router = APIRouter(prefix="/admin/directory", include_in_schema=False)


def _in_languages(name: str) -> tuple[str, ...]:
    return tuple(f"{name}-{language}" for language in LABELS)


NOTHING: Mapping[str, str] = {}
FIELDS = {  # of the page of one item, by its kind
    "procedure": ("code", "topic", "partner", "since", *_in_languages("named"), *_in_languages("said")),
    "partner": ("code", "name", "since", *_in_languages("said")),
    "referent": ("id", "partner", "helpline", "desk", "phone", "hours", *_in_languages("said")),
}
_Command = directory_api.NamePartner | directory_api.WriteReferent | directory_api.WriteProcedure
_Removal = directory_api.RemoveTopic | directory_api.RemoveProcedure


@router.get("")
@open_to(*ADMIN)
def listed(visitor: Admitted, scope: str = NATION, done: int = 0) -> Response:
    return _listed(visitor, scope, done=bool(done))


@router.get("/topic")
@open_to(*ADMIN)
def topic(visitor: Admitted, scope: str = NATION, keys: str = "") -> Response:
    """One choice of the menu, or a new one."""
    row = (
        managed_directory_screen.topic(scope, keys)
        if keys
        else managed_directory_screen.TopicShown(managed_directory_screen.of(scope).free, "", {}, {}, {}, [], True)
    )
    return _topic(visitor, scope, row, keys)


@router.post("/topic")
@open_to(*ADMIN)
def write_topic(visitor: Admitted, fields: Fields) -> Response:
    scope, was = str(fields.get("scope", "")), str(fields.get("was", ""))
    labels, sheet = _by_language(fields, "label"), _by_language(fields, "sheet")
    partners = [str(code) for code in fields.getlist("partners")]
    keywords = {language: _words(listed) for language, listed in _by_language(fields, "keywords").items()}
    names = _by_language(fields, "name")
    given = {"labels": labels, "sheet": sheet, "partners": partners, "keywords": keywords, "names": names}
    try:
        asked = forms.filled_in(directory_api.WriteTopic, fields, heading=_by_language(fields, "heading"), **given)
        asked.carry_out(visitor.staff, clock.now())
    except BadAnswer as refusal:
        keys, code = str(fields.get("keys", "")), str(fields.get("code", ""))
        return _topic(
            visitor,
            scope,
            managed_directory_screen.TopicShown(keys, code, labels, keywords, sheet, partners, True, names=names),
            was,
            refusal,
            {name: str(fields.get(name, "")) for name in ("since", *_in_languages("heading"))},
        )
    return forms.back_to(f"/admin/directory?scope={scope}")


@router.post("/topic/remove")
@open_to(*ADMIN)
def remove_topic(visitor: Admitted, fields: Fields) -> Response:
    return _removed(visitor, directory_api.RemoveTopic, fields)


@router.get("/item/{kind}")
@open_to(*ADMIN)
def item(kind: str, visitor: Admitted, scope: str = NATION, code: str = "") -> Response:
    """One démarche, partner or referent as it is written, to be changed; or a new one. `code`: its code or its id."""
    if kind not in FIELDS:
        raise NotFound
    return _item(visitor, kind, scope, _held(kind, scope, code, visitor.language) if code else {}, code)


@router.post("/partner")
@open_to(*ADMIN)
def name_partner(visitor: Admitted, fields: Fields) -> Response:
    return _written(visitor, "partner", directory_api.NamePartner, fields)


@router.post("/procedure")
@open_to(*ADMIN)
def write_procedure(visitor: Admitted, fields: Fields) -> Response:
    labels = _by_language(fields, "named")
    return _written(visitor, "procedure", directory_api.WriteProcedure, fields, labels=labels)


@router.post("/procedure/remove")
@open_to(*ADMIN)
def remove_procedure(visitor: Admitted, fields: Fields) -> Response:
    return _removed(visitor, directory_api.RemoveProcedure, fields)


@router.post("/referent")
@open_to(*ADMIN)
def write_referent(visitor: Admitted, fields: Fields) -> Response:
    return _written(visitor, "referent", directory_api.WriteReferent, fields)


@router.post("/referent/remove")
@open_to(*ADMIN)
def remove_referent(visitor: Admitted, fields: Fields) -> Response:
    directory.remove_referent(visitor.staff, forms.uuid(str(fields.get("referent_id", ""))), clock.now())
    return forms.back_to(f"/admin/directory?scope={fields.get('scope', NATION)}")


def _written(visitor: Visitor, kind: str, command: type[_Command], fields: FormData, **more: Any) -> Response:
    """What is refused keeps what was typed, beside the field."""
    scope = str(fields.get("scope", NATION))
    try:
        asked = forms.filled_in(command, fields, phrases=_by_language(fields, "said"), **more)
        asked.carry_out(visitor.staff, clock.now())
    except (BadAnswer, BadHours) as refusal:
        typed = {name: str(fields.get(name, "")) for name in FIELDS[kind]}
        return _item(visitor, kind, scope, typed, str(fields.get("was", "")), refusal)
    return forms.back_to(f"/admin/directory?scope={scope}")


def _removed(visitor: Visitor, command: type[_Removal], fields: FormData) -> Response:
    scope = str(fields.get("scope", NATION))
    try:
        forms.filled_in(command, fields).carry_out(visitor.staff, clock.now())
    except BadAnswer as refusal:
        return _listed(visitor, scope, refusal)
    return forms.back_to(f"/admin/directory?scope={scope}")


def _held(kind: str, scope: str, code: str, language: str) -> dict[str, str]:
    """What is written of an item, by the fields of its form. Raises NotFound."""
    _must_be_place(scope)
    found = managed_directory_screen.of(scope)
    today = national_day(clock.now())
    for each in found.procedures if kind == "procedure" else ():
        if each.code == code and each.scope == scope:
            named = {f"named-{language}": each.labels.get(language, "") for language in LABELS}
            return {"code": code, "topic": each.topic, "partner": each.partner} | named | _said(each.phrases)
    for time in reversed(found.partners) if kind == "partner" else ():
        if time.code == code and time.since <= today and (time.until is None or today <= time.until):
            return {"code": code, "name": time.name} | _said(time.phrases)
    for desk in found.referents if kind == "referent" else ():
        if desk.id == code and desk.scope == scope:
            own = {"id": code, "partner": desk.partner, "desk": desk.desk, "phone": desk.phone}
            own["hours"] = weekly_hours.said(desk.hours, language) if desk.hours else ""
            own["helpline"] = "true" if desk.helpline else ""
            return own | _said(desk.phrases)
    raise NotFound


def _said(phrases: Mapping[str, str]) -> dict[str, str]:
    return {f"said-{language}": phrases.get(language, "") for language in LABELS}


def _item(
    visitor: Visitor, kind: str, scope: str, given: Mapping[str, str], was: str, refusal: Refusal | None = None
) -> Response:
    """`was`: the code, or the id, of one that is changed; empty for a new one."""
    _must_be_place(scope)
    return forms.form_page(
        "admin/directory_item.html",
        visitor,
        refusal,
        kind=kind,
        scope=scope,
        was=was,
        given=dict.fromkeys(FIELDS[kind], "") | dict(given),
        partner_options=_partner_options(),
        topic_options=form_options.topic_options(visitor.language, [scope]),
        label_languages=LABELS,
        today=national_day(clock.now()),
    )


def _listed(visitor: Visitor, scope: str, refusal: Refusal | None = None, *, done: bool = False) -> Response:
    _must_be_place(scope)
    return forms.form_page(
        "admin/directory.html",
        visitor,
        refusal,
        found=managed_directory_screen.of(scope),
        scopes=[NATION, *(code for code, each in TERRITORIES.items() if each.inhabited)],
        partner_options=_partner_options(),
        today=national_day(clock.now()),
        done=done,
    )


def _partner_options() -> list[tuple[str, str]]:
    return sorted(config_snapshot.current().partners.items(), key=lambda pair: pair[1])


def _topic(
    visitor: Visitor,
    scope: str,
    row: managed_directory_screen.TopicShown,
    was: str,
    refusal: Refusal | None = None,
    typed: Mapping[str, str] = NOTHING,
) -> Response:
    """`typed`: what was filled in and refused besides the `row`: the day, and the heading."""
    _must_be_place(scope)
    return forms.form_page(
        "admin/topic.html",
        visitor,
        refusal,
        scope=scope,
        row=row,
        was=was,
        named=managed_directory_screen.names_of(scope, was) if was else None,
        label_languages=LABELS,
        partner_options=_partner_options(),
        since=typed.get("since") or national_day(clock.now()),
        typed=typed,
    )


def _must_be_place(scope: str) -> None:
    if scope != NATION and not (scope in TERRITORIES and TERRITORIES[scope].inhabited):
        raise NotFound


def _by_language(fields: FormData, name: str) -> dict[str, str]:
    return {language: str(fields.get(f"{name}-{language}", "")) for language in LABELS}


def _words(listed: str) -> list[str]:
    return [word.strip() for word in listed.replace("\n", ",").split(",") if word.strip()]
