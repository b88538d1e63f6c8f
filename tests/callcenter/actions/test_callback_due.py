"""Which callback is due first."""

from datetime import timedelta

import pytest
import time_machine

from callcenter import clock
from callcenter.actions import callback_due
from callcenter.db import reading, transaction
from callcenter.records import callbacks, calls
from callcenter.rules.callbacks import CallbackState
from tests.support.promised import DURAND, MOREL, asked, hung_up
from tests.support.town import settle

pytestmark = pytest.mark.usefixtures("monday")


@pytest.mark.parametrize(
    ("failures", "hours_ago", "ahead"),
    [(2, 1, (600.0, ["failed"])), (2, 49, (0.0, [])), (1, 1, (0.0, []))],
)
def test_a_callback_to_whom_we_failed_twice_in_48_hours_goes_before_those_due_before_it(
    failures: int, hours_ago: int, ahead: tuple[float, list[str]]
) -> None:
    """Hung up unheard, or a callback that was missed; a failure then, not a number that calls often."""
    settle("karim")
    with time_machine.travel(clock.now() - timedelta(hours=hours_ago)):
        for fail in (_missed, hung_up)[:failures]:
            fail(DURAND)
    earlier, later = asked(MOREL), asked(DURAND)
    for kept in (earlier, later):
        callback_due.queue_due(kept, clock.now())
    with reading() as session:
        waiting = [(call.callback_id, call.priority, call.reasons) for call in calls.waiting(session)]
    mine = (later, *ahead)
    others: tuple[object, ...] = (earlier, 0.0, [])
    assert waiting == ([mine, others] if ahead[0] else [others, mine])


def _missed(number: str) -> None:
    """A promise that ended without reaching them."""
    kept = asked(number)
    with transaction() as session:
        row = callbacks.get(session, kept)
        assert row
        row.state, row.closed_at = CallbackState.NOT_REACHED, clock.now()
