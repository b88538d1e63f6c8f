"""The pages of the directory: the menu with its topics, the partners in their times, the referents."""

from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from callcenter import clock
from callcenter.actions import config_snapshot, directory
from callcenter.errors import BadAnswer, NotFound, Refusal
from callcenter.rules.packaged_menu import LABELS
from callcenter.rules.roles import ADMIN
from callcenter.rules.territory import NATION, TERRITORIES, national_day
from callcenter.screens import managed_directory_screen
from callcenter.web.api.admin import directory_api
from callcenter.web.identity import Admitted, Visitor, open_to
from callcenter.web.pages import form_options, forms
from callcenter.web.pages.forms import Fields

router = APIRouter(prefix="/admin/directory", include_in_schema=False)
TYPED = {  # the fields of the page's forms, by command
    "NamePartner": ("code", "name", "since"),
    "WriteReferent": ("partner", "desk", "phone", "hours"),
    "WriteProcedure": ("code", "topic", "partner", "since", *(f"named-{language}" for language in LABELS)),
}
NOTHING_TYPED = ("", FormData())
_Command = (
    directory_api.RemoveTopic
    | directory_api.NamePartner
    | directory_api.WriteReferent
    | directory_api.WriteProcedure
    | directory_api.RemoveProcedure
)


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
    given = {"labels": labels, "sheet": sheet, "partners": partners, "keywords": keywords}
    try:
        asked = forms.filled_in(directory_api.WriteTopic, fields, heading=_by_language(fields, "heading"), **given)
        asked.carry_out(visitor.staff, clock.now())
    except BadAnswer as refusal:
        keys, code = str(fields.get("keys", "")), str(fields.get("code", ""))
        return _topic(
            visitor,
            scope,
            managed_directory_screen.TopicShown(keys, code, labels, keywords, sheet, partners, True),
            was,
            refusal,
        )
    return forms.back_to(f"/admin/directory?scope={scope}")


@router.post("/topic/remove")
@open_to(*ADMIN)
def remove_topic(visitor: Admitted, fields: Fields) -> Response:
    return _carried_out(visitor, directory_api.RemoveTopic, fields)


@router.post("/partner")
@open_to(*ADMIN)
def name_partner(visitor: Admitted, fields: Fields) -> Response:
    return _carried_out(visitor, directory_api.NamePartner, fields)


@router.post("/procedure")
@open_to(*ADMIN)
def write_procedure(visitor: Admitted, fields: Fields) -> Response:
    return _carried_out(visitor, directory_api.WriteProcedure, fields, labels=_by_language(fields, "named"))


@router.post("/procedure/remove")
@open_to(*ADMIN)
def remove_procedure(visitor: Admitted, fields: Fields) -> Response:
    return _carried_out(visitor, directory_api.RemoveProcedure, fields)


@router.post("/referent")
@open_to(*ADMIN)
def write_referent(visitor: Admitted, fields: Fields) -> Response:
    return _carried_out(visitor, directory_api.WriteReferent, fields)


@router.post("/referent/remove")
@open_to(*ADMIN)
def remove_referent(visitor: Admitted, fields: Fields) -> Response:
    directory.remove_referent(visitor.staff, forms.uuid(str(fields.get("referent_id", ""))), clock.now())
    return forms.back_to(f"/admin/directory?scope={fields.get('scope', NATION)}")


def _carried_out(visitor: Visitor, command: type[_Command], fields: FormData, **more: Any) -> Response:
    scope = str(fields.get("scope", NATION))
    try:
        forms.filled_in(command, fields, **more).carry_out(visitor.staff, clock.now())
    except BadAnswer as refusal:
        return _listed(visitor, scope, refusal, typed=(command.__name__, fields))
    return forms.back_to(f"/admin/directory?scope={scope}")


def _listed(
    visitor: Visitor,
    scope: str,
    refusal: Refusal | None = None,
    *,
    done: bool = False,
    typed: tuple[str, FormData] = NOTHING_TYPED,
) -> Response:
    """`typed`: the command whose form is refused, and what was filled in."""
    _must_be_place(scope)
    partners = sorted(config_snapshot.current().partners.items(), key=lambda pair: pair[1])
    return forms.form_page(
        "admin/directory.html",
        visitor,
        refusal,
        found=managed_directory_screen.of(scope),
        scopes=[NATION, *(code for code, each in TERRITORIES.items() if each.inhabited)],
        partner_options=partners,
        topic_options=form_options.topic_options(visitor.language, [scope]),
        label_languages=LABELS,
        today=national_day(clock.now()),
        refused=typed[0],
        typed={f: {name: typed[1].get(name, "") if f == typed[0] else "" for name in TYPED[f]} for f in TYPED},
        done=done,
    )


def _topic(
    visitor: Visitor, scope: str, row: managed_directory_screen.TopicShown, was: str, refusal: Refusal | None = None
) -> Response:
    _must_be_place(scope)
    return forms.form_page(
        "admin/topic.html",
        visitor,
        refusal,
        scope=scope,
        row=row,
        was=was,
        label_languages=LABELS,
        partner_options=sorted(config_snapshot.current().partners.items(), key=lambda pair: pair[1]),
        today=national_day(clock.now()),
    )


def _must_be_place(scope: str) -> None:
    if scope != NATION and not (scope in TERRITORIES and TERRITORIES[scope].inhabited):
        raise NotFound


def _by_language(fields: FormData, name: str) -> dict[str, str]:
    return {language: str(fields.get(f"{name}-{language}", "")) for language in LABELS}


def _words(listed: str) -> list[str]:
    return [word.strip() for word in listed.replace("\n", ",").split(",") if word.strip()]
