"""The document for another host is one that the carrier plays, in both languages, and leads back to the line."""

import json
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from ivr.app import create
from ivr.twiml import RETRIES
from tests.contract.referee import contract
from tests.contract.twiml_judge import TwimlJudge

DOCUMENT = Path("docs/fallback.xml").read_text()


def test_the_static_fallback_is_well_written() -> None:
    judge = TwimlJudge(json.loads((contract() / "twiml_voice_schema.json").read_text()))
    assert list(judge.judge(DOCUMENT, "fallback")) == []


def test_the_static_fallback_speaks_both_languages_and_leads_back_to_the_line() -> None:
    verbs = list(ElementTree.fromstring(DOCUMENT))
    assert [said.get("language") for said in verbs if said.tag == "Say"] == ["fr-FR", "en-GB"]
    address = verbs[-1].text or ""
    assert verbs[-1].tag == "Redirect"
    assert address.endswith(RETRIES)
    assert urlsplit(address).path in {getattr(route, "path", "") for route in create().routes}
