"""What a move of rows leaves to be done once it is committed: the index, the lines, and the next offers."""

from callcenter.actions import dispatch, lines_led, live_index, sound
from callcenter.records.to_release import ToRelease
from callcenter.telephone import telephone


def release(after: ToRelease) -> None:
    """After the commit. What fails is left to the sweep."""
    if after.forgotten:
        live_index.forget_call(after.forgotten)
    if after.line:
        with live_index.best_effort("hanging up a dial nobody wants"):
            telephone().hang_up(after.line)
    if after.leg:
        lines_led.part(after.leg, after.led_on)
    for helper in after.helpers:
        lines_led.part(helper, None)
    if after.sounds:
        with live_index.best_effort("letting a citizen hear who goes on"):
            sound.apply(after.sounds)
    if after.requeued:
        dispatch.requeue(after.requeued, *after.agents)
        return
    for agent in after.agents:
        dispatch.free_agent(agent)
