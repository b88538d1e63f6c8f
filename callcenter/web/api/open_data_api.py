"""What is published for everybody, without signing in: one table and its schema."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from callcenter.rules.roles import ANYBODY
from callcenter.screens import open_data_table
from callcenter.screens.open_data_table import NAME
from callcenter.web.identity import open_to

router = APIRouter(prefix="/open-data", tags=["open data"])


@router.get(f"/{NAME}.csv", response_class=Response)
@open_to(ANYBODY)
def pick_up_rate() -> Response:
    """The table, UTF-8 with `;`."""
    table, name = open_data_table.pick_up_rates()
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(table, media_type="text/csv; charset=utf-8", headers=headers)


@router.get(f"/{NAME}.schema.json")
@open_to(ANYBODY)
def pick_up_rate_schema() -> JSONResponse:
    """What each column is: a Table Schema."""
    return JSONResponse(open_data_table.schema())
