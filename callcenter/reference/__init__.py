"""Facts as CSV, with their source and date."""

from csv import DictReader
from importlib.resources import files


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one file, by column."""
    with (files(__name__) / name).open(encoding="utf-8", newline="") as text:
        return list(DictReader(text))
