"""The national list is taken in whole, told in every detail, or not at all."""

import csv
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from callcenter import clock
from callcenter.cli import imports as cli_import
from callcenter.db import reading, transaction
from callcenter.records import sites
from callcenter.rules import national_list, site_hours
from callcenter.rules.national_list import NotTheList
from tests.support.data import real

OURS = """id_fs;lib_fs;insee_dep;code_postal;lib_com;adresse;telephone;h_lundi;h_mardi;commentaire;couleur;type_fs
7;Maison du Lot;46;46000;Cahors;1 place Haute;05 65 00 00 07;09:00 - 12:00 / 11:30 - 17:00;;"Fermé
le jeudi";bleu;Principal
12;Case de La Réunion;974;97400;Saint-Denis;;0262 00 00 12;00:00 - 00:00;08:00 - 12:00;;vert;Principal
30;Antenne;1;1200;Valserhône;;05 65 00 00 07;;;;rouge;Antenne
"""


def take(text: str, **how: Any) -> sites.ListChanges:
    with transaction() as session:
        return sites.import_list(session, list(national_list.read(text.encode()).sites.values()), clock.now(), **how)


def listed() -> dict[int, sites.Site]:
    with reading() as session:
        return {site.id: site for site in sites.every(session)}


def test_the_real_list_loses_nothing_and_is_taken_in_again_without_a_change(database: object) -> None:
    content = real("liste-fs-20240801.csv").read_bytes()
    found = national_list.read(content)
    assert (len(found.sites), found.lines) == (2845, 2845)
    assert found.kinds[site_hours.CLOSED] == 30
    assert found.kinds[site_hours.OVERLAPPING] == 32
    assert found.kinds[national_list.NO_HOURS] == 48
    shared = [site.phone for site in found.sites.values() if national_list.SHARED_NUMBER in site.doubts]
    assert len(set(shared)) == 72
    overseas = [site for site in found.sites.values() if len(site.department) == 3]
    right = [s for s in overseas if s.phone.startswith(national_list._calling_code(s.department))]
    assert (len(right), len(overseas)) == (119, 119)
    for again in (False, True):
        with transaction(60) as session:
            taken = sites.import_list(session, list(found.sites.values()), clock.now())
        assert (len(taken.new), taken.same) == ((0, 2845) if again else (2845, 0))
        assert (taken.changed, taken.gone, taken.back) == ((), (), ())
    assert len(listed()) == 2845


def test_every_oddity_is_told_with_its_line_and_nothing_is_dropped(database: object) -> None:
    found = national_list.read(OURS.encode())
    told = {(doubt.line, doubt.site_id, doubt.what) for doubt in found.doubts}
    assert (2, 7, site_hours.OVERLAPPING) in told
    assert (4, 12, site_hours.CLOSED) in told
    assert (5, 30, national_list.NO_HOURS) in told
    assert (5, 30, national_list.SHARED_NUMBER) in told
    take(OURS)
    lot, reunion, ain = (listed()[n] for n in (7, 12, 30))
    assert lot.week[0] == [["09:00", "17:00"]]
    assert lot.comment == "Fermé\nle jeudi"
    assert reunion.phone == "+262262000012"
    assert (ain.department, ain.postal_code) == ("01", "01200")


def test_a_list_tells_what_is_new_changed_gone_and_back(database: object) -> None:
    assert take(OURS).new == (7, 12, 30)
    without = OURS.replace("1 place Haute", "2 place Haute").rsplit("30;", 1)[0]
    with pytest.raises(sites.TooManyGone):
        take(without)
    assert listed()[7].address == "1 place Haute"
    taken = take(without, all_that_go=True)
    assert (taken.changed, taken.gone, taken.same) == ((7,), (30,), 1)
    assert set(listed()) == {7, 12}
    assert take(OURS).back == (30,)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_any_separator_and_encoding_is_read(mark: str, encoding: str) -> None:
    found = national_list.read(OURS.replace(";", mark).encode(encoding))
    assert found.sites[30].city == "Valserhône"


def test_another_vintages_columns_are_known() -> None:
    old = "ID_MFS,Lib_MFS,Département,Code postal,Horaires lundi,Téléphone\n3,Ici,46,46000,9h - 12h30,0565000003\n"
    site = national_list.read(old.encode()).sites[3]
    assert (site.name, site.department, site.week[0]) == ("Ici", "46", (("09:00", "12:30"),))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n",
        b"\x00\x01\x02PK",
        b"nom;age\nx;3\n",
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"id_fs;lib_fs;code_postal\n",
    ],
)
def test_what_is_not_the_list_is_refused(content: bytes) -> None:
    with pytest.raises(NotTheList):
        national_list.read(content)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(national_list.LARGEST * 3)
    with pytest.raises(cli_import.NotFetched):
        cli_import.fetch(str(tmp_path / "huge.csv"))
    with pytest.raises(NotTheList):
        national_list.read(b"x" * (national_list.LARGEST + 1))


