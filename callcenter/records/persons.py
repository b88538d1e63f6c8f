"""All that is held of one person, found by their number, and its erasure: on demand, or six months after their last
contact.

Erasure blanks number, pseudonym, references, notes and the carrier's ids, and leaves the anonymous fact row, so that
every figure stays rebuildable. The trail holds our own ids and codes only and is never touched. A front desk's own
reference becomes a keyed hash: its file, sent again, is still known.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import LargeBinary, delete, exists, select, text
from sqlalchemy.orm import Session

from callcenter import sealing
from callcenter.db import Base
from callcenter.phone_number import PhoneNumber
from callcenter.records.attempts import Attempt
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.records.consults import Consult
from callcenter.records.contacts import Accompaniment, Agreement, Contact
from callcenter.records.drafts import Draft
from callcenter.records.legs import Leg
from callcenter.records.shared_lines import SharedLine
from callcenter.records.site_texts import SiteText
from callcenter.records.texts import Text
from callcenter.rules.callbacks import OPEN_STATES
from callcenter.rules.consults import ConsultState
from callcenter.rules.states import CallState

KEPT = timedelta(days=183)  # six months after the last contact (`domain.md`)
_OLD = """
select c.id::text, c.pseudonym from contacts c
where c.erased_at is null and c.arrived_at < :before and (c.pseudonym is null or not exists (
  select from contacts later where later.pseudonym = c.pseudonym and later.arrived_at >= :before
) and not exists (
  select from callbacks b where b.number_key = c.pseudonym and (b.promised_at >= :before or b.state = any(:open))
))
order by c.arrived_at limit :most
"""
_OLD_CALLBACKS = """
select b.id::text from callbacks b where b.closed_at < :before and b.number_key <> '' and b.promised_at < :before
  and not exists (select from contacts c where c.pseudonym = b.number_key) limit :most
"""
_BLANK = (
    "delete from agreements where contact_id = any(cast(:ids as uuid[]))",
    "update accompaniments set notes = null where contact_id = any(cast(:ids as uuid[])) and notes is not null",
    "update consults set keys = null, taken_by = null where contact_id = any(cast(:ids as uuid[]))",
    "update legs set carrier_id = null, room = null where contact_id = any(cast(:ids as uuid[]))",
    """delete from carrier_events e using calls c
       where c.contact_id = any(cast(:ids as uuid[])) and e.resource = c.carrier_id""",
    "delete from drafts d using calls c where c.contact_id = any(cast(:ids as uuid[])) and d.carrier_id = c.carrier_id",
    "delete from site_texts t using calls c where c.contact_id = any(cast(:ids as uuid[])) and t.call_id = c.id",
    """update calls set carrier_id = null, number = null, number_key = null
       where contact_id = any(cast(:ids as uuid[]))""",
    # What the erased went on from, and what goes on from them, leads to them no more; the démarches that opened nothing
    # still do, without saying whose they are.
    """update contacts set continues = null
       where continues is not null and (id = any(cast(:ids as uuid[])) or continues = any(cast(:ids as uuid[])))""",
    # A front desk's reference becomes the same every time: `visits` knows by it what was sent before.
    """update contacts set reference = 'x' || left(replace(gen_random_uuid()::text, '-', ''), 23), pseudonym = null,
       draft = null, answers = null, erased_at = :at,
       site_reference = erased_reference(:pepper, site_id, site_reference)
       where id = any(cast(:ids as uuid[]))""",
)
_BLANK_NUMBERS = (
    "delete from texts where number_key = any(:keys)",
    "delete from drafts where number_key = any(:keys)",
    "update callbacks set asker_key = null where asker_key = any(:keys)",
)
_BLANK_CALLBACKS = (
    """delete from carrier_events e using attempts a
       where a.callback_id = any(cast(:ids as uuid[])) and e.resource = a.carrier_id""",
    """update attempts set carrier_id = null, number_key = '' where callback_id = any(cast(:ids as uuid[]))""",
    """update callbacks set number = '', number_key = '', asker_key = null, reference = ''
       where id = any(cast(:ids as uuid[]))""",
)


def pepper() -> str:
    """What makes the hash of a front desk's reference ours alone."""
    return sealing.pseudonym("a front desk's reference").hex()


