"""The report's figures by the API and the page alike: one definition, cut to the departments of whoever looks."""

import re
from datetime import date
from html import unescape
from itertools import product

from sqlalchemy import select, update

from callcenter.db import reading, transaction
from callcenter.records.contacts import Accompaniment, Contact
from callcenter.records.figures import roll_up, tiers, totals
from callcenter.rules import quality
from callcenter.rules.published_measures import MEASURES, SIDES, published
from callcenter.rules.tally import whole
from tests.callcenter.web.conftest import SignIn
from tests.support.kept import rolled_up
from tests.support.october import NOW, OCTOBER, csv_of
from tests.support.town import settle


def test_the_figures_are_those_of_the_tiers_on_both_sides(sign_in: SignIn, october: None) -> None:
    settle("root", role="admin")
    with reading() as session:
        found = totals.between(session, date(2026, 10, 1), date(2026, 10, 31), ("channel",))
    told = sign_in("root").get("/api/figures", params=OCTOBER | {"side": "phone"}).json()
    line = whole(tally for (channel,), tally in found.items() if channel in SIDES["phone"])
    assert told["cells"][0]["figures"]["settled_in_one_contact"] == {
        "value": quality.settled_in_one_contact(line).value,
        "part": line.settled,
        "of": line.settlement_known,
    }
    assert told["cells"][0]["figures"]["offered"]["value"] == quality.offered(line)
    assert set(told["definitions"]) == {each.code for each in MEASURES}
    desk = whole(tally for (channel,), tally in found.items() if channel in SIDES["front_desk"])
    rows = {row["code"]: row for row in csv_of(sign_in("root")) if row["tableau"] == "measure"}
    told_demands = [rows["demands"][side] for side in ("téléphone", "guichet")]
    assert told_demands == [str(published(line.contacts)), str(published(desk.contacts))]
    assert rows["offered"]["guichet"] == ""


def test_a_supervisor_sees_their_departments_alone(sign_in: SignIn, october: None) -> None:
    settle("ines", role="supervisor", departments=["46"])
    settle("karim")
    ines = sign_in("ines")
    everywhere, lot, region = (
        ines.get("/api/figures", params=OCTOBER | {"territory": territory}).json() for territory in ("", "46", "R76")
    )
    assert everywhere["cells"] == lot["cells"] == region["cells"]
    for path in (
        "/api/figures", "/reports", "/reports/print", "/reports/figures.csv", "/reports/rows", "/reports/help.csv",
    ):  # fmt: skip
        refused = ines.get(path, params=OCTOBER | {"territory": "974", "measure": "demands"})
        assert refused.status_code == 403, path
        assert sign_in("karim").get(path).status_code == 403, path
    assert [
        cell["department"] for cell in ines.get("/api/figures", params=OCTOBER | {"by": "department"}).json()["cells"]
    ] == ["46"]


