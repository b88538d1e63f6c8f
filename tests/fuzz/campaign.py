"""One campaign from the empty stores to its verdict; the settings of this process are those of the stores."""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from callcenter import migrations
from tests.fuzz import routes, world
from tests.fuzz.asking import Request
from tests.fuzz.judge import Answer
from tests.fuzz.loop import Loop, Tally
from tests.support import cast

IN_TIME = 4.0  # seconds for any answer, on a machine that has nothing else to do


def fuzzes(
    seconds: float, seed: int, logs: Path, most: int | None = None, only: str = "", within: float = IN_TIME, *,
    door: bool = False,
) -> int:  # fmt: skip
    """1 if there was any fault; each is printed with the smallest request that has it. `door`: sign-in alone, from as
    many addresses as there are requests, or its limits would answer all of them."""
    print(f"seed {seed}", flush=True)
    with _loop(logs, seed, only, within, door=door) as loop:
        tally = asyncio.run(loop.runs(seconds, most))
        _prints(tally, seed)
        for (fault, method, path), several in sorted(tally.faults.items()):
            print(f"FAULT {fault}: {method} {path}, {len(several)} times")
            print(f"  {asyncio.run(loop.smaller(several[0], fault)).line}", flush=True)
    print(f"{tally.asked} requests, {tally.found} faults of {len(tally.faults)} kinds, seed {seed}")
    return 1 if tally.faults else 0


def again(line: str, logs: Path) -> Answer:
    """The answer to one request, in a new town."""
    with _loop(logs, 0, "", IN_TIME) as loop:
        return asyncio.run(loop.again(Request.of_line(line)))


@contextmanager
def _loop(logs: Path, seed: int, only: str, within: float, *, door: bool = False) -> Iterator[Loop]:
    migrations.upgrade()
    town = world.settles(world.national_list_at_hand())
    chosen = routes.door() if door else [route for route in routes.every() if route.path.startswith(only)]
    with cast.service(dict(os.environ), logs) as service:
        service.line().registers("default", "answer_and_press_1")
        yield Loop(service, town, chosen, seed, within)


def _prints(tally: Tally, seed: int) -> None:
    for (web, path, method), statuses in sorted(tally.by_route().items()):
        told = ", ".join(f"{status} x{times}" for status, times in sorted(statuses.items()))
        print(f"{web} {method} {path}: {told}")
    total: Counter[int] = sum(tally.by_route().values(), Counter())
    print(f"{tally.asked} requests: {dict(sorted(total.items()))}; the slowest took {tally.slowest:.1f} s; seed {seed}")
    for reason, times in tally.unready.most_common():
        print(f"not ready: {reason} x{times}")
