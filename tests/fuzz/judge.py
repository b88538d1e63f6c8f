"""What is a fault of an answer, whatever was asked."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.contract.twiml_judge import TwimlJudge
from tests.fuzz.asking import Request

WAIT = ("/voice/waiting", "/voice/wishes")
# Where a form shows again what was typed into it, for its owner to mend: escaped, in its field, and in what is said
# beside that field.
TYPED = re.compile(
    r'<textarea[^>]*>.*?</textarea>|value="[^"]*"|<option[^>]*>[^<]*</option>|<p class="fr-error-text"[^>]*>[^<]*</p>',
    re.DOTALL,
)
READY = "/health/ready"  # 503 is what it is there to say, and nothing else of the kind


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: str
    seconds: float


class Judge:
    """With the contract's schema where it is at hand; without it TwiML need only be well-formed."""

    def __init__(self, within: float) -> None:
        self._within = within  # seconds
        folder = Path(os.environ.get("CONTRACT_DIR") or Path(__file__).parents[3] / "shared" / "contract")
        schema = folder / "twiml_voice_schema.json"
        self._twiml = TwimlJudge(json.loads(schema.read_text())) if schema.exists() else None

    def faults(self, asked: Request, answer: Answer) -> Iterator[str]:
        """Each in a few words, the same words for the same fault."""
        if answer.status >= 500 and (asked.path, answer.status) != (READY, 503):
            yield f"answered {answer.status}"
        if answer.seconds > self._within:
            yield f"took more than {self._within:g} s"
        if asked.web == "voice" and asked.method == "POST":
            yield from self._document(asked, answer)
        elif 400 <= answer.status < 500:
            yield from _refusal(asked, answer)

    def _document(self, asked: Request, answer: Answer) -> Iterator[str]:
        if answer.status in (204, 403) or answer.status >= 500:
            return
        if answer.status != 200:
            yield f"a webhook answered {answer.status}"
            return
        try:
            ElementTree.fromstring(answer.body)
        except ElementTree.ParseError:
            yield "the TwiML is not well-formed"
            return
        if self._twiml:
            yield from self._twiml.judge(answer.body, "enqueue_wait" if asked.path in WAIT else "voice")


def _refusal(asked: Request, answer: Answer) -> Iterator[str]:
    """An error says its own words and nothing of what was sent; to a page it is a page."""
    is_json = answer.content_type.startswith("application/json")
    shown = answer.body if is_json else TYPED.sub("", answer.body)
    if any(mark in shown for mark in asked.marks):
        yield "an error repeats what was sent"
    if is_json and '"sentence"' not in answer.body and asked.path != READY:
        yield "an error is not in a sentence of ours"
    if asked.path.startswith("/api/") != is_json and asked.method != "HEAD":
        yield "a page is answered in JSON" if is_json else "an API is answered with a page"


def reasons(asked: Request, answer: Answer) -> list[str]:
    """Why the service said that it was not ready."""
    if (asked.path, asked.method, answer.status) != (READY, "GET", 503):
        return []
    return [each["what"] for each in json.loads(answer.body)["reasons"]]
