"""What came lately, straight from the rows: the wall's last hour."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.records.figures.facts import counted, facts_of, values_of
from callcenter.records.figures.tiers import EVERYBODY
from callcenter.rules.histogram import Histogram
from callcenter.rules.tally import COUNTERS, Tally
from callcenter.rules.territory import national_day

_ARRIVED = text(
    """
select * from contacts
where local_day between cast(:since as date) - 1 and cast(:at as date) + 1 and arrived_at >= :since
"""
)
"""The contacts that arrived since then; the days spare those of all the others being looked at."""


def lately(session: Session, since: datetime, at: datetime) -> dict[tuple[str, str, str], Tally]:
    """What arrived since then, by department, topic and language, straight from the rows: the wall's last hour. A visit
    has neither of the last two; a call that chose none, those it began with. Without agents' time."""
    values = values_of(session, [national_day(at)], at) | {"since": since}
    facts = facts_of(_ARRIVED)
    of_everybody = counted(facts, "department", "topic", "language", "bucket").where(facts.c.partner == EVERYBODY)
    found: dict[tuple[str, str, str], Tally] = {}
    for row in session.execute(of_everybody, values).mappings():
        waits = Histogram(((row["bucket"], row["n"]),) if row["bucket"] is not None else ())
        part = Tally(**{name: int(row[name] or 0) for name in COUNTERS}, waits=waits)
        queue = row["department"], row["topic"], row["language"]
        found[queue] = found.get(queue, Tally()) + part
    return found
