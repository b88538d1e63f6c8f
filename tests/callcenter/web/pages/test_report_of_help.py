"""The report on help and transfers, as a page and as JSON."""

from tests.callcenter.web.conftest import SignIn
from tests.support.town import settle


def test_it_is_read_by_whoever_oversees_and_names_no_territory_of_others(sign_in: SignIn) -> None:
    settle("vera", role="auditor", departments=["46"])
    settle("karim")
    vera = sign_in("vera")
    assert "/reports/help?" in vera.get("/reports").text
    page = vera.get("/reports/help")
    assert page.status_code == 200
    assert "Aucun partenaire n'a été appelé sur cette période." in page.text.replace("&#39;", "'")
    assert vera.get("/api/figures/help").json()["calls"] == {"handed_over": 0, "passed_on": 0, "left_with_partner": 0}
    assert vera.get("/api/figures/help", params={"territory": "31"}).status_code == 403
    assert vera.get("/api/figures/help", params={"partner": "nobody"}).status_code == 422
    assert sign_in("karim").get("/api/figures/help").status_code == 403
