"""The report: the telephone beside the front desk by the same definitions, cut to the departments of whoever looks."""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html import unescape
from io import StringIO
from itertools import product
from urllib.parse import parse_qs

import pytest
import time_machine
from sqlalchemy import select, update
from starlette.testclient import TestClient

from callcenter.db import reading, transaction
from callcenter.records import directory
from callcenter.records.calls import Call
from callcenter.records.contacts import Accompaniment, Contact
from callcenter.records.figures import roll_up, rows_behind, tiers, totals
from callcenter.records.sites import Site
from callcenter.rules import quality
from callcenter.rules.published_measures import MEASURES, ROUNDED_TO, SIDES, published, published_share
from callcenter.rules.quality import Share
from callcenter.rules.tally import whole
from callcenter.screens import report_screen
from callcenter.screens.report_query import ReportQuery
from callcenter.web.pages import report_pages
from tests.callcenter.web.api.conftest import SignIn
from tests.support.kept import once, rolled_up
from tests.support.recount import instant
from tests.support.town import settle
from tests.support.world import PARTNERS, World

NOW = instant(2026, 11, 2, 12)
Browser = Callable[[], TestClient]
OCTOBER = {"first": "2026-10-01", "last": "2026-10-31"}


def site(number: int, department: str, week: list[list[tuple[str, str]]], kind: str = "Principal") -> Site:
    texts = dict.fromkeys(("address", "postal_code", "phone", "mail", "comment", "format", "grouping", "label"), "")
    return Site(
        id=number, name=f"=Site {number}", city="Cahors", department=department, week=week, kind=kind,
        by_appointment=False, doubts=[], first_listed_at=NOW, changed_at=NOW, **texts,
    )  # fmt: skip


def write() -> None:
    """Some weeks of life, rolled up; three sites of the Lot: one keeps its commitment, one does not, one need not."""
    with time_machine.travel(NOW, tick=True), transaction(60) as session:
        day = [("08:00", "12:00"), ("14:00", "16:00")]
        session.add_all(
            [
                site(1, "46", [day] * 5 + [[], []]),
                site(2, "46", [day] * 3 + [[]] * 4),
                site(3, "46", [day] * 5 + [[], []], "Antenne"),
            ]
        )
        session.flush()
        world = World(session)
        world.live(instant(2026, 10, 2), instant(2026, 11, 1), 300)
        for agent in world.agents:
            world.shift(agent, instant(2026, 10, 24, 20))
        session.execute(update(Contact).where(Contact.department == "46").values(site_id=1))
    rolled_up(NOW)


@pytest.fixture
def october(database: object) -> Iterator[None]:
    once("october", write)
    with time_machine.travel(NOW, tick=True):
        yield


def csv_of(client: TestClient, **asked: str) -> list[dict[str, str]]:
    answer = client.get("/reports/figures.csv", params=OCTOBER | asked)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))


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
    for path in ("/api/figures", "/reports", "/reports/print", "/reports/figures.csv", "/reports/rows"):
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


def test_rankings_count_every_demarche_once(october: None) -> None:
    report = report_screen.report(ReportQuery.of(date(2026, 10, 1), date(2026, 10, 31), "", "", ""), None, str)
    (line,) = (line for line in report.lines if line.measure.code == "accompaniments")
    assert isinstance(line.phone, int)
    assert isinstance(line.desk, int)
    total = line.phone + line.desk
    for bars in (report.procedures, report.partners, report.departments, report.regions, report.channels):
        assert sum(bar.phone + bar.desk for bar in bars) == total > 100
        assert [bar.phone + bar.desk for bar in bars] == sorted((bar.phone + bar.desk for bar in bars), reverse=True)
        assert [bar.share for bar in bars] == [Share(bar.phone + bar.desk, total) for bar in bars]
    assert {bar.code for bar in report.channels} == {"phone", "front_desk", "bus"}
    assert {bar.code for bar in report.regions} == {"R76", "R04", "R02", "R987", "inconnu"}


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


LINKED = re.compile(r'href="(/reports/rows\?[^"]+)">(.*?)<span class="fr-sr-only">')


