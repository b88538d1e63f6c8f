"""The sites of the network, as the national list last gave them, and the rounds of its buses.

A list is taken in at once: staged, compared and written by whole sets in one transaction. A site that the list no
longer names is kept, marked as gone; one that comes back is the same site. A site's number is public.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    Computed,
    Float,
    Identity,
    Index,
    String,
    Text,
    and_,
    case,
    delete,
    false,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from callcenter.db import Base
from callcenter.errors import Refusal
from callcenter.records import config_revision
from callcenter.records.sessions import Changes
from callcenter.rules.national_list import ListedSite
from callcenter.rules.plain_text import MOST_WORDS, place_words
from callcenter.rules.rounds import Bus, Stop
from callcenter.rules.site_hours import osm

MOST_GONE = 0.1  # of the sites we know: a list without more of them than this was probably cut
STAGED_AT_ONCE = 500
MOVING = ("Bus_équivalent", "Itinérante")  # formats
COLUMNS = (
    "name", "address", "postal_code", "city", "department", "phone", "mail", "week", "by_appointment", "comment",
    "kind", "format", "grouping", "label", "latitude", "longitude", "doubts",
)  # fmt: skip
WRITTEN = ("id", "first_listed_at", "changed_at", *COLUMNS)


WORDS = "place_words(name || ' ' || city || ' ' || address || ' ' || mail || ' ' || \"grouping\" || ' ' || comment)"


class TooManyGone(Refusal):
    """Cette liste ne contient plus une grande partie des sites connus : rien n'a été changé."""

    status = 422
    english = "This list no longer has many of the sites we know: nothing was changed."


