"""The directory: partners, topics, procedures and referents, each for a time and a place.

A row holds from `since` to `until`, both included; `scope` is the nation (`N`) or one department, whose rows stand
beside or in place of the nation's. A change of meaning closes a row and opens another, so that a report of an
earlier year finds the names of its time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType

from sqlalchemy import ARRAY, CheckConstraint, Index, String, Text, Uuid, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.records import config_revision
from callcenter.records.identifiers import new_id
from callcenter.reference import rows
from callcenter.rules.menu import Topic
from callcenter.rules.packaged_menu import LABELS, packaged_topics
from callcenter.rules.territory import NATION
from callcenter.rules.visits import Held, Vocabulary

NO_PHRASES: Mapping[str, str] = MappingProxyType({})
EVER = date(2019, 7, 1)  # the first day of the network


class PartnerName(Base):
    """What a partner is called in a time."""

    __tablename__ = "partner_names"
    __table_args__ = (
        CheckConstraint("until is null or since <= until", name="partner_names_order"),
        Index("partner_names_by_code", "code", "since", unique=True),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(Text)
    phrases: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)  # what is said, by language
    scope: Mapped[str] = mapped_column(String(7), default=NATION)
    since: Mapped[date]
    until: Mapped[date | None]

    def holds(self, code: str, on: date) -> bool:
        """Whether this is the partner's name on that day."""
        return self.code == code and self.since <= on and (self.until is None or on <= self.until)


class TopicRow(Base):
    """A choice of the telephone menu: `keys` from the first level, `code` empty for a heading."""

    __tablename__ = "topics"
    __table_args__ = (
        CheckConstraint("until is null or since <= until", name="topics_order"),
        Index("topics_by_place", "scope", "keys", "since", unique=True),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(String(7))
    keys: Mapped[str] = mapped_column(String(2))
    code: Mapped[str] = mapped_column(String(40))
    labels: Mapped[dict[str, str]] = mapped_column(JSONB)  # what is said after « Pour », by language
    names: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)  # what is read
    keywords: Mapped[dict[str, list[str]]] = mapped_column(JSONB, default=dict)  # by language, for speech
    partners: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    sheet: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)  # what the agent answers, by language
    since: Mapped[date]
    until: Mapped[date | None]


class ProcedureRow(Base):
    """A démarche that an agent may record."""

    __tablename__ = "procedures"
    __table_args__ = (
        CheckConstraint("until is null or since <= until", name="procedures_order"),
        Index("procedures_by_code", "code", "since", unique=True),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)
    scope: Mapped[str] = mapped_column(String(7), default=NATION)
    code: Mapped[str] = mapped_column(String(40))
    topic: Mapped[str] = mapped_column(String(40))
    partner: Mapped[str] = mapped_column(String(40))
    labels: Mapped[dict[str, str]] = mapped_column(JSONB)  # what is read, by language
    phrases: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)  # what is said
    since: Mapped[date]
    until: Mapped[date | None]


@dataclass(frozen=True)
class Procedure:
    """One démarche. `partner` is empty where no partner of the network holds it; `labels` are read, `phrases` said."""

    code: str
    topic: str
    partner: str
    labels: Mapping[str, str]
    scope: str = NATION
    phrases: Mapping[str, str] = field(default_factory=dict)


def packaged_procedures() -> list[Procedure]:
    """The procedures that come with the service."""
    return [
        Procedure(
            row["code"],
            row["topic"],
            row["partner"],
            {n: row[n] for n in LABELS},
            phrases={n: row[f"said_{n}"] for n in LABELS},
        )
        for row in rows("procedures.csv")
    ]


def packaged_since() -> dict[str, date]:
    """The first day of each partner in the network; its démarches have no earlier one."""
    return {row["code"]: date.fromisoformat(row["since"]) for row in rows("partners.csv")}


def packaged_partner_names() -> list[PartnerName]:
    """The partners that come with the service, under each of their names."""
    former = {row["code"]: row for row in rows("partner_former_names.csv")}
    found = []
    for row in rows("partners.csv"):
        since, until = date.fromisoformat(row["since"]), _day(row["until"])
        if earlier := former.get(row["code"]):
            last = date.fromisoformat(earlier["until"])
            found.append(
                PartnerName(code=row["code"], name=earlier["name"], phrases={}, scope=NATION, since=since, until=last)
            )
            since = last + timedelta(days=1)
        said = {language: row[f"said_{language}"] for language in LABELS}
        found.append(
            PartnerName(code=row["code"], name=row["name"], phrases=said, scope=NATION, since=since, until=until)
        )
    return found


