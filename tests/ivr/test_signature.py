"""Our signature check gives the same answer as the carrier's own library, on whatever a request may hold."""

from urllib.parse import parse_qsl, urlencode

from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import MultiDict
from twilio.request_validator import RequestValidator

from ivr.door import form_of
from ivr.signature import Signatures

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