def test_every_figure_leads_to_its_definition_and_to_the_rows_that_it_counts(sign_in: SignIn, october: None) -> None:
    """Every link of the report's page is followed: the rows add up to the number that leads to them."""
    settle("ines", role="supervisor", departments=["46", "974"])
    ines = sign_in("ines")
    page = ines.get("/reports", params=OCTOBER).text
    defined = ines.get("/reports/definitions").text
    codes = set(re.findall(r'href="/reports/definitions#(\w+)"', page))
    assert codes >= {each.code for each in MEASURES} | {"ranking"}
    assert all(f'id="{code}"' in defined for code in codes)
    links = {
        unescape(href): "".join(re.findall(r"[\d\u202f]+", re.sub("<[^>]+>", "", shown)[:12]))
        for href, shown in LINKED.findall(page)
    }
    measures = {parse_qs(href)["measure"][0] for href in links}
    lines = report_screen.report(
        ReportQuery.of(date(2026, 10, 1), date(2026, 10, 31), "", "", ""), frozenset(["46", "974"]), str
    ).lines
    known = [(line.measure.code, value) for line in lines for value in (line.phone, line.desk)]
    assert measures == {code for code, value in known if (value.of if isinstance(value, Share) else value)}
    assert len(measures) > len(MEASURES) / 2
    assert {"procedure", "territory", "partner", "site", "channel"} <= {key for href in links for key in parse_qs(href)}
    for href, shown in links.items():
        rows = ines.get(href)
        assert rows.status_code == 200, href
        assert "+33" not in rows.text
        if parse_qs(href)["measure"][0] in ("demands", "accompaniments", "offered", "requiring_an_agent"):
            counts = re.findall(r"<td class=\"num\"><strong>(\d+)</strong></td></tr>", rows.text.replace("\n", ""))
            assert sum(map(int, counts)) == int(shown), href
        else:
            assert rows.text.count('<th scope="row">') > 0, href
    assert ines.get("/reports/rows", params=OCTOBER | {"measure": "nothing"}).status_code == 404


def test_the_time_behind_occupancy_is_that_of_the_agents_of_the_department(sign_in: SignIn, october: None) -> None:
    settle("ines", role="supervisor", departments=["46"])
    wanted = ReportQuery.of(date(2026, 10, 1), date(2026, 10, 31), "46", "", "")
    days = report_screen.time_behind(wanted, frozenset(["46"]))
    (line,) = (line for line in report_screen.report(wanted, None, str).lines if line.measure.code == "occupancy")
    assert quality.occupancy(whole(each.tally for each in days)) == line.phone
    assert {(each.name, each.department) for each in days} == {("W0", "46")}
    page = sign_in("ines").get("/reports/rows", params=OCTOBER | {"measure": "occupancy", "side": "phone"}).text
    assert page.count('<th scope="row">W0') == len(days) > 1
    elsewhere = OCTOBER | {"measure": "occupancy", "territory": "974"}
    assert sign_in("ines").get("/reports/rows", params=elsewhere).status_code == 403


def test_the_rows_are_looked_for_further_back_when_the_latest_do_not_count(
    october: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_behind, "_WINDOW", rows_behind._WINDOW.replace("limit 5000", "limit 20"))
    monkeypatch.setattr(rows_behind, "WINDOW", 20)
    monkeypatch.setattr(rows_behind, "WINDOWS", 100)
    wanted = ReportQuery.of(date(2026, 10, 1), date(2026, 10, 31), "", "", "phone")
    _, rows, _ = report_screen.behind(wanted, "relay_handling_time", None)
    with reading() as session:
        (tally,) = totals.between(session, wanted.first, wanted.last, channels=wanted.channels).values()
    assert len(rows) == tally.relay_handled > 0


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


def test_the_curve_has_every_day_those_of_no_demand_too(october: None) -> None:
    report = report_screen.report(ReportQuery.of(date(2026, 9, 20), date(2026, 12, 31), "", "", ""), None, str)
    assert [when for when, _, _ in report.curve] == [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]
    assert report.curve[0][1:] == (0, 0) < report.curve[1][1:]
    report = report_screen.report(ReportQuery.of(date(2026, 9, 28), date(2026, 10, 4), "", "", ""), None, str)
    assert [when.day for when, _, _ in report.curve] == [28, 29, 30, 1, 2, 3, 4]
    report = report_screen.report(ReportQuery.of(date(2026, 10, 30), date(2026, 11, 30), "", "", ""), None, str)
    assert report.curve[-1][0] == NOW.date()  # not what is to come
    assert report_screen.report(ReportQuery.of(date(2026, 1, 1), date(2026, 1, 9), "", "", ""), None, str).curve == ()


