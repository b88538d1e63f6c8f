"""A picture that was published, drawn again from rows: Occitanie to 1 April 2023.

1,982,080 démarches, 80 % settled in one accompaniment, 93 % very satisfied of those who answered; nationally in 2022
about 95 % satisfied. One row here stands for 640 démarches. The rows are made so that each wrong definition gives
another figure, and go through the same import and the same functions as any front desk's.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import pytest

from callcenter.db import reading, transaction
from callcenter.records import directory
from callcenter.records.figures import roll_up
from callcenter.records.figures.totals import between
from callcenter.rules import quality
from callcenter.rules.tally import Tally
from callcenter.rules.territory import TERRITORIES
from tests.callcenter.records.figures.test_roll_up import NOW
from tests.callcenter.records.test_visits import settle_sites, taken

STANDS_FOR = 640
PUBLISHED = 1_982_080
FIRST, LAST = date(2020, 1, 1), date(2023, 3, 31)
OCCITANIE = sorted(code for code, territory in TERRITORIES.items() if territory.region == "76")
OPENED, CONTINUED, ANSWERS = 2_800, 297, 1_000
SETTLED, SETTLED_LATER = 2_240, 297
VERY, RATHER = 930, 20
DEMARCHES = ("carte-grise", "aide-logement", "compte-ameli", "declaration-revenus", "inscription-emploi")


def lines() -> Iterator[dict[str, str]]:
    """2,800 démarches opened in 1,400 visits of two; 297 more that continue one of them in a visit of its own."""
    for n in range(OPENED):
        visit = n // 2
        score = 4 if visit < VERY else 3 if visit < VERY + RATHER else 2
        yield {
            "reference": f"v{visit}", "id_fs": str(1 + visit % len(OCCITANIE)), "debut": _day(visit),
            "demarche": DEMARCHES[(visit + n % 2) % 5], "issue": "accompagnement",
            "regle": "oui" if n < SETTLED else "non", "note": str(score) if visit < ANSWERS else "",
            "echelle": "4" if visit < ANSWERS else "",
        }  # fmt: skip
    for n in range(CONTINUED):
        visit = OPENED // 2 - 1 - n
        yield {
            "reference": f"again{n}", "id_fs": str(1 + visit % len(OCCITANIE)), "debut": _day(visit, 12),
            "demarche": DEMARCHES[visit % 5], "issue": "accompagnement", "regle": "oui" if n < SETTLED_LATER else "non",
            "continue": f"v{visit}",
        }  # fmt: skip


def _day(visit: int, later: int = 0) -> str:
    day = FIRST + timedelta(days=visit * 37 % ((LAST - FIRST).days - 12) + later)
    return f"{day}T{9 + visit % 8:02}:15"


@pytest.fixture
def occitanie(database: object) -> Tally:
    settle_sites([(n, department) for n, department in enumerate(OCCITANIE, 1)])
    rows = list(lines())
    Random(2023).shuffle(rows)
    assert taken(rows * 2).refused == ()
    assert taken(rows[:500]).contacts == 0
    for month in _months():
        with transaction(60) as session:
            roll_up.rebuild(session, month, NOW)
    with reading(60) as session:
        (tally,) = between(session, FIRST, LAST, departments=OCCITANIE).values()
    return tally


def _months() -> Iterator[date]:
    month = FIRST
    while month <= LAST:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)


def percent(share: quality.Share) -> int:
    assert share.value is not None
    return round(100 * share.value)


def test_the_published_picture_and_no_other(occitanie: Tally) -> None:
    assert len(OCCITANIE) == 13
    assert quality.accompaniments(occitanie) * STANDS_FOR == PUBLISHED
    assert quality.demands(occitanie) * STANDS_FOR != PUBLISHED  # contacts for démarches
    assert percent(quality.settled_in_one_contact(occitanie)) == 80
    every = quality.Share(SETTLED + SETTLED_LATER, OPENED + CONTINUED)  # continued for settled in one
    assert quality.Share(SETTLED, OPENED + CONTINUED) != quality.settled_in_one_contact(occitanie)
    assert 80 not in (percent(every), percent(quality.Share(SETTLED, OPENED + CONTINUED)))
    assert percent(quality.very_satisfied(occitanie)) == 93
    assert percent(quality.satisfied(occitanie)) == 95  # another measure
    assert quality.very_satisfied(occitanie).of == ANSWERS  # of those who answered
    assert percent(quality.Share(VERY, quality.demands(occitanie))) != 93  # not of all who came
    assert quality.answered_the_question(occitanie) == quality.Share(ANSWERS, OPENED // 2 + CONTINUED)


def test_the_picture_says_pole_emploi(database: object) -> None:
    with reading() as session:
        assert directory.partner_names(session, LAST)["france-travail"] == "Pôle emploi"
        assert directory.partner_names(session, date(2024, 1, 1))["france-travail"] == "France Travail"
