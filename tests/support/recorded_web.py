"""The staff web of the stories, recorded: `uvicorn tests.support.recorded_web:app`."""

from callcenter.web.app import app as web
from tests.support.recorder import recorded

app = recorded(web)
