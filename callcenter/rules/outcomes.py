"""What a wrap-up may record, and what it must not keep.

An orientation needs a coded reason, and "sent to the website" one that was checked: no redirection (`domain.md`). The
social security number is never stored: runs of 13 or 15 digits, and the numbers of bank accounts and cards, are masked
in notes.
"""

import re

from callcenter.rules.states import OrientationReason, Outcome

APART = r"[ \u00a0\u202f.\-/]{0,3}"  # what people put between figures
NIR = re.compile(
    rf"(?<!\d)[12](?:{APART}\d){{5}}{APART}[\dAB](?:{APART}\d){{6}}(?:{APART}\d{APART}\d)?(?!\d)", re.IGNORECASE
)
DIGIT_RUN = re.compile(rf"(?<!\d)(?:\d{APART}){{12}}\d(?:{APART}\d{APART}\d)?(?!\d)")
IBAN = re.compile(rf"\b[A-Z]{{2}}\d{{2}}(?:{APART}[A-Z0-9]{{2,4}}){{3,8}}\b", re.IGNORECASE)
ACCOUNT = re.compile(rf"(?<!\d)\d{{5}}{APART}\d{{5}}{APART}[0-9A-Z]{{11}}{APART}\d{{2}}(?!\d)", re.IGNORECASE)
CARD = re.compile(rf"(?<!\d)\d{{4}}(?:{APART}\d{{4}}){{3}}(?!\d)")
MASK = "•••"
KINDS = ("mandate", "consent")
"""What a citizen may give besides; logged apart."""
WAYS = ("voice", "text", "paper")


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
    """The notes without social security, bank account and card numbers; None for nothing but blanks."""
    if not notes or not notes.strip():
        return None
    for secret in (IBAN, ACCOUNT, CARD, NIR, DIGIT_RUN):
        notes = secret.sub(MASK, notes)
    return notes.strip()
