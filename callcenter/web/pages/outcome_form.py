"""The form of an outcome: its démarches are numbered, and what it lacks is said under each field."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from callcenter.rules import outcomes
from callcenter.rules.states import FollowUp, Outcome
from callcenter.web.identity import Visitor
from callcenter.web.pages import partials
from callcenter.web.pages.forms import filled
from callcenter.web.pages.template_environment import demarche_numbers
from callcenter.web.pages.words import say

UNDER = {  # what `rules.outcomes` refuses -> the field under which it is said
    "orientation_needs_reason": "reason",
    "website_needs_checked_access": "internet",
    "settled_missing": "settled",
}


@dataclass(frozen=True)
class Lack:
    """A field that lacks something: `outcome-0`; and the code of the sentence that is said under it."""

    field: str
    code: str


def lacking(fields: FormData, *, promised: bool = False) -> list[Lack]:
    """All that the form lacks, in its own order. `promised`: a callback is open to the person already."""
    numbers = demarche_numbers(dict(fields))
    found = [lack for number in numbers for lack in _demarche_lacks(fields, number)]
    return found if promised or not _follows_up(fields, numbers) else [*found, *_callback_lacks(fields)]


def corrected(fields: FormData) -> tuple[dict[str, Any], dict[str, str]]:
    """A correction, and the code of what each of its fields lacks. A démarche whose name is emptied is taken away, and
    the others are numbered anew; one of them there must be."""
    given, numbers = entered(fields), demarche_numbers(dict(fields))
    kept = [number for number in numbers if fields.get(f"procedure-{number}")] or numbers[:1]
    given["entries"] = [entry for number, entry in zip(numbers, given["entries"], strict=True) if number in kept]
    found = [(place, lack) for place, number in enumerate(kept) for lack in _demarche_lacks(fields, number)]
    return given, {f"{lack.field.rpartition('-')[0]}-{place}": lack.code for place, lack in found}


def _demarche_lacks(fields: Mapping[str, Any], number: int) -> Iterator[Lack]:
    procedure, outcome = fields.get(f"procedure-{number}"), fields.get(f"outcome-{number}")
    if not procedure:
        yield Lack(f"procedure-{number}", "procedure_missing")
    elif procedure in {fields.get(f"procedure-{n}") for n in demarche_numbers(fields) if n < number}:
        yield Lack(f"procedure-{number}", "procedure_twice")
    if outcome not in set(Outcome):
        yield Lack(f"outcome-{number}", "outcome_missing")
        if not fields.get(f"settled-{number}"):
            yield Lack(f"settled-{number}", "settled_missing")
        return
    oriented = outcome == Outcome.ORIENTATION
    settled = None if oriented else {"true": True, "false": False}.get(str(fields.get(f"settled-{number}")))
    reason = str(fields.get(f"reason-{number}") or "") if oriented else None
    for code in outcomes.refusals(Outcome(outcome), settled, reason, bool(fields.get(f"internet-{number}"))):
        yield Lack(f"{UNDER[code]}-{number}", code)


def _callback_lacks(fields: Mapping[str, Any]) -> Iterator[Lack]:
    if not fields.get("callback"):
        yield Lack("callback", "callback_when")
    elif fields.get("callback") == "other" and not fields.get("callback_day"):
        yield Lack("callback_day", "callback_day")
    if not fields.get("callback_by"):
        yield Lack("callback_by", "callback_who")


def ask(visitor: Visitor, form: str, lacks: Sequence[Lack]) -> Response:
    """Under each field what it lacks; the first of them has the focus."""
    said = "".join(under(form, lack.field, say(visitor.language, f"error.{lack.code}")) for lack in lacks)
    focus = json.dumps({"lacks": {"target": "body", "field": f"{form}-{lacks[0].field}"}})
    notice = partials.notice(visitor.language, "", is_error=False)
    return HTMLResponse(said + notice, status_code=422, headers={"HX-Trigger": focus})


def refused_callback(visitor: Visitor, form: str, sentence: str) -> Response:
    """The promise could not be made, and so nothing is recorded: said where it was asked for."""
    focus = json.dumps({"lacks": {"target": "body", "field": f"{form}-callback"}})
    notice = partials.notice(visitor.language, "", is_error=False)
    return HTMLResponse(under(form, "callback", sentence) + notice, status_code=422, headers={"HX-Trigger": focus})


def under(form: str, field: str, sentence: str) -> str:
    message = f'<p class="fr-message fr-message--error">{sentence}</p>'
    return f'<hx-partial hx-target="#{form}-{field}-lacks" hx-swap="innerHTML">{message}</hx-partial>'


def entered(fields: FormData) -> dict[str, Any]:
    """The wrap-up form: its démarches are numbered, and what an outcome does not need is not kept."""
    given = {name: value for name, value in filled(fields).items() if not name.rpartition("-")[2].isdigit()}
    numbers = demarche_numbers(dict(fields))
    given["entries"] = [_demarche(fields, number) for number in numbers]
    if given["entries"] and given.get("notes"):
        given["entries"][0]["notes"] = given["notes"]
    given["callback"] = _callback(fields) if _follows_up(fields, numbers) else None
    return given


def _follows_up(fields: Mapping[str, Any], numbers: Sequence[int]) -> bool:
    return any(fields.get(f"follow_up-{number}") == FollowUp.CALLBACK for number in numbers)


def _callback(fields: FormData) -> dict[str, Any]:
    """`20261201m`, or a day and a half of it; nothing where a promise is open already."""
    chosen = str(fields.get("callback") or "")
    mine = {"mine": fields.get("callback_by") == "me"}
    if chosen == "other":
        return {"day": str(fields.get("callback_day") or ""), "half": str(fields.get("callback_half") or "m")} | mine
    if len(chosen) != 9:
        return mine
    return {"day": f"{chosen[:4]}-{chosen[4:6]}-{chosen[6:8]}", "half": chosen[8]} | mine


def _demarche(fields: FormData, number: int) -> dict[str, Any]:
    def field(name: str) -> str | None:
        return str(fields.get(f"{name}-{number}", "")).strip() or None

    entry: dict[str, Any] = {name: field(name) for name in ("procedure", "outcome", "follow_up", "continues", "notes")}
    entry["continues"] = "".join((entry["continues"] or "").split()) or None
    if entry["outcome"] == Outcome.ORIENTATION:
        entry |= {"reason": field("reason"), "internet_checked": field("internet") is not None}
    else:
        entry["settled"] = field("settled")
    return {name: value for name, value in entry.items() if value is not None}