class Site(Base):
    """One site, by the national list's own key. `week`: seven days of spans; `comment` is shown, never interpreted."""

    __tablename__ = "sites"
    __table_args__ = (
        CheckConstraint("latitude between -90 and 90 and longitude between -180 and 180", name="sites_place"),
        CheckConstraint("jsonb_typeof(week) = 'array' and jsonb_array_length(week) in (0, 7)", name="sites_week"),
        Index("sites_by_department", "department", "city", postgresql_where="gone_at is null"),
        Index("sites_by_postal_code", "postal_code", postgresql_where="gone_at is null"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    postal_code: Mapped[str] = mapped_column(String(10))
    city: Mapped[str] = mapped_column(Text)
    department: Mapped[str] = mapped_column(String(7))
    phone: Mapped[str] = mapped_column(String(40))  # E.164; as written when it cannot be read; empty: none
    mail: Mapped[str] = mapped_column(Text)
    week: Mapped[list[Any]] = mapped_column(JSONB)
    by_appointment: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(Text)
    grouping: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    doubts: Mapped[list[str]] = mapped_column(ARRAY(Text))
    words: Mapped[str] = mapped_column(Text, Computed(WORDS, persisted=True))  # what a search looks through
    first_listed_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]


class Round(Base):
    """One regular stop of a bus or an itinerant site. `hours`: OSM syntax, local; `weeks`: all, odd or even."""

    __tablename__ = "rounds"
    __table_args__ = (
        CheckConstraint("weeks in ('all', 'odd', 'even')", name="rounds_weeks"),
        Index("rounds_by_department", "department"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    operator: Mapped[str] = mapped_column(Text)
    town: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    postal_code: Mapped[str] = mapped_column(String(5))
    department: Mapped[str] = mapped_column(String(7))
    phone: Mapped[str] = mapped_column(String(40))
    hours: Mapped[str] = mapped_column(Text)
    weeks: Mapped[str] = mapped_column(String(4))

    @property
    def stop(self) -> Stop:
        """The same as a plain value."""
        return Stop(**{part.name: getattr(self, part.name) for part in fields(Stop)})


@dataclass(frozen=True)
class SiteName:
    """A site as one chooses it from many."""

    id: int
    name: str
    city: str
    department: str

    def __str__(self) -> str:
        return f"{self.name}, {self.city} ({self.department}) n° {self.id}"


@dataclass(frozen=True)
class ListChanges:
    """What a list changed: ids of sites new, changed, gone and back; `same`: how many stayed as they were; `fields`: by
    site that was known, what was and what is, as text."""

    new: tuple[int, ...]
    changed: tuple[int, ...]
    gone: tuple[int, ...]
    back: tuple[int, ...]
    same: int
    fields: Mapping[int, Changes]

    @property
    def kinds(self) -> Mapping[str, tuple[int, ...]]:
        """The sites that are not as they were, by what became of them."""
        return {"new": self.new, "changed": self.changed, "gone": self.gone, "back": self.back}


def import_list(
    session: Session,
    listed: Sequence[ListedSite],
    at: datetime,
    *,
    all_that_go: bool = False,
    progress: Callable[[int], None] = lambda _count: None,
) -> ListChanges:
    """Makes the table what the list says. Raises TooManyGone unless `all_that_go`. `progress` hears of each batch."""
    session.execute(text("set local statement_timeout = '60s'"))
    session.execute(text("lock table sites in share row exclusive mode"))  # one import at a time; reading goes on
    session.execute(text("create temporary table staged (like sites including generated) on commit drop"))
    stage = text(
        f"insert into staged (id, first_listed_at, changed_at, {', '.join(COLUMNS)}) "  # noqa: S608 - our own names
        f"values (:id, :at, :at, {', '.join('cast(:week as jsonb)' if c == 'week' else f':{c}' for c in COLUMNS)})"
    )
    for start in range(0, len(listed), STAGED_AT_ONCE):
        batch = listed[start : start + STAGED_AT_ONCE]
        session.execute(stage, [_row(site) | {"at": at} for site in batch])
        progress(len(batch))
    session.execute(text("analyze staged"))
    known = session.scalar(text("select count(*) from sites where gone_at is null")) or 0
    gone = _ids(
        session, "update sites set gone_at = :at where gone_at is null and id not in (select id from staged)", at
    )
    if len(gone) > known * MOST_GONE and not all_that_go:
        raise TooManyGone(f"({len(gone)} / {known})")
    back = _ids(
        session, "update sites set gone_at = null where gone_at is not null and id in (select id from staged)", at
    )
    fields = _differences(session)
    pairs = ", ".join(f"{c} = staged.{c}" for c in COLUMNS)
    differ = (
        f"({', '.join(f'sites.{c}' for c in COLUMNS)}) is distinct from ({', '.join(f'staged.{c}' for c in COLUMNS)})"
    )
    changed = _ids(
        session,
        f"update sites set {pairs}, changed_at = :at from staged where sites.id = staged.id and {differ}",  # noqa: S608
        at,
        "sites.id",
    )
    new = _ids(
        session,
        f"insert into sites ({', '.join(WRITTEN)}) select {', '.join(WRITTEN)} from staged where :at is not null "  # noqa: S608
        "and not exists (select from sites where sites.id = staged.id)",
        at,
    )
    config_revision.raise_revision(session)
    touched = {*changed, *back}
    same = len(listed) - len(new) - len(touched)
    return ListChanges(new, tuple(sorted(set(changed) - set(back))), gone, back, same, fields)


def near(session: Session, department: str, postal_code: str = "", limit: int = 200) -> list[Site]:
    """The sites of a department in order of town, those of the same postal code first. Never called the nearest."""
    own = (Site.postal_code == postal_code) & (Site.postal_code != "")
    listed = select(Site).where(Site.gone_at.is_(None), (Site.department == department) | own)
    return list(session.scalars(listed.order_by(own.desc(), Site.city, Site.name, Site.id).limit(limit)))


def every(session: Session) -> list[Site]:
    """Every site that is listed."""
    return list(session.scalars(select(Site).where(Site.gone_at.is_(None)).order_by(Site.city, Site.name, Site.id)))


def known(session: Session, ids: Collection[int]) -> set[int]:
    """Those of these sites that are listed."""
    return set(session.scalars(select(Site.id).where(Site.id.in_(ids), Site.gone_at.is_(None)))) if ids else set()


def get(session: Session, site_id: int) -> Site | None:
    """One site, listed or gone."""
    return session.get(Site, site_id)


def search(
    session: Session, words: str = "", department: str = "", *, doubtful_first: bool = False, limit: int = 200
) -> list[Site]:
    """Listed sites by every word of their name, town, address, mail, comment, postal code or number in the list,
    whatever the accents and hyphens, St being Saint; those of the town first, then those of the name, in order of town;
    or the oddest first."""
    plain = place_words(words)
    found = select(Site).where(Site.gone_at.is_(None))
    if department:
        found = found.where(Site.department == department)
    each = plain.split()[:MOST_WORDS]
    for word in each:
        in_text = func.strpos(Site.words, word) > 0
        found = found.where(or_(in_text, Site.postal_code.startswith(word, autoescape=True), _is_id(word)))
    order: list[Any] = [text("cardinality(doubts) desc")] if doubtful_first else []
    if each:
        order.append(_how_well(plain, each))
    return list(session.scalars(found.order_by(*order, Site.city, Site.name, Site.id).limit(limit)))


def _how_well(plain: str, each: Sequence[str]) -> ColumnElement[int]:
    """How well a site that has every word answers: its town is meant, then its name, then anything else of it."""
    town, named = func.place_words(Site.city, type_=Text), func.place_words(Site.name, type_=Text)
    return case(
        (or_(town == plain, Site.postal_code == plain, _is_id(plain)), 0),
        (town.startswith(plain, autoescape=True), 1),
        (and_(*(func.strpos(town, word) > 0 for word in each)), 2),
        (and_(*(func.strpos(town + " " + named, word) > 0 for word in each)), 3),
        else_=4,
    )


def nearest(
    session: Session, latitude: float, longitude: float, department: str = "", limit: int = 20
) -> list[tuple[Site, float]]:
    """Listed sites that say where they are, the nearest first, each with how far it is as the crow flies, in km."""
    found = select(Site, _km(latitude, longitude)).where(Site.gone_at.is_(None), Site.latitude.is_not(None))
    if department:
        found = found.where(Site.department == department)
    rows = session.execute(found.order_by(_km(latitude, longitude), Site.id).limit(limit))
    return [(row[0], row[1]) for row in rows]


def distances(session: Session, latitude: float, longitude: float, ids: Collection[int]) -> dict[int, float]:
    """How far some sites are, of those that say where they are."""
    placed = select(Site.id, _km(latitude, longitude)).where(Site.id.in_(ids), Site.latitude.is_not(None))
    return {row[0]: row[1] for row in session.execute(placed)} if ids else {}


def _km(latitude: float, longitude: float) -> ColumnElement[float]:
    """The great circle's length on a sphere of 6,371 km."""
    up = func.sin(func.radians(Site.latitude - latitude) / 2)
    along = func.sin(func.radians(Site.longitude - longitude) / 2)
    cosines = func.cos(func.radians(latitude)) * func.cos(func.radians(Site.latitude))
    return 2 * 6371 * func.asin(func.least(1.0, func.sqrt(up * up + cosines * along * along)))


def names(session: Session, ids: Collection[int] | None = None) -> list[SiteName]:
    """Listed sites, or those of these ids, in order of department, town and name."""
    listed = select(Site.id, Site.name, Site.city, Site.department)
    listed = listed.where(Site.gone_at.is_(None)) if ids is None else listed.where(Site.id.in_(ids))
    return [SiteName(*row) for row in session.execute(listed.order_by(Site.department, Site.city, Site.name, Site.id))]


def per_department(session: Session) -> dict[str, tuple[int, int]]:
    """How many sites are listed by department, and of how many something is odd."""
    odd = func.count().filter(text("cardinality(doubts) > 0"))
    counted = select(Site.department, func.count(), odd).where(Site.gone_at.is_(None)).group_by(Site.department)
    return {row[0]: (row[1], row[2]) for row in session.execute(counted)}


def import_rounds(session: Session, stops: Iterable[Stop]) -> tuple[int, int]:
    """Replaces every round of the operators named; how many there are now, and how many there were."""
    stops = list(stops)
    theirs = Round.operator.in_({stop.operator for stop in stops})
    before = len(session.scalars(delete(Round).where(theirs).returning(Round.id)).all())
    session.add_all(Round(**asdict(stop)) for stop in stops)
    session.flush()
    config_revision.raise_revision(session)
    return len(stops), before


def rounds(session: Session, department: str | None = None) -> list[Stop]:
    """The rounds of a department, or of all."""
    of = select(Round) if department is None else select(Round).where(Round.department == department)
    return [row.stop for row in session.scalars(of.order_by(Round.id))]


def buses(session: Session) -> list[Bus]:
    """Every listed site that moves."""
    moving = select(Site.id, Site.department, Site.phone).where(Site.gone_at.is_(None), Site.format.in_(MOVING))
    return [Bus(*row) for row in session.execute(moving.order_by(Site.id))]


def _differences(session: Session) -> dict[int, Changes]:
    """What the staged list says otherwise than we do, by site and column."""
    ours = ", ".join(f"sites.{c} as was_{c}, staged.{c} as now_{c}" for c in COLUMNS)
    rows = session.execute(
        text(
            f"select sites.id, {ours} from sites join staged on staged.id = sites.id "  # noqa: S608 - our own names
            f"where ({', '.join(f'sites.{c}' for c in COLUMNS)}) is distinct from "
            f"({', '.join(f'staged.{c}' for c in COLUMNS)})"
        )
    ).mappings()
    pairs = {row["id"]: {c: (row[f"was_{c}"], row[f"now_{c}"]) for c in COLUMNS} for row in rows}
    return {
        site_id: {c: (_told(c, was), _told(c, now)) for c, (was, now) in columns.items() if was != now}
        for site_id, columns in pairs.items()
    }


def _told(column: str, value: Any) -> str:
    """A value of a column as a history tells it."""
    if column == "week":
        return osm(value)
    if column == "doubts":
        return str(len(value))
    return "" if value is None else str(value)


def _is_id(word: str) -> ColumnElement[bool]:
    return Site.id == int(word) if word.isascii() and word.isdigit() and len(word) < 10 else false()


def _row(site: ListedSite) -> dict[str, Any]:
    own = {"grouping": site.group, "week": json.dumps(site.week), "doubts": list(site.doubts)}
    return own | {name: getattr(site, name) for name in ("id", *COLUMNS) if name not in own}


def _ids(session: Session, statement: str, at: datetime, returning: str = "id") -> tuple[int, ...]:
    return tuple(sorted(session.scalars(text(f"{statement} returning {returning}"), {"at": at})))