def test_a_region_is_named_by_what_is_counted_of_it(sign_in: SignIn, october: None) -> None:
    """Half a region never bears the whole one's name: on the page, its list, on paper, in the table, for software."""
    occitanie = ["09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "81", "82"]
    settle("ines", role="supervisor", departments=["46", "12"])
    settle("paul", role="supervisor", departments=[*occitanie, "974"])
    settle("root", role="admin")
    asked = OCTOBER | {"territory": "R76"}
    ines, part = sign_in("ines"), "Occitanie (départements 12, 46 seulement)"
    for path in ("/reports", "/reports/print", "/reports/rows"):
        page = ines.get(path, params=asked | {"measure": "demands"}).text
        assert f"· {part}" in page, path
        assert "toute la région" not in page
    assert f'<option value="R76" selected>{part}</option>' in ines.get("/reports", params=asked).text
    assert [row["libellé"] for row in csv_of(ines) if row["tableau"] == "region"] == [part]
    told = ines.get("/api/figures", params=asked).json()["territory"]
    assert told == {"code": "R76", "name": "Occitanie", "only": ["12", "46"]}
    assert "· Départements 12, 46</p>" in ines.get("/reports", params=OCTOBER).text
    # one department asked of somebody who may see them all
    lot = [row["libellé"] for row in csv_of(sign_in("root"), territory="46") if row["tableau"] == "region"]
    assert lot == ["Occitanie (département 46 seulement)"]
    for login, everywhere in (("paul", "· Départements 09, 11, 12, "), ("root", "· Toute la France<")):
        whole_of_it = sign_in(login)
        page = whole_of_it.get("/reports", params=asked).text
        assert "· Occitanie</p>" in page
        assert "Occitanie : toute la région</option>" in page
        assert whole_of_it.get("/api/figures", params=asked).json()["territory"]["only"] == []
        page = whole_of_it.get("/reports", params=OCTOBER).text
        assert everywhere in page
        assert '<th scope="row">Occitanie</th>' in page.replace("\n", "")


def test_cells_add_up_whatever_they_are_cut_by(sign_in: SignIn, october: None) -> None:
    settle("root", role="admin")
    root = sign_in("root")

    def count(measure: str, **asked: str) -> float:
        cells = root.get("/api/figures", params=OCTOBER | asked).json()["cells"]
        return sum(cell["figures"][measure]["value"] or 0 for cell in cells)

    for partner, measure in product(("", "caf", "sans"), ("demands", "accompaniments")):
        for cut in ("day", "month", "department", "channel"):
            assert count(measure, partner=partner, by=cut) == count(measure, partner=partner) > 0, (measure, cut)
    told = root.get("/api/figures", params=OCTOBER | {"partner": "caf"}).json()["cells"][0]["figures"]
    assert "offered" not in told


def test_a_cut_of_too_many_cells_is_refused_in_words(sign_in: SignIn, october: None) -> None:
    settle("root", role="admin")
    settle("ines", role="supervisor", departments=["46"])
    year = {"first": "2025-11-01", "last": "2026-10-31", "by": ["day", "department"]}
    refused = sign_in("root").get("/api/figures", params=year)
    assert refused.status_code == 422
    assert "trop de cellules" in refused.text
    assert sign_in("ines").get("/api/figures", params=year).status_code == 200
    by_month = year | {"by": ["month", "department", "channel"]}
    assert sign_in("root").get("/api/figures", params=by_month).status_code == 200
    assert sign_in("root").get("/api/figures", params={"partner": "nobody"}).status_code == 422


def test_a_period_that_makes_no_sense_is_refused_in_words(sign_in: SignIn, october: None) -> None:
    settle("root", role="admin")
    root = sign_in("root")
    for asked, why in (
        ({"first": "2026-10-31", "last": "2026-10-01"}, "La fin précède le début"),
        ({"first": "pas une date"}, "Ce jour n&#39;existe pas"),
        ({"first": "1990-01-01"}, "trop lointain"),
    ):
        assert why in root.get("/reports", params=asked).text
    for asked in ({"territory": "999"}, {"partner": "nobody"}, {"side": "fax"}):
        assert root.get("/reports", params=asked).status_code == 422
    assert root.get("/reports").status_code == 200
    before = root.get("/reports", params={"first": "2023-05-01", "last": "2023-05-31"}).text
    assert "Pôle emploi" in before
    assert "Réglées en un seul contact" in root.get("/reports/definitions").text
    assert "/api/figures" in root.get("/api/openapi.json").json()["paths"]


def test_a_demarche_has_the_name_of_the_period(sign_in: SignIn, october: None) -> None:
    """As Pôle emploi is named in a report for 2023: a new name is of its days, and a démarche that ended keeps its."""
    settle("root", role="admin")
    root = sign_in("root")
    each = root.get("/api/admin/directory/N").json()["procedures"][0]
    was = each["labels"]["fr"]
    with transaction() as session:
        contact = session.scalars(select(Contact).where(Contact.local_day == date(2026, 10, 6))).first()
        assert contact is not None
        session.add(
            Accompaniment(
                contact_id=contact.id, partner=each["partner"], procedure=each["code"], outcome="information",
                settled=True, at=contact.arrived_at,
            )
        )  # fmt: skip
        roll_up.mark(session, [contact.local_day])
    rolled_up(NOW)

    def told(last: str) -> set[str]:
        period = {"first": "2026-10-01", "last": last}
        page = root.get("/reports", params=period).text
        (shown,) = re.findall(
            rf'<th scope="row">([^<]+)</th>(?=(?:(?!</tr>).)*procedure={each["code"]}")', page, re.DOTALL
        )
        rows = root.get("/reports/rows", params=period | {"measure": "accompaniments", "procedure": each["code"]}).text
        (heading,) = re.findall(r'class="wall__scope">.* · ([^<]+)</p>', rows)
        (listed,) = [row["libellé"] for row in csv_of(root, **period) if row["code"] == each["code"]]
        assert f"{shown} : information" in rows
        return {unescape(shown), unescape(heading), listed}

    assert told("2026-10-31") == told("2026-11-02") == {was}
    put = {"scope": "N", "code": each["code"], "topic": each["topic"], "partner": each["partner"]}
    for name, since in (("Nom de novembre", "2026-11-02"), ("Nom de décembre", "2026-12-01")):
        labels = {"fr": name, "en": "Its name"}
        root.put("/api/admin/directory/procedures", json=put | {"labels": labels, "since": since}).raise_for_status()
    assert told("2026-10-31") == told("2026-11-01") == {was}
    assert told("2026-11-02") == told("2026-11-30") == {"Nom de novembre"}
    assert told("2026-12-01") == {"Nom de décembre"}
    removed = {"code": each["code"], "since": "2026-11-20"}
    root.post("/api/admin/directory/procedures/remove", json=removed).raise_for_status()
    assert told("2026-10-31") == {was}
    assert told("2026-11-30") == told("2026-12-31") == {"Nom de novembre"}


def test_the_rules_named_are_those_that_counted_the_rows(sign_in: SignIn, october: None) -> None:
    """Not today's: days that were counted by an earlier version say so, in their month too."""
    settle("root", role="admin")
    root = sign_in("root")
    with transaction() as session:
        session.execute(update(tiers.DAYS).where(tiers.DAYS.c.day < date(2026, 10, 10)).values(policy="2025.9"))
        roll_up.mark(session, [date(2026, 10, 20)])
    rolled_up(NOW)
    for first, last, territory, versions in (
        ("2026-10-01", "2026-10-31", "", ["2025.9", "2026.1"]),
        ("2026-10-01", "2026-10-31", "46", ["2025.9", "2026.1"]),
        ("2026-10-01", "2026-10-09", "46", ["2025.9"]),
        ("2026-10-10", "2026-10-31", "", ["2026.1"]),
        ("2026-08-01", "2026-08-31", "", []),
    ):
        asked = {"first": first, "last": last, "territory": territory}
        assert root.get("/api/figures", params=asked).json()["policies"] == versions, asked
        page = root.get("/reports", params=asked).text
        assert re.findall("Règles de calcul : version ([^<]+?)\\. ", page) == (
            [", ".join(versions)] if versions else []
        )
        assert {row["règles de calcul"] for row in csv_of(root, **asked)} == {", ".join(versions)}
