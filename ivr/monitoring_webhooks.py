"""What the carrier asks of a supervisor's line: a key first, as of an agent's, then the room, muted."""

from dataclasses import replace

from starlette.routing import Route

from callcenter.actions import monitoring
from callcenter.clock import now
from ivr.caller_answers import count
from ivr.conversation_webhooks import LONE, MONITOR, TRIES, asks_agent, decided, into, lone_hash, nothing, own
from ivr.menu_webhooks import OVER
from ivr.prompts import say
from ivr.turns import Ask, Goodbye, Turn
from ivr.webhook import Asked, Webhook


async def picked_up(asked: Asked) -> Turn:
    """A supervisor presses 1; an answering machine never does."""
    return _asks(own(asked, "g"), 1)


async def heard(asked: Asked) -> Turn:
    leg_id, tries = own(asked, "g"), count(own(asked, "n")) or 1
    if lone := lone_hash(asked):
        return _asks(leg_id, tries, lone)
    if asked.keys != "1":
        return _asks(leg_id, tries + 1) if tries < TRIES else Goodbye(())
    call_id = await decided(asked, monitoring.call_to_monitor, leg_id)
    if call_id is None:
        return _nobody(asked)
    return replace(into(call_id, f"{MONITOR}{leg_id}", "/voice/leg/after"), starts=False, muted=True)


async def status(asked: Asked) -> None:
    """The desk phone rings, or its line is over, or never came."""
    if asked.form.get("CallStatus") in OVER:
        await decided(asked, monitoring.end_line, own(asked, "g"), asked.carrier_id, now())
    else:
        await decided(asked, monitoring.note_line, own(asked, "g"), asked.carrier_id)


def _asks(leg_id: str, tries: int, lone: int = 0) -> Ask:
    return asks_agent("agent.monitors", f"/voice/monitor/heard?g={leg_id}&n={tries}&{LONE}={lone}")


def _nobody(_asked: Asked) -> Turn:
    return Goodbye((say("fr", "agent.monitors_nobody"),))


routes = [
    Route("/voice/monitor", Webhook(picked_up, otherwise=_nobody), methods=["POST"]),
    Route("/voice/monitor/heard", Webhook(heard, otherwise=_nobody), methods=["POST"]),
    Route("/voice/monitor/status", Webhook(status, otherwise=nothing), methods=["POST"]),
]
