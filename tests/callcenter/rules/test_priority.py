"""Who goes ahead, by how much, and why."""

from datetime import UTC, datetime, timedelta

from callcenter.rules.priority import BONUS, FRONT, RESUME, Past, Reason, priority

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_an_ordinary_caller_has_nothing_before_the_others() -> None:
    ordinary = priority(relay=False, past=Past(AT - RESUME - timedelta(seconds=1), failures=1), at=AT)
    assert (ordinary.seconds, ordinary.reasons) == (0, ())


def test_a_conversation_that_broke_off_is_straight_at_the_front_for_five_minutes() -> None:
    broken = priority(relay=False, past=Past(AT - RESUME), at=AT)
    assert broken.reasons == (Reason.DROPPED,)
    assert broken.seconds == FRONT > sum(BONUS[r] for r in (Reason.FAILED, Reason.RELAY))


def test_reasons_add_up_to_one_score() -> None:
    both = priority(relay=True, past=Past(failures=2), at=AT)
    assert both.reasons == (Reason.FAILED, Reason.RELAY)
    assert both.seconds == BONUS[Reason.FAILED] + BONUS[Reason.RELAY]
