"""Whether this process lives, and whether it can serve: the database and the live index both answer. Whether any worker
works is told beside it: pages do without, callbacks do not."""

from fastapi import APIRouter, Response

from callcenter import clock
from callcenter.api.identity import ANYBODY, open_to
from callcenter.db import reading
from callcenter.errors import StoreDown
from callcenter.live import beacon as live_beacon
from callcenter.records import beacon, hands

router = APIRouter(prefix="/health", include_in_schema=False)


@router.get("/live")
@open_to(ANYBODY)
async def live() -> dict[str, str]:
    """Needs no thread: pages that wait for a store do not make the process look dead."""
    return {"status": "live"}


@router.get("/ready")
@open_to(ANYBODY)
def ready(response: Response) -> dict[str, bool]:
    stores = {"database": _database_answers(), "index": _index_answers()}
    if not all(stores.values()):
        response.status_code = 503
    return stores | {"workers": _workers_work()}


def _database_answers() -> bool:
    try:
        with reading() as session:
            return beacon.answers(session)
    except StoreDown:
        return False


def _workers_work() -> bool:
    try:
        with reading() as session:
            return hands.are_at_work(session, clock.now())
    except StoreDown:
        return False


def _index_answers() -> bool:
    try:
        live_beacon.read()
    except StoreDown:
        return False
    return True