def test_the_real_list_cut_anywhere_changes_nothing(database: object) -> None:
    content = real("liste-fs-20240801.csv").read_bytes()
    whole = national_list.read(content)
    with transaction(60) as session:
        sites.import_list(session, list(whole.sites.values()), clock.now())
    for cut in (500, 40_000, len(content) // 2, len(content) // 2 + 57, 900_001):
        with pytest.raises((NotTheList, sites.TooManyGone)), transaction(60) as session:
            sites.import_list(session, list(national_list.read(content[:cut]).sites.values()), clock.now())
    assert len(listed()) == 2845


def test_sites_of_the_postal_code_come_first_then_the_departments_by_town(database: object) -> None:
    base = national_list.read(OURS.encode()).sites[7]
    towns = {1: ("Gourdon", "46300"), 2: ("Cahors", "46000"), 3: ("Figeac", "46100"), 4: ("Cajarc", "46160")}
    many = [replace(base, id=n, city=town, postal_code=code) for n, (town, code) in towns.items()]
    with transaction() as session:
        sites.import_list(session, [*many, replace(base, id=9, department="12")], clock.now())
    with reading() as session:
        assert [s.city for s in sites.near(session, "46", "46100")] == ["Figeac", "Cahors", "Cajarc", "Gourdon"]


def test_a_site_without_a_postal_code_is_in_its_own_department_alone(database: object) -> None:
    take(OURS.replace("97400", ""))
    with reading() as session:
        assert [s.id for s in sites.near(session, "46")] == [7]
        assert [s.id for s in sites.near(session, "974")] == [12]


def test_the_report_says_of_each_site_what_became_of_it(database: object, tmp_path: Path) -> None:
    def report_of(text: str) -> tuple[str, list[dict[str, str]]]:
        (tmp_path / "list.csv").write_text(text)
        command = ["sites", str(tmp_path / "list.csv"), "--report", str(tmp_path / "report"), "--all-that-go"]
        told = CliRunner().invoke(cli_import.app, command)
        assert told.exit_code == 0, told.output
        with (tmp_path / "report").open(encoding="utf-8-sig") as file:
            return told.output, [row for row in csv.DictReader(file, delimiter=";") if row["what"] != "doubt"]

    _, rows = report_of(OURS)
    assert [(row["what"], row["site"], row["line"]) for row in rows] == [
        ("new", "7", "2"), ("new", "12", "4"), ("new", "30", "5"),
    ]  # fmt: skip
    without = OURS[: OURS.index("30;")].replace("Maison du Lot", "Maison, de Cahors").replace("08:00", "09:00")
    told, rows = report_of(without)
    assert "Changed: 7, 12" in told
    assert "Gone: 30" in told
    assert "name 1" in told
    assert [row.pop("name") for row in rows] == [
        "Maison, de Cahors, Cahors (46) n° 7",
        "Case de La Réunion, Saint-Denis (974) n° 12",
        "Antenne, Valserhône (01) n° 30",
    ]
    assert rows == [
        {
            "what": "changed",
            "site": "7",
            "line": "2",
            "detail": "name: Maison du Lot → Maison, de Cahors; doubts: 2 → 1",
        },
        {"what": "changed", "site": "12", "line": "4", "detail": "week: Tu 08:00-12:00 → Tu 09:00-12:00"},
        {"what": "gone", "site": "30", "line": "", "detail": ""},
    ]
    told, rows = report_of(OURS.replace("Antenne\n", "Annexe\n"))
    assert "Back: 30" in told
    assert [(row["what"], row["line"], row["detail"]) for row in rows if row["site"] == "30"] == [
        ("back", "5", "kind: Antenne → Annexe"),
    ]


def test_the_command_tells_and_changes_nothing_it_refuses(database: object, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(OURS)
    (tmp_path / "cut.csv").write_text(OURS[:-9])
    told = CliRunner().invoke(
        cli_import.app, ["sites", str(tmp_path / "list.csv"), "--report", str(tmp_path / "report")]
    )
    assert told.exit_code == 0, told.output
    assert "3 sites of 3 lines: 3 new" in told.output
    assert "doubt;30;Antenne, Valserhône (01) n° 30;5;no hours at all\n" in (tmp_path / "report").read_text()
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "binary.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    (tmp_path / "quote.csv").write_text(OURS[: OURS.index("le jeudi")])
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(national_list.LARGEST * 3)
    for wrong in ("cut.csv", "quote.csv", "empty.csv", "binary.csv", "huge.csv", "nowhere.csv"):
        refused = CliRunner().invoke(cli_import.app, ["sites", str(tmp_path / wrong)])
        assert refused.exit_code == 1
        assert "nothing was changed" in refused.output
    assert "only http and https" in CliRunner().invoke(cli_import.app, ["sites", "ftp://example.org/x"]).output
    assert len(listed()) == 3


@pytest.fixture
def web() -> Iterator[str]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path != "/404" else 404)
            self.end_headers()
            if self.path == "/endless":
                while True:
                    try:
                        self.wfile.write(b"x" * 100_000)
                    except OSError:
                        return
            self.wfile.write(OURS.encode())

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_the_list_comes_from_the_web_and_no_more_than_its_size(web: str) -> None:
    assert cli_import.fetch(f"{web}/list.csv") == OURS.encode()
    for path in ("404", "endless"):
        with pytest.raises(cli_import.NotFetched):
            cli_import.fetch(f"{web}/{path}", largest=1_000_000)


@pytest.mark.parametrize("begins", ["=1+1", "+33", "-1", "@SUM(A1)", "\tx", "\u00a0=1"])
def test_no_cell_of_a_report_is_a_formula(database: object, tmp_path: Path, begins: str) -> None:
    name = f'{begins}"";cmd'
    (tmp_path / "list.csv").write_text(OURS.replace("Maison du Lot", f'"{name}"'))
    done = CliRunner().invoke(
        cli_import.app, ["sites", str(tmp_path / "list.csv"), "--report", str(tmp_path / "report")]
    )
    assert done.exit_code == 0, done.output
    with (tmp_path / "report").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file, delimiter=";") for cell in row]
    assert any("cmd" in cell for cell in cells)
    assert not [cell for cell in cells if cell.strip()[:1] in ("=", "+", "-", "@")]
