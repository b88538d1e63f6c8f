"""Our signature check gives the same answer as the carrier's own library, on whatever a request may hold."""

import json
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import MultiDict
from starlette.testclient import TestClient
from twilio.request_validator import RequestValidator, get_signature_algorithm

from callcenter.config import settings
from ivr.app import create
from ivr.inbound import form_of
from ivr.signature import KEY_HEADER, Signatures, body_holds

TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC_URLS = [
    "https://voix.exemple.fr",
    "https://voix.exemple.fr:443",
    "http://127.0.0.1:8001",
    "https://exemple.fr:8443/ligne",
]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FORMS = st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=8).map(lambda pairs: pairs + pairs[:1])
# As it stands on the wire: whatever is escaped there stays so.
QUERIES = st.lists(
    st.sampled_from(["s=topic", "d=2A", "n=1", "x=%2B33", "y=a+b", "z=%C3%A9", "s=", "w=01-74", "o=2026-11-23T08:30"])
).map("&".join)
PATHS = st.sampled_from(["/voice/heard", "/voice/incoming", "/voice/", "/voice/%C3%A9t%C3%A9"])


def _signed(address: str, form: list[tuple[str, str]]) -> str:
    signature: str = RequestValidator(TOKEN).compute_signature(address, MultiDict(form) if form else {})
    return signature


@given(st.sampled_from(PUBLIC_URLS), PATHS, QUERIES, FORMS, st.booleans())
def test_what_the_carriers_library_accepts_is_accepted(
    public: str, path: str, query: str, form: list[tuple[str, str]], other_port: bool
) -> None:
    asked = public + path + (f"?{query}" if query else "")
    if other_port:
        scheme, _, rest = asked.partition("://")
        host, slash, tail = rest.partition("/")
        port = {"http": "80", "https": "443"}[scheme]
        asked = f"{scheme}://{host.partition(':')[0] if ':' in host else f'{host}:{port}'}{slash}{tail}"
    signature = _signed(asked, form)
    theirs = RequestValidator(TOKEN).validate(
        public + path + (f"?{query}" if query else ""), MultiDict(form), signature
    )
    ours = Signatures(public, [TOKEN]).hold(path.encode(), query.encode(), form, signature.encode())
    assert ours is theirs is True


@given(st.sampled_from(PUBLIC_URLS), PATHS, QUERIES, FORMS, FORMS, st.sampled_from(["form", "path", "query", "token"]))
def test_what_the_carriers_library_refuses_is_refused(
    public: str, path: str, query: str, form: list[tuple[str, str]], other: list[tuple[str, str]], changed: str
) -> None:
    signature = _signed(f"{public}{path}" + (f"?{query}" if query else ""), form)
    sent = other if changed == "form" else form
    came_to = path + "x" if changed == "path" else path
    came_with = query + "&n=9" if changed == "query" else query
    token = TOKEN[::-1] if changed == "token" else TOKEN
    address = public + came_to + (f"?{came_with}" if came_with else "")
    theirs = RequestValidator(token).validate(address, MultiDict(sent), signature)
    ours = Signatures(public, [token]).hold(came_to.encode(), came_with.encode(), sent, signature.encode())
    assert ours is theirs
    assert not ours or (changed == "form" and set(sent) == set(form))


def test_two_tokens_are_good_while_rotating() -> None:
    signatures = Signatures(PUBLIC_URLS[0], ["the-next-token", TOKEN, ""])
    assert signatures.hold(b"/voice/heard", b"", [], _signed("https://voix.exemple.fr/voice/heard", []).encode())
    assert not signatures.hold(b"/voice/heard", b"", [], b"")


def test_an_empty_token_signs_nothing() -> None:
    signature = RequestValidator("").compute_signature("https://voix.exemple.fr/voice/heard", {})
    assert not Signatures("https://voix.exemple.fr", ["", TOKEN]).hold(b"/voice/heard", b"", [], signature.encode())


@given(FORMS)
def test_a_form_is_read_as_the_standard_library_reads_it(form: list[tuple[str, str]]) -> None:
    body = urlencode(form).encode()
    assert form_of(body) == parse_qsl(body.decode(), keep_blank_values=True) == form


@given(st.text("ab=&%+2BbC3é4", max_size=30))
def test_a_broken_form_is_read_as_the_standard_library_reads_it(body: str) -> None:
    wire = body.encode("latin-1")
    assert form_of(wire) == parse_qsl(wire.decode("latin-1"), keep_blank_values=True)


def test_a_form_out_of_measure_is_refused() -> None:
    assert form_of(b"a=" + b"x" * 70_000) is None
    assert form_of(b"a&" * 600) is None


SHARED = {"webhooks_sharedkey_1": "first-secret", "webhooks_sharedkey_2": "second-secret"}
ALGORITHMS = ["HMAC_SHA256", "hmac_sha256", "HMAC_SHA1", "HMAC_SHA512", "", None]


def _settings(key: str | None, algorithm: str | None, spaced: bool) -> str:
    parts = [] if key is None else [f"key={key}"]
    parts += [] if algorithm is None else [f"algorithm={algorithm}"]
    return (" , " if spaced else ",").join(parts)


