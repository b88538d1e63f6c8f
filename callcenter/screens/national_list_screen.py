"""The national list of sites and the rounds of buses, as an administrator brings them."""

from collections.abc import Mapping
from dataclasses import dataclass

from callcenter import clock
from callcenter.actions import site_imports
from callcenter.db import reading
from callcenter.records import sessions
from callcenter.records.agents import Agent
from callcenter.records.sessions import Act
from callcenter.rules import national_list, rounds, towns
from callcenter.rules.national_list import ListDoubt
from callcenter.rules.towns import TownDoubt


@dataclass(frozen=True)
class ListTaken:
    """What a list changed: ids of sites; `columns`: of each that was known, those that are not what they were; `lines`:
    records read; `doubts`: every oddity with its line in the file."""

    sites: int
    lines: int
    new: tuple[int, ...]
    changed: tuple[int, ...]
    gone: tuple[int, ...]
    back: tuple[int, ...]
    same: int
    columns: Mapping[int, tuple[str, ...]]
    kinds: Mapping[str, int]
    doubts: tuple[ListDoubt, ...]


@dataclass(frozen=True)
class RoundsTaken:
    """How many stops the buses of the file have now, and had before; `doubts`: what could not be taken from it."""

    stops: int
    before: int
    doubts: tuple[rounds.RoundDoubt, ...]


def take_in_list(admin: Agent, content: bytes, *, all_that_go: bool = False) -> ListTaken:
    """The whole list, or nothing of it. Raises NotTheList, TooManyGone."""
    listed = national_list.read(content)
    done = site_imports.import_list(admin, listed, clock.now(), all_that_go=all_that_go)
    return ListTaken(
        sites=len(listed.sites),
        lines=listed.lines,
        new=done.new,
        changed=done.changed,
        gone=done.gone,
        back=done.back,
        same=done.same,
        columns={site_id: tuple(changes) for site_id, changes in done.fields.items()},
        kinds=dict(listed.kinds),
        doubts=listed.doubts,
    )


def take_in_rounds(admin: Agent, content: bytes) -> RoundsTaken:
    """Every round of the buses named in the file. Raises NotRounds."""
    stops, doubts = rounds.read(content)
    now, before = site_imports.import_rounds(admin, stops, clock.now())
    return RoundsTaken(now, before, tuple(doubts))


@dataclass(frozen=True)
class TownsTaken:
    """How many towns there are now, and were before; `doubts`: the lines that were left out."""

    towns: int
    before: int
    doubts: tuple[TownDoubt, ...]


def take_in_towns(admin: Agent | None, content: bytes) -> TownsTaken:
    """The table of towns, in place of the one before. Raises NotTowns."""
    listed, doubts = towns.read(content)
    now, before = site_imports.import_towns(admin, listed, clock.now())
    return TownsTaken(now, before, tuple(doubts))


def history() -> list[Act]:
    """The lists that were taken in, the latest first."""
    with reading() as session:
        return sessions.history(session, ["sites"], site_imports.LIST)