def test_the_opening_commitment_and_the_sites_are_told(sign_in: SignIn, october: None) -> None:
    settle("ines", role="supervisor", departments=["46"])
    page = sign_in("ines").get("/reports", params=OCTOBER).text
    for said in ("Engagement tenu : 1 ", "Engagement non tenu : 1 ", "Horaires non connus : 0 ", "à part : 1"):
        assert said in page
    ines, defined = sign_in("ines"), '<a href="/reports/definitions#opening_commitment">'
    for said in ("Engagement tenu", "Engagement non tenu", "Horaires non connus", "Antennes, bus", "Heures", "Jours"):
        assert f"{defined}{said}" in page
    assert 'id="opening_commitment"' in ines.get("/reports/definitions").text
    opening = page.partition('id="opening"')[2]
    named = dict(re.findall(r'<th scope="row"><a href="(/sites/\d+)">(.*?)</a></th>', opening))
    assert named == {f"/sites/{number}": f"=Site {number}" for number in (1, 2, 3)}
    assert '<th scope="row"><a href="/sites/1">' in page.partition('id="sites"')[2].partition("</section>")[0]
    assert all(f">{name}</h1>" in ines.get(path).text for path, name in named.items())
    assert "/sites/" not in ines.get("/reports/print", params=OCTOBER).text.partition("<main")[2]
    sites = [row for row in csv_of(ines) if row["tableau"] == "site"]
    assert [row["libellé"] for row in sites] == ["'=Site 1"]  # never a formula
    weeks = [
        (row["code"], row["unité"], row["guichet"]) for row in csv_of(sign_in("ines")) if row["tableau"] == "opening"
    ]
    assert weeks[:3] == [("1", "Heures par semaine", "30"), ("1", "Jours", "5"), ("1", "Engagement", "tenu")]
    assert [told for _, unit, told in weeks if unit == "Engagement"] == ["tenu", "non tenu", "non concerné"]


