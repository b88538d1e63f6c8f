"""What is written of the hours and of the rollout: by an administrator, and dated exceptions by a supervisor for their
own departments and the sites of these. Each change is written down, and the next caller hears it. Nobody named: an
operator, from a terminal."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from callcenter.actions import config_snapshot
from callcenter.actions.orders import topics_of
from callcenter.db import Session, reading, transaction
from callcenter.errors import BadAnswer, NotAllowed, NotFound
from callcenter.records import hours, rollout, sessions, sites
from callcenter.records.agents import Agent
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.opening_hours import DatedException, site_of
from callcenter.rules.routing import departments_of
from callcenter.rules.territory import national_day
from callcenter.rules.understood_hours import read

REASONS = ("training", "strike", "flood", "other")
STATES = ("closed", "pilot", "open")
FURTHEST = timedelta(days=800)


def except_day(staff: Agent | None, exception: DatedException, at: datetime) -> str:
    """The line, a queue of it or one site is closed, or open at other hours, from one day to another; the exception's
    id. Raises BadAnswer, BadHours, NotAllowed."""
    exception = _judged(exception, at)
    what = {"days": ("", _days(exception.first, exception.last)), "hours": ("", exception.hours)}
    with transaction() as session:
        _must_order(session, staff, exception.scope)
        exception_id = hours.except_(session, exception, _id(staff))
        what |= {"reason": ("", exception.reason), "topic": ("", exception.topic)}
        told = {name: pair for name, pair in what.items() if pair[1]}
        sessions.audit(session, _id(staff), AuditedAct.CLOSED_BY_EXCEPTION, *_in_history(exception.scope), at, told)
    config_snapshot.refresh()
    return exception_id


def try_exception(staff: Agent, exception: DatedException, at: datetime) -> DatedException:
    """Nothing is written; what `except_day` would refuse is refused. The exception as it would be written. Raises
    BadAnswer, BadHours, NotAllowed."""
    exception = _judged(exception, at)
    with reading() as session:
        _must_order(session, staff, exception.scope)
    return exception


def _judged(exception: DatedException, at: datetime) -> DatedException:
    exception = replace(exception, hours=read(exception.hours, days_are_known=True))
    if exception.reason not in REASONS:
        raise BadAnswer("hours_reason")
    if not exception.first <= exception.last <= national_day(at) + FURTHEST:
        raise BadAnswer("hours_days")
    site_id = site_of(exception.scope)
    if site_id is not None and exception.topic:
        raise BadAnswer("hours_topic")
    _check_topic(exception.topic)
    return exception


def forget_exception(staff: Agent | None, exception_id: str, at: datetime) -> None:
    """The ordinary hours hold again on those days."""
    with transaction() as session:
        row = hours.exception(session, exception_id)
        if row is None:
            raise NotFound
        _must_order(session, staff, row.scope)
        hours.forget_exception(session, exception_id)
        told = {
            "days": (_days(row.first, row.last), ""), "hours": (row.hours, ""), "reason": (row.reason, ""),
            "topic": (row.topic, ""),
        }  # fmt: skip
        told = {name: pair for name, pair in told.items() if pair[0]}
        sessions.audit(session, _id(staff), AuditedAct.TOOK_AN_EXCEPTION_BACK, *_in_history(row.scope), at, told)
    config_snapshot.refresh()


def write_week(admin: Agent | None, scope: str, topic: str, written: str, at: datetime) -> None:
    """The hours of the line, or of one queue, in a scope, as people write them or in OpenStreetMap's syntax; empty:
    none of its own. Raises HoursNotUnderstood."""
    _must_exist(scope)
    _check_topic(topic)
    if written:
        written = read(written)
    with transaction() as session:
        before = hours.written(session, scope, topic)
        if before == written:
            return
        hours.write(session, scope, topic, written)
        told = {"hours": (before, written)} | ({"topic": ("", topic)} if topic else {})
        sessions.audit(session, _id(admin), AuditedAct.WROTE_HOURS, "hours", scope, at, told)
    config_snapshot.refresh()


def override_holiday(admin: Agent | None, scope: str, day: date, is_holiday: bool | None, at: datetime) -> None:
    """The day is a holiday there, or is not; None: as the calendar says."""
    if scope.startswith("R"):
        raise BadAnswer("hours_scope")
    _must_exist(scope)
    with transaction() as session:
        before = hours.overrides(session).get((scope, day))
        hours.override(session, scope, day, is_holiday)
        told = {"holiday": (f"{day} {_as(before)}", f"{day} {_as(is_holiday)}")}
        sessions.audit(session, _id(admin), AuditedAct.OVERRODE_A_HOLIDAY, "hours", scope, at, told)
    config_snapshot.refresh()


def plan_rollout(admin: Agent, department: str, state: str, since: date, at: datetime) -> None:
    """A department is closed, a pilot or open from a day on."""
    if departments_of(department) != {department}:
        raise BadAnswer("staff_department")
    if state not in STATES or abs(since - national_day(at)) > FURTHEST:
        raise BadAnswer("rollout")
    with transaction() as session:
        before = rollout.states(session, since).get(department, "open")
        rollout.plan(session, department, state, since)
        told = {"rollout": (before, state), "days": ("", f"{since}")}
        sessions.audit(session, admin.id, AuditedAct.PLANNED_THE_ROLLOUT, "department", department, at, told)
    config_snapshot.refresh()


def forget_plan(admin: Agent, department: str, since: date, at: datetime) -> None:
    """What was written for that day no longer holds; what came before it does."""
    with transaction() as session:
        state = rollout.forget(session, department, since)
        if state is None:
            raise NotFound
        told = {"rollout": (state, ""), "days": (f"{since}", "")}
        sessions.audit(session, admin.id, AuditedAct.TOOK_A_PLAN_BACK, "department", department, at, told)
    config_snapshot.refresh()


def _must_order(session: Session, staff: Agent | None, scope: str) -> None:
    """Raises BadAnswer, NotAllowed."""
    site_id = site_of(scope)
    if site_id is not None:
        site = sites.get(session, site_id)
        scope = site.department if site else ""
    _must_exist(scope)
    if staff is not None and not staff.may_order(scope):
        raise NotAllowed


def _id(staff: Agent | None) -> str | None:
    return staff.id if staff else None


def _in_history(scope: str) -> tuple[str, str]:
    """What an exception concerns, as the audit names it."""
    site_id = site_of(scope)
    return ("hours", scope) if site_id is None else ("site", str(site_id))


def _must_exist(scope: str) -> None:
    if not departments_of(scope):
        raise BadAnswer("hours_scope")


def _check_topic(topic: str) -> None:
    if topic and topic not in topics_of(config_snapshot.current().menu):
        raise BadAnswer("hours_topic")


def _days(first: date, last: date) -> str:
    return f"{first}" if first == last else f"{first} – {last}"


def _as(is_holiday: bool | None) -> str:
    return {None: "", True: "oui", False: "non"}[is_holiday]
