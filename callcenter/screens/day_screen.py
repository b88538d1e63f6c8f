"""An agent's day: what they owe, whom they have served, and how much it was."""

from dataclasses import dataclass

from callcenter import clock
from callcenter.db import reading
from callcenter.records import agent_days, contact_search, contacts
from callcenter.records.agents import Agent
from callcenter.screens.contact_lines import ContactLine, lines_of
from callcenter.screens.desk_parts import midnight_of, timezone_of

MOST = 200  # contacts of one day


@dataclass(frozen=True)
class Day:
    """`owed`: contacts of any day whose outcome is to be recorded, the oldest first; `served`: those of today, the
    latest first. `helps`: given to colleagues. `handling`: mean seconds of a call, None before the first recorded
    outcome. `demarches` are those recorded of today's contacts, `settled` of them."""

    owed: tuple[ContactLine, ...]
    served: tuple[ContactLine, ...]
    calls: int
    helps: int
    handling: float | None
    demarches: int
    settled: int


def of(staff: Agent) -> Day:
    """This agent's day so far, on the clock of their department. Raises DatabaseDown."""
    since = midnight_of(timezone_of(staff.department), clock.now())
    with reading() as session:
        calls = agent_days.of_agent(session, staff.id, since)
        owing = contacts.owed_by(session, staff.id)
        owed = lines_of(session, staff, owing, most=len(owing)).lines
        served = lines_of(session, staff, contact_search.of_day(session, staff.id, since, MOST), most=MOST).lines
    done = [demarche for each in served for demarche in each.demarches]
    settled = sum(demarche.settled is True for demarche in done)
    return Day(owed, served, calls.calls, calls.helps, calls.handling, len(done), settled)
