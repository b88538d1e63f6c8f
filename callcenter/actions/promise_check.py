"""Are the promises kept? The rows, the index and, when it answers, the carrier, joined."""

from dataclasses import dataclass
from datetime import datetime

from callcenter.config import settings
from callcenter.db import reading
from callcenter.errors import CarrierDown
from callcenter.live import floor, queue
from callcenter.records import promises
from callcenter.records.promises import Breach, Outside
from callcenter.telephone import telephone

PATIENCE = 30.0  # seconds: the trail of months is read whole
SWEEP = 2.0  # seconds that the sweep may take to see a silent agent


@dataclass(frozen=True)
class Finding:
    """`carrier`: whether it answered; without it no ghost can be seen."""

    breaches: list[Breach]
    carrier: bool


def check(at: datetime, *, ask_carrier: bool = True) -> Finding:
    """What breaks a promise now. Raises DatabaseDown, LiveStoreDown."""
    lines = _lines() if ask_carrier else None
    outside = Outside(
        standing=list(queue.waiting()),
        free=[agent for agent, since in floor.present().items() if since is not None],
        silent=floor.silent(at.timestamp() - settings().silence_limit - SWEEP),
        lines=lines,
    )
    with reading(PATIENCE) as session:
        return Finding(promises.broken(session, at, outside), lines is not None)


def _lines() -> list[str] | None:
    try:
        return [line.carrier_id for line in telephone().live()]
    except CarrierDown:
        return None
