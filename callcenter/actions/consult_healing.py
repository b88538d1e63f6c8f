"""Help and holds put right: what was not asked or not told, and who is alone though nothing said so."""

from datetime import datetime, timedelta

from callcenter.actions import consult_lines, dispatch, hold_limit, live_index, loneliness
from callcenter.actions.healing import each
from callcenter.db import reading, transaction
from callcenter.records import calls, passes
from callcenter.rules.states import CallState

SHUNS = timedelta(seconds=60)  # whoever passed a call on is proposed it again after that: nobody else took it


def settle_consults(at: datetime) -> None:
    """Help that is sought still, that nobody rang or that did not come, and that outlives its conversation; calls that
    nobody but who passed them on could take."""
    each("seeking help", consult_lines.sought(), lambda consult_id: consult_lines.seek(consult_id, at))
    each("settling a consult", consult_lines.unsettled(at), lambda consult_id: consult_lines.settle(consult_id, at))
    with reading() as session:
        shunned = passes.untaken(session, at - SHUNS)
    each("offering a call to whoever passed it on", shunned, _lifts)


def ring_back_holds(at: datetime) -> None:
    """Agents whose citizen has been on hold for longer than the limit."""
    each("ringing an agent back", hold_limit.overdue(at), lambda leg_id: hold_limit.ring_back(leg_id, at))


def end_loneliness(at: datetime) -> None:
    """Citizens whose agent's line has gone, and nobody told us."""
    each("ending a loneliness", loneliness.look(at), lambda seen: loneliness.settle(seen, at))


def _lifts(call_id: str) -> None:
    with transaction() as session:
        call = calls.lock(session, call_id)
        if call is None or call.state != CallState.WAITING:
            return
        call.not_for = None
    live_index.recheck_call(call_id)
    dispatch.offer_call(call_id)
