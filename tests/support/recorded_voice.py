"""The telephone web of the stories, recorded: `uvicorn tests.support.recorded_voice:app`."""

from ivr.app import app as voice
from tests.support.recorder import recorded

app = recorded(voice)
