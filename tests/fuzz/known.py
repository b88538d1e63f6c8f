"""What answers gave that later requests take up: ids, forms with their fields, the carrier's next addresses."""

import re
from collections.abc import Iterable
from html import unescape
from html.parser import HTMLParser
from random import Random
from urllib.parse import urlsplit

MOST = 400  # of each kind; the youngest stay
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NUMBERED = re.compile(r"/(?:sites|departments|supervision/waiting|wall)/([\w-]+)")
ADDRESS = re.compile(r'(?:action|url|waitUrl|statusCallback)="([^"]*)"|<Redirect[^>]*>([^<]*)<')


class Known:
    """Filled by `learns`; drawn from with the caller's dice."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = list(ids)
        self.names = ["1", "46", "2A", "N"]
        self.lines = [f"CA{n:032x}" for n in range(24)]
        self.forms: dict[str, dict[str, list[str]]] = {}
        self.next: dict[str, list[str]] = {}

    def learns(self, document: str, *, is_twiml: bool) -> None:
        """From the answer to a request that was well."""
        self._keep(self.ids, ID.findall(document))
        if is_twiml:
            for found in ADDRESS.findall(document):
                address = urlsplit(unescape(found[0] or found[1]))
                self._keep(self.next.setdefault(address.path, []), [address.query])
        else:
            self._keep(self.names, NUMBERED.findall(document))
            if "<form" in document:
                _Forms(self.forms).feed(document)

    def an_id(self, dice: Random) -> str:
        return dice.choice(self.ids)

    def a_line(self, dice: Random) -> str:
        return dice.choice(self.lines)

    def form_of(self, path: str) -> dict[str, list[str]]:
        """Fields, and values that the page offered, of the forms sent to this path."""
        if path in self.forms:
            return self.forms[path]
        like = re.compile(re.sub(r"\\{.*?\\}", "[^/]+", re.escape(path)) + "$")
        return next((fields for action, fields in self.forms.items() if like.match(action)), {})

    @staticmethod
    def _keep(kept: list[str], found: Iterable[str]) -> None:
        several = set(kept)
        kept += [each for each in dict.fromkeys(found) if each not in several]
        del kept[:-MOST]


class _Forms(HTMLParser):
    """The fields of every form of a page, under the path that each is sent to."""

    def __init__(self, forms: dict[str, dict[str, list[str]]]) -> None:
        super().__init__()
        self._forms = forms
        self._fields: dict[str, list[str]] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = self._forms.setdefault(urlsplit(said.get("action", "")).path, {})
        if self._fields is None:
            return
        if tag == "option" and self._select:
            self._adds(self._select, said.get("value", ""))
        elif name := said.get("name"):
            self._select = name if tag == "select" else self._select
            self._adds(name, said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        if tag == "select":
            self._select = ""

    def _adds(self, name: str, value: str) -> None:
        assert self._fields is not None
        values = self._fields.setdefault(name, [])
        if name != "csrf" and value not in values and len(values) < 40:
            values.append(value)
