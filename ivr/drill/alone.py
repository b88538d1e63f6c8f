"""Citizens alone, as the carrier's rooms show them: the drill's own look, which asks nothing of ours."""

import asyncio
import contextlib
import time
from typing import Any

import aiohttp

from callcenter.db import reading
from callcenter.records import drill_counts
from ivr.drill.helping import OF_PARTNERS
from ivr.drill.town import CITIZENS
from ivr.room_labels import HELPER, MONITOR

LOOKS = 0.5  # seconds between two looks
ALONE = 10.0  # seconds that nobody may be


class Loneliness:
    """For how long each citizen was in a room, on hold or not, without anybody who serves them."""

    def __init__(self, carrier: str) -> None:
        self._url = f"{carrier}/practice/rooms"
        self.alone: dict[str, float] = {}  # line -> the longest, in seconds
        self.with_partner: dict[str, float] = {}  # a partner's leg -> the longest with nobody else there
        self._since: dict[tuple[str, str], float] = {}  # by line, and the partner's leg that is there

    async def follow(self) -> None:
        """Until cancelled."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
            while True:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with http.get(self._url) as answer:
                        self.look(await answer.json(), time.monotonic())
                await asyncio.sleep(LOOKS)

    def look(self, rooms: list[dict[str, Any]], now: float) -> None:
        """At all rooms, at one instant."""
        seen = dict(each for room in rooms for each in _alone(room["participants"]))
        for line, partner in seen.items():
            since = self._since.setdefault((line, partner), now)
            found, name = (self.with_partner, partner) if partner else (self.alone, line)
            found[name] = max(found.get(name, 0.0), now - since)
        self._since = {place: since for place, since in self._since.items() if place in seen.items()}

    def losses(self, allowed: float) -> dict[str, list[str]]:
        """Who was alone for longer than so many seconds. Raises DatabaseDown."""
        long = {name: seconds for name, seconds in self.with_partner.items() if seconds > allowed}
        with reading(30) as session:
            left = drill_counts.not_handed_over(session, long)
        return {
            f"callers alone for more than {allowed:.0f} s": [
                f"{line}: {seconds:.1f} s" for line, seconds in self.alone.items() if seconds > allowed
            ],
            "callers left with a partner's telephone, not handed over": [f"{leg}: {long[leg]:.1f} s" for leg in left],
        }


def _alone(participants: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The citizen's line, where no agent is there, and the leg of the partner's telephone that is. Empty: not alone."""
    here = [each for each in participants if each["number"].startswith(CITIZENS)]
    others = [each for each in participants if each not in here and not each["label"].startswith(MONITOR)]
    partners = [each["label"].removeprefix(HELPER) for each in others if each["number"].startswith(OF_PARTNERS)]
    if len(partners) < len(others):
        return []
    return [(each["sid"], partners[0] if partners else "") for each in here]
