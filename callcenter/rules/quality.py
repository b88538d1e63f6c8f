"""The quality measures, one definition each, of a tally of anything: telephone or front desk, live or last year.

Sources are named in brackets: [FS] the France Services charter and its yearly reports, [SP+] Services Publics+,
engagement 6, [EN] EN 18295-1 on contact centres, [house] our own. A share of nothing is not known, never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from callcenter.rules.tally import Tally

RETURN_WITHIN = timedelta(days=7)
FEW = 11  # published counts under this are masked
PICK_UP_TARGET = 0.85  # [SP+]


@dataclass(frozen=True)
class Scale:
    """From which raw score on a scale of `top` somebody counts as satisfied, and as very satisfied."""

    top: int
    satisfied_from: int
    very_from: int


@dataclass(frozen=True)
class Policy:
    """The thresholds by which raw rows are counted. Every figure carries the version that counted it."""

    version: str = "2026.1"
    answered_within: float = 60.0
    """Seconds of the service level."""
    scales: tuple[Scale, ...] = (Scale(4, 3, 4),)
    """Scores on any other scale are refused until a mapping is declared."""


@dataclass(frozen=True)
class Share:
    """`part` of `of`, kept as numbers, so that a report can say how many answered."""

    part: int
    of: int

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None when there was nothing to share."""
        return self.part / self.of if self.of else None

    def __add__(self, other: "Share") -> "Share":
        return Share(self.part + other.part, self.of + other.of)


def demands(tally: Tally) -> int:
    """Contacts: one person on one occasion. Unit: contacts. [FS]"""
    return tally.contacts


def accompaniments(tally: Tally) -> int:
    """Démarches, one or more per contact. Unit: démarches. [FS]"""
    return tally.accompaniments


def settled_in_one_contact(tally: Tally) -> Share:
    """Accompaniments settled in their first contact ÷ accompaniments opened; one that continues another opens nothing.
    Information counts, an orientation counts as not settled. Unit: share of the opened démarches whose settlement was
    recorded. [FS: 80 %]"""
    return Share(tally.settled, tally.settlement_known)


def oriented(tally: Tally) -> Share:
    """Accompaniments that ended with an orientation to a partner. Unit: share of the accompaniments. [FS]"""
    return Share(tally.orientations, tally.accompaniments)


def no_return_within_7_days(tally: Tally) -> Share:
    """Answered calls after which nobody of the same number called about the same matter within seven days. Telephone
    only, never to be shown beside the front desk. Unit: share of the answered calls of known number. [house]"""
    return Share(tally.return_known - tally.returned, tally.return_known)


def satisfied(tally: Tally) -> Share:
    """Answers 3 and 4 on the scale of 4. Unit: share of the answers given. [FS: 95 %]"""
    return Share(tally.satisfied, tally.answers)


def very_satisfied(tally: Tally) -> Share:
    """Answers 4 on the scale of 4. Unit: share of the answers given. [FS: 93 %]"""
    return Share(tally.very_satisfied, tally.answers)


def answered_the_question(tally: Tally) -> Share:
    """Contacts whose citizen said how satisfied they were. Unit: share of the contacts. [FS]"""
    return Share(tally.answers, tally.contacts)


def settled_as_said(tally: Tally) -> Share:
    """Contacts whose citizen said that their request was settled ÷ those whose citizen said whether it was: the second
    question, of a whole contact and in the person's own word, beside what agents recorded of each démarche. Unit: share
    of the answers given. [FS]"""
    return Share(tally.said_settled, tally.said)


def said_whether_settled(tally: Tally) -> Share:
    """Contacts whose citizen said whether their request was settled. Unit: share of the contacts. [FS]"""
    return Share(tally.said, tally.contacts)


def recorded(tally: Tally) -> Share:
    """Contacts with an outcome ÷ contacts that owe one. Unit: share of the contacts. [house]"""
    return Share(tally.recorded, tally.owing)


def ranking(parts: Mapping[str, Tally]) -> list[tuple[str, Share]]:
    """By procedure, partner, department, region, site or channel: each one's accompaniments ÷ all, the most first.
    Unit: share of the accompaniments. [FS]"""
    every = sum(tally.accompaniments for tally in parts.values())
    shares = [(name, Share(tally.accompaniments, every)) for name, tally in parts.items()]
    return sorted(shares, key=lambda each: (-each[1].part, each[0]))


def offered(tally: Tally) -> int:
    """Every call: all the endings + the calls in progress, whatever the interval of arrival. Unit: calls. [EN]"""
    return tally.endings + tally.in_progress


