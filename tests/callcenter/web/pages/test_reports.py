"""The report's page: every figure leads to its definition and its rows, and what is shown is said to be so."""

import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import parse_qs

import pytest
import time_machine
from sqlalchemy import update

from callcenter.db import transaction
from callcenter.records.contacts import Contact
from callcenter.records.figures import roll_up
from callcenter.rules import quality
from callcenter.rules.published_measures import MEASURES
from callcenter.rules.quality import Share
from callcenter.rules.tally import whole
from callcenter.screens import report_screen
from callcenter.screens.report_query import ReportQuery
from callcenter.web.pages import report_pages
from tests.callcenter.web.conftest import SignIn
from tests.support.kept import rolled_up
from tests.support.october import NOW, OCTOBER, csv_of
from tests.support.town import settle

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
