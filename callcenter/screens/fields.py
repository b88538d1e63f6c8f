"""What a field of a form or of JSON may hold."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

Id = Annotated[str, BeforeValidator(lambda given: str(UUID(str(given))))]
"""An identifier that a browser sent: a UUID, or the form is wrong."""
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day that has a before and an after in every zone, and a century in which somebody may mean it."""
Count = Annotated[int, Field(ge=0, le=2_000_000_000)]
"""A number that a column of ours can hold."""
Language = Literal["fr", "en"]
"""A language that the service speaks (`rules/languages.py`)."""
