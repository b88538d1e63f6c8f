"""What a report is asked about: a period, a territory, a partner, a side; and what may be asked."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from callcenter import clock
from callcenter.db import Session, reading
from callcenter.errors import NotAllowed, Refusal
from callcenter.records import directory
from callcenter.records.figures import tiers
from callcenter.rules.published_measures import DESK, PHONE, SIDES
from callcenter.rules.report_places import ReportPlace, inside, place
from callcenter.rules.territory import TERRITORIES, UNKNOWN, national_day
from callcenter.screens.fields import FIRST_DAY, LAST_DAY
from callcenter.screens.scope import Scope

PATIENCE = 25.0  # seconds a report may take: the rows behind a figure are counted
LONGEST = timedelta(days=366 * 10)
NO_PARTNER = "sans"


class BadPeriod(Refusal):
    """Choisissez une période dont le début précède la fin, de dix ans au plus."""

    # its code says of which field: `period_first`, `period_last` (no such day), `period_reversed`, `period_long`

    status = 422
    english = "Choose a period that begins before it ends, of ten years at most."


class NoSuchPlace(Refusal):
    """Ce territoire ou ce partenaire n'existe pas."""

    status = 422
    english = "There is no such territory or partner."


@dataclass(frozen=True)
class ReportQuery:
    """What a report is about. `territory`: a department, a region as `R76`, or empty for all that one may see."""

    first: date
    last: date
    territory: str = ""
    partner: str = ""
    side: str = ""

    @classmethod
    def of(cls, first: date | None, last: date | None, territory: str, partner: str, side: str) -> Self:
        """What was asked, this month by default. Raises BadPeriod, NoSuchPlace."""
        today = national_day(clock.now())
        last = last or max(today, first or today)
        first = first or last.replace(day=1)
        if not FIRST_DAY <= first <= LAST_DAY:
            raise BadPeriod("period_first")
        if not FIRST_DAY <= last <= LAST_DAY:
            raise BadPeriod("period_last")
        if last < first:
            raise BadPeriod("period_reversed")
        if last - first > LONGEST:
            raise BadPeriod("period_long")
        if side not in ("", *SIDES):
            raise NoSuchPlace
        return cls(first, last, territory, partner, side)

    @property
    def before(self) -> tuple[date, date]:
        """The period before, to be read beside it: as many whole months, the same days of the month before, or as many
        days."""
        first, last = self.first, self.last
        if first.day == 1 and last == _month_end(last):
            months = (last.year - first.year) * 12 + last.month - first.month + 1
            return _months_earlier(first, months), first - timedelta(days=1)
        if first.day == 1 and (first.year, first.month) == (last.year, last.month):
            begins = _months_earlier(first, 1)
            return begins, min(begins + (last - first), first - timedelta(days=1))
        return first - (last - first) - timedelta(days=1), first - timedelta(days=1)

    @property
    def channels(self) -> tuple[str, ...]:
        return SIDES[self.side] if self.side else (*SIDES[PHONE], *SIDES[DESK])

    @property
    def partner_column(self) -> str | None:
        """As the rows have it: a démarche of no partner has an empty one."""
        return {"": None, NO_PARTNER: ""}.get(self.partner, self.partner)

    def departments(self, scope: Scope) -> frozenset[str] | None:
        """The departments asked for, None for all of them. Raises NotAllowed for one of somebody else's."""
        if not self.territory:
            return scope
        wanted = inside(self.territory)
        if not wanted <= {*TERRITORIES, UNKNOWN}:
            raise NoSuchPlace
        if scope is not None and not wanted & scope:
            raise NotAllowed
        return wanted if scope is None else wanted & scope

    def place(self, scope: Scope) -> ReportPlace:
        """What the report is of, to whoever sees `scope`."""
        return place(self.territory, scope)


def _month_end(day: date) -> date:
    return tiers.following(day.replace(day=1)) - timedelta(days=1)


def _months_earlier(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def partner_names(wanted: ReportQuery) -> dict[str, str]:
    """The last name, in the period, of each who was a partner in it."""
    with reading() as session:
        return directory.partner_names_between(session, wanted.first, wanted.last)


def partners_of(session: Session, wanted: ReportQuery) -> dict[str, str]:
    """The last name, in the period, of each who was a partner in it. Raises NoSuchPlace for another."""
    names = directory.partner_names_between(session, wanted.first, wanted.last)
    if wanted.partner not in ("", NO_PARTNER, *names):
        raise NoSuchPlace
    return names


def frozen_on(wanted: ReportQuery) -> date | None:
    """When the figures of this period became final; None unless it is of whole months that have."""
    month = wanted.last.replace(day=1)
    is_whole = wanted.first.day == 1 and wanted.last + timedelta(days=1) == tiers.following(month)
    freezes = tiers.freezes_on(month)
    return freezes if is_whole and freezes < national_day(clock.now()) else None