@given(st.sampled_from(PUBLIC_URLS), PATHS, QUERIES, FORMS, st.sampled_from(sorted(SHARED)),
       st.sampled_from(ALGORITHMS), st.sampled_from(["HMAC_SHA1", "HMAC_SHA256"]), st.booleans())  # fmt: skip
def test_a_shared_key_signs_as_the_carriers_library_reads_it(
    public: str, path: str, query: str, form: list[tuple[str, str]], key: str, told: str | None, used: str, spaced: bool
) -> None:
    asked = public + path + (f"?{query}" if query else "")
    header = _settings(key, told, spaced)
    library = RequestValidator(SHARED[key])
    signature = library.compute_signature(asked, MultiDict(form) if form else {}, used)
    theirs = library.validate(asked, MultiDict(form), signature, get_signature_algorithm(header))
    ours = Signatures(public, [TOKEN], SHARED).hold(
        path.encode(), query.encode(), form, signature.encode(), header.encode()
    )
    assert ours is theirs
    assert ours is ((told or "HMAC_SHA1").upper() == used)


@given(FORMS, st.sampled_from(["webhooks_sharedkey_2", "webhooks_sharedkey_9", "", TOKEN]))
def test_a_shared_key_is_good_under_its_own_name_alone(form: list[tuple[str, str]], named: str) -> None:
    library = RequestValidator(SHARED["webhooks_sharedkey_1"])
    signature = library.compute_signature(
        PUBLIC_URLS[0] + "/voice/heard", MultiDict(form) if form else {}, "HMAC_SHA256"
    )
    header = f"key={named},algorithm=HMAC_SHA256".encode()
    signatures = Signatures(PUBLIC_URLS[0], [TOKEN], SHARED)
    assert not signatures.hold(b"/voice/heard", b"", form, signature.encode(), header)
    assert not signatures.hold(b"/voice/heard", b"", form, signature.encode()), "it is no token"


def test_the_token_signs_nothing_under_a_shared_keys_name() -> None:
    signature = _signed("https://voix.exemple.fr/voice/heard", []).encode()
    signatures = Signatures(PUBLIC_URLS[0], [TOKEN], SHARED)
    assert signatures.hold(b"/voice/heard", b"", [], signature)
    assert signatures.hold(b"/voice/heard", b"", [], signature, b"algorithm=HMAC_SHA1"), "no key is named"
    assert not signatures.hold(b"/voice/heard", b"", [], signature, b"key=webhooks_sharedkey_1,algorithm=HMAC_SHA1")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.sampled_from(["its own", "another", "none"]))
def test_the_hash_of_a_body_that_is_no_form_is_judged_as_the_carriers_library_does(body: str, told: str) -> None:
    hashed = {"its own": sha256(body.encode()).hexdigest(), "another": sha256(b"x" + body.encode()).hexdigest()}
    query = f"bodySHA256={hashed[told]}" if told in hashed else "a=b"
    address = f"{PUBLIC_URLS[0]}/voice/status?{query}"
    ours = body_holds(query.encode(), body.encode())
    assert ours is (told == "its own")
    if told in hashed:  # where the address bears none, the library reads the body as if it were a form
        assert RequestValidator(TOKEN).validate(address, body, _signed(address, [])) is ours


def _sends(app: FastAPI, address: str, body: bytes, signature: str) -> int:
    sent = {"X-Twilio-Signature": signature, "Content-Type": "application/json"}
    return TestClient(app, base_url=settings().public_voice_url).post(address, content=body, headers=sent).status_code


def test_a_json_body_comes_in_only_as_it_was_signed() -> None:
    token, public = settings().twilio_auth_token.get_secret_value(), settings().public_voice_url
    body = json.dumps({"CallStatus": "in-progress"}).encode()
    signed = f"/voice/status?bodySHA256={sha256(body).hexdigest()}"
    signature = RequestValidator(token).compute_signature(public + signed, {})
    bare = RequestValidator(token).compute_signature(public + "/voice/status", {})
    app = create()
    assert _sends(app, signed, body, signature) == 204
    assert _sends(app, signed, body + b" ", signature) == 403, "another body"
    assert _sends(app, "/voice/status", body, bare) == 403, "no hash of the body was signed"


def test_a_request_signed_with_the_settings_shared_key_comes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_SHARED_KEYS", "webhooks_sharedkey_1:first-secret, webhooks_sharedkey_2:second-secret")
    settings.cache_clear()
    app, form = create(), {"CallStatus": "in-progress", "CallSid": "CA" + "1" * 32}
    monkeypatch.undo()
    settings.cache_clear()
    address = settings().public_voice_url + "/voice/status"
    made_with = {KEY_HEADER.decode(): "key=webhooks_sharedkey_2,algorithm=HMAC_SHA256"}
    for secret, status in (("second-secret", 204), ("first-secret", 403)):
        signature = RequestValidator(secret).compute_signature(address, form, "HMAC_SHA256")
        client = TestClient(app, base_url=settings().public_voice_url)
        answer = client.post("/voice/status", data=form, headers=made_with | {"X-Twilio-Signature": signature})
        assert answer.status_code == status
