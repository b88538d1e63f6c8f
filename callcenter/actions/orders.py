"""What supervisors order under the callers: an emergency message, a queue closed, led to another or merged into it,
and when its calls widen. Each is written down, and holds for the next caller within a second."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from callcenter.actions import config_snapshot, live_index
from callcenter.db import Session, reading, transaction
from callcenter.errors import NotAllowed, OrderRefused
from callcenter.records import agents, calls, contacts, rollout, sessions
from callcenter.records.agents import Agent
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.menu import OTHER, Menu
from callcenter.rules.orders import QueueOrder, clock_of_scope, led_to, may_last_until
from callcenter.rules.routing import Ages, departments_of
from callcenter.rules.states import CallState
from callcenter.rules.territory import NATION, UNKNOWN

LONGEST = 400  # characters of a message: half a minute of listening
LATEST = 3600.0  # seconds after which a threshold would never be met
ACTS = ("close", "redirect", "merge", "open")
MOVING = ("redirect", "merge")
MESSAGE_IN = {"fr": "message", "en": "message_en"}  # a message in each language, as a history names it


def set_message(
    supervisor: Agent, scope: str, words: Mapping[str, str], at: datetime, until: datetime | None = None
) -> None:
    """This message is heard before the menu by the callers of the scope, in place of the one before, until `until` or
    until somebody lifts it; no words: none. Raises OrderRefused, NotAllowed."""
    kept = written(words)
    if kept:
        try_message(supervisor, scope, kept, at, until)
    before = next((each.words for each in config_snapshot.current().messages if each.scope == scope), {})
    told = _told_words(before, kept) | _told_end(scope, until if kept else None)
    with _ordering(supervisor, scope) as session:
        rollout.say(session, scope, kept, at, until, supervisor.id)
        sessions.audit(
            session, supervisor.id, AuditedAct.MESSAGE if kept else AuditedAct.MESSAGE_ENDED, "message", scope, at, told
        )
    config_snapshot.refresh()


def try_message(
    supervisor: Agent, scope: str, words: Mapping[str, str], at: datetime, until: datetime | None = None
) -> None:
    """Nothing is said; what `set_message` would refuse is refused. `words`: as `written`."""
    _may_order(supervisor, scope, at, until)
    if "fr" not in words or max(map(len, words.values())) > LONGEST:
        raise OrderRefused("order_words")


def written(words: Mapping[str, str]) -> dict[str, str]:
    """A message as it is spoken, by language: one line, no empty words."""
    return {language: " ".join(text.split()) for language, text in words.items() if text.strip()}


def order_queue(
    supervisor: Agent, scope: str, topic: str, act: str, to_topic: str, at: datetime, until: datetime | None = None
) -> int:
    """One of ACTS, for one topic of the scope, or all (empty), until `until` or until somebody lifts it. Closed: nobody
    new waits there. Led to another topic: who comes now waits there. Merged: who waits already goes there too, with
    their place. How many went. Raises OrderRefused, NotAllowed."""
    to_topic = to_topic if act in MOVING else ""
    try_queue_order(supervisor, scope, topic, act, to_topic, at, until)
    with _ordering(supervisor, scope) as session:
        kept = "redirect" if act in MOVING else act
        rollout.order(session, scope, topic, kept, to_topic, at, until, supervisor.id)
        told = {"topic": (topic, to_topic)} | _told_end(scope, until)
        sessions.audit(session, supervisor.id, AuditedAct(f"{act} a queue"), "queue", f"{scope}:{topic}"[:40], at, told)
    config_snapshot.refresh()
    return _move_waiting(departments_of(scope), topic, to_topic) if act == "merge" else 0


def try_queue_order(
    supervisor: Agent, scope: str, topic: str, act: str, to_topic: str, at: datetime, until: datetime | None = None
) -> None:
    """Nothing is ordered; what `order_queue` would refuse is refused."""
    _may_order(supervisor, scope, at, until)
    topics = topics_of(config_snapshot.current().menu)
    if act not in ACTS:
        raise OrderRefused("order_act")
    if topic and topic not in topics:
        raise OrderRefused("order_topic")
    if act in MOVING and (to_topic not in topics - {topic} or not _is_served(to_topic, scope)):
        raise OrderRefused("order_target")
    if act in MOVING and _goes_round(QueueOrder(scope, topic, to_topic)):
        raise OrderRefused("order_circle")


def set_thresholds(
    supervisor: Agent, scope: str, topic: str, ages: Ages | None, at: datetime, until: datetime | None = None
) -> None:
    """When the calls that join from now on are open to the region and to the nation, until `until` or until somebody
    lifts it; None: as everywhere else. Raises OrderRefused, NotAllowed."""
    try_thresholds(supervisor, scope, topic, ages, at, until)
    before = config_snapshot.current().thresholds.get((scope, topic))
    told = {"thresholds": (_seconds(before), _seconds(ages))} | _told_end(scope, until)
    with _ordering(supervisor, scope) as session:
        rollout.widen_after(session, scope, topic, ages, at, until, supervisor.id)
        sessions.audit(session, supervisor.id, AuditedAct.SET_THRESHOLDS, "queue", f"{scope}:{topic}"[:40], at, told)
    config_snapshot.refresh()


def try_thresholds(
    supervisor: Agent, scope: str, topic: str, ages: Ages | None, at: datetime, until: datetime | None = None
) -> None:
    """Nothing is set; what `set_thresholds` would refuse is refused."""
    _may_order(supervisor, scope, at, until)
    if topic and topic not in topics_of(config_snapshot.current().menu):
        raise OrderRefused("order_topic")
    if ages and not 0 <= ages[0] <= ages[1] <= LATEST:
        raise OrderRefused("order_ages")


def _may_order(supervisor: Agent, scope: str, at: datetime, until: datetime | None) -> None:
    if not supervisor.may_order(scope):
        raise NotAllowed
    if not may_last_until(until, at):
        raise OrderRefused("order_until")


def _told_end(scope: str, until: datetime | None) -> dict[str, tuple[str, str]]:
    """The end of an order as the audit keeps it, on the clock of whom it is for."""
    return {"until": ("", f"{until.astimezone(clock_of_scope(scope)):%d/%m/%Y %H:%M}")} if until else {}


def _told_words(before: Mapping[str, str], kept: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """What is no longer said as it was, in each language."""
    pairs = {MESSAGE_IN[language]: (before.get(language, ""), kept.get(language, "")) for language in MESSAGE_IN}
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


def _seconds(ages: Ages | None) -> str:
    return f"{ages[0]:g} s, {ages[1]:g} s" if ages else ""


def topics_of(menu: Menu) -> set[str]:
    """Every topic that a caller may wait for."""
    return {topic.code for each in (menu, *menu.local.values()) for topic in each.coded()} | {OTHER}


def _is_served(topic: str, scope: str) -> bool:
    """Whether a topic is of every department of a scope: nobody waits for a service that only a neighbour added."""
    menus = {id(menu): menu for menu in map(config_snapshot.current().menu.of, departments_of(scope))}.values()
    return topic == OTHER or all(topic in {each.code for each in menu.coded()} for menu in menus)


@contextmanager
def _ordering(supervisor: Agent, scope: str) -> Iterator[Session]:
    if not supervisor.may_order(scope):
        raise NotAllowed
    with transaction() as session:
        yield session


def _goes_round(new: QueueOrder) -> bool:
    """Whether, with this order, some caller of its scope would be led in a circle."""
    leading = [o for o in config_snapshot.current().orders if o.to and (o.scope, o.topic) != (new.scope, new.topic)]
    where = departments_of(new.scope)
    return any(led_to([*leading, new], department, new.topic or OTHER) is None for department in where)


def _move_waiting(departments: set[str], topic: str, to_topic: str) -> int:
    within = departments | ({UNKNOWN} if departments == departments_of(NATION) else set())
    with reading() as session:
        waiting = [c.id for c in calls.live(session) if _is_of(c, within, topic, to_topic)]
    return sum(_moves(call_id, within, topic, to_topic) for call_id in waiting)


def _is_of(call: calls.Call, departments: set[str], topic: str, to_topic: str) -> bool:
    waits = call.state in (CallState.WAITING, CallState.OFFERED)
    return waits and call.department in departments and call.topic != to_topic and topic in ("", call.topic)


def _moves(call_id: str, departments: set[str], topic: str, to_topic: str) -> bool:
    """One call, one transaction: it may have been answered meanwhile. One that rings moves if it comes back. Who will
    answer is judged as at the door, so that who waited and who comes now wait for the same."""
    with transaction() as session:
        call = calls.lock(session, call_id)
        if call is None or not _is_of(call, departments, topic, to_topic):
            return False
        chosen = call.asked_language or call.language
        answer, _ = agents.who_answers(session, to_topic, chosen)
        call.topic, call.language, call.for_anybody = to_topic, answer.language, answer.anybody
        call.asked_language = calls.asked_otherwise(chosen, answer)
        _tell_contact(session, call)
    if call.state == CallState.WAITING:
        with live_index.best_effort("merging a queue"):
            live_index.put_call(call)
    return True


def _tell_contact(session: Session, call: calls.Call) -> None:
    contact = contacts.get(session, call.contact_id)
    assert contact is not None
    contact.topic, contact.language = call.topic, call.language
