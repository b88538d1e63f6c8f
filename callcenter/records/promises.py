"""What would break a promise (`promises.md`), as queries: each lists the ids that break it, and finds none at rest.

The index and the carrier are seen from outside and passed in as values; what is not passed is not judged.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from callcenter.rules.state_machines import AGENT, CALL
from callcenter.rules.states import CallState

PROMISES = {
    "P1": "one place",
    "P2": "one offer",
    "P3": "nobody forgotten",
    "P4": "place kept",
    "P5": "a callback is dialled",
    "P6": "never two calls at once",
    "P7": "reached is the end",
    "P8": "one outcome",
    "P9": "the wall tells the truth",
    "P10": "webhooks commute",
    "P11": "no ghosts",
    "P12": "the trail is complete",
    "P13": "the dead get no offers",
    "P14": "nobody alone",
}


@dataclass(frozen=True)
class Outside:
    """What the index and the carrier show now. None: not known."""

    standing: Collection[str] | None = None  # calls in a queue or under a reservation
    free: Collection[str] | None = None  # agents whom the index would propose a call
    silent: Collection[str] | None = None  # agents on duty in the index, without a heartbeat for longer than allowed
    lines: Collection[str] | None = None  # the carrier's ids of its live calls


@dataclass(frozen=True)
class Breach:
    """One way in which a promise is broken, and by what."""

    promise: str
    what: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """`sql` gives one id a row. `needs`: the part of Outside it compares with."""

    promise: str
    what: str
    sql: str
    needs: str | None = None


def broken(session: Session, at: datetime, outside: Outside = Outside()) -> list[Breach]:
    """Everything that breaks a promise at `at`; nothing when all are kept."""
    seen = {name: list(value) for name, value in vars(outside).items() if value is not None}
    values = {"at": at, "call_arrows": CALL_ARROWS, "agent_arrows": AGENT.arrows(), **seen}
    breaches = []
    for query in QUERIES:
        if query.needs is None or query.needs in seen:
            asked = text(query.sql)
            found = session.scalars(asked, {name: values[name] for name in asked.compile().params})
            if ids := tuple(str(i) for i in found):
                breaches.append(Breach(query.promise, query.what, ids))
    return breaches


def counts(breaches: Collection[Breach]) -> dict[str, int]:
    """How many ids break each promise; every promise has its count."""
    found = Counter(dict.fromkeys(PROMISES, 0))
    for breach in breaches:
        found[breach.promise] += len(breach.ids)
    return dict(found)


CALL_ARROWS = [*CALL.arrows(), f" {CallState.MENU}", f" {CallState.WAITING}"]  # a ring; a callback that is due

# noun, table, the column that holds its state, and the state in which it begins without an event
NOUNS = (
    ("call", "calls", "state", ""),
    ("agent", "agents", "state", "offline"),
    ("offer", "offers", "state", ""),
    ("leg", "legs", "state", ""),
    ("monitor", "(select * from legs where mode is not null)", "mode", ""),
    ("consult", "consults", "state", ""),
    # an import's contacts are born recorded, and its own row says when and by whom
    ("contact", "(select * from contacts where site_reference is null)", "due", "nothing"),
    ("callback", "callbacks", "state", ""),
    ("attempt", "attempts", "coalesce(outcome, 'dialling')", ""),
)

BEGINNINGS = " ".join(f"when '{noun}' then '{begins}'" for noun, _, _, begins in NOUNS)

QUERIES = (
    Query(
        "P1",
        "a call in an agent's hands is not the one that the agent holds",
        """select c.id from calls c left join agents a on a.id = c.agent_id
           where c.state in ('offered', 'connecting', 'talking', 'wrap_up')
             and (a.call_id is distinct from c.id or a.state <> c.state)""",
    ),
    Query(
        "P1",
        "an agent holds a call that is not in their hands",
        """select a.id from agents a left join calls c on c.id = a.call_id
           where a.call_id is not null and (c.agent_id is distinct from a.id or c.state <> a.state)""",
    ),
    Query(
        "P1",
        "a waiting call belongs to somebody",
        "select id from calls where state = 'waiting' and agent_id is not null",
    ),
    Query(
        "P2",
        "an offered call has not exactly its open offer, of its epoch and agent",
        """select c.id from calls c where c.state = 'offered' and 1 <> (
             select count(*) from offers o
             where o.call_id = c.id and o.state = 'open' and o.epoch = c.epoch and o.agent_id = c.agent_id)""",
    ),
    Query(
        "P2",
        "an open offer is not of an offered call",
        """select o.id from offers o join calls c on c.id = o.call_id
           where o.state = 'open' and o.purpose = 'serve'
             and (c.state <> 'offered' or c.epoch <> o.epoch or c.agent_id is distinct from o.agent_id)""",
    ),
    Query(
        "P2",
        "a call in hand was not accepted in its present epoch",
        """select c.id from calls c where c.state in ('connecting', 'talking', 'wrap_up') and not exists (
             select from offers o
             where o.call_id = c.id and o.epoch = c.epoch and o.agent_id = c.agent_id and o.state = 'accepted'
               and o.purpose = 'serve')
             and not exists ( -- or handed over to whoever was asked along
               select from offers o join consults k on k.id = o.consult_id
               join legs l on l.id = k.leg_id and l.kind = 'serve' and l.epoch = c.epoch
               where o.call_id = c.id and o.agent_id = c.agent_id and o.state = 'accepted')""",
    ),
    Query(
        "P2",
        "a colleague is asked for help that is not open, or is not the one asked",
        """select o.id from offers o join consults k on k.id = o.consult_id join agents a on a.id = o.agent_id
           where o.state = 'open' and (k.state <> 'offered' or k.helper_id <> a.id or a.state <> 'asked')
           union
           select a.id from agents a where a.state in ('asked', 'helping') and not exists (
             select from consults k where k.helper_id = a.id and k.state in ('offered', 'rung', 'joined'))""",
    ),
    Query(
        "P3",
        "a call has waited 30 s and stands in no queue",
        """select c.id from calls c where c.state = 'waiting' and c.id <> all(cast(:standing as uuid[]))
             and :at - interval '30 s' > (select max(e.at) from events e where e.noun_id = c.id)""",
        needs="standing",
    ),
    Query(
        "P3",
        "an offer or a connection is 30 s past its lease",
        """select id from calls where state in ('offered', 'connecting')
             and (lease_until is null or lease_until < :at - interval '30 s')""",
    ),
    Query(
        "P4",
        "a call's arrival in the queue is not the one that it began with",
        """select c.id from calls c left join callbacks b on b.id = c.callback_id
           join lateral (select e.at from events e where e.noun = 'call' and e.noun_id = c.id and e.now = 'waiting'
                         order by e.id limit 1) first on true
           where abs(extract(epoch from first.at - c.queued_at) - coalesce(b.waited, 0)) > 0.001""",
    ),
    Query(
        "P5",
        "a callback under way has no live call",
        """select b.id from callbacks b where b.state in ('queued', 'dialling', 'talking') and not exists (
             select from calls c where c.callback_id = b.id and c.state <> 'ended')""",
    ),
    Query(
        "P5",
        "a callback is two hours late",
        """select id from callbacks where state = 'promised' and due_until < :at - interval '2 h'""",
    ),
    Query(
        "P5",
        "a callback ended without an instant",
        """select id from callbacks
           where (closed_at is null) <> (state in ('promised', 'queued', 'dialling', 'talking'))""",
    ),
    Query(
        "P6",
        "two dials to one number at once",
        "select min(cast(id as text)) from attempts where outcome is null group by number_key having count(*) > 1",
    ),
    Query(
        "P6",
        "a dial is a minute past its lease",
        "select id from attempts where outcome is null and lease_until < :at - interval '60 s'",
    ),
    Query(
        "P7",
        "dialled after it was reached",
        """select a.id from attempts a join callbacks b on b.id = a.callback_id
           where b.state = 'reached' and a.asked_at > b.closed_at""",
    ),
    Query(
        "P8",
        "an answered call ended with its outcome neither recorded, owed nor released",
        """select c.id from calls c join contacts k on k.id = c.contact_id
           where c.ending = 'answered' and k.due = 'nothing'""",
    ),
    Query(
        "P8",
        "recorded without an outcome, or an outcome without being recorded",
        """select k.id from contacts k
           where (k.due = 'recorded') <> exists (select from accompaniments a where a.contact_id = k.id)""",
    ),
    Query(
        "P8",
        "recorded twice",
        """select contact_id from accompaniments group by contact_id
           having count(distinct at) > 1 or count(distinct procedure) < count(*)""",
    ),
    Query(
        "P9",
        "the index shows a call that does not wait",
        """select c.id from calls c where c.id = any(cast(:standing as uuid[]))
             and c.state not in ('waiting', 'offered')""",
        needs="standing",
    ),
    Query(
        "P9",
        "the index shows an agent as free who is not",
        "select id from agents where id = any(cast(:free as uuid[])) and state not in ('available', 'offered')",
        needs="free",
    ),
    Query(
        "P10",
        "a change along no arrow",
        """select noun_id from events where noun = 'call' and was || ' ' || now <> all(cast(:call_arrows as text[]))
           union
           select noun_id from events
           where noun = 'agent' and was || ' ' || now <> all(cast(:agent_arrows as text[]))""",
    ),
    Query(
        "P10",
        "a contact by telephone without its call",
        """select k.id from contacts k where k.channel in ('phone', 'callback')
             and not exists (select from calls c where c.contact_id = k.id)""",
    ),
    Query(
        "P11",
        "an agent is busy 60 s after their call ended",
        """select a.id from agents a join calls c on c.id = a.call_id
           where a.state in ('offered', 'connecting', 'talking') and c.ended_at < :at - interval '60 s'
              or a.state = 'wrap_up' and c.lease_until < :at - interval '60 s'""",
    ),
    Query(
        "P11",
        "a leg lives 60 s after its call went on without it",
        """select l.id from legs l join calls c on c.id = l.call_id
           where l.state <> 'left' and (c.epoch <> l.epoch or c.state not in ('connecting', 'talking'))
             and not exists (select from consults k where k.leg_id = l.id and k.state = 'handed')
             and :at - interval '60 s' > (select max(e.at) from events e where e.noun_id = c.id)""",
    ),
    Query(
        "P11",
        "a live call whose line the carrier does not have",
        """select id from calls where state not in ('wrap_up', 'ended') and carrier_id <> all(cast(:lines as text[]))
             and arrived_at < :at - interval '60 s'""",
        needs="lines",
    ),
    Query(
        "P11",
        "a line of the carrier's that nobody here knows, or whose use has ended",
        """select line from unnest(cast(:lines as text[])) as line where not exists (
             select from calls c where c.carrier_id = line
               and (c.ended_at is null or c.ended_at > :at - interval '180 s' -- `calls.LAST_WORDS`: two questions
                 or exists (select from consults k where k.call_id = c.id and k.handed_at is not null
                   and (k.over_at is null or k.over_at > :at - interval '180 s')))
           ) and not exists (
             select from legs l where l.carrier_id = line
               and (l.left_at is null or l.left_at > :at - interval '60 s')
           ) and not exists (select from attempts t where t.carrier_id = line and t.outcome is null)
             and not exists (select from agents a where a.shift_line = line)
             and not exists (select from rings r where r.carrier_id = line)""",
        needs="lines",
    ),
    *(
        Query(
            "P12",
            f"the trail of a {noun} does not end where it is",
            f"""select t.id from {table} t left join lateral (
                  select e.now from events e
                  where e.noun = '{noun}' and e.noun_id = t.id order by e.id desc limit 1) last on true
                where coalesce(last.now, '{begins}') <> {state}""",  # noqa: S608 - our own names
        )
        for noun, table, state, begins in NOUNS
    ),
    Query(
        "P12",
        "a change does not begin where the one before it ended",
        f"""select distinct noun_id from (
              select noun_id, was, lag(now, 1, case noun {BEGINNINGS} end)
                over (partition by noun, noun_id order by id) as before from events) changes
            where was is distinct from before""",  # noqa: S608 - our own names
    ),
    Query(
        "P12",
        "a callback promised on a silence is another's, and its trail does not say who asked for it",
        """select b.id from callbacks b where b.source <> 'silence'
             and exists (select from events e where e.noun = 'callback' and e.noun_id = b.id and e.why = 'silence')
             and not exists (select from events e
               where e.noun = 'callback' and e.noun_id = b.id and e.why = 'asked_for_after_all')""",
    ),
    Query(
        "P13",
        "an agent without a heartbeat may be offered a call",
        "select id from agents where id = any(cast(:silent as uuid[])) and state in ('available', 'offered')",
        needs="silent",
    ),
    Query(
        "P14",
        "a conversation has nobody in the room who serves it",
        """select c.id from calls c where c.state = 'talking' and not exists (
             select from legs l where l.call_id = c.id and l.kind = 'serve' and l.epoch = c.epoch
               and l.agent_id = c.agent_id and l.state = 'joined')""",
    ),
    Query(
        "P14",
        "a citizen has been alone for 10 s",
        "select id from calls where alone_since < :at - interval '10 s'",
    ),
    Query(
        "P14",
        "a citizen is on the line whose agent's line the carrier does not have",
        """select c.id from calls c join legs l on l.call_id = c.id and l.kind = 'serve' and l.epoch = c.epoch
           where c.state = 'talking' and c.carrier_id = any(cast(:lines as text[]))
             and l.carrier_id <> all(cast(:lines as text[]))
             and :at - interval '10 s' > (select max(e.at) from events e where e.noun_id = c.id)
             and :at - interval '10 s' > coalesce(l.joined_at, l.asked_at)""",
        needs="lines",
    ),
    Query(
        "P14",
        "a consult outlives its call",
        """select k.id from consults k join calls c on c.id = k.call_id
           where k.state not in ('handed', 'over') and c.state <> 'talking'""",
    ),
    Query(
        "P14",
        "a citizen who was left with a partner's person has been without them for 10 s",
        """select k.id from consults k join calls c on c.id = k.call_id join legs l on l.id = k.leg_id
           where k.handed_at is not null and c.line_over_at is null and c.epoch = l.epoch
             and l.left_at < :at - interval '10 s' and l.answer_by is not null""",
    ),
    Query(
        "P14",
        "a citizen was left with a partner's person whose line the carrier does not have",
        """select k.id from consults k join calls c on c.id = k.call_id join legs l on l.id = k.leg_id
           where k.state = 'handed' and k.handed_at < :at - interval '10 s'
             and c.carrier_id = any(cast(:lines as text[])) and l.carrier_id <> all(cast(:lines as text[]))""",
        needs="lines",
    ),
    Query(
        "P13",
        "an offer is open at an agent whose connection is lost",
        """select o.id from offers o join agents a on a.id = o.agent_id
           where o.state = 'open' and a.state in ('lost', 'offline')""",
    ),
)
