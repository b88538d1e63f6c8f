"""What the webhooks, the pages and the API answer while the tests run, written down so that two trees can be compared.

A change that moves code changes no answer. Record the tree before it and after it, twice each, and compare:

    RECORD_TO=before1 make test ARGS="-n 0 tests/stories tests/api tests/ivr tests/routing"
    python -m tests.support.recorder before1 before2 -- after1 after2

Ids, tokens and instants are replaced by their kind. Of a story that many processes tell together some answers come in
one run and not in another: what every run before has and none after is lost; what every run after has and none before
is new. Streams and static files are left out. Without RECORD_TO nothing is written.
"""

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEFT_OUT = ("/static/", "/health/", "/metrics", "/voice/music")
VARIES = re.compile(r'"(waited|age|since|seconds|held|left|late|longest|at|csrf|etag|revision)": ?-?[\d.]+')
CLOCK = r"\d\d(?::|%3A)\d\d(?:(?::|%3A)\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
WEEKDAYS = (
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
)
KINDS = [  # what differs from run to run, and what stands in its place; the longest first
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
        (r"\b(?:[A-Z]{2})?[0-9a-f]{32}\b", "<sid>"),
        (r"\d{4}-\d\d-\d\d(?:T|%20| )" + CLOCK, "<instant>"),
        (r"\b1\d{12}\b", "<instant>"),  # thousandths of a second, as scripts count
        (r"\d{4}-\d\d-\d\d|\b\d{1,2}/\d{1,2}/\d{4}\b", "<date>"),
        (r"\b20\d{6}[ma]\b", "<half-day>"),
        (r"\b\d{1,2}[:h]\d\d(?::\d\d)?\b", "<time>"),
        (r"\b\d{1,2} heures?(?: \d{1,2})?\b|\b\d{1,2}(?: \d\d)? [AP]M\b", "<time>"),
        (r"\bmidi\b|\bminuit\b|\bnoon\b|\bmidnight\b", "<time>"),
        (rf"\b(?:le |on )?(?:{WEEKDAYS})(?: \d{{1,2}}(?:er)? \w+)?(?: \d{{4}})?", "<day>"),
        (r"\baujourd[’']hui\b|\bdemain\b|\btoday\b|\btomorrow\b", "<day>"),
        (r"(?:\d{2} ){4}\d{2}|\b\d{10}\b", "<reference>"),
        (r"\battente-\d", "<waiting room>"),
        (r"127\.0\.0\.1:\d+", "<host>"),
        (r"[A-Za-z0-9_=-]*\d[A-Za-z0-9_=-]{23,}", "<token>"),
        (r"\b\d+\.\d+\b", "<decimal>"),
    )
]


def recorded(app: ASGIApp) -> ASGIApp:
    """The app itself; where RECORD_TO names a folder, one that writes what it answers under the test that asked."""
    return Recorder(app, Path(os.environ["RECORD_TO"])) if os.environ.get("RECORD_TO") else app


def says(test: str) -> None:
    """From now on what is answered belongs to this test; for other processes too."""
    if folder := os.environ.get("RECORD_TO"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / "now").write_text(re.sub(r"[^\w.-]+", "_", test)[-150:])


class Recorder:
    """Passes everything on, and keeps each answer that is new in this test."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self.app = app
        self.folder = folder
        self.kept: dict[str, set[str]] = defaultdict(set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(LEFT_OUT):
            await self.app(scope, receive, send)
            return
        status, kind, body = 0, "", bytearray()

        async def listens(message: Message) -> None:
            nonlocal status, kind
            if message["type"] == "http.response.start":
                status = message["status"]
                kind = dict(message["headers"]).get(b"content-type", b"").decode()
            elif not kind.startswith("text/event-stream"):
                body.extend(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, listens)
        if not kind.startswith("text/event-stream"):
            asked = f"{scope['method']} {scope['path']}?{scope['query_string'].decode('latin-1')}"
            self._keep(f"{_normal(asked)} -> {status} {kind}\n{_normal(body.decode('utf-8', 'replace'))}")

    def _keep(self, exchange: str) -> None:
        test = (self.folder / "now").read_text() if (self.folder / "now").exists() else "before"
        if exchange not in self.kept[test]:
            self.kept[test].add(exchange)
            with (self.folder / f"{test}.jsonl").open("a") as file:
                file.write(json.dumps(exchange, ensure_ascii=False) + "\n")


def _normal(text: str) -> str:
    text = VARIES.sub(r'"\1":<number>', text)
    for pattern, kind in KINDS:
        text = pattern.sub(kind, text)
    return text


def differences(before: Iterable[Path], after: Iterable[Path]) -> list[str]:
    """What every run before has and none after, and the other way round; a line each, with the test."""
    earlier, later = [_read(folder) for folder in before], [_read(folder) for folder in after]
    told: list[str] = []
    for test in sorted({name for run in (*earlier, *later) for name in run}):
        then, now = [run.get(test, set()) for run in earlier], [run.get(test, set()) for run in later]
        told += [f"LOST {test}: {each}" for each in sorted(set.intersection(*then).difference(*now))]
        told += [f"NEW {test}: {each}" for each in sorted(set.intersection(*now).difference(*then))]
    return told


def _read(folder: Path) -> dict[str, set[str]]:
    return {file.stem: {json.loads(line) for line in file.open()} for file in folder.glob("*.jsonl")}


def main() -> None:
    """Prints the differences; exits 1 if there are any."""
    middle = sys.argv.index("--")
    told = differences(map(Path, sys.argv[1:middle]), map(Path, sys.argv[middle + 1 :]))
    for each in told:
        print(each, end="\n\n")
    print(f"{len(told)} differences")
    sys.exit(1 if told else 0)


if __name__ == "__main__":
    main()