def held(session: Session, number: PhoneNumber) -> dict[str, Any]:
    """Everything of one person, as plain values: by table, sealed notes opened, numbers of others left out."""
    key = sealing.pseudonym(number.e164)
    contacts = list(session.scalars(select(Contact).where(Contact.pseudonym == key).order_by(Contact.arrived_at)))
    ids = [contact.id for contact in contacts]
    calls = list(session.scalars(select(Call).where((Call.number_key == key) | Call.contact_id.in_(ids))))
    callbacks = list(session.scalars(select(Callback).where(Callback.number_key == key)))
    matters = list(session.scalars(select(Accompaniment).where(Accompaniment.contact_id.in_(ids))))
    lines = [call.carrier_id for call in calls if call.carrier_id]
    own: dict[str, Sequence[Base]] = {
        "contacts": contacts,
        "accompaniments": matters,
        "agreements": list(session.scalars(select(Agreement).where(Agreement.contact_id.in_(ids)))),
        "calls": calls,
        "legs": list(session.scalars(select(Leg).where(Leg.contact_id.in_(ids)))),
        "callbacks": callbacks,
        "attempts": list(
            session.scalars(select(Attempt).where(Attempt.callback_id.in_([each.id for each in callbacks])))
        ),
        "drafts": list(session.scalars(select(Draft).where(Draft.carrier_id.in_(lines)))),
        "site_texts": list(session.scalars(select(SiteText).where(SiteText.call_id.in_([each.id for each in calls])))),
    }
    own["texts"] = list(session.scalars(select(Text).where(Text.number_key == key)))
    own["shared_lines"] = list(session.scalars(select(SharedLine).where(SharedLine.number_key == key)))
    found: dict[str, Any] = {name: [_plain(row) for row in rows] for name, rows in own.items()}
    for row, contact in zip(found["contacts"], contacts, strict=True):
        row["draft"] = contact.drafted
        row["answers"] = contact.answered
    for row, matter in zip(found["accompaniments"], matters, strict=True):
        row["notes"] = matter.noted
    typed = session.scalars(
        select(Draft.at).where(Draft.number_key.in_(_readings(number)), Draft.carrier_id.not_in(lines))
    )
    found["typed_elsewhere"] = [at.isoformat() for at in typed]  # on the lines of others, which are theirs
    return {"number": number.e164, **found}


def is_on_the_line(session: Session, number: PhoneNumber) -> bool:
    """Whether this person telephones now, speaks with a partner's person whom we left them with, or waits for their
    agent to write down what they said."""
    with_partner = exists().where(Consult.call_id == Call.id, Consult.state == ConsultState.HANDED)
    live = (Call.state != CallState.ENDED) | with_partner
    theirs = select(Call.id).where(Call.number_key == sealing.pseudonym(number.e164), live)
    return session.scalar(theirs.limit(1)) is not None


def erase(session: Session, number: PhoneNumber, at: datetime) -> list[str]:
    """Blank all that is held of one person; gives their contacts."""
    key = sealing.pseudonym(number.e164)
    theirs = """select id::text from contacts where pseudonym = :key
      union select contact_id::text from calls where number_key = :key"""
    ids = list(session.scalars(text(theirs), {"key": key}))
    _blank(session, ids, [key], at)
    session.execute(delete(Draft).where(Draft.number_key.in_(_readings(number))))
    session.execute(delete(SharedLine).where(SharedLine.number_key == key))
    return ids


def _readings(number: PhoneNumber) -> list[bytes]:
    """What finds a draft of this number: of two numbers that the same figures may be the draft holds the local one."""
    twin = number.local_twin
    return [sealing.pseudonym(each.e164) for each in (number, twin) if each]


def erase_old(session: Session, at: datetime, most: int) -> int:
    """Blank what is held of persons whose last contact is older than six months, `most` contacts and as many promises
    at a time; how many there were."""
    values = {"before": at - KEPT, "most": most, "open": [state.value for state in OPEN_STATES]}
    old = session.execute(text(_OLD), values).all()
    _blank(session, [contact_id for contact_id, _ in old], [key for _, key in old if key], at)
    alone = list(session.scalars(text(_OLD_CALLBACKS), values))
    for statement in _BLANK_CALLBACKS:
        session.execute(text(statement), {"ids": alone})
    return len(old) + len(alone)


def _blank(session: Session, ids: Sequence[str], keys: Sequence[bytes], at: datetime) -> None:
    for statement in _BLANK:
        session.execute(text(statement), {"ids": list(ids), "at": at, "pepper": pepper()})
    promised = list(session.scalars(select(Callback.id).where(Callback.number_key.in_(keys))))
    for statement in _BLANK_CALLBACKS:
        session.execute(text(statement), {"ids": promised})
    for statement in _BLANK_NUMBERS:
        session.execute(text(statement), {"keys": list(keys)})


def _plain(row: Base) -> dict[str, Any]:
    """A row's columns but the sealed ones and the pseudonyms, which say nothing to its owner."""
    columns = [column for column in row.__table__.columns if not isinstance(column.type, LargeBinary)]
    values = {column.name: getattr(row, column.name) for column in columns}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
