"""The board: everything the supervisors' wall shows, in one query, so that its parts are of the same instant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

OWED_SHOWN = 500
LATELY = timedelta(seconds=15)  # longer than the figures of the last hour are old
PHOTOGRAPH = text(
    """
    select statement_timestamp() as at,
      (select coalesce(json_agg(w), '[]') from (
         select department, topic, language, count(*) as waiting, min(coalesce(heard_until, queued_at)) as oldest,
                bool_or(for_anybody) as for_anybody
         from calls where state = 'waiting' group by department, topic, language) w) as waiting,
      (select coalesce(json_agg(a order by a.since), '[]') from (
         select agents.id, agents.name, agents.department, agents.state, agents.since, agents.pause_reason,
                agents.topics, agents.languages, calls.topic as topic, calls.contact_id, calls.private,
                coalesce(contacts.distress, false) as distress,
                coalesce(m.monitors, '[]') as monitors, h.desk as help, h.state as help_state
         from agents left join calls on calls.id = agents.call_id
         left join contacts on contacts.id = calls.contact_id
         left join (
           select legs.call_id,
             json_agg(
               json_build_object('name', s.name, 'mode', coalesce(legs.told, legs.mode), 'state', legs.state)
               order by legs.asked_at) as monitors
           from legs join agents s on s.id = legs.agent_id
           where legs.kind = 'monitor' and legs.state <> 'left' group by legs.call_id
         ) m on m.call_id = calls.id
         left join consults h on h.call_id = calls.id and calls.state = 'talking'
           and h.state not in ('over', 'handed')
         where agents.state <> 'offline') a) as agents,
      (select coalesce(json_agg(o order by o.owed_at), '[]') from (
         select contacts.id, contacts.reference, contacts.topic, contacts.owed_at, agents.name, agents.department
         from contacts join agents on agents.id = contacts.agent_id
         where contacts.due = 'owed' order by contacts.owed_at limit :owed_shown) o) as owed,
      (select coalesce(json_agg(distinct department), '[]') from calls
         where arrived_at > statement_timestamp() - cast(:lately as interval)) as lately
    """
)

MINUTES = text(
    """
    select department, date_trunc('minute', arrived_at) as minute, count(*) as offered,
      count(*) filter (where talking_at is not null) as answered,
      count(*) filter (where ending in ('abandoned', 'short_abandon')) as abandoned
    from calls where channel = 'phone' and arrived_at >= :since group by 1, 2
    """
)


@dataclass(frozen=True)
class Minute:
    """Calls of one department that arrived in one minute, and what has become of them."""

    department: str
    minute: datetime
    offered: int
    answered: int
    abandoned: int


@dataclass(frozen=True)
class Waiting:
    """Calls waiting for one matter in one department of the citizens'. `for_anybody`: no account serves it."""

    department: str
    topic: str
    language: str
    waiting: int
    oldest: datetime
    for_anybody: bool = False


@dataclass(frozen=True)
class Monitor:
    """A supervisor in an agent's conversation: how, and whether they are in it yet."""

    name: str
    mode: str
    state: str


@dataclass(frozen=True)
class AtPost:
    """One member of staff on duty or lost. `topic`, `contact_id`: of the call in hand, whose citizen may refuse to be
    listened to (`private`), or is in `distress`. `help`: whom
    they ask along, empty for whoever is free; `is_helped`: they are in the room."""

    id: str
    name: str
    department: str
    state: str
    since: datetime
    reason: str | None
    topic: str | None
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    contact_id: str | None = None
    private: bool = False
    monitors: tuple[Monitor, ...] = ()
    distress: bool = False
    help: str | None = None
    is_helped: bool = False


@dataclass(frozen=True)
class Owed:
    """A contact whose outcome is overdue, with the agent who owes it."""

    contact_id: str
    reference: str
    topic: str | None
    since: datetime
    agent: str
    department: str


@dataclass(frozen=True)
class Photograph:
    """One instant of the whole service. `lately`: departments of whoever called within a few seconds."""

    at: datetime
    waiting: tuple[Waiting, ...]
    agents: tuple[AtPost, ...]
    owed: tuple[Owed, ...]
    lately: frozenset[str] = frozenset()


def photograph(session: Session) -> Photograph:
    """One query, whatever the number of supervisors."""
    row = session.execute(PHOTOGRAPH, {"owed_shown": OWED_SHOWN, "lately": LATELY}).one()
    return Photograph(
        at=row.at,
        waiting=tuple(
            Waiting(w["department"], w["topic"], w["language"], w["waiting"], _instant(w["oldest"]), w["for_anybody"])
            for w in row.waiting
        ),
        agents=tuple(_at_post(a) for a in row.agents),
        owed=tuple(
            Owed(o["id"], o["reference"], o["topic"], _instant(o["owed_at"]), o["name"], o["department"])
            for o in row.owed
        ),
        lately=frozenset(row.lately),
    )


def minutes(session: Session, since: datetime) -> list[Minute]:
    """The curve of the line since an instant, minutes in which nobody called left out."""
    return [Minute(*row) for row in session.execute(MINUTES, {"since": since})]


def _at_post(row: dict[str, Any]) -> AtPost:
    return AtPost(
        id=row["id"],
        name=row["name"],
        department=row["department"],
        state=row["state"],
        since=_instant(row["since"]),
        reason=row["pause_reason"],
        topic=row["topic"],
        topics=tuple(row["topics"]),
        languages=tuple(row["languages"]),
        contact_id=row["contact_id"],
        private=bool(row["private"]),
        monitors=tuple(Monitor(**each) for each in row["monitors"]),
        distress=row["distress"],
        help=row["help"],
        is_helped=row["help_state"] == "joined",
    )


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written)
