"""The one way a table of ours is written for a spreadsheet: no cell of it is ever a formula."""

import csv
from collections.abc import Iterable
from io import StringIO

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def spreadsheet(rows: Iterable[Iterable[object]]) -> bytes:
    """The rows as CSV that every spreadsheet opens right: `;`, UTF-8 with its mark."""
    text = StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    """Text that a spreadsheet would run is text to it; a number of ours stays a number."""
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.lstrip(" \u00a0").startswith(BEGINS_A_FORMULA) else value
