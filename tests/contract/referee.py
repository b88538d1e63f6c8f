"""Whether a whole session kept the carrier's contract: reads the practice carrier's journal, gives complaints.

    complaints = Referee(contract()).check(line.log())

REST requests are judged by the carrier's own OpenAPI (Connexion, strict), TwiML by its schema, webhooks by the list of
what each carries, signatures by the carrier's own validator; and all of them by the rules that no schema says.
"""

import asyncio
import json
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import connexion
import httpx2
import pytest
from connexion.options import SwaggerUIOptions
from connexion.resolver import Resolution, Resolver
from twilio.request_validator import RequestValidator

from callcenter.config import PRACTICE_ACCOUNT, PRACTICE_TOKEN
from tests.contract.twiml_judge import TwimlJudge
from tests.contract.webhook_judge import judge_webhook

Entry = dict[str, Any]

ENDPOINT = re.compile(r"^(\+[1-9]\d{3,14}|client:[\w.@-]+|sip:[^\s]+)$")
CALL_EVENTS = {"initiated", "ringing", "answered", "completed"}
ROOM_EVENTS = {"start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"}
PERSONAL = re.compile(r"(?:\+|%2B|\b00)33\d{9}\b")


def contract() -> Path:
    """The folder of the contract, from CONTRACT_DIR or beside the project; the test is skipped where it is absent."""
    folder = Path(os.environ.get("CONTRACT_DIR") or Path(__file__).parents[3] / "shared" / "contract")
    if not (folder / "webhook_contract.json").exists():
        pytest.skip(f"the carrier's contract is not here: {folder} (set CONTRACT_DIR)")
    return folder


