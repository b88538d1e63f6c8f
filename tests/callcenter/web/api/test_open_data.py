"""Open data: final months, masked, as their schema says, and corrections that carry their date."""

import csv
import re
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO

import time_machine
from sqlalchemy import select
from starlette.testclient import TestClient

from callcenter.db import reading, transaction
from callcenter.records.calls import Call
from callcenter.records.contacts import Contact
from callcenter.records.figures import roll_up, totals
from callcenter.rules import quality
from callcenter.rules.published_measures import ROUNDED_TO, published, published_share
from tests.callcenter.web.conftest import SignIn
from tests.support.kept import rolled_up
from tests.support.october import NOW, OCTOBER
from tests.support.recount import instant
from tests.support.town import settle

Browser = Callable[[], TestClient]


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
