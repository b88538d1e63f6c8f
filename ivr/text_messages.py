"""What our texts say, ready to send: each composed from `ivr.prompts`, in the letters that a text has room for."""

from datetime import datetime

from callcenter.actions import config_snapshot
from ivr import sms, spoken_sites
from ivr.prompts import text


def not_reached(language: str, reference: str) -> str:
    """To somebody whom we could not reach."""
    return sms.plain(text(language, "text.not_reached", reference=reference))


def satisfaction(language: str) -> str:
    """To somebody we spoke with: how satisfied are they?"""
    return sms.plain(text(language, "text.satisfaction"))


def sites(language: str, department: str, postal_code: str, at: datetime) -> str:
    """To a caller from a department that is not served yet: where they are welcome today."""
    return spoken_sites.written(config_snapshot.current(), department, postal_code, language, at)
