"""One request of a route: mostly what it wants, with something in it that nobody should ever send."""

import json
import re
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from urllib.parse import quote, quote_plus

from tests.fuzz import values
from tests.fuzz.known import Known
from tests.fuzz.routes import Route

WEBHOOK = {
    "Digits": ("", "1", "2", "3", "4", "5", "#", "*", "46000#", "0612345678#", "0612345678", "9", "11", "975", "98700"),
    "SpeechResult": ("", "oui", "non", "impôts", "le Lot", "quatre", "je veux parler à quelqu'un " * 50),
    "CallStatus": ("ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled", "queued"),
    "QueueResult": ("", "hangup", "leave", "redirected", "queue-full", "error", "bridged"),
    "StatusCallbackEvent": ("participant-join", "participant-leave", "conference-end", "initiated", "answered"),
    "ConferenceSid": ("CF" + "0" * 32, "CF" + "1" * 32),
    "SequenceNumber": ("0", "1", "2", "17"),
    "ParticipantLabel": ("citizen", "monitor-", ""),
    "ParticipantCallStatus": ("completed", "failed", "busy"),
    "From": ("+33565051234", "+33612345678", "+262692123456", "+86282452253", "anonymous", "", "client:karim", "+44"),
    "To": ("+33800000000", "", "+33899000000"),
    "Body": ("4 oui", "STOP", "1. non", "４ oui", ""),
    "AnsweredBy": ("human", "machine_start", "unknown"),
    "MessageStatus": ("delivered", "failed", "sent"),
    "MessageSid": ("SM" + "0" * 32,),
    "ErrorCode": ("11200",),
    "ErrorUrl": ("", "http://x/voice/heard?s=postal&d=46"),
}


SENT = "%&=+:;,/?@!$'()*-._~"  # of a query as it is; the rest a carrier quotes


@dataclass(frozen=True)
class Request:
    """As it is sent. `role`: whose session, empty for the carrier's or nobody's."""

    web: str
    method: str
    path: str
    query: str = ""
    role: str = ""
    content_type: str = ""
    body: bytes = b""
    route: str = ""

    def marked(self, number: int) -> "Request":
        """With a mark of its own wherever it has one: what another request left on a page is none of this one's."""
        own = f"{values.MARK}{number:06}"
        body = self.body.replace(values.MARK.encode(), own.encode())
        path, query = (text.replace(values.MARK, own) for text in (self.path, self.query))
        return replace(self, path=path, query=query, body=body)

    @property
    def marks(self) -> set[str]:
        return set(re.findall(rf"{values.MARK}\d*", " ".join((self.path, self.query, self.body.decode("latin-1")))))

    @property
    def line(self) -> str:
        """To be sent again by `python -m tests.fuzz --again`, and read by people."""
        said = {name: value for name, value in vars(self).items() if value and name not in ("body", "route")}
        return json.dumps(said | {"body": self.body.decode("latin-1")}, ensure_ascii=True)

    @classmethod
    def of_line(cls, line: str) -> "Request":
        said = json.loads(line)
        return cls(**(said | {"body": said["body"].encode("latin-1")}))


def asks(route: Route, dice: Random, known: Known) -> Request:
    """One request."""
    path = "/".join(_segment(part, dice, known) for part in route.path.split("/"))
    roles = sorted(route.roles)
    role = dice.choice(roles) if roles else ""
    if route.is_webhook:
        return Request(
            "voice", "POST", path, _address(route, dice, known), "", *_webhook(dice, known), route=route.path
        )
    query = _pairs([(name, _value(name, [], dice, known)) for name in route.query if dice.random() < 0.7], dice)
    asked = Request(route.web, route.method, path, query, role, route=route.path)
    if route.method in ("GET", "HEAD"):
        return asked
    if dice.random() < 0.05:
        return replace(asked, content_type=dice.choice(values.TYPES), body=dice.choice(values.BODIES))
    if route.schema is not None:
        return replace(asked, content_type="application/json", body=_json(route.schema, dice, known))
    if route.path.startswith("/api/"):
        content = _json_or_file(dice)
        return replace(asked, content_type=content[0], body=content[1])
    return _form(asked, route, dice, known)


def _segment(part: str, dice: Random, known: Known) -> str:
    if not part.startswith("{"):
        return part
    chance = dice.random()
    if chance < 0.5:
        return known.an_id(dice)
    if chance < 0.8:
        return quote(dice.choice(known.names), safe="")
    given = values.text(dice)[:2_000].encode("utf-8", "surrogatepass")
    return quote(given, safe="") or "%20"


def _value(name: str, offered: list[str], dice: Random, known: Known) -> str:
    chance = dice.random()
    if offered and chance < 0.6:
        return dice.choice(offered)
    if chance < 0.75 and (name.endswith(("id", "site", "agent", "call")) or chance < 0.62):
        return known.an_id(dice)
    if chance < 0.8:
        return dice.choice(known.names)
    return values.text(dice)


