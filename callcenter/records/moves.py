"""The one guarded move of a row that has a state: along a declared arrow, with its event, or not at all."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from callcenter.records import events
from callcenter.rules.state_machines import Machine


class UndeclaredMove(Exception):
    """Our own code asks for what the state machine does not allow."""


class UnknownColumn(Exception):
    """Our own code writes what the row does not have."""


class Stateful(Protocol):
    """A row of a state machine, held until the transaction ends."""

    id: Any
    state: Any


def move(
    session: Session,
    row: Stateful,
    machine: Machine,
    from_: Collection[str],
    to: str,
    at: datetime,
    why: StrEnum,
    who: str | None = None,
    **columns: Any,
) -> bool:
    """From one of these states to another, with the `columns` that go with it. False, and nothing is written, when the
    row stands elsewhere. Raises UndeclaredMove, UnknownColumn."""
    was = str(row.state)
    if was not in from_:
        return False
    if not machine.allows(was, to):
        raise UndeclaredMove(machine.noun, was, to)
    if unknown := columns.keys() - inspect(type(row)).columns.keys():
        raise UnknownColumn(machine.noun, *sorted(unknown))
    for name, value in columns.items():
        setattr(row, name, value)
    row.state = to
    session.flush()
    events.note(session, at, machine.noun, row.id, was, to, why, who)
    return True
