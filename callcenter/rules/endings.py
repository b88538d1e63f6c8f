"""For which one reason a call ended that no agent answered (`metrics.md`)."""

from datetime import datetime, timedelta

from callcenter.rules.states import Ending

SERVED = "served"  # in place of why a call was turned away: the menu has done what it was for
SHORT_ABANDON = timedelta(seconds=5)


def of_menu(turned_away: str | None, *, promised: bool) -> Ending:
    """Of a call that hung up in the menu. `promised`: it asked for a callback. Nobody on duty, a queue that is
    suspended and too long a wait are our doing, like a full queue: they count as calls we did not answer."""
    if promised:
        return Ending.BECAME_CALLBACK
    if not turned_away:
        return Ending.LEFT_IN_MENU
    return {SERVED: Ending.SERVED_BY_MENU, "closed": Ending.CLOSED}.get(turned_away, Ending.FULL)


def of_queue(queued_at: datetime, at: datetime) -> Ending:
    """Of a call that hung up before it was answered."""
    return Ending.SHORT_ABANDON if at - queued_at <= SHORT_ABANDON else Ending.ABANDONED
