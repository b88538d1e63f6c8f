"""Totals of the sites."""

from datetime import date

from callcenter.db import reading
from callcenter.records.figures import totals
from callcenter.rules.published_measures import SIDES
from callcenter.rules.tally import whole
from tests.support.world import PARTNERS


def test_the_sites_of_one_partner_are_counted_as_those_of_all(october: None) -> None:
    """Démarches of no partner and of each partner make up what all the sites' lines say."""
    first, last, channels = date(2026, 10, 1), date(2026, 10, 31), (*SIDES["phone"], *SIDES["front_desk"])
    with reading() as session:
        every = totals.by_site(session, first, last, None, channels, None)
        parts = [totals.by_site(session, first, last, None, channels, partner) for partner in PARTNERS]
        halves = [
            totals.by_site(session, begins, ends, None, channels, "caf")
            for begins, ends in ((first, date(2026, 10, 15)), (date(2026, 10, 16), last))
        ]
    (caf,) = (part for partner, part in zip(PARTNERS, parts, strict=True) if partner == "caf")
    assert caf == {key: whole(half[key] for half in halves if key in half) for key in {*halves[0], *halves[1]}}
    for key, tally in every.items():
        mine = [part[key] for part in parts if key in part]
        assert sum(each.settled for each in mine) == tally.settled
        assert sum(each.settlement_known for each in mine) == tally.settlement_known
    assert sum(tally.settlement_known for tally in every.values()) > 0
    assert {site for site, _ in every} == {1}
