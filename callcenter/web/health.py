"""Whether this process lives, and whether the service can serve. A proxy routes by the first; the second is for whoever
is to be woken: it is red for every copy at once, where a part that all of them need is gone."""

from fastapi import APIRouter
from starlette.responses import JSONResponse

from callcenter.actions import readiness
from callcenter.rules.roles import ANYBODY
from callcenter.web.identity import open_to

router = APIRouter(prefix="/health", include_in_schema=False)


@router.get("/live")
@open_to(ANYBODY)
async def live() -> dict[str, str]:
    """Needs no thread: pages that wait for a store do not make the process look dead."""
    return {"status": "live"}


@router.get("/ready")
@open_to(ANYBODY)
def ready() -> JSONResponse:
    """200, or 503 with a sentence for each part that does not work."""
    found = readiness.look()
    return JSONResponse(found.told(), status_code=200 if found.is_ready else 503)
