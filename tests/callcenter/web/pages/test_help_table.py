"""The report of help for a spreadsheet: small counts kept back, no cell a formula, every line says of what."""

import csv
from datetime import timedelta
from io import StringIO

from starlette.testclient import TestClient

from callcenter import clock
from callcenter.db import transaction
from callcenter.records import calls, directory, passes
from callcenter.rules.consults import PassReason
from callcenter.rules.territory import local_day
from tests.callcenter.web.conftest import SignIn
from tests.support.consulted import consulted
from tests.support.town import settle
from tests.support.wrap_up import wraps_up


def table_of(client: TestClient, **asked: str) -> list[dict[str, str]]:
    answer = client.get("/reports/help.csv", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))


def value_of(rows: list[dict[str, str]], table: str, figure: str) -> str:
    (value,) = (row["valeur"] for row in rows if (row["tableau"], row["mesure"]) == (table, figure))
    return value


def test_small_counts_are_kept_back_and_all_else_is_rounded(sign_in: SignIn) -> None:
    settle("vera", role="auditor", departments=["46"])
    karim, lea = settle("karim"), settle("lea", "31")
    call_id, _ = wraps_up(karim)
    at = clock.now() - timedelta(minutes=1)
    for n in range(17):
        consulted(call_id, karim, at, 41, "dismissed", together_at=at if n < 12 else None)
    consulted(call_id, karim, at, None, "busy")
    consulted(call_id, karim, at, 30, "handed_over", kind="agent", partner=None)
    with transaction() as session:
        call = calls.get(session, call_id)
        assert call is not None
        passes.note(session, call, karim, PassReason.SPECIALIST, at, to_agent=lea)
    vera = sign_in("vera")
    rows = table_of(vera, territory="46")
    told = [value_of(rows, "partner", figure) for figure in ("Appelés", "Occupés", "Temps moyen")]
    assert told == ["20", "<11", "45"]
    assert value_of(rows, "partner", "Ont décroché (messageries comprises)") == "15"
    assert value_of(rows, "partner", "Joints (ont parlé à trois)") == "15"
    assert value_of(rows, "colleagues", "Venus") == "<11"
    assert value_of(rows, "colleagues", "Temps moyen") == "masqué"
    assert value_of(rows, "calls", "Appels passés sans parler") == "<11"
    assert value_of(rows, "reason", "À un partenaire") == "0"
    (about,) = {(row["territoire"], row["partenaire"], row["du"], row["au"]) for row in rows}
    assert about[:2] == ("Lot (46)", "Tous les partenaires")
    assert f"{rows[0]['libellé']}, {rows[0]['département']}" == "Allocations familiales (CNAF / CAF), Lot (46)"
    assert 'href="/reports/help.csv?' in vera.get("/reports/help").text


def test_no_name_is_a_formula_and_the_file_says_what_it_is_of(sign_in: SignIn) -> None:
    settle("vera", role="auditor", departments=["46"])
    karim, today = settle("karim"), local_day("46", clock.now())
    call_id, _ = wraps_up(karim)
    with transaction(60) as session:  # all the names that come with the service are written too
        directory.name_partner(session, "formule", "=HYPERLINK(1)", "N", today)
    consulted(call_id, karim, clock.now() - timedelta(minutes=1), 30, "dismissed", partner="formule")
    vera, asked = sign_in("vera"), {"first": str(today), "last": str(today), "territory": "46"}
    rows = table_of(vera, partner="formule", **asked)
    assert {row["libellé"] for row in rows if row["tableau"] == "partner"} == {"'=HYPERLINK(1)"}
    headers = vera.get("/reports/help.csv", params=asked).headers
    named = f"france-services-renfort-lot-46-{today}-{today}.csv"
    assert headers["content-disposition"] == f'attachment; filename="{named}"'
    assert vera.get("/reports/help.csv", params={"territory": "31"}).status_code == 403
    assert sign_in("karim").get("/reports/help.csv").status_code == 403
