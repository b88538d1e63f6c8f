"""From when a figure of the wall is watched and an alarm, as an administrator sets it."""

from datetime import datetime

from callcenter.db import transaction
from callcenter.errors import Refusal
from callcenter.records import sessions, wall_settings
from callcenter.records.agents import Agent
from callcenter.rules import alerts
from callcenter.rules.alerts import Threshold
from callcenter.rules.audited_acts import AuditedAct

PER_CENT = (alerts.SERVICE_LEVEL, alerts.ABANDONMENT, alerts.CALLBACK_POOLS, alerts.TEXTS)


class BadThreshold(Refusal):
    """Donnez deux nombres positifs, le plus grave en second : à partir de quand surveiller, puis alerter."""

    status = 422
    english = "Give two positive numbers, the graver one second: from when to watch, and from when to raise an alarm."


def set_alert_threshold(
    overseer: Agent, topic: str, measure: str, watch: float | None, alarm: float | None, at: datetime
) -> None:
    """Of one topic, or of everything (empty); without numbers the default again. Seconds, calls per free agent, or per
    cent. Raises BadThreshold."""
    if (watch is None) != (alarm is None):
        raise BadThreshold
    unit = 100 if measure in PER_CENT else 1
    new = None if watch is None or alarm is None else Threshold(watch / unit, alarm / unit)
    if new and not alerts.leads_the_same_way(measure, new):
        raise BadThreshold
    with transaction() as session:
        wall_settings.set_threshold(session, topic, measure, new)
        sessions.audit(session, overseer.id, AuditedAct.SETS_A_THRESHOLD_OF_THE_WALL, "threshold", measure, at)
