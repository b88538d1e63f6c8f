"""The directory of a demonstration: held by one run at a time, and the note by which another terminal finds that run.

Nothing here needs what only the demonstration installs.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from callcenter.config import Settings


class DoesNotStart(Exception):
    """A part of the service cannot start; the argument says why."""


@contextmanager
def held(directory: Path) -> Iterator[None]:
    """`directory` is there and is ours alone; refuses while another run holds it."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "logs").mkdir(exist_ok=True)
    (directory / "logs").chmod(0o700)
    with (directory / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DoesNotStart(f"{directory} is used by another run.") from None
        yield


def private(log: Path) -> BinaryIO:
    """A file to write on at its end, for its owner's eyes alone, whoever made it."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "ab")


def settings_of(directory: Path) -> dict[str, str]:
    """The settings of the service that runs on `directory`; none when it does not run."""
    note = directory / "environment.json"
    if not note.exists():
        return {}
    try:
        with held(directory):
            return {}  # left by a run that was killed
    except DoesNotStart:
        found: dict[str, str] = json.loads(note.read_text())
        return found


def note_settings(directory: Path, settings: Mapping[str, str]) -> Path:
    """Lets `callcenter call` and `callcenter check` find this service from another terminal."""
    note = directory / "environment.json"
    note.unlink(missing_ok=True)
    note.touch(0o600)
    note.write_text(
        json.dumps({name: value for name, value in settings.items() if name.lower() in Settings.model_fields})
    )
    return note
