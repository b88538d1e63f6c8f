"""TwiML as it arrives: fetched text to a tree of verbs, and how long its words take to say."""

from urllib.parse import urljoin
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from ivr.practice.webhooks import Answer

MAX_BYTES = 65_536
LETTERS_PER_SECOND = 14.0
XML_TYPES = {"text/xml", "application/xml", "text/html"}


class DocumentError(Exception):
    """A document the carrier cannot perform: Twilio's error code, and the URL it came from."""

    def __init__(self, code: int, url: str) -> None:
        super().__init__(f"{code} {url}")
        self.code = code
        self.url = url


def parse(answer: Answer) -> Element:
    """The <Response> of a fetched document; a sound file is the document that plays it."""
    if answer.content_type.startswith("audio/"):
        response = Element("Response")
        play = Element("Play")
        play.text = answer.url
        response.append(play)
        return response
    if answer.content_type not in XML_TYPES:
        raise DocumentError(12300, answer.url)
    return parse_text(answer.text, answer.url)


def parse_text(text: str, url: str = "") -> Element:
    if len(text.encode()) > MAX_BYTES:
        raise DocumentError(11750, url)
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - our own product wrote it, on loopback
    except ElementTree.ParseError:
        raise DocumentError(12100, url) from None
    if root.tag != "Response":
        raise DocumentError(12102, url)
    return root


def spoken(element: Element) -> str:
    """The words of a <Say>, its SSML read aloud."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: Element) -> list[str]:
    if element.tag == "sub":
        return [element.get("alias", ""), element.tail or ""]
    inside = [element.text or ""]
    for child in element:
        inside += _pieces(child)
    return inside if element.tag == "Say" else [*inside, element.tail or ""]


def seconds_to_say(text: str) -> float:
    return len(text) / LETTERS_PER_SECOND


def absolute(base: str, url: str) -> str:
    """Where a verb's URL leads from its document; an inline document has no base (error 11100)."""
    joined = urljoin(base, url) if base else url
    if not joined.startswith(("http://", "https://")):
        raise DocumentError(11100, url)
    return joined


def is_true(element: Element, attribute: str, default: bool = False) -> bool:
    said = element.get(attribute)
    return default if said is None else said.strip().lower() == "true"


def number(element: Element, attribute: str, default: float) -> float:
    """A numeric attribute; words such as `auto` give the default."""
    try:
        return float(element.get(attribute, default))
    except ValueError:
        return default