def _pairs(pairs: list[tuple[str, str]], dice: Random) -> str:
    """Names missing, repeated, in any order."""
    several = [pair for pair in pairs if dice.random() < 0.95]
    if several and dice.random() < 0.1:
        several.append((dice.choice(several)[0], values.text(dice)))
    if dice.random() < 0.05:
        several.append((values.text(dice)[:500], values.text(dice)))
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in several)


def _quoted(text: str) -> str:
    return quote_plus(text.encode("utf-8", "surrogatepass"))


def _form(asked: Request, route: Route, dice: Random, known: Known) -> Request:
    fields = known.form_of(asked.path) or known.form_of(route.path)
    pairs = [(name, _value(name, offered, dice, known)) for name, offered in fields.items() if name != "csrf"]
    if dice.random() < 0.25:
        kind, body = _multipart(pairs, dice)
        return replace(asked, content_type=kind, body=body)
    return replace(asked, content_type="application/x-www-form-urlencoded", body=_pairs(pairs, dice).encode())


def _multipart(pairs: list[tuple[str, str]], dice: Random) -> tuple[str, bytes]:
    parts = []
    for name, value in pairs:
        head = f'Content-Disposition: form-data; name="{name}"'.encode("utf-8", "replace")
        if name in ("table", "file", "list", "rounds") or dice.random() < 0.05:
            head += b'; filename="' + dice.choice((b"a.csv", b"", b"\x00.csv", b"\xff")) + b'"'
            parts.append(head + b"\r\n\r\n" + dice.choice(values.FILES))
        else:
            parts.append(head + b"\r\n\r\n" + value.encode("utf-8", "surrogatepass"))
    ends = b"--zzz--\r\n" if dice.random() < 0.9 else b""
    return "multipart/form-data; boundary=zzz", b"".join(b"--zzz\r\n" + part + b"\r\n" for part in parts) + ends


def _json_or_file(dice: Random) -> tuple[str, bytes]:
    if dice.random() < 0.5:
        return _multipart([("table", ""), ("all_that_go", values.text(dice))], dice)
    return "application/json", json.dumps(values.anything(dice)).encode()


def _json(schema: Any, dice: Random, known: Known) -> bytes:
    made = _of(schema, schema.get("$defs", {}), dice, known, "")
    if isinstance(made, dict):
        made = dict(made)  # `anything` may be one of those that are kept
        if dice.random() < 0.1 and made:
            del made[dice.choice(sorted(made))]
        if dice.random() < 0.05:
            made[values.text(dice)[:100]] = values.anything(dice)
    return json.dumps(made).encode()


def _of(schema: Any, defs: Any, dice: Random, known: Known, name: str) -> Any:
    if dice.random() < 0.12:
        return values.anything(dice)
    if "$ref" in schema:
        return _of(defs[schema["$ref"].rpartition("/")[2]], defs, dice, known, name)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _of(dice.choice(schema[choice]), defs, dice, known, name)
    if "enum" in schema or "const" in schema:
        return dice.choice(schema.get("enum") or [schema["const"]])
    match schema.get("type"):
        case "object":
            return {each: _of(kind, defs, dice, known, each) for each, kind in schema.get("properties", {}).items()}
        case "array":
            return [_of(schema.get("items", {}), defs, dice, known, name) for _ in range(dice.choice((0, 1, 1, 2, 5)))]
        case "integer" | "number":
            return dice.choice((0, 1, 2, 5, 60, dice.choice(values.NUMBERS)))
        case "boolean":
            return dice.random() < 0.5
        case "null":
            return None
        case _:
            return _value(name, [known.an_id(dice)] if name.endswith("id") else [], dice, known)


def _address(route: Route, dice: Random, known: Known) -> str:
    """The query of a webhook: one that a document of ours named, often with one answer changed."""
    given = known.next.get(route.path, [])
    parts = dice.choice(given).split("&") if given else [f"{name}={known.an_id(dice)}" for name in "cgapo"]
    if dice.random() < 0.4 and parts:
        at = dice.randrange(len(parts))
        parts[at] = f"{parts[at].partition('=')[0]}={_quoted(values.text(dice)[:3_000])}"
    if dice.random() < 0.1:
        parts.append(f"{dice.choice('scdtlnpbgfjwho')}={_quoted(values.text(dice)[:3_000])}")
    return quote("&".join(part for part in parts if dice.random() < 0.97), safe=SENT)


def _webhook(dice: Random, known: Known) -> tuple[str, bytes]:
    said = {
        "CallSid": known.a_line(dice),
        "AccountSid": "AC" + "0" * 32,
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
    }
    for name, usual in WEBHOOK.items():
        if dice.random() < 0.6:
            said[name] = dice.choice(usual)
    if dice.random() < 0.5:
        said[dice.choice(sorted(said))] = values.text(dice)
    pairs = list(said.items())
    if dice.random() < 0.1:
        pairs.append((dice.choice(pairs)[0], values.text(dice)))
    if dice.random() < 0.03:
        return "application/x-www-form-urlencoded", dice.choice(values.BODIES)
    return "application/x-www-form-urlencoded", "&".join(f"{_quoted(n)}={_quoted(v)}" for n, v in pairs).encode()
