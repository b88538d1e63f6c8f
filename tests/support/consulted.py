"""Help that was brought into a call, written straight into the rows: how long it lasted, and how it ended."""

from datetime import datetime, timedelta
from typing import Any

from callcenter.db import transaction
from callcenter.records import calls
from callcenter.records.consults import Consult
from callcenter.records.identifiers import new_id


def consulted(call_id: str, by: str, at: datetime, lasted: int | None, ended: str, **so: Any) -> str:
    """Over, after so many seconds together; None: nobody came."""
    given = {"kind": "referent", "partner": "caf"} | so
    joined, row_id = None if lasted is None else at, new_id()
    with transaction() as session:
        call = calls.get(session, call_id)
        assert call is not None
        session.add(
            Consult(
                id=row_id, call_id=call_id, contact_id=call.contact_id, asked_by=by, state="over", ended=ended,
                asked_at=at, joined_at=joined, over_at=at + timedelta(seconds=lasted or 0), **given,
            )
        )  # fmt: skip
    return row_id
