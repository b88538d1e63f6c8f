"""What we publish for front desks: the schema, the sample, the command and the API, which all say the same."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient
from typer.testing import CliRunner

from callcenter.cli.figures import app
from callcenter.cli.imports import import_visits
from callcenter.config import settings
from callcenter.db import reading
from callcenter.records import sessions
from callcenter.rules.visits import COLUMNS, REQUIRED
from callcenter.web.app import create
from tests.callcenter.records.test_visits import LINE, asked, settle_sites, table
from tests.support.town import PASSWORD, settle

DOCS = Path(__file__).parents[3] / "docs/visits"
SCHEMA = json.loads((DOCS / "schema.json").read_text())
SAMPLE = DOCS / "sample.csv"


@pytest.fixture(autouse=True)
def sites(database: object) -> None:
    settle_sites([(1, "01"), (2, "01"), (7, "46"), (8, "974")])


def command(*words: str) -> str:
    import typer

    one = typer.Typer()
    one.command()(import_visits)
    result = CliRunner().invoke(one, words)
    return f"{result.exit_code}\n{result.output}"


def test_the_published_schema_is_the_table_that_is_read() -> None:
    assert [field["name"] for field in SCHEMA["fields"]] == list(COLUMNS)
    required = [field["name"] for field in SCHEMA["fields"] if field.get("constraints", {}).get("required")]
    assert required == list(REQUIRED)


def test_the_sample_fits_the_schema_and_is_taken_whole() -> None:
    header, *lines = SAMPLE.read_text().splitlines()
    assert header.split(";") == list(COLUMNS)
    for line in lines:
        for field, value in zip(SCHEMA["fields"], line.split(";"), strict=True):
            rules = field.get("constraints", {})
            assert value or not rules.get("required")
            assert not value or value in rules.get("enum", [value])
            assert not value or re.fullmatch(rules.get("pattern", ".*"), value)
    assert command(str(SAMPLE)).startswith(
        "0\n5 visits, 6 démarches recorded; 0 visits were known, 0 lines are refused."
    )
    assert "0 visits, 0 démarches recorded; 5 visits were known" in command(str(SAMPLE))


@pytest.mark.parametrize(
    "field", [f for f in SCHEMA["fields"] if "enum" in f.get("constraints", {})], ids=lambda f: f["name"]
)
def test_every_published_value_is_taken(field: dict[str, object], tmp_path: Path) -> None:
    rows = []
    for n, value in enumerate(field["constraints"]["enum"]):  # type: ignore[index]
        row = LINE | {"reference": f"R{n}", str(field["name"]): value}
        if "orientation" in (value, row["issue"]) or field["name"] == "motif":
            row |= {"issue": "orientation", "internet_verifie": "oui"}
            row.setdefault("motif", "litige")
        rows.append(row)
    file = tmp_path / "visits.csv"
    file.write_text("".join(table(rows)))
    assert "0 lines are refused" in command(str(file))


def test_the_report_is_a_file_that_a_spreadsheet_opens(tmp_path: Path) -> None:
    file, report = tmp_path / "visits.csv", tmp_path / "refused.csv"
    file.write_text("".join(table([LINE, LINE | {"reference": "B", "issue": "?"}])))
    assert "line 3 issue not a known outcome" in command(str(file), "--report", str(report))
    written = (
        "ligne;colonne;motif;reason\r\n3;issue;issue inconnue : information, accompagnement ou orientation;"
        '"not a known outcome: information, accompagnement or orientation"\r\n'
    ).replace('"', "")
    assert report.read_bytes() == b"\xef\xbb\xbf" + written.encode()


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n\0\0", "reference;id_fs;début".encode("latin-1"), b"a;b\n1;2\n"]
)
def test_a_file_that_is_no_table_is_refused_with_a_sentence(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    file.write_bytes(content)
    said = command(str(file))
    assert said.startswith("1\n")
    assert "This file is not a readable table of visits: nothing was recorded." in said


def test_figures_can_be_rebuilt_and_a_scale_declared_once() -> None:
    command(str(SAMPLE))
    assert "1 months are made anew" in CliRunner().invoke(app, ["rebuild"]).output
    with reading() as session:
        assert session.scalar(text("select sum(contacts) from figures_months where partner = '*'")) == 5
    declared = ["scale", "5", "--satisfied", "4", "--very", "5"]
    assert CliRunner().invoke(app, declared).exit_code == 0
    assert CliRunner().invoke(app, declared).exit_code == 1
    with reading() as session:
        (written,) = session.query(sessions.AuditEntry).filter_by(noun="policy")
    assert (written.who, written.noun_id, written.changes) == (
        None, "5", {"satisfied": ["", "4"], "very": ["", "5"]},
    )  # fmt: skip
    assert CliRunner().invoke(app, ["scale", "4", "--satisfied", "2", "--very", "3"]).exit_code == 1


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(create(), base_url=settings().public_web_url) as client:
        client.headers["origin"] = settings().public_web_url.rstrip("/")
        yield client


def signed_in(client: TestClient, login: str, **who: object) -> TestClient:
    settle(login, **who)  # type: ignore[arg-type]
    answer = client.post("/api/session", json={"login": login, "password": PASSWORD})
    client.headers["x-csrf-token"] = answer.json()["csrf"]
    return client


def test_the_api_takes_the_same_lines_with_the_same_report(client: TestClient) -> None:
    signed_in(client, "lea", role="supervisor", departments=["46"])
    rows: list[dict[str, object]] = [
        LINE | {"id_fs": 7, "regle": True, "minutes": 12.5},
        LINE | {"reference": "B", "id_fs": 8},
        {**LINE, "issue": ""},
    ]
    sent = {"visits": rows[:2] + [rows[2] | {"reference": "C"}]}
    answer = client.post("/api/visits", json=sent)
    assert answer.status_code == 200, answer.text
    assert answer.json() | {"refused": [(r["line"], r["reason"]) for r in answer.json()["refused"]]} == {
        "contacts": 1, "accompaniments": 1, "known": 0, "refused": [(2, "not_yours"), (3, "outcome")],
    }  # fmt: skip
    assert client.post("/api/visits", json=sent).json()["known"] == 1
    assert asked("select settled from accompaniments") == [(True,)]
    assert asked("select count(*) from visit_imports where who is not null") == [(2,)]


def test_the_api_is_closed_to_strangers_and_to_unknown_columns(client: TestClient) -> None:
    assert client.post("/api/visits", json={"visits": [LINE]}).status_code == 401
    signed_in(client, "karim")
    assert client.post("/api/visits", json={"visits": [LINE | {"nir": "1"}]}).status_code == 422
    assert client.post("/api/visits", json={"visits": []}).status_code == 422
    client.headers["x-csrf-token"] = "forged"
    assert client.post("/api/visits", json={"visits": [LINE]}).status_code == 403
