"""What an administrator writes in the directory: partners, topics of the menu, and referents of partners.

A change holds from a day on and leaves the past as it was; a menu that could not be said is refused. It is written
down, and the next caller hears it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType

from callcenter.actions import config_snapshot
from callcenter.db import Session, transaction
from callcenter.errors import BadAnswer, BadNumber, NotFound, TwoNumbers
from callcenter.phone_number import PhoneNumber
from callcenter.records import directory, referents, sessions
from callcenter.records.agents import Agent
from callcenter.records.directory import Procedure
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.menu import CODE, OTHER, Topic, menu_of
from callcenter.rules.packaged_menu import LABELS
from callcenter.rules.routing import departments_of
from callcenter.rules.territory import NATION, national_day
from callcenter.rules.understood_hours import read

LONGEST = 4000  # characters of an answer sheet
LABEL = 120  # characters of what is said of a topic
NO_LABELS: Mapping[str, str] = MappingProxyType({})


def write_topic(
    admin: Agent,
    scope: str,
    topic: Topic,
    on: date,
    at: datetime,
    was: str = "",
    heading: Mapping[str, str] = NO_LABELS,
) -> None:
    """A choice of the menu of the nation or of one department, from a day on. `was`: the keys it stood on before; the
    topic that stands on its new keys takes these in exchange. `heading`: what is said of the first key when a topic
    stood alone on it; that one comes first under it. Raises BadAnswer."""
    _must_be_place(scope)
    _check(topic, on, at)
    with transaction() as session:
        here = {each.keys: each for s, each in directory.topics(session, on) if s == scope}
        before, there = here.get(was), here.get(topic.keys)
        if was and before is None:
            raise NotFound
        if there and topic.keys != was and not was:
            raise BadAnswer("topic_keys")
        if was and topic.keys != was:
            directory.move_topics(session, scope, {was: topic.keys, topic.keys: was}, on)
        if any(heading.values()):
            _opens_heading(session, scope, topic.keys[:1], heading, on)
        directory.put_topic(session, scope, topic, on)
        _must_be_said(session, on)
        told = _told(_of_topic(replace(before, keys=was) if before else None), _of_topic(topic))
        _note(session, admin, AuditedAct.WROTE_A_TOPIC, "topic", f"{scope}:{topic.code or topic.keys}", at, on, told)
    config_snapshot.refresh()


def remove_topic(admin: Agent, scope: str, keys: str, on: date, at: datetime) -> None:
    """No longer in that menu from a day on; those after it move up. Raises BadAnswer when a menu would break, or for a
    day that is past."""
    _must_be_to_come(on, at)
    with transaction() as session:
        here = {each.keys: each for s, each in directory.topics(session, on) if s == scope}
        gone = here.get(keys)
        if gone is None:
            raise NotFound
        directory.remove_topic(session, scope, gone, on)
        after = [k for k in sorted(here) if len(k) == len(keys) and k[:-1] == keys[:-1] and k > keys]
        if gone.code:
            directory.move_topics(session, scope, {key: f"{key[:-1]}{int(key[-1]) - 1}" for key in after}, on)
        _must_be_said(session, on)
        _note(
            session,
            admin,
            AuditedAct.REMOVED_A_TOPIC,
            "topic",
            f"{scope}:{gone.code or keys}",
            at,
            on,
            _told(_of_topic(gone), {}),
        )
    config_snapshot.refresh()


def write_procedure(admin: Agent, procedure: Procedure, on: date, at: datetime) -> None:
    """A démarche that agents may record from a day on, of the nation or of one department. Its earlier meaning stays
    with its time. Raises BadAnswer."""
    _must_be_place(procedure.scope)
    labels = [procedure.labels.get(language, "") for language in LABELS]
    if not CODE.fullmatch(procedure.code) or not all(1 <= len(label) <= LABEL for label in labels):
        raise BadAnswer("procedure")
    _must_be_phrases(procedure.phrases)
    _must_be_to_come(on, at)
    with transaction() as session:
        menu = menu_of(directory.topics(session, on)).of(procedure.scope)
        if procedure.topic not in {topic.code for topic in menu.coded()} | {OTHER}:
            raise BadAnswer("procedure_topic")
        if procedure.partner and procedure.partner not in directory.partner_names(session, on):
            raise BadAnswer("partner")
        before = next((p for p in directory.procedures(session, on) if p.code == procedure.code), None)
        if before and before.scope != procedure.scope:
            raise BadAnswer("procedure")
        directory.put_procedure(session, procedure, on)
        told = _told(_of_procedure(before), _of_procedure(procedure))
        _note(
            session,
            admin,
            AuditedAct.WROTE_A_PROCEDURE,
            "procedure",
            f"{procedure.scope}:{procedure.code}",
            at,
            on,
            told,
        )
    config_snapshot.refresh()


def remove_procedure(admin: Agent, code: str, on: date, at: datetime) -> None:
    """No longer recorded from a day on. Raises BadAnswer for one that is past."""
    _must_be_to_come(on, at)
    with transaction() as session:
        before = next((p for p in directory.procedures(session, on) if p.code == code), None)
        if before is None or not directory.remove_procedure(session, code, on):
            raise NotFound
        told = _told(_of_procedure(before), {})
        _note(session, admin, AuditedAct.REMOVED_A_PROCEDURE, "procedure", f"{before.scope}:{code}", at, on, told)
    config_snapshot.refresh()


def name_partner(
    admin: Agent, scope: str, code: str, name: str, on: date, at: datetime, phrases: Mapping[str, str] = NO_LABELS
) -> None:
    """A partner of the network or of one department has this name from a day on, which may be past: it may be learned
    late. A report of before keeps the other."""
    _must_be_place(scope)
    name = " ".join(name.split())
    if not CODE.fullmatch(code) or not 1 <= len(name) <= LABEL:
        raise BadAnswer("partner")
    _must_be_phrases(phrases)
    with transaction() as session:
        before = directory.partner_names(session, on).get(code, "")
        said = next((each.phrases for each in directory.partner_times(session) if each.holds(code, on)), NO_LABELS)
        directory.name_partner(session, code, name, scope, on, phrases)
        told = {"name": (before, name)} | _told(_by_language("phrase", said), _by_language("phrase", phrases))
        _note(session, admin, AuditedAct.NAMED_A_PARTNER, "partner", code, at, on, told)
    config_snapshot.refresh()


def end_partner(admin: Agent, code: str, on: date, at: datetime) -> None:
    """No longer a partner from a day on. Raises BadAnswer for one that is past."""
    _must_be_to_come(on, at)
    with transaction() as session:
        before = directory.partner_names(session, on).get(code)
        if before is None or not directory.end_partner(session, code, on):
            raise NotFound
        _note(session, admin, AuditedAct.ENDED_A_PARTNER, "partner", code, at, on, {"name": (before, "")})
    config_snapshot.refresh()


def write_referent(
    admin: Agent,
    scope: str,
    partner: str,
    desk: str,
    phone: str,
    hours: str,
    at: datetime,
    phrases: Mapping[str, str] = NO_LABELS,
    referent_id: str = "",
    *,
    helpline: bool = False,
) -> str:
    """A partner's desk that agents may call for help, or a `helpline`, of no partner, for a distress; its id. `hours`:
    as people write them; `referent_id`: one that is changed. It is of a number that we may ring: in a distress nobody
    is to learn that it is not. Raises BadAnswer, HoursNotUnderstood, NotFound."""
    partner = "" if helpline else partner
    _must_be_place(scope)
    desk = " ".join(desk.split())
    try:
        asked = PhoneNumber.written(phone, scope)
    except TwoNumbers:
        raise BadAnswer("staff_phone_two") from None
    except BadNumber:
        raise BadAnswer("staff_phone") from None
    if not asked.may_be_rung:
        raise BadAnswer("referent_phone")
    number = asked.e164
    if not 1 <= len(desk) <= LABEL:
        raise BadAnswer("referent")
    hours = read(hours) if hours.strip() else ""
    _must_be_phrases(phrases)
    with transaction() as session:
        if not helpline and partner not in directory.partner_names(session, national_day(at)):
            raise BadAnswer("partner")
        if referent_id:
            given = {
                "partner": partner, "desk": desk, "phone": number, "hours": hours, "phrases": dict(phrases),
                "helpline": helpline,
            }  # fmt: skip
            before = referents.change_referent(session, referent_id, **given)
            if before is None or before.scope != scope:
                raise NotFound
            was = _of_referent(before.partner, before.desk, before.phone, before.hours, before.phrases)
        else:
            referent_id = referents.add_referent(
                session, scope, partner, desk, number, hours, phrases, helpline=helpline
            )
            was = {}
        told = _told(was, _of_referent(partner, desk, number, hours, phrases))
        sessions.audit(session, admin.id, AuditedAct.WROTE_A_REFERENT, "referent", f"{scope}:{partner}", at, told)
    config_snapshot.refresh()
    return referent_id


def remove_referent(admin: Agent, referent_id: str, at: datetime) -> None:
    """No longer to be called."""
    with transaction() as session:
        gone = referents.remove_referent(session, referent_id)
        if gone is None:
            raise NotFound
        told = _told(_of_referent(gone.partner, gone.desk, gone.phone, gone.hours, gone.phrases), {})
        sessions.audit(
            session, admin.id, AuditedAct.REMOVED_A_REFERENT, "referent", f"{gone.scope}:{gone.partner}", at, told
        )
    config_snapshot.refresh()


def _opens_heading(session: Session, scope: str, key: str, heading: Mapping[str, str], on: date) -> None:
    """The topic that stands alone on a first key goes under a heading there."""
    labels = {language: " ".join(heading.get(language, "").split()) for language in LABELS}
    try:
        alone = menu_of(directory.topics(session, on)).of(scope).topics.get(key)
    except ValueError:
        raise BadAnswer("topic_menu") from None
    if alone is None or not alone.code or not all(1 <= len(label) <= LABEL for label in labels.values()):
        raise BadAnswer("topic_heading")
    directory.put_topic(session, scope, replace(alone, keys=f"{key}1"), on)
    directory.put_topic(session, scope, Topic(key, "", labels), on)


def _check(topic: Topic, on: date, at: datetime) -> None:
    labels = [topic.labels.get(language, "") for language in LABELS]
    if not all(1 <= len(label) <= LABEL for label in labels):
        raise BadAnswer("topic_labels")
    if any(len(name) > LABEL for name in topic.names.values()):
        raise BadAnswer("topic_names")
    if topic.code and not CODE.fullmatch(topic.code):
        raise BadAnswer("topic_code")
    if not (topic.keys.isascii() and topic.keys.isdigit() and 1 <= len(topic.keys) <= 2):
        raise BadAnswer("topic_keys")
    if any(len(sheet) > LONGEST for sheet in topic.sheet.values()):
        raise BadAnswer("topic_sheet")
    _must_be_to_come(on, at)


def _must_be_to_come(on: date, at: datetime) -> None:
    if on < national_day(at):
        raise BadAnswer("directory_day")


def _must_be_said(session: Session, on: date) -> None:
    """The menu of that day, and each that is planned after it."""
    if not _can_be_said(directory.topics(session, on)):
        raise BadAnswer("topic_menu")
    if not all(_can_be_said(directory.topics(session, day)) for day in directory.change_days(session, on)):
        raise BadAnswer("topic_planned")


def _can_be_said(topics: Collection[tuple[str, Topic]]) -> bool:
    keys, codes = (
        {(scope, topic.keys) for scope, topic in topics},
        [(s, topic.code) for s, topic in topics if topic.code],
    )
    if len(keys) < len(topics) or len({*codes}) < len(codes):
        return False
    try:
        menu_of(topics)
    except ValueError:
        return False
    return True


def _must_be_place(scope: str) -> None:
    if scope != NATION and departments_of(scope) != {scope}:
        raise BadAnswer("hours_scope")


def _must_be_phrases(phrases: Mapping[str, str]) -> None:
    """None, or one in each language."""
    said = [len(phrases.get(language, "")) for language in LABELS]
    if any(said) and not all(1 <= length <= LABEL for length in said):
        raise BadAnswer("phrase")


def _by_language(name: str, written: Mapping[str, str]) -> dict[str, str]:
    return {f"{name}_{language}": written.get(language, "") for language in LABELS}


def _of_topic(topic: Topic | None) -> dict[str, str]:
    """All that is written of a topic, as a history tells it."""
    if topic is None:
        return {}
    listed = {language: ", ".join(words) for language, words in topic.keywords.items()}
    return {
        "keys": topic.keys, **_by_language("name", topic.names), **_by_language("phrase", topic.labels),
        **_by_language("keywords", listed), **_by_language("sheet", topic.sheet), "partners": " ".join(topic.partners),
    }  # fmt: skip


def _of_procedure(procedure: Procedure | None) -> dict[str, str]:
    if procedure is None:
        return {}
    return {
        **_by_language("name", procedure.labels), **_by_language("phrase", procedure.phrases),
        "topic": procedure.topic, "partner": procedure.partner,
    }  # fmt: skip


def _of_referent(partner: str, desk: str, phone: str, hours: str, phrases: Mapping[str, str]) -> dict[str, str]:
    return {
        "partner": partner, "name": desk, "phone": phone, "told_hours": hours, **_by_language("phrase", phrases)
    }  # fmt: skip


def _told(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Everything that is not what it was."""
    names = dict.fromkeys([*before, *after])
    pairs = {name: (before.get(name, ""), after.get(name, "")) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _note(
    session: Session, admin: Agent, act: AuditedAct, noun: str, noun_id: str, at: datetime, on: date,
    told: dict[str, tuple[str, str]],
) -> None:  # fmt: skip
    changed = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
    sessions.audit(session, admin.id, act, noun, noun_id[:60], at, changed | {"days": ("", f"{on}")})