def requiring_an_agent(tally: Tally) -> int:
    """Answered + abandoned + short abandons + became a callback + refused because full + technical once the matter was
    known. Unit: calls. [SP+]"""
    return (
        tally.answered
        + tally.abandoned
        + tally.short_abandon
        + tally.became_callback
        + tally.refused_full
        + tally.technical_known
    )


def picked_up_live(tally: Tally) -> Share:
    """Pick-up rate by an agent, first of the two printed: answered live ÷ calls requiring an agent. Unit: share of
    calls. [SP+: 85 %]"""
    return Share(tally.answered, requiring_an_agent(tally))


def picked_up_or_called_back(tally: Tally) -> Share:
    """Pick-up rate by an agent, second of the two printed: (answered live + callbacks reached) ÷ calls requiring an
    agent. Unit: share of calls. [SP+: 85 %]"""
    return Share(tally.answered + tally.called_back, requiring_an_agent(tally))


def global_pick_up(tally: Tally) -> Share:
    """(Answered + served by the menu) ÷ offered. Unit: share of calls. [SP+]"""
    return Share(tally.answered + tally.served_by_menu, offered(tally))


def service_level(tally: Tally) -> Share:
    """Answered within the policy's seconds ÷ (answered + abandoned after the short threshold). Unit: share of calls.
    [EN: 80 % in 60 s]"""
    return Share(tally.answered_in_time, tally.answered + tally.abandoned)


def abandonment(tally: Tally) -> Share:
    """Abandoned after the short threshold ÷ (answered + abandoned after it). Unit: share of calls. [EN]"""
    return Share(tally.abandoned, tally.answered + tally.abandoned)


def mean_wait(tally: Tally) -> float | None:
    """From joining the queue to the caller's own joining of the conversation. Unit: seconds. [EN]"""
    return tally.wait_ms / tally.waits.total / 1000 if tally.waits.total else None


def median_wait(tally: Tally) -> float | None:
    """The wait that half did not exceed. Unit: seconds, within 2.5 %. [EN]"""
    return _percentile(tally, 0.5)


def p90_wait(tally: Tally) -> float | None:
    """The wait that nine in ten did not exceed. Unit: seconds, within 2.5 %. [EN]"""
    return _percentile(tally, 0.9)


def _percentile(tally: Tally, share: float) -> float | None:
    """Never more than the longest wait, which is known to the millisecond and the middle of a bucket is not."""
    wait = tally.waits.percentile(share)
    return None if wait is None else min(wait, tally.wait_longest_ms / 1000)


def longest_wait(tally: Tally) -> float | None:
    """The longest wait that ended in a conversation. Unit: seconds. [EN]"""
    return tally.wait_longest_ms / 1000 if tally.waits.total else None


def handling_time(tally: Tally) -> float | None:
    """Average of talk + hold + wrap-up per contact; relay calls apart. Unit: seconds. [EN]"""
    return (tally.talk_ms + tally.hold_ms + tally.wrap_up_ms) / tally.handled / 1000 if tally.handled else None


def relay_handling_time(tally: Tally) -> float | None:
    """The same for calls through a relay service, never compared with the others. Unit: seconds. [house]"""
    return tally.relay_ms / tally.relay_handled / 1000 if tally.relay_handled else None


def hearing_handling_time(tally: Tally) -> float | None:
    """The same of those who hear badly and were spoken to slowly; they are in the average of all as well. Unit:
    seconds. [house]"""
    return tally.hearing_ms / tally.hearing_handled / 1000 if tally.hearing_handled else None


def occupancy(tally: Tally) -> Share:
    """(Talk + hold + wrap-up) ÷ (talk + hold + wrap-up + available), of the agents of a department. Unit: share of
    their time, in milliseconds. [EN]"""
    return Share(tally.busy_ms, tally.busy_ms + tally.available_ms)


def offers_missed(tally: Tally) -> Share:
    """Offers not answered ÷ offers; refusals and withdrawals are neither. Unit: share of offers. [house]"""
    return Share(tally.missed, tally.offers)


def callbacks_kept(tally: Tally) -> Share:
    """Reached between the promised from and until ÷ promised. Unit: share of promises. [house]"""
    return Share(tally.kept, tally.promised)


def reached_after_silence(tally: Tally) -> Share:
    """Reached ÷ callbacks promised to callers who had fallen silent: nobody asked for these, and they are in no other
    measure of callbacks. Unit: share of such promises. [house]"""
    return Share(tally.silent_reached, tally.silent_promised)


def callback_attempts(tally: Tally) -> float | None:
    """Dials per promise. Unit: dials. [house]"""
    return tally.attempts / tally.promised if tally.promised else None


def callback_lateness(tally: Tally) -> float | None:
    """Mean time after the promised until, of those reached; one reached in time was 0 late. Unit: seconds. [house]"""
    return tally.late_ms / tally.reached / 1000 if tally.reached else None
