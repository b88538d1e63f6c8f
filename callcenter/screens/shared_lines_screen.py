"""The lines that many people call from, and what became of the list."""

from dataclasses import dataclass
from datetime import datetime

from callcenter.actions.shared_lines import NOUN
from callcenter.db import reading
from callcenter.records import sessions, shared_lines
from callcenter.records.sessions import Act


@dataclass(frozen=True)
class SharedLineShown:
    """One shared line. `number` is masked."""

    id: str
    name: str
    number: str
    since: datetime


def every() -> list[SharedLineShown]:
    """All of them, by name."""
    with reading() as session:
        return [SharedLineShown(row.id, row.name, row.phone.masked, row.at) for row in shared_lines.every(session)]


def history() -> list[Act]:
    """What was listed and taken off, the latest first."""
    with reading() as session:
        return sessions.history(session, [NOUN])
