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
        if not (FIRST_DAY <= first <= last <= LAST_DAY and last - first <= LONGEST):
            raise BadPeriod
        if side not in ("", *SIDES):
            raise NoSuchPlace
        return cls(first, last, territory, partner, side)

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
