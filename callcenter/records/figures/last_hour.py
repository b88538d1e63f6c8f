"""What came lately, straight from the rows: the wall's last hour."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.records.figures.facts import counted, values_of
from callcenter.rules.histogram import Histogram
from callcenter.rules.tally import COUNTERS, Tally
from callcenter.rules.territory import national_day

_LATELY = counted(
    chosen="local_day between cast(:since as date) - 1 and cast(:at as date) + 1 and arrived_at >= :since",
    by="department, topic, language, bucket",
    where="partner = '*'",
)


def lately(session: Session, since: datetime, at: datetime) -> dict[tuple[str, str, str], Tally]:
    """What arrived since then, by department, topic and language, straight from the rows: the wall's last hour. A visit
    has neither of the last two; a call that chose none, those it began with. Without agents' time."""
    values = values_of(session, [national_day(at)], at) | {"since": since}
    found: dict[tuple[str, str, str], Tally] = {}
    for row in session.execute(text(_LATELY), values).mappings():
        waits = Histogram(((row["bucket"], row["n"]),) if row["bucket"] is not None else ())
        part = Tally(**{name: int(row[name] or 0) for name in COUNTERS}, waits=waits)
        queue = row["department"], row["topic"], row["language"]
        found[queue] = found.get(queue, Tally()) + part
    return found
