"""What cannot be read is refused in words, on every route, before and after sign-in; nothing of it is said back.

The long search for such values is `make fuzz`; this is the slice that is the same every time."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from pydantic import BaseModel
from starlette.testclient import TestClient
from structlog.testing import capture_logs

import callcenter.web.pages
from callcenter.rules import roles as roles_rules
from tests.callcenter.web.conftest import SignIn
from tests.support.town import PASSWORD, settle

Browser = Callable[[], TestClient]
MARK = "zzhostile"
TEXTS = (
    MARK, f"{MARK}\0", f"\x0b{MARK}\x85", "9" * 5_000, "1e999", "-1", "0", "99999999999", "NaN", "-Infinity",
    "9999-12-31", "0001-01-01", "9999-W01-1", "2026-02-31", f"{MARK}'\"<b>{{{{7*7}}}}", "²", "५", "١٢", "true",
    f"{MARK}\u202e", "[]",
)  # fmt: skip
OTHERS: tuple[Any, ...] = (
    float("nan"), float("inf"), 10**400, -1, 2**63, 1.5, True, None, [], {}, [[MARK]], {MARK: MARK}, [None], "\ud800",
    {"\ud800": "\udfff"}, [float("nan")],
)  # fmt: skip
PLAUSIBLE: dict[str, Any] = {
    "login": "lea", "name": "Léa", "role": "agent", "department": "46", "scope": "46", "topic": "caf", "code": "caf",
    "first": "2026-03-02", "last": "2026-03-03", "since": "2027-01-04", "day": "2027-01-04", "number": "0565051234",
    "hours": "off", "keys": "9", "labels": {"fr": "x", "en": "x"}, "act": "close", "to_topic": "autre", "fr": "mot",
    "state": "pilot", "reason": "lunch", "contact_id": "00000000-0000-4000-8000-000000000001", "on": True,
    "offer_id": "00000000-0000-4000-8000-000000000001", "call_ids": ["00000000-0000-4000-8000-000000000001"],
    "entries": [{"procedure": "declaration-revenus", "outcome": "accompaniment"}], "line": "phone", "half": "m",
    "visits": [{"reference": "r", "id_fs": 7, "debut": "2026-03-02T09:30", "demarche": "x", "issue": "information"}],
    "password": PASSWORD, "partner": "caf", "desk": "x", "phone": "0565051234", "procedure-1": "declaration-revenus",
    "outcome-1": "accompaniment", "settled-1": "true", "move": "pause:lunch", "monitor": "listen:x", "to": "offline",
    "region_after": 20, "nation_after": 45, "watch": 1, "alarm": 3, "measure": "demands", "declined": False,
}  # fmt: skip
LEFT_OUT = re.compile(r"/stream$|/sign-out$|^/metrics$|^/static|^/desk/sse")


def _routes(app: FastAPI, role: str) -> Iterator[tuple[str, str, Any]]:
    for route in iter_route_contexts(app.routes):
        roles: frozenset[str] = getattr(route.endpoint, "roles", frozenset())
        if route.path and route.methods and not LEFT_OUT.search(route.path) and role in roles:
            for method in sorted(route.methods - {"DELETE"} if route.path == "/api/session" else route.methods):
                yield method, route.path, route


def _form_fields() -> list[str]:
    """Every field that a form of ours has, and those that are numbered."""
    found = {"procedure-1", "procedure-x", "procedure-²", "procedure-0", "outcome-1", "settled-1", "continues-1"}
    for template in Path(callcenter.web.pages.__file__).parent.glob("templates/**/*.html"):
        found |= {name for name in re.findall(r'name="([^"{}]+)"', template.read_text()) if name != "csrf"}
    return sorted(found)


def _wrong(answer: Response, path: str) -> str:
    """What is wrong with an answer; nothing where it is one that a person, or other software, can live with."""
    if answer.status_code < 400:
        return ""
    kind = answer.headers.get("content-type", "")
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if path.startswith("/api/"):
        told = answer.json() if kind.startswith("application/json") else {}
        if "detail" in told or not ("sentence" in told or "refused" in told):
            return f"no sentence: {told}"
    elif not kind.startswith("text/html") or "</" not in answer.text:
        return f"no page: {kind} {answer.text[:80]}"
    is_form_again = "<form" in answer.text and "La demande n\u2019a" not in answer.text
    return "said back" if MARK in answer.text and not is_form_again else ""


def _path(path: str, known: dict[str, str], hostile: dict[str, str] | None = None) -> str:
    chosen = known | (hostile or {})
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: chosen.get(found[1], "46"), path)


def _paths(path: str) -> list[str]:
    return re.findall(r"\{(\w+)(?::\w+)?\}", path)


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text[:300].encode())


@pytest.mark.parametrize("role", ["agent", "supervisor", "auditor", "admin", roles_rules.ANYBODY])
def test_every_route_refuses_hostile_values_in_words(role: str, browser: Browser, sign_in: SignIn) -> None:
    known = {
        "act": "outcome",
        "form": "queue",
        "agent_id": settle("cible"),
        "site_id": "7",
        "scope": "46",
        "code": "46",
    }
    if role == roles_rules.ANYBODY:
        client = browser()
    else:
        settle("who", role=role, departments=["46"], phone="+33565000009")
        client = sign_in("who")
    app = client.app
    assert isinstance(app, FastAPI)
    client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    asked, wrong, fields = 0, list[tuple[object, ...]](), _form_fields()
    with capture_logs() as logs:
        for method, path, route in _routes(app, role):
            first = min(route.endpoint.roles)  # what is sent is read alike for every role that may send it
            for what, answer in _tries(client, method, path, route, known, fields, whole=role == first):
                asked += 1
                if why := _wrong(answer, path):
                    wrong.append((method, path, *what, why))
    assert asked > 90
    assert not wrong, "\n".join(map(str, wrong[:60]))
    unbounded = [each for each in logs if "cannot read it" in each["event"]]
    assert not unbounded


@pytest.mark.parametrize(("language", "sentence"), [("fr", "ne peut pas être lue"), ("en", "cannot be read")])
def test_before_sign_in_too_it_is_said_in_the_readers_language(browser: Browser, language: str, sentence: str) -> None:
    client = browser()
    client.headers["Accept-Language"] = language
    for body in (b'{"login": NaN, "password": "x"}', b'{"login": "\\ud800", "password": "x"}', b"{", b"[" * 9_000):
        answer = client.post("/api/session", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 422
        assert set(answer.json()) == {"refusal", "sentence"}
        assert sentence in answer.json()["sentence"]
    assert sentence.split(maxsplit=1)[0] in client.get("/sign-in?a=%00").text
    assert client.put("/api/session").status_code == 405
    assert set(client.put("/api/session").json()) == {"refusal", "sentence"}


def test_a_page_answers_a_page_with_its_navigation_and_says_nothing_back(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    ines = sign_in("ines")
    for path in (f"/nowhere/{MARK}", f"/supervision/orders?done={MARK}", f"/supervision/orders?a={MARK}%00"):
        answer = ines.get(path)
        assert answer.status_code in (404, 422)
        assert 'href="/supervision"' in answer.text
        assert MARK not in answer.text
    posted = ines.put("/supervision")
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET")
    assert 'href="/supervision"' in posted.text


def test_an_emptied_field_is_no_answer(sign_in: SignIn) -> None:
    settle("ines", role="supervisor", departments=["46"])
    ines = sign_in("ines")
    for path in (
        "/reports?first=&last=&side=",
        "/reports/rows?measure=demands&site=",
        "/reports/staffing?weekday=&goal=",
    ):
        assert ines.get(path).status_code == 200, path
    for path in ("/reports?last=9999-12-31", "/reports?first=0001-01-01", "/reports/staffing?goal=nan"):
        assert ines.get(path).status_code == 422, path


def _tries(
    client: TestClient, method: str, path: str, route: Any, known: dict[str, str], fields: list[str], whole: bool
) -> Iterator[tuple[tuple[object, ...], Response]]:
    plain, texts = _path(path, known), TEXTS if whole else TEXTS[:2]
    for name in _paths(path):
        for text in texts:
            to = _path(path, known, {name: _quoted(text)})
            yield (name, text[:30]), client.request(method, to)
    for name in {each.alias for each in route.dependant.query_params} | _queried(route.dependant):
        for text in (*texts, ""):
            yield ("?", name, text[:30]), client.request(method, f"{plain}?{name}={_quoted(text)}")
        yield ("?", name, "twice"), client.request(method, f"{plain}?{name}=1&{name}={MARK}&{name}[]=1")
        yield ("?", name, "not UTF-8"), client.request(method, f"{plain}?{name}=%ff%fe{MARK}&{name}=%ED%A0%80")
    if method in ("GET", "DELETE", "HEAD") or not whole:
        return
    if path.startswith("/api/"):
        yield from _bodies(client, method, plain, route)
    else:
        yield from _forms(client, method, plain, fields)


def _queried(dependant: Any) -> set[str]:
    found = {each.alias for each in dependant.query_params}
    return found.union(*map(_queried, dependant.dependencies))


def _bodies(client: TestClient, method: str, path: str, route: Any) -> Iterator[tuple[tuple[object, ...], Response]]:
    def send(content: bytes, kind: str = "application/json") -> Response:
        return client.request(method, path, content=content, headers={"content-type": kind})

    raw = (
        b"{",
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"a":' + b"9" * 5_000 + b"}",
        b"NaN",
        b"null",
        b'"\\ud800"',
        b"[]",
        b"{}",
        b"",
    )
    for body in raw:
        yield (body[:20],), send(body)
    yield ("no JSON",), send(MARK.encode(), "text/plain")
    yield ("no multipart",), send(b"--x\r\n", "multipart/form-data")
    yield ("cut multipart",), send(b"--b\r\nContent-Disposition: form-data; na", "multipart/form-data; boundary=b")
    for each in route.dependant.body_params:
        model = getattr(each.field_info, "annotation", None)
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        given = {name: PLAUSIBLE[name] for name in model.model_fields if name in PLAUSIBLE}
        for n, name in enumerate((*model.model_fields, MARK)):
            for value in (*TEXTS[n % 3 :: 3], *OTHERS):
                yield (name, str(value)[:30]), send(json.dumps(given | {name: value}).encode())
        for field in ("entries", "visits"):
            for key in PLAUSIBLE[field][0] if field in given else ():
                for value in OTHERS:
                    within = [PLAUSIBLE[field][0] | {key: value}]
                    yield (field, key, str(value)[:30]), send(json.dumps(given | {field: within}).encode())


def _forms(
    client: TestClient, method: str, path: str, fields: list[str]
) -> Iterator[tuple[tuple[object, ...], Response]]:
    given = {name: str(value) for name, value in PLAUSIBLE.items() if isinstance(value, str | int)}
    for shift in range(0, len(TEXTS), 2):  # every field meets every value, among others that are as they should be
        for every in (2, 7):
            chosen = {
                name: TEXTS[(n + shift) % len(TEXTS)] for n, name in enumerate(fields) if (n + shift) % every == 0
            }
            yield ("shift", shift, every), client.request(method, path, data=given | chosen)
    yield ("emptied",), client.request(method, path, data=dict.fromkeys(fields, ""))
    yield ("a file",), client.request(method, path, files={name: ("f", MARK.encode()) for name in fields})
    yield ("many",), client.request(method, path, data={f"procedure-{n}": "x" for n in range(1_500)})
    for charset in ("unicode_escape", "idna", "punycode", "undefined", "rot13", "nothing", "utf-16"):
        kind = f"multipart/form-data; boundary=b; charset={charset}"
        body = b"".join(
            b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n\\ud800%s..\r\n' % (name.encode(), MARK.encode())
            for name in ("login", "scope", "words", "contact_id", "label")
        )
        yield (charset,), client.request(method, path, content=body + b"--b--\r\n", headers={"content-type": kind})
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=b"):
        yield (kind,), client.request(method, path, content=b"--b\r\n\0\xff", headers={"content-type": kind})
    yield (
        ("no UTF-8",),
        client.request(method, path, content=b"login=%ff%00&scope=%ED%A0%80&=&&%=%", headers={"content-type": FORM}),
    )


FORM = "application/x-www-form-urlencoded"
