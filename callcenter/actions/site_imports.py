"""The sites of the network and the rounds of its buses, as lists bring them: taken in whole, and written down."""

from collections.abc import Callable, Sequence
from datetime import datetime

from callcenter.actions import config_snapshot
from callcenter.db import transaction
from callcenter.records import sessions, sites, towns
from callcenter.records.agents import Agent
from callcenter.records.sites import ListChanges
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.national_list import NationalList
from callcenter.rules.rounds import Stop
from callcenter.rules.towns import Town

LONGEST = 60.0  # seconds one list may take in the database
LIST = "list"  # what the whole list is called in the history


def import_list(
    admin: Agent | None,
    listed: NationalList,
    at: datetime,
    *,
    all_that_go: bool = False,
    progress: Callable[[int], None] = lambda _count: None,
) -> ListChanges:
    """Our sites become what the national list says; what each was before goes into its history. `admin` None: an
    operator, from a terminal. Raises TooManyGone unless `all_that_go`."""
    who = admin.id if admin else None
    with transaction(LONGEST) as session:
        rows = list(listed.sites.values())
        taken = sites.import_list(session, rows, at, all_that_go=all_that_go, progress=progress)
        counts = {name: ("", str(len(ids))) for name, ids in taken.kinds.items()}
        told = {name: pair for name, pair in counts.items() if pair[1] != "0"}
        if told:
            sessions.audit(session, who, AuditedAct.TOOK_IN_A_LIST_OF_SITES, "sites", LIST, at, told)
        for act, ids in (("changed", taken.changed), ("gone", taken.gone), ("back", taken.back)):
            for site_id in ids:
                changed = taken.fields.get(site_id, sessions.NOTHING)
                sessions.audit(session, who, AuditedAct(f"{act} by the list"), "site", str(site_id), at, changed)
    config_snapshot.refresh()
    return taken


def import_towns(admin: Agent | None, listed: Sequence[Town], at: datetime) -> tuple[int, int]:
    """Where towns are is what the table says; how many there are now, and how many there were."""
    with transaction(LONGEST) as session:
        now, before = towns.replace(session, listed)
        told = {"towns": (str(before), str(now))}
        sessions.audit(session, admin.id if admin else None, AuditedAct.TOOK_IN_TOWNS, "sites", LIST, at, told)
    return now, before


def import_rounds(admin: Agent | None, stops: Sequence[Stop], at: datetime) -> tuple[int, int]:
    """The rounds of the buses named are what the file says; how many stops there are now, and how many there were."""
    with transaction(LONGEST) as session:
        now, before = sites.import_rounds(session, stops)
        told = {"stops": (str(before), str(now))}
        sessions.audit(session, admin.id if admin else None, AuditedAct.TOOK_IN_ROUNDS, "sites", LIST, at, told)
    config_snapshot.refresh()
    return now, before