def seed(session: Session) -> int:
    """Writes what comes with the service into tables that hold nothing yet; what was edited stays. How many rows."""
    written = 0
    if not session.scalar(select(func.count()).select_from(PartnerName)):
        names = packaged_partner_names()
        session.add_all(names)
        written += len(names)
    if not session.scalar(select(func.count()).select_from(TopicRow)):
        topics = packaged_topics()
        session.add_all(
            TopicRow(
                scope=NATION, keys=t.keys, code=t.code, labels=dict(t.labels), names=dict(t.names),
                partners=list(t.partners),
                keywords={n: list(words) for n, words in t.keywords.items()},
                sheet={}, since=EVER, until=None,
            )
            for t in topics
        )  # fmt: skip
        written += len(topics)
    if not session.scalar(select(func.count()).select_from(ProcedureRow)):
        procedures, since = packaged_procedures(), packaged_since()
        session.add_all(
            ProcedureRow(
                scope=NATION, code=p.code, topic=p.topic, partner=p.partner, labels=dict(p.labels),
                phrases=dict(p.phrases), since=since.get(p.partner, EVER), until=None,
            )
            for p in procedures
        )  # fmt: skip
        written += len(procedures)
    if written:
        session.flush()
        config_revision.raise_revision(session)
    return written


def topics(session: Session, on: date) -> list[tuple[str, Topic]]:
    """Every topic of that day with its scope, in the order of the keys; the packaged ones before any is written."""
    held = list(session.scalars(_holding(select(TopicRow), TopicRow, on).order_by(TopicRow.scope, TopicRow.keys)))
    if not held and not session.scalar(select(func.count()).select_from(TopicRow)):
        return [(NATION, topic) for topic in packaged_topics()]
    return [(row.scope, topic_of(row)) for row in held]


def procedures(session: Session, on: date) -> list[Procedure]:
    """Every procedure of that day; the packaged ones before any is written."""
    held = list(session.scalars(_holding(select(ProcedureRow), ProcedureRow, on).order_by(ProcedureRow.code)))
    if not held and not session.scalar(select(func.count()).select_from(ProcedureRow)):
        return packaged_procedures()
    return [Procedure(row.code, row.topic, row.partner, row.labels, row.scope, row.phrases) for row in held]


def procedure_names(session: Session, on: date) -> dict[str, Mapping[str, str]]:
    """What every procedure of any time was called on that day, by language; one that no longer held by then under the
    last name it had, one that did not hold yet under its first."""
    names = {procedure.code: procedure.labels for procedure in packaged_procedures()}
    held = list(session.scalars(select(ProcedureRow).order_by(ProcedureRow.code, ProcedureRow.since.desc())))
    names |= {row.code: row.labels for row in held}  # the first
    return names | {row.code: row.labels for row in reversed(held) if row.since <= on}  # the last begun by then


def vocabulary(session: Session) -> Vocabulary:
    """Every procedure of every time, the latest first; the packaged ones before any is written."""
    held = list(session.scalars(select(ProcedureRow).order_by(ProcedureRow.code, ProcedureRow.since.desc())))
    found: dict[str, tuple[Held, ...]] = {}
    for row in held:
        found[row.code] = (*found.get(row.code, ()), Held(row.partner, row.topic, row.since, row.until, row.scope))
    if held:
        return found
    since = packaged_since()
    return {p.code: (Held(p.partner, p.topic, since.get(p.partner, EVER)),) for p in packaged_procedures()}


def partner_codes(session: Session) -> frozenset[str]:
    """Every partner that ever was, those of one department too."""
    return frozenset((*session.scalars(select(PartnerName.code)), *packaged_since()))


def partner_names(session: Session, on: date) -> dict[str, str]:
    """What each partner was called on that day; a report for 2023 says Pôle emploi."""
    held = list(session.scalars(_holding(select(PartnerName), PartnerName, on)))
    if not held and not session.scalar(select(func.count()).select_from(PartnerName)):
        held = [n for n in packaged_partner_names() if n.since <= on and (n.until is None or on <= n.until)]
    return {row.code: row.name for row in held}


def partner_names_between(session: Session, first: date, last: date) -> dict[str, str]:
    """The last name of each who was a partner on any day of a period."""
    in_time = (row for row in partner_times(session) if row.since <= last and (row.until is None or row.until >= first))
    return {row.code: row.name for row in in_time}


def change_days(session: Session, since: date) -> list[date]:
    """The days from then on when a topic begins or holds no more, soonest first."""
    begins = session.scalars(select(TopicRow.since).where(TopicRow.since >= since))
    ended = session.scalars(select(TopicRow.until).where(TopicRow.until >= since))
    return sorted({*begins, *(day + timedelta(days=1) for day in ended if day)})


def put_topic(session: Session, scope: str, topic: Topic, on: date) -> None:
    """From that day on, this topic stands on its keys in its scope, and nowhere else there, until what is planned for
    later. What comes with the service is written before the first."""
    seed(session)
    same = (TopicRow.keys == topic.keys) | ((TopicRow.code == topic.code) & (TopicRow.code != ""))
    _write_topic(session, scope, topic, on, _make_room(session, TopicRow, on, TopicRow.scope == scope, same))
    config_revision.raise_revision(session)


