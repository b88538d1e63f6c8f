"""The report's table: small counts kept back, one head, and every line says what it is of."""

from datetime import date

import pytest
import time_machine
from sqlalchemy import update

from callcenter.db import transaction
from callcenter.records import directory
from callcenter.rules.published_measures import MEASURES, ROUNDED_TO
from tests.callcenter.web.conftest import SignIn
from tests.support.october import OCTOBER, csv_of
from tests.support.recount import instant
from tests.support.town import settle


def test_what_is_published_keeps_small_counts_back(sign_in: SignIn, october: None) -> None:
    settle("root", role="admin")
    rows = csv_of(sign_in("root"), first="2026-10-10", last="2026-10-10")
    persons = [row for row in rows if row["tableau"] != "opening"]
    cells = [row[column] for row in persons for column in row if column.startswith(("téléphone", "guichet"))]
    assert "<11" in cells
    assert not [cell for cell in cells if cell.isdigit() and (0 < int(cell) < 11 or int(cell) % ROUNDED_TO)]
    month = {row["code"]: row for row in csv_of(sign_in("root")) if row["tableau"] == "measure"}
    rate, part, of = (month["recorded"][f"téléphone{end}"] for end in ("", ", nombre", ", sur"))
    assert float(rate.replace(",", ".")) == pytest.approx(int(part) / int(of), abs=0.0001)


def test_a_mean_of_a_few_and_the_longest_wait_are_kept_out_of_the_table(sign_in: SignIn, october: None) -> None:
    """One day of one department: few people. The month of the nation: many, and still one who waited longest."""
    settle("root", role="admin")
    root = sign_in("root")
    told = {"mean_wait", "median_wait", "p90_wait", "longest_wait", "handling_time", "callback_attempts", "occupancy"}
    for asked, shown in (({"first": "2026-10-10", "last": "2026-10-10", "territory": "46"}, set()), ({}, told)):
        rows = {row["code"]: row for row in csv_of(root, **asked) if row["code"] in told}
        assert rows.keys() == told
        for code, row in rows.items():
            value = row["téléphone"]
            assert value in ("", "masqué") or code in shown - {"longest_wait", "occupancy"}, (code, row)
        assert rows["longest_wait"]["téléphone"] in ("", "masqué")
        if shown:
            wait = rows["mean_wait"]
            assert int(wait["téléphone"]) % ROUNDED_TO == 0
            assert int(wait["téléphone, sur"]) % ROUNDED_TO == 0
            assert rows["longest_wait"]["téléphone"] == "masqué"
    page = root.get("/reports", params=OCTOBER).text
    assert "Attente la plus longue" in page  # exact there, for those entitled


def test_each_measure_has_the_period_before_beside_it_as_the_page_has(sign_in: SignIn, october: None) -> None:
    """As the table of that period alone tells it, so that nothing more is told; of nothing before, nothing."""
    settle("root", role="admin")
    root = sign_in("root")
    half = {"first": "2026-10-16", "last": "2026-10-31", "territory": "R76"}
    rows = [row for row in csv_of(root, **half) if row["tableau"] == "measure"]
    (before,) = {(row["période d'avant, du"], row["période d'avant, au"]) for row in rows}
    assert before == ("2026-09-30", "2026-10-15")
    alone = csv_of(root, **half | {"first": before[0], "last": before[1]})
    of_then = {row["code"]: row for row in alone if row["tableau"] == "measure"}
    columns = [f"{side}{end}" for side in ("téléphone", "guichet") for end in ("", ", nombre", ", sur")]
    assert [row["code"] for row in rows] == [each.code for each in MEASURES]
    for row in rows:
        then = of_then[row["code"]]
        assert [row[f"{column}, période d'avant"] for column in columns] == [then[column] for column in columns]
    assert any(row["téléphone, période d'avant"] not in ("", "0", row["téléphone"]) for row in rows)
    others = [row for row in csv_of(root, **half) if row["tableau"] != "measure"]
    assert not [row for row in others for column in columns if row[f"{column}, période d'avant"]]


def test_every_line_of_the_table_says_what_it_is_of_and_so_does_the_file(sign_in: SignIn, october: None) -> None:
    settle("root", role="admin")
    settle("ines", role="supervisor", departments=["46", "12"])
    columns = ("du", "au", "territoire", "partenaire", "canal", "état", "définitif depuis", "corrigé le")

    def told(login: str, **asked: str) -> tuple[tuple[str, ...], str]:
        client = sign_in(login)
        (about,) = {tuple(row[column] for column in columns) for row in csv_of(client, **asked)}
        headers = client.get("/reports/figures.csv", params=OCTOBER | asked).headers
        return about, headers["content-disposition"].partition("filename=")[2].strip('"')

    period, part = ("2026-10-01", "2026-10-31"), "Occitanie (départements 12, 46 seulement)"
    assert told("root") == (
        (*period, "Toute la France", "Tous les partenaires", "Les deux", "provisoire", "", ""),
        "france-services-toute-la-france-2026-10-01-2026-10-31.csv",
    )
    assert told("ines", territory="R76", partner="caf", side="front_desk") == (
        (*period, part, "Allocations familiales (CNAF / CAF)", "Guichet", "provisoire", "", ""),
        "france-services-occitanie-departements-12-46-seulement-caf-guichet-2026-10-01-2026-10-31.csv",
    )
    with time_machine.travel(instant(2026, 11, 20), tick=True):
        settle("vera", role="admin")
        lot, file = told("vera", territory="46", partner="sans")
        assert lot == (*period, "Lot (46)", "Sans partenaire", "Les deux", "définitif", "2026-11-09", "")
        assert file == "france-services-lot-46-sans-2026-10-01-2026-10-31.csv"
        assert told("vera", territory="974")[1] == "france-services-la-reunion-974-2026-10-01-2026-10-31.csv"


def test_a_partner_that_ended_within_the_period_keeps_its_name_in_it(sign_in: SignIn, october: None) -> None:
    settle("root", role="admin")
    root = sign_in("root")
    with transaction() as session:
        directory.seed(session)
        session.execute(
            update(directory.PartnerName)
            .where(directory.PartnerName.code == "caf", directory.PartnerName.until.is_(None))
            .values(until=date(2026, 10, 20), name="Caf de toujours")
        )
    names = [row["libellé"] for row in csv_of(root) if (row["tableau"], row["code"]) == ("partner", "caf")]
    assert names == ["Caf de toujours"]
    page = root.get("/reports", params=OCTOBER | {"partner": "caf"})
    assert '<option value="caf" selected>Caf de toujours</option>' in page.text
    assert root.get("/reports", params={"first": "2026-10-21", "partner": "caf"}).status_code == 422
