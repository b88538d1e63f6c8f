"""The form of an outcome: its démarches are numbered."""

import json
import re
from collections.abc import Sequence
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from callcenter.rules.states import Outcome
from callcenter.web.identity import Visitor
from callcenter.web.pages import partials
from callcenter.web.pages.forms import filled
from callcenter.web.pages.words import say

_NUMBERED = re.compile("procedure-([0-9]{1,2})")


def unsettled(fields: FormData) -> list[int]:
    """The numbers of the form's démarches of which it is not said whether they are settled."""
    return [
        number
        for number in _numbers(fields)
        if fields.get(f"outcome-{number}") != Outcome.ORIENTATION and not fields.get(f"settled-{number}")
    ]


def ask_whether_settled(visitor: Visitor, form: str, numbers: Sequence[int]) -> Response:
    """Beside each question that has no answer, and the first of them has the focus."""
    sentence = say(visitor.language, "error.settled_missing")
    said = "".join(
        f'<hx-partial hx-target="#{form}-settled-lacks-{number}" hx-swap="innerHTML">'
        f'<p class="fr-message fr-message--error">{sentence}</p></hx-partial>'
        for number in numbers
    )
    focus = json.dumps({"lacks": {"field": f"{form}-yes-{numbers[0]}"}})
    notice = partials.notice(visitor.language, "", is_error=False)
    return HTMLResponse(said + notice, status_code=422, headers={"HX-Trigger": focus})


def entered(fields: FormData) -> dict[str, Any]:
    """The wrap-up form: its démarches are numbered, and what an outcome does not need is not kept."""
    given = {name: value for name, value in filled(fields).items() if not name.rpartition("-")[2].isdigit()}
    given["entries"] = [_demarche(fields, number) for number in _numbers(fields)]
    if given["entries"]:
        given["entries"][0]["notes"] = given.get("notes")
    return given


def _numbers(fields: FormData) -> list[int]:
    """The numbers of a form's démarches."""
    return sorted({int(found[1]) for name in fields if (found := _NUMBERED.fullmatch(name))})


def _demarche(fields: FormData, number: int) -> dict[str, Any]:
    def field(name: str) -> str | None:
        return str(fields.get(f"{name}-{number}", "")).strip() or None

    entry: dict[str, Any] = {name: field(name) for name in ("procedure", "outcome", "follow_up", "continues")}
    entry["continues"] = "".join((entry["continues"] or "").split()) or None
    if entry["outcome"] == Outcome.ORIENTATION:
        entry |= {"reason": field("reason"), "internet_checked": field("internet") is not None}
    else:
        entry["settled"] = field("settled")
    return {name: value for name, value in entry.items() if value is not None}