def move_topics(session: Session, scope: str, moves: Mapping[str, str], on: date) -> None:
    """From that day on, what stands on these keys stands on others, each for as long as it would have."""
    seed(session)
    which = TopicRow.scope == scope, TopicRow.keys.in_(moves)
    held = [
        (topic_of(row), row.until) for row in session.scalars(_holding(select(TopicRow), TopicRow, on).where(*which))
    ]
    _make_room(session, TopicRow, on, *which)
    for topic, until in held:
        _write_topic(session, scope, replace(topic, keys=moves[topic.keys]), on, until)
    config_revision.raise_revision(session)


def remove_topic(session: Session, scope: str, topic: Topic, on: date) -> None:
    """It holds no longer from that day on, nor what was planned for it."""
    seed(session)
    same = TopicRow.code == topic.code if topic.code else (TopicRow.keys == topic.keys) & (TopicRow.code == "")
    _end(session, TopicRow, on, TopicRow.scope == scope, same)
    config_revision.raise_revision(session)


def _write_topic(session: Session, scope: str, topic: Topic, since: date, until: date | None) -> None:
    session.add(
        TopicRow(
            scope=scope, keys=topic.keys, code=topic.code, labels=dict(topic.labels), names=dict(topic.names),
            partners=list(topic.partners),
            keywords={n: list(words) for n, words in topic.keywords.items()}, sheet=dict(topic.sheet), since=since,
            until=until,
        )
    )  # fmt: skip
    session.flush()


def put_procedure(session: Session, procedure: Procedure, on: date) -> None:
    """From that day on, this procedure, until what is planned for later; an earlier one of its code ends the day
    before."""
    seed(session)
    until = _make_room(session, ProcedureRow, on, ProcedureRow.code == procedure.code)
    session.add(
        ProcedureRow(
            scope=procedure.scope, code=procedure.code, topic=procedure.topic, partner=procedure.partner,
            labels=dict(procedure.labels), phrases=dict(procedure.phrases), since=on, until=until,
        )
    )  # fmt: skip
    session.flush()
    config_revision.raise_revision(session)


def remove_procedure(session: Session, code: str, on: date) -> bool:
    """No longer recorded from that day on, whatever was planned; False when there is none."""
    seed(session)
    gone = _end(session, ProcedureRow, on, ProcedureRow.code == code)
    config_revision.raise_revision(session)
    return gone


def name_partner(
    session: Session, code: str, name: str, scope: str, on: date, phrases: Mapping[str, str] = NO_PHRASES
) -> None:
    """From that day on a partner has this name, until another that is planned; its earlier name stays with its time."""
    seed(session)
    until = _make_room(session, PartnerName, on, PartnerName.code == code)
    session.add(PartnerName(code=code, name=name, phrases=dict(phrases), scope=scope, since=on, until=until))
    session.flush()
    config_revision.raise_revision(session)


def end_partner(session: Session, code: str, on: date) -> bool:
    """No longer a partner from that day on, whatever was planned; False when there is none."""
    seed(session)
    gone = _end(session, PartnerName, on, PartnerName.code == code)
    config_revision.raise_revision(session)
    return gone


def partner_times(session: Session) -> list[PartnerName]:
    """Every name a partner has, had or will have, by code and time."""
    written = list(session.scalars(select(PartnerName).order_by(PartnerName.code, PartnerName.since)))
    return written or sorted(packaged_partner_names(), key=lambda row: (row.code, row.since))


def topic_of(row: TopicRow) -> Topic:
    """The same as a plain value."""
    return Topic(
        row.keys,
        row.code,
        row.labels,
        partners=tuple(row.partners),
        keywords={n: tuple(words) for n, words in row.keywords.items()},
        sheet=row.sheet,
        names=row.names,
    )


def _holding(query, table, on: date):  # type: ignore[no-untyped-def]  # one line for three tables of the same shape
    return query.where(table.since <= on, table.until.is_(None) | (table.until >= on))


def _make_room(session: Session, table, on: date, *which) -> date | None:  # type: ignore[no-untyped-def]
    """Ends what holds that day the day before; what began on that very day never held and is deleted. The last day of
    what comes in its place: that of what it replaces, or the one before what is planned for later."""
    held = session.scalars(_holding(select(table), table, on).where(*which)).all()
    planned = session.scalar(select(func.min(table.since)).where(table.since > on, *which))
    last = [row.until for row in held if row.until] + ([planned - timedelta(days=1)] if planned else [])
    for row in held:
        if row.since == on:
            session.delete(row)
        else:
            row.until = on - timedelta(days=1)
    session.flush()
    return min(last, default=None)


def _end(session: Session, table, on: date, *which) -> bool:  # type: ignore[no-untyped-def]
    """Ends what holds that day the day before, and deletes what would begin from then on."""
    never = session.scalars(select(table).where(table.since >= on, *which)).all()
    for row in never:
        session.delete(row)
    session.flush()
    ended = update(table).where(table.until.is_(None) | (table.until >= on), *which)
    return bool([*never, *session.scalars(ended.values(until=on - timedelta(days=1)).returning(table.id))])


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None