def test_a_page_says_that_it_shows_the_first_sites_and_the_table_has_them_all(
    sign_in: SignIn, october: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle("root", role="admin")
    root = sign_in("root")
    with transaction(60) as session:
        session.execute(update(Contact).where(Contact.channel != "phone").values(site_id=2))
        roll_up.mark(session, [date(2026, 10, n) for n in range(1, 32)])
    rolled_up(NOW)
    assert "ont eu le plus de demandes" not in root.get("/reports", params=OCTOBER).text
    monkeypatch.setattr(report_pages, "FIRST_SITES", 1)
    page = root.get("/reports", params=OCTOBER).text
    assert "Les 1 qui ont eu le plus de demandes, sur 2" in page
    sites = page.split('id="sites"')[1].split("</table>")[0]
    assert sites.count('<tr><th scope="row">') == 1
    assert len([row for row in csv_of(root) if row["tableau"] == "site"]) == 2


def test_the_response_rate_stands_beside_every_figure_of_satisfaction(sign_in: SignIn, october: None) -> None:
    settle("ines", role="supervisor", departments=["46"])
    lines = report_screen.report(ReportQuery.of(date(2026, 10, 1), date(2026, 10, 31), "46", "", ""), None, str).lines
    found = {line.measure.code: line for line in lines}
    page = sign_in("ines").get("/reports", params=OCTOBER).text
    for side in ("phone", "desk"):
        rate = getattr(found["answered_the_question"], side).value
        told = f"{100 * rate:.1f}".replace(".", ",").removesuffix(",0") + " % ont répondu"
        said, known = (getattr(found[code], side) for code in ("said_whether_settled", "settled_as_said"))
        assert said.part == known.of > 0
        told_too = f"{100 * said.value:.1f}".replace(".", ",").removesuffix(",0") + " % ont répondu"
        times = {told: 3} if told != told_too else {told: 4}  # satisfied, very satisfied, and the one site of the Lot
        for words, expected in ({told_too: 1} | times).items():
            assert page.count(f" {words}") + page.count(f">{words}") == expected, words
    asked = OCTOBER | {"measure": "settled_as_said", "side": "front_desk"}
    rows = sign_in("ines").get("/reports/rows", params=asked).text
    told_rows = re.findall("<td>(réglée|non réglée)</td>", rows)
    assert Share(told_rows.count("réglée"), len(told_rows)) == found["settled_as_said"].desk


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
    for asked in ({"first": "2026-10-31", "last": "2026-10-01"}, {"first": "pas une date"}, {"first": "1990-01-01"}):
        assert "Choisissez une période" in root.get("/reports", params=asked).text
    for asked in ({"territory": "999"}, {"partner": "nobody"}, {"side": "fax"}):
        assert root.get("/reports", params=asked).status_code == 422
    assert root.get("/reports").status_code == 200
    before = root.get("/reports", params={"first": "2023-05-01", "last": "2023-05-31"}).text
    assert "Pôle emploi" in before
    assert "Réglées en un seul contact" in root.get("/reports/definitions").text
    assert "/api/figures" in root.get("/api/openapi.json").json()["paths"]


def test_the_print_view_has_no_form_and_a_month_says_when_it_became_final(sign_in: SignIn, october: None) -> None:
    settle("root", role="admin")
    root = sign_in("root")
    paper = root.get("/reports/print", params=OCTOBER).text
    assert '<form method="get"' not in paper
    assert paper.count("<details") == paper.count("<details open") > 0  # nothing is folded away on paper
    assert "Chiffres provisoires" in paper
    with time_machine.travel(NOW + timedelta(days=10)):
        settle("vera", role="admin")
        assert "définitifs depuis le 09/11/2026" in sign_in("vera").get("/reports", params=OCTOBER).text


def test_open_data_is_of_final_months_masked_and_as_its_schema_says(browser: Browser, october: None) -> None:
    stranger = browser()
    path = "/open-data/taux-de-decroche-par-un-conseiller"
    fields = [field["name"] for field in stranger.get(f"{path}.schema.json").json()["fields"]]
    empty = list(csv.reader(StringIO(stranger.get(f"{path}.csv").content.decode("utf-8-sig")), delimiter=";"))
    assert empty == [fields]  # October becomes final on the 9th of November
    with time_machine.travel(NOW + timedelta(days=10)):
        text = stranger.get(f"{path}.csv").content.decode("utf-8-sig")
    table = {row["departement"]: row for row in csv.DictReader(StringIO(text, newline=""), delimiter=";")}
    assert {row["mois"] for row in table.values()} == {"2026-10"}
    with reading() as session:
        found = totals.between(session, date(2026, 10, 1), date(2026, 10, 31), ("department",), channels=["phone"])
    for (department,), tally in found.items():
        live, row = quality.picked_up_live(tally), table[department]
        assert row["decroches_en_direct"] == str(published(live.part) or "")
        rate = published_share(live)
        assert row["taux_en_direct"] == ("" if rate is None else f"{rate:.4f}".replace(".", ","))
    assert any(row["taux_en_direct"] for row in table.values())
    numbers = [int(row[name]) for row in table.values() for name in fields[3:] if row[name].isdigit()]
    assert numbers
    assert not [number for number in numbers if 0 < number < 11 or number % ROUNDED_TO]
    assert {row["simule"] for row in table.values()} == {"oui"}  # the tests' town is a demonstration
    assert "arrondi au multiple de 5" in stranger.get(f"{path}.schema.json").json()["description"]


def test_a_correction_carries_its_date_wherever_the_month_is_shown(
    sign_in: SignIn, browser: Browser, october: None
) -> None:
    """A front desk's file of December changes October: the page, the interface and, where its lines change, the open
    data say when; nowhere else."""
    stranger = browser()

    def open_data() -> dict[str, str]:
        text = stranger.get("/open-data/taux-de-decroche-par-un-conseiller.csv").content.decode("utf-8-sig")
        lines = csv.DictReader(StringIO(text, newline=""), delimiter=";")
        return {line["departement"]: line["corrige_le"] for line in lines}

    def told(territory: str) -> tuple[list[str], object, object]:
        asked = OCTOBER | {"territory": territory}
        page = root.get("/reports", params=asked).text
        answer = root.get("/api/figures", params=asked).json()
        return re.findall("Mois 10/2026 corrigé le ([0-9/]+)", page), answer["final_since"], answer["corrections"]

    with time_machine.travel(instant(2026, 12, 3), tick=True):
        settle("root", role="admin")
        root = sign_in("root")
        assert told("46") == ([], "2026-11-09", [])
        assert set(open_data().values()) == {""}
        day = date(2026, 10, 7)
        with transaction() as session:
            visit = Contact(
                channel="front_desk", department="46", arrived_at=instant(2026, 10, 7, 9), local_day=day, due="recorded"
            )  # fmt: skip
            session.add(visit)
            roll_up.mark(session, [day])
        rolled_up(instant(2026, 12, 3))
        correction = {"month": "2026-10-01", "department": "46", "corrected_on": "2026-12-03"}
        assert told("46") == told("") == (["03/12/2026"], "2026-11-09", [correction])
        assert told("974") == ([], "2026-11-09", [])
        assert set(open_data().values()) == {""}  # of calls, and none has changed
    with time_machine.travel(instant(2026, 12, 5), tick=True):
        with transaction() as session:
            of_october = select(Call, Contact.local_day).join(Contact, Contact.id == Call.contact_id)
            of_october = of_october.where(Contact.local_day.between(date(2026, 10, 1), date(2026, 10, 31)))
            of_october = of_october.where(Call.department == "974", Call.channel == "phone", Call.ending == "answered")
            call, day = session.execute(of_october.order_by(Call.arrived_at).limit(1)).one()
            call.ending = "abandoned"
            roll_up.mark(session, [day])
        rolled_up(instant(2026, 12, 5))
        settle("vera", role="admin")
        root = sign_in("vera")
        assert told("974")[0] == ["05/12/2026"]
        assert told("46")[0] == ["03/12/2026"]
        assert told("")[0] == ["05/12/2026"]
        assert {code: day for code, day in open_data().items() if day} == {"974": "2026-12-05"}
        fields = stranger.get("/open-data/taux-de-decroche-par-un-conseiller.schema.json").json()["fields"]
        assert [field["type"] for field in fields if field["name"] == "corrige_le"] == ["date"]


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