class Referee:
    """One contract, read once. `check` may be asked for any part of a journal."""

    def __init__(self, folder: Path, account: str = PRACTICE_ACCOUNT, token: str = PRACTICE_TOKEN) -> None:
        self._token = token
        self._account = account
        self._webhooks = json.loads((folder / "webhook_contract.json").read_text())
        self._twiml = TwimlJudge(json.loads((folder / "twiml_voice_schema.json").read_text()))
        self._strict = _strict_application(json.loads((folder / "twilio_callcenter_subset.json").read_text()))

    def check(self, log: Iterable[Entry], *, silence_is_fine: bool = False) -> list[str]:
        """Every complaint, with the number of its entry. `silence_is_fine`: the session broke the product on purpose,
        so webhooks that nobody answered, and the error entries that follow, are not its fault."""
        entries = list(log)
        said = [f"#{e['n']} {c}" for e in entries for c in self._judge(e, silence_is_fine)]
        requests = [e for e in entries if e["kind"] == "rest"]
        # in a thread of its own: a browser's test has an event loop in this one
        with ThreadPoolExecutor(1) as thread:
            return said + thread.submit(asyncio.run, self._judge_requests(requests)).result()

    def _judge(self, entry: Entry, silence_is_fine: bool) -> Iterator[str]:
        match entry["kind"]:
            case "webhook":
                yield from self._judge_webhook(entry, silence_is_fine)
            case "rest":
                yield from self._judge_unwritten(entry)
            case "error" if not silence_is_fine:
                yield f"error: the call met error {entry['code']} at {entry['url']}"
            case "media" if entry["status"] != 200:
                yield f"media: {entry['url']} answered {entry['status']}"

    def _judge_webhook(self, entry: Entry, silence_is_fine: bool) -> Iterator[str]:
        where = f"webhook {entry['topic']} {entry['url']}"
        status = entry["status"]
        if entry.get("unsigned"):
            if status not in (None, 403):
                yield f"{where}: unsigned, and answered {status}"
            return
        if entry.get("dropped"):
            return
        if status == 0 and not silence_is_fine:
            yield f"{where}: nobody answered ({entry.get('error')})"
        elif status and status >= 400:
            yield f"{where}: answered {status}"
        sent = {} if entry["method"] == "GET" else entry["params"]
        if not RequestValidator(self._token).validate(entry["url"], sent, entry.get("signature", "")):
            yield f"{where}: wrong signature"
        yield from (f"{where}: {complaint}" for complaint in judge_webhook(entry, self._webhooks))
        if PERSONAL.search(entry["url"].partition("?")[2] if entry["method"] == "POST" else ""):
            yield f"{where}: a telephone number in an address"
        if entry.get("document") and status == 200 and "xml" in entry.get("content_type", ""):
            yield from (f"{where}: {c}" for c in self._twiml.judge(entry["document"], entry["topic"]))

    def _judge_unwritten(self, entry: Entry) -> Iterator[str]:
        """What the OpenAPI does not say."""
        where = f"rest {entry['method']} {entry['path']}"
        form: dict[str, list[str]] = {}
        for name, value in entry["form"]:
            form.setdefault(name, []).append(value)
        one = {name: values[-1] for name, values in form.items()}
        if not entry["authorized"]:
            yield f"{where}: without the account's name and token"
        for name in ("To", "From"):
            if name in one and not ENDPOINT.match(one[name]):
                yield f"{where}: {name} is no E.164 number, client or sip address"
        if one.get("MachineDetection", "Enable") not in ("Enable", "DetectMessageEnd"):
            yield f"{where}: MachineDetection={one['MachineDetection']}"
        for name, allowed in (("StatusCallbackEvent", CALL_EVENTS), ("ConferenceStatusCallbackEvent", ROOM_EVENTS)):
            if strange := {word for value in form.get(name, []) for word in value.split()} - allowed:
                yield f"{where}: {name}={' '.join(sorted(strange))}"
        for name, value in one.items():
            if name.endswith(("Url", "StatusCallback")) and value and not value.startswith(("http://", "https://")):
                yield f"{where}: {name} is not absolute: {value}"
            if name not in ("To", "From", "CallerId", "Body") and PERSONAL.search(value):
                yield f"{where}: a telephone number in {name}"
        creates_call = entry["method"] == "POST" and entry["path"].endswith("/Calls.json")
        sources = [name for name in ("Url", "Twiml", "ApplicationSid") if one.get(name)]
        if creates_call and len(sources) != 1:
            yield f"{where}: needs one of Url, Twiml, ApplicationSid, has {sources or 'none'}"
        if "Twiml" in one:
            if len(one["Twiml"]) > 4000:
                yield f"{where}: Twiml longer than 4000 characters"
            yield from (f"{where}: {c}" for c in self._twiml.judge(one["Twiml"], "inline"))

    async def _judge_requests(self, entries: list[Entry]) -> list[str]:
        """Each request once more, against the carrier's OpenAPI, which refuses what it does not know."""
        if not entries:
            return []
        complaints = []
        transport = httpx2.ASGITransport(app=self._strict)
        async with httpx2.AsyncClient(transport=transport, base_url="http://carrier") as client:
            for entry in entries:
                answer = await client.request(
                    entry["method"],
                    entry["path"],
                    params=[tuple(pair) for pair in entry["query"]],
                    content=urlencode([tuple(pair) for pair in entry["form"]]) if entry["form"] else None,
                    headers={"Content-Type": entry["content_type"]} if entry["content_type"] else {},
                    auth=(self._account, self._token) if entry["authorized"] else None,
                )
                if answer.status_code != 200:
                    detail = answer.json().get("detail", "") if answer.content else ""
                    complaints.append(
                        f"#{entry['n']} rest {entry['method']} {entry['path']}: {detail or answer.status_code}"
                    )
        return complaints


class _AnyOperation(Resolver):  # type: ignore[misc]  # connexion is not typed
    """Every operation is answered; only the request is judged."""

    def resolve(self, operation: Any) -> Resolution:
        return Resolution(_accept, operation.operation_id)


async def _accept(**_said: Any) -> tuple[dict[str, str], int]:
    return {}, 200


def anybody(username: str, _password: str) -> dict[str, str]:
    """Connexion asks who that is; that it is told at all is what is judged."""
    return {"sub": username}


def _strict_application(specification: dict[str, Any]) -> connexion.AsyncApp:
    for scheme in specification["components"]["securitySchemes"].values():
        scheme["x-basicInfoFunc"] = f"{__name__}.anybody"
    application = connexion.AsyncApp(__name__, swagger_ui_options=SwaggerUIOptions(swagger_ui=False))
    application.add_api(specification, strict_validation=True, validate_responses=False, resolver=_AnyOperation())
    return application
