"""What a wrap-up may record, and what it must not keep.

An orientation needs a coded reason, and "sent to the website" one that was checked: no redirection (`domain.md`). The
social security number is never stored: runs of 13 or 15 digits, and bank account numbers, are masked in notes.
"""

import re

from callcenter.rules.states import OrientationReason, Outcome

NIR = re.compile(r"(?<!\d)[12](?:[ .\-]?\d){5}(?:[ .\-]?[\dABab])(?:[ .\-]?\d){6}(?:[ .\-]?\d{2})?(?!\d)")
DIGIT_RUN = re.compile(r"(?<!\d)(?:\d[ .\-]?){12}\d(?:[ .\-]?\d[ .\-]?\d)?(?!\d)")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b", re.IGNORECASE)
MASK = "•••"


def refusals(outcome: Outcome, settled: bool, reason: str | None, internet_checked: bool) -> list[str]:
    """The codes of what is wrong with one démarche; the pages hold their sentences. Empty: it may be recorded."""
    wrong = []
    if outcome == Outcome.ORIENTATION:
        if reason not in set(OrientationReason):
            wrong.append("orientation_needs_reason")
        if settled:
            wrong.append("orientation_is_not_settled")
        if reason == OrientationReason.WEBSITE and not internet_checked:
            wrong.append("website_needs_checked_access")
    elif reason:
        wrong.append("reason_without_orientation")
    return wrong


def masked(notes: str | None) -> str | None:
    """The notes without social security and bank account numbers; None for nothing but blanks."""
    if not notes or not notes.strip():
        return None
    for secret in (NIR, IBAN, DIGIT_RUN):
        notes = secret.sub(MASK, notes)
    return notes.strip()
