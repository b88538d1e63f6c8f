"""Why each call waits where it waits: its ring, age and score, who may take it, and why the others may not."""

from fastapi import APIRouter

from callcenter.rules.roles import OVERSEER
from callcenter.screens.fields import Id
from callcenter.screens.waiting_screen import Explanation, WaitingCall, explain, listed
from callcenter.web.identity import Admitted, open_to

router = APIRouter(prefix="/api/board/waiting", tags=["board"])


@router.get("")
@open_to(*OVERSEER)
def everybody(visitor: Admitted) -> list[WaitingCall]:
    """The calls that wait in this supervisor's departments, in the one order."""
    return listed(visitor.staff)


@router.get("/{call_id}")
@open_to(*OVERSEER)
def one(call_id: Id, visitor: Admitted) -> Explanation:
    return explain(visitor.staff, call_id)
