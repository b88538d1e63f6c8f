"""What a wrap-up may record, and what it must not keep.

An orientation needs a coded reason, and "sent to the website" one that was checked: no redirection (`domain.md`). The
social security number is never stored: runs of 13 or 15 digits, and the numbers of bank accounts and cards, are masked
in notes; see `masking`.
"""

from callcenter.rules import masking
from callcenter.rules.states import OrientationReason, Outcome

KINDS = ("mandate", "consent")
"""What a citizen may give besides; logged apart."""
WAYS = ("voice", "text", "paper")


def refusals(outcome: Outcome, settled: bool | None, reason: str | None, internet_checked: bool) -> list[str]:
    """The codes of what is wrong with one démarche; the pages hold their sentences. Empty: it may be recorded.
    `settled` None: not said, which only an orientation may leave out."""
    wrong = []
    if outcome == Outcome.ORIENTATION:
        if reason not in set(OrientationReason):
            wrong.append("orientation_needs_reason")
        if settled:
            wrong.append("orientation_is_not_settled")
        if reason == OrientationReason.WEBSITE and not internet_checked:
            wrong.append("website_needs_checked_access")
        return wrong
    if reason:
        wrong.append("reason_without_orientation")
    if settled is None:
        wrong.append("settled_missing")
    return wrong


def masked(notes: str | None) -> str | None:
    """The notes without social security, bank account and card numbers; None for nothing but blanks."""
    return masking.masked(notes).strip() if notes and notes.strip() else None
