"""The one guarded move of a row that has a state: along a declared arrow, with its event, or not at all."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from callcenter.records import events
from callcenter.rules.state_machines import Machine

NOTHING: Mapping[str, object] = {}


class UndeclaredMove(Exception):
    """Our own code asks for what the state machine does not allow."""


class UnknownColumn(Exception):
    """Our own code writes what the row does not have."""


class Stateful:
    """A row of a state machine."""

    states: ClassVar[Machine]
    if TYPE_CHECKING:
        id: Any

    @property
    def mover(self) -> str | None:
        """Whose moves they are, where nobody else is named."""
        return None

    def written_with(self, to: str, at: datetime, columns: dict[str, Any]) -> dict[str, Any]:
        """The columns of a move to this state: those given, and those that go with the state whoever asks for it."""
        return columns


Row = TypeVar("Row", bound=Stateful)


def move(
    session: Session,
    kind: type[Row],
    row_id: str,
    from_: Collection[str],
    to: str,
    at: datetime,
    why: StrEnum,
    *,
    who: str | None = None,
    still: Mapping[str, object] = NOTHING,
    machine: Machine | None = None,
    **columns: Any,
) -> Row | None:
    """The row, moved from one of these states to another with the `columns` that go with it, and held until the
    transaction ends. None, and nothing is written, where it is in no such state, or no longer holds what it
    `still` must. `machine`: another than its kind's own. Raises UndeclaredMove, UnknownColumn."""
    row = session.get(kind, row_id, with_for_update=True, populate_existing=True)
    machine = machine or kind.states
    if row is None or any(getattr(row, name) != value for name, value in still.items()):
        return None
    was = str(getattr(row, machine.column))
    if was not in from_:
        return None
    if not machine.allows(was, to):
        raise UndeclaredMove(machine.noun, was, to)
    written = row.written_with(to, at, columns)
    if unknown := written.keys() - inspect(kind).columns.keys():
        raise UnknownColumn(machine.noun, *sorted(unknown))
    for name, value in written.items():
        setattr(row, name, value)
    setattr(row, machine.column, to)
    session.flush()
    events.note(session, at, machine.noun, row.id, was, to, why, who or row.mover)
    return row
