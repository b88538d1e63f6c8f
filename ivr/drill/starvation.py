"""How much longer a recovery may take because the machine works for others: what it kept the drill waiting is measured.

A thread that could run and has no core is delayed; the kernel counts it, thread by thread. What we keep ourselves
waiting is no excuse: of the delay only the part counts that others' work has in all the work of the machine.
"""

import asyncio
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

EVERY = 1.0  # seconds between two measures
STARVED = 0.25  # seconds of others' delay a second of work: less is an ordinary machine, which relaxes nothing
MOST = 4.0  # however starved, no promise is stretched by more
NANO = 1e9


@dataclass(frozen=True)
class Sample:
    """Seconds since the drill began: its work, its delay, and the work of everybody else."""

    at: float
    ran: float
    delayed: float
    others: float


NOTHING_YET = Sample(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Starved:
    """By how much a promise is stretched, and why. `delay`: seconds waited a second of work; `others`: their share."""

    delay: float
    others: float

    @property
    def stretch(self) -> float:
        """1 where the promise itself is judged by."""
        undue = self.delay * self.others
        return 1.0 if undue < STARVED else 1 + min(undue, MOST)


FED = Starved(0.0, 0.0)


def between(before: Sample, after: Sample) -> Starved:
    """What the machine did to the drill meanwhile."""
    ran, others = after.ran - before.ran, after.others - before.others
    if ran <= 0:
        return FED
    return Starved((after.delayed - before.delayed) / ran, max(0.0, others) / (ran + max(0.0, others)))


@dataclass
class Strain:
    """Measured again and again, for as long as the drill lasts."""

    root: int = field(default_factory=os.getppid)  # who keeps the stores; all the rest is under it
    samples: list[Sample] = field(default_factory=list)
    _seen: dict[str, tuple[float, float]] = field(default_factory=dict)
    _busy: float | None = None

    async def follow(self) -> None:
        while True:
            await asyncio.to_thread(self.measure)
            await asyncio.sleep(EVERY)

    def measure(self) -> None:
        """One more sample."""
        last = self.samples[-1] if self.samples else NOTHING_YET
        threads, busy = _threads(self.root), _busy()
        if self._busy is None:  # what was before the drill is nobody's
            ran = delayed = others = 0.0
        else:
            ran, delayed = (
                sum(max(0.0, now[n] - self._seen.get(thread, (0.0, 0.0))[n]) for thread, now in threads.items())
                for n in (0, 1)
            )
            others = max(0.0, busy - self._busy - ran)
        self._seen, self._busy = threads, busy
        self.samples.append(Sample(time.monotonic(), last.ran + ran, last.delayed + delayed, last.others + others))

    def over(self, since: float, until: float) -> Starved:
        """From the last sample before to the first one after; nothing where none was taken."""
        before = [sample for sample in self.samples if sample.at <= since][-1:] or self.samples[:1]
        after = [sample for sample in self.samples if sample.at >= until][:1] or self.samples[-1:]
        return between(before[0], after[0]) if before and after else FED


def _threads(root: int) -> dict[str, tuple[float, float]]:
    """Of every process under this one: seconds that each thread ran and was delayed. Empty where no kernel tells."""
    found = {}
    with suppress(psutil.NoSuchProcess):
        top = psutil.Process(root)
        for process in (top, *top.children(recursive=True)):
            with suppress(OSError):
                for thread in Path(f"/proc/{process.pid}/task").iterdir():
                    with suppress(OSError):
                        ran, delayed, _ = (thread / "schedstat").read_text().split()
                        found[f"{process.pid} {thread.name}"] = int(ran) / NANO, int(delayed) / NANO
    return found


def _busy() -> float:
    """Seconds of work of all cores since the machine started."""
    spent = psutil.cpu_times()
    idle = spent.idle + getattr(spent, "iowait", 0.0)
    counted_twice = getattr(spent, "guest", 0.0) + getattr(spent, "guest_nice", 0.0)
    return float(sum(spent) - idle - counted_twice)
