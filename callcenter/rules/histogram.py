"""How long people waited, in buckets that merge by addition: percentiles of any period and territory from its parts.

Bucket 0 holds waits under a second, bucket n those from 1.05ⁿ⁻¹ to 1.05ⁿ seconds, the last one everything longer. A
percentile is the geometric middle of its bucket: at most √1.05 − 1 = 2.47 % from the true one.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, sqrt

GROWTH = 1.05
BUCKETS = 240  # the last one begins at 32 hours
EDGES = tuple(GROWTH**n for n in range(BUCKETS))
"""Seconds at which buckets 1, 2, … begin. PostgreSQL is handed these, so that it counts exactly as we do."""


@dataclass(frozen=True)
class Histogram:
    """How many fell into each bucket: (bucket, count) in ascending order, empty buckets left out."""

    counts: tuple[tuple[int, int], ...] = ()

    def __add__(self, other: "Histogram") -> "Histogram":
        merged = Counter(dict(self.counts))
        merged.update(dict(other.counts))
        return Histogram(tuple(sorted(merged.items())))

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)

    def percentile(self, share: float) -> float | None:
        """The wait, in seconds, that `share` of all did not exceed; None of nothing."""
        rank = ceil(share * self.total)
        for bucket, count in self.counts:
            rank -= count
            if rank <= 0:
                return middle(bucket)
        return None


def bucket(seconds: float) -> int:
    """The bucket of one wait."""
    return bisect_right(EDGES, seconds)


def middle(bucket: int) -> float:
    """The seconds that stand for a bucket."""
    return EDGES[bucket - 1] * sqrt(GROWTH) if bucket else 0.5


def histogram(waits: Iterable[float]) -> Histogram:
    """Waits in seconds, counted."""
    return Histogram(tuple(sorted(Counter(map(bucket, waits)).items())))
