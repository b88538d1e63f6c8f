"""Facts as CSV, with their source and date."""

from csv import DictReader
from importlib.resources import files
from io import StringIO


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one file, by column."""
    return list(DictReader(StringIO((files(__name__) / name).read_text(encoding="utf-8"), newline="")))
