"""One TwiML document against the schema of its elements, and against what the schema does not say."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

LARGEST = 65_536
QUEUE_VERBS = {"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"}
ROOM_VERBS = {"Play", "Say", "Pause", "Redirect"}
ALLOWED = {"enqueue_wait": QUEUE_VERBS, "conference_wait": ROOM_VERBS, "dial_queue_url": ROOM_VERBS, "hold": ROOM_VERBS}
SPEAKS = {  # a Polly voice has one language; Google's say theirs in their name
    "fr-FR": {"Lea", "Celine", "Mathieu", "Remi"},
    "fr-CA": {"Chantal", "Gabrielle", "Liam"},
    "fr-BE": {"Isabelle"},
    "en-GB": {"Amy", "Emma", "Brian", "Arthur"},
    "en-US": {"Joanna", "Matthew", "Kendra", "Salli", "Joey", "Ivy", "Ruth", "Stephen", "Danielle", "Gregory"},
}
PERSONAL = re.compile(r"(?:\+|\b00)33\d{9}\b")


class TwimlJudge:
    def __init__(self, schema: dict[str, Any]) -> None:
        self._elements = schema["elements"]
        self._enums = schema["enums"]

    def judge(self, document: str, topic: str) -> Iterator[str]:
        if len(document.encode()) > LARGEST:
            yield "TwiML of more than 64 kB"
        try:
            root = ElementTree.fromstring(document)
        except ElementTree.ParseError as error:
            yield f"no XML: {error}"
            return
        if root.tag != "Response":
            yield f"TwiML begins with <{root.tag}>"
            return
        yield from self._element(root, None)
        yield from (f"<{v.tag}> in a {topic} document" for v in root if v.tag not in ALLOWED.get(topic, {v.tag}))
        for element in root.iter():
            yield from _unwritten(element, topic)

    def _element(self, element: Element, text: str | None) -> Iterator[str]:
        known = self._elements.get(element.tag)
        if known is None:
            yield f"unknown element <{element.tag}>"
            return
        yield from self._attributes(element, known["attributes"])
        words = known.get("text") or text
        if (element.text or "").strip() and not words:
            yield f"<{element.tag}> takes no text"
        for child in element:
            if child.tag not in known["children"]:
                yield f"<{child.tag}> may not be in <{element.tag}>"
                continue
            if (child.tail or "").strip() and not words:
                yield f"<{element.tag}> takes no text"
            yield from self._element(child, known["children"][child.tag]["text"])

    def _attributes(self, element: Element, known: dict[str, Any]) -> Iterator[str]:
        for name, value in element.attrib.items():
            if name not in known:
                yield f"<{element.tag}> has no attribute {name}"
            elif not self._holds(known[name], value):
                yield f"<{element.tag} {name}={value!r}> is no {known[name]['type']}"
        for name, said in known.items():
            if said["required"] and name not in element.attrib:
                yield f"<{element.tag}> needs {name}"

    def _holds(self, said: dict[str, Any], value: str) -> bool:
        kind = said["type"]
        if kind == "boolean":
            return value in ("true", "false")
        if kind == "number":
            return re.fullmatch(r"-?\d+(\.\d+)?", value) is not None
        values = value.split() if said["list"] else [value]
        return kind not in self._enums or all(each in self._enums[kind] for each in values)


def _unwritten(element: Element, topic: str) -> Iterator[str]:
    say = f"<{element.tag}>"
    if element.tag == "Say":
        yield from _voice(element)
    if element.tag == "Gather":
        yield from _gather(element)
    if element.tag == "Enqueue" and float(element.get("maxQueueSize", "1000")) > 5000:
        yield f"{say}: a carrier's queue holds at most 5000"
    if element.tag == "Conference" and not (element.text or "").strip():
        yield f"{say}: a conference needs a name"
    for name in ("action", "waitUrl", "statusCallback", "url"):
        if topic == "inline" and (url := element.get(name)) and not url.startswith("http"):
            yield f"{say}: {name} of an inline document must be absolute"
    named = [*element.attrib.values(), element.text or ""] if element.tag not in ("Say", "Dial", "Number") else []
    if any(PERSONAL.search(text) for text in named):
        yield f"{say}: a telephone number in a name or an address"


def _voice(say: Element) -> Iterator[str]:
    language, voice = say.get("language"), say.get("voice")
    if not language or not voice:
        yield "<Say> needs both language and voice"
        return
    maker, _, rest = voice.partition(".")
    name = rest.split("-")[0]
    spoken = next((tongue for tongue, names in SPEAKS.items() if name in names), language)
    if maker == "Polly" and spoken != language:
        yield f"<Say>: {voice} does not speak {language}"
    if maker == "Google" and not rest.startswith(language):
        yield f"<Say>: {voice} does not speak {language}"
    if maker == "Polly" and "Neural" in voice and say.find(".//emphasis") is not None:
        yield "<Say>: neural voices have no <emphasis>"


def _gather(gather: Element) -> Iterator[str]:
    if gather.get("speechModel") and not gather.get("speechTimeout", "").isdigit():
        yield "<Gather>: speechModel needs a positive speechTimeout"
    hints = [hint for hint in gather.get("hints", "").split(",") if hint]
    if len(hints) > 500 or any(len(hint) > 100 for hint in hints):
        yield "<Gather>: at most 500 hints of 100 characters"
    if gather.get("numDigits") == "0":
        yield "<Gather>: numDigits is at least 1"
