"""Front desks' visits: taken whole or refused with line and reason, once per reference, never half-written."""

from collections.abc import Iterable, Sequence
from datetime import date
from random import Random

import pytest
from sqlalchemy import select, text

from callcenter.db import reading, transaction
from callcenter.records import directory, visits
from callcenter.records.contacts import Accompaniment
from callcenter.records.directory import Procedure
from callcenter.records.figures.tiers import declare_scale
from callcenter.records.figures.totals import between
from callcenter.records.visits import ImportReport
from callcenter.rules.quality import Scale
from callcenter.rules.tally import Tally
from callcenter.rules.visits import COLUMNS, NotVisits, Refused, WhyRefused, read_csv
from tests.support.kept import rolled_up
from tests.support.recount import instant

NOW = instant(2026, 5, 2, 12)
LINE = {
    "reference": "A1",
    "id_fs": "7",
    "debut": "2026-03-14T09:30",
    "demarche": "carte-grise",
    "issue": "accompagnement",
}
SITES = ((7, "46"), (8, "974"), (9, "31"))


@pytest.fixture(autouse=True)
def sites(database: object) -> None:
    settle_sites(SITES)


def settle_sites(sites: Sequence[tuple[int, str]]) -> None:
    with transaction(60) as session:
        for id_fs, department in sites:
            session.execute(
                text(
                    """insert into sites (id, name, address, postal_code, city, department, phone, mail, week,
                    by_appointment, comment, kind, format, "grouping", label, doubts, first_listed_at, changed_at)
                    values (:id, '', '', '', '', :department, '', '', '[]',
                    false, '', '', '', '', '', '{}', now(), now())"""
                ),
                {"id": id_fs, "department": department},
            )


def table(rows: Iterable[dict[str, str]], delimiter: str = ";", columns: Sequence[str] = COLUMNS) -> list[str]:
    """The lines of a file."""
    return [delimiter.join(columns) + "\n"] + [
        delimiter.join(row.get(name, "") for name in columns) + "\n" for row in rows
    ]


def taken(rows: Iterable[dict[str, str]], **how: object) -> ImportReport:
    return taken_file(table(rows), **how)


def taken_file(lines: Iterable[str], **how: object) -> ImportReport:
    with transaction(60) as session:
        return visits.import_visits(session, read_csv("".join(lines).encode()), NOW, **how)  # type: ignore[arg-type]


def noted() -> list[str | None]:
    """The notes, as whoever goes on with the matter reads them."""
    with reading(60) as session:
        return [row.noted for row in session.scalars(select(Accompaniment).order_by(Accompaniment.procedure))]


def asked(sql: str) -> list[tuple[object, ...]]:
    with reading(60) as session:
        return [tuple(row) for row in session.execute(text(sql))]


def test_a_visit_is_a_contact_with_its_demarches() -> None:
    visit = LINE | {
        "departement": "12", "minutes": "12,5", "attente_minutes": "3", "note": "4", "echelle": "4", "regle": "oui",
        "regle_usager": "non",
        "remarques": "NIR 1 85 05 78 006 084 36 donné",
    }  # fmt: skip
    second = visit | {"demarche": "aide-logement", "issue": "information", "regle": "non", "suite": "rappel"}
    assert taken([visit, second]) == ImportReport(1, 2, 0, ())
    assert asked(
        "select channel, site_id, site_reference, department, department_assumed, local_day, waited, lasted, due, "
        "satisfaction, satisfaction_scale, settled_said, arrived_at from contacts"
    ) == [
        ("front_desk", 7, "A1", "12", False, date(2026, 3, 14), 180, 750, "recorded", 4, 4, False)
        + (instant(2026, 3, 14, 8, 30),)
    ]
    assert asked("select procedure, partner, outcome, settled, follow_up from accompaniments order by 1") == [
        ("aide-logement", "caf", "information", False, "callback"),
        ("carte-grise", "france-titres", "accompaniment", True, "none"),
    ]
    assert noted() == ["NIR ••• donné"] * 2


def test_what_is_left_empty_is_not_recorded() -> None:
    taken([LINE])
    row = "select department, department_assumed, waited, lasted, satisfaction, satisfaction_scale from contacts"
    assert asked(row) == [("46", True, None, None, None, None)]
    assert asked("select settled, notes, reason, continues from accompaniments") == [(None, None, None, None)]


def test_the_start_is_on_the_clock_of_the_site_and_the_day_on_the_citizens() -> None:
    taken([
        LINE | {"id_fs": "8", "debut": "2026-03-14T09:30"},
        LINE | {"id_fs": "8", "reference": "B", "debut": "2026-03-14T23:30:00+01:00"},
    ])  # fmt: skip
    assert asked("select arrived_at, local_day from contacts order by site_reference") == [
        (instant(2026, 3, 14, 5, 30), date(2026, 3, 14)),
        (instant(2026, 3, 14, 22, 30), date(2026, 3, 15)),
    ]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"reference": ""}, WhyRefused.REFERENCE),
        ({"reference": "x" * 61}, WhyRefused.REFERENCE),
        ({"id_fs": "sept"}, WhyRefused.SITE),
        ({"id_fs": "77"}, WhyRefused.UNKNOWN_SITE),
        ({"debut": "hier"}, WhyRefused.START),
        ({"debut": "2026-02-30T10:00"}, WhyRefused.START),
        ({"debut": "2026-03-14"}, WhyRefused.START),
        ({"debut": "2027-01-01T10:00"}, WhyRefused.FUTURE),
        ({"canal": "pigeon"}, WhyRefused.CHANNEL),
        ({"departement": "20"}, WhyRefused.DEPARTMENT),
        ({"demarche": "autre chose"}, WhyRefused.PROCEDURE),
        ({"demarche": "micro-entreprise", "debut": "2024-12-31T09:30"}, WhyRefused.NOT_THEN),
        ({"partenaire": "edf"}, WhyRefused.PARTNER),
        ({"issue": "réglé"}, WhyRefused.OUTCOME),
        ({"issue": "orientation"}, WhyRefused.NEEDS_REASON),
        ({"issue": "orientation", "motif": "litige", "regle": "oui"}, WhyRefused.NOT_SETTLED),
        ({"issue": "orientation", "motif": "site_internet"}, WhyRefused.WEBSITE),
        ({"issue": "orientation", "motif": "parce que"}, WhyRefused.REASON),
        ({"motif": "litige"}, WhyRefused.NO_ORIENTATION),
        ({"regle": "2"}, WhyRefused.SETTLED),
        ({"internet_verifie": "un peu"}, WhyRefused.CHECKED),
        ({"regle_usager": "peut-être"}, WhyRefused.SAID),
        ({"suite": "plus tard"}, WhyRefused.FOLLOW_UP),
        ({"minutes": "-1"}, WhyRefused.LASTED),
        ({"minutes": "1e999"}, WhyRefused.LASTED),
        ({"attente_minutes": "nan"}, WhyRefused.WAITED),
        ({"debut": "9999-12-31T23:59"}, WhyRefused.START),
        ({"debut": "0001-01-01T00:00+14:00"}, WhyRefused.START),
        ({"debut": "14/13/2026 09:30"}, WhyRefused.START),
        ({"reference": "2,02603E+11"}, WhyRefused.LOST_REFERENCE),
        ({"id_fs": "4,6E+08"}, WhyRefused.LOST_SITE),
        ({"note": "4"}, WhyRefused.SCORE),
        ({"echelle": "4"}, WhyRefused.SCORE),
        ({"note": "5", "echelle": "4"}, WhyRefused.SCORE),
        ({"note": "0", "echelle": "4"}, WhyRefused.SCORE),
        ({"note": "4", "echelle": "5"}, WhyRefused.SCALE),
        ({"continue": "jamais vue"}, WhyRefused.CONTINUES),
    ],
)
def test_a_line_is_refused_with_its_reason_and_its_visit_with_it(change: dict[str, str], why: WhyRefused) -> None:
    fine, other = LINE | {"reference": "fine"}, LINE | {"demarche": "courrier"}
    report = taken([fine, LINE | change, other | {k: v for k, v in change.items() if k in ("reference", "id_fs")}])
    assert Refused(3, why) in report.refused
    assert {each.line for each in report.refused} == {3, 4}
    assert report.refused[1].why in (why, WhyRefused.WITH_ANOTHER)
    assert asked("select site_reference from contacts") == [("fine",)]
    assert report.contacts == report.accompaniments == 1


def test_a_scale_counts_once_it_is_declared() -> None:
    five = LINE | {"note": "4", "echelle": "5"}
    assert taken([five]).contacts == 0
    with transaction(60) as session:
        declare_scale(session, Scale(5, 4, 5), NOW)
    assert taken([five, LINE | {"reference": "B", "note": "5", "echelle": "5"}]).contacts == 2
    tally = rolled()
    assert (tally.answers, tally.satisfied, tally.very_satisfied) == (2, 2, 1)


def test_a_file_taken_twice_shuffled_and_doubled_changes_nothing() -> None:
    chance = Random(3)
    rows = [
        LINE | {"reference": f"R{n // 2}", "demarche": ("courrier", "carte-grise")[n % 2], "minutes": "4"}
        for n in range(40)
    ]
    once = taken(rows)
    assert (once.contacts, once.accompaniments) == (20, 40)
    rows_of = ("select * from contacts order by id", "select * from accompaniments order by id")
    before = (rolled(), *map(asked, rows_of))
    mixed = rows * 2
    chance.shuffle(mixed)
    assert taken(mixed) == ImportReport(0, 0, 20, ())
    assert taken(mixed + [LINE | {"reference": "new"}] * 3) == ImportReport(1, 1, 20, ())
    with transaction(60) as session:
        session.execute(
            text("delete from accompaniments where contact_id in (select id from contacts where site_reference='new')")
        )
        session.execute(text("delete from contacts where site_reference = 'new'"))
    assert (rolled(), *map(asked, rows_of)) == before


def test_shuffled_lines_of_a_first_import_give_the_same_figures() -> None:
    rows = [
        LINE | {"reference": f"R{n // 3}", "demarche": d, "regle": "oui"}
        for n, d in enumerate(["courrier", "carte-grise", "autre"] * 9)
    ]
    mixed = rows * 2
    Random(8).shuffle(mixed)
    assert taken(mixed) == ImportReport(9, 27, 0, ())
    tally = rolled()
    assert (tally.contacts, tally.accompaniments, tally.settled) == (9, 27, 27)


def test_lines_of_one_reference_that_disagree_are_refused() -> None:
    report = taken(
        [
            LINE,
            LINE | {"demarche": "courrier", "minutes": "9"},
            LINE | {"reference": "B"},
            LINE | {"reference": "B", "regle": "oui"},
        ]
    )
    assert report.refused == (
        Refused(2, WhyRefused.WITH_ANOTHER), Refused(3, WhyRefused.OTHERWISE),
        Refused(4, WhyRefused.WITH_ANOTHER), Refused(5, WhyRefused.OTHERWISE),
    )  # fmt: skip
    assert asked("select count(*) from contacts") == [(0,)]


def test_a_visit_continues_an_earlier_one_of_its_site_even_of_the_same_file() -> None:
    taken([LINE])
    later = LINE | {"reference": "A2", "continue": "A1", "regle": "oui", "debut": "2026-03-20T10:00"}
    third = LINE | {"reference": "A3", "continue": "A2", "debut": "2026-03-21T10:00"}
    elsewhere = LINE | {"reference": "A9", "id_fs": "8", "continue": "A1"}
    after_refused = LINE | {"reference": "A11", "id_fs": "8", "continue": "A9"}
    report = taken([third, later, elsewhere, after_refused])
    assert report.refused == (Refused(4, WhyRefused.CONTINUES), Refused(5, WhyRefused.CONTINUES))
    chain = """select c.site_reference, e.site_reference from accompaniments a join contacts c on c.id = a.contact_id
        left join accompaniments b on b.id = a.continues left join contacts e on e.id = b.contact_id order by 1"""
    assert asked(chain) == [("A1", None), ("A2", "A1"), ("A3", "A2")]
    assert rolled().opened == 1


def test_a_supervisor_speaks_for_the_sites_of_their_departments() -> None:
    report = taken([LINE, LINE | {"id_fs": "8"}], scope={"46", "12"})
    assert (report.contacts, report.refused) == (1, (Refused(3, WhyRefused.NOT_YOURS),))


GOOD = "".join(table([LINE, LINE | {"reference": "B"}]))


@pytest.mark.parametrize(
    "content",
    [
        "", "\n", "\0\0\0\1PNG", "reference;id_fs\nA;7\n", "reference;reference;id_fs;debut;demarche;issue\n",
        GOOD.rstrip("\n")[:-len(";;;;;;;;;;;;;") - 4], GOOD + 'C;7;"2026', "x" * 50_000,
    ],
)  # fmt: skip
def test_a_file_that_is_cut_empty_or_no_table_changes_nothing(content: str) -> None:
    with pytest.raises(NotVisits):
        taken_file(content.splitlines(keepends=True))
    assert asked("select count(*) from contacts") == [(0,)]
    assert asked("select count(*) from visit_imports") == [(0,)]


def test_commas_a_byte_order_mark_quotes_and_unknown_columns_are_fine() -> None:
    columns = [*COLUMNS[::-1], "couleur"]
    row = LINE | {"remarques": '"a, b\nc"', "couleur": "bleu"}
    lines = "".join(table([row, LINE | {"reference": "B", "issue": "?"}], ",", columns))
    report = taken_file(("\ufeff" + lines).splitlines(keepends=True))
    assert (report.contacts, report.refused) == (1, (Refused(4, WhyRefused.OUTCOME),))
    assert noted() == ["a, b\nc"]


def test_a_line_of_another_width_is_refused_alone() -> None:
    lines = table([LINE])
    lines[1:1] = ["A;7;trop court\n"]
    assert taken_file(lines).refused == (Refused(2, WhyRefused.COLUMNS),)


EXCEL = (
    "sep=;\r\nRéférence;ID FS;Début;Démarche;Issue;Minutes;Attente minutes;"
    "Note;Échelle;Réglé;Régle usager;Remarques\r\n"
    "A1;7;14/03/2026 09:30;Carte-Grise;Accompagnement;12,5;3;4;4;VRAI;FAUX;Cœur d’été\r\n"
    "A2;7;14/03/2026 9:05:00;courrier;information;;;;;;\r\n"
    ";;;;;;;;;;;\r\n"
    "A3;7;15/03/26 14:00;courrier;information;1e999;;;;;;\r\n"
)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_what_a_french_spreadsheet_writes_is_taken(encoding: str) -> None:
    with transaction(60) as session:
        report = visits.import_visits(session, read_csv(EXCEL.encode(encoding)), NOW)
    assert (report.contacts, report.refused) == (2, (Refused(6, WhyRefused.LASTED),))
    assert report.refused[0].column == "minutes"
    assert asked("select arrived_at, lasted, satisfaction, settled_said from contacts order by site_reference") == [
        (instant(2026, 3, 14, 8, 30), 750.0, 4, False), (instant(2026, 3, 14, 8, 5), None, None, None),
    ]  # fmt: skip
    assert asked("select settled from accompaniments order by settled") == [(True,), (None,)]
    assert set(noted()) == {"Cœur d’été", None}


def test_every_reason_is_said_in_both_languages_and_is_of_a_column() -> None:
    for why in WhyRefused:
        assert why.column in ("", *COLUMNS)
        assert why.sentence("fr") != why.sentence("en")


def test_imports_are_remembered() -> None:
    taken([LINE, LINE | {"id_fs": "x"}])
    assert asked("select contacts, accompaniments, known, refused, who from visit_imports") == [(1, 1, 0, 1, None)]


def rolled() -> Tally:
    rolled_up(NOW)
    with reading(60) as session:
        (tally,) = between(session, date(2026, 3, 1), date(2026, 4, 30)).values()
        return tally


def test_the_vocabulary_is_the_directory_of_that_day() -> None:
    """A démarche that a department added is taken from its day on, and one that was closed until its last."""
    added, closed = date(2026, 3, 10), date(2026, 3, 20)
    with transaction() as session:
        directory.seed(session)
        permit = Procedure("permis-barque", "autre", "adil", {"fr": "Permis de barque", "en": "Boat permit"}, "46")
        directory.name_partner(session, "adil", "ADIL du Lot", "46", added)
        directory.put_procedure(session, permit, added)
        directory.remove_procedure(session, "permis-barque", closed)
    rows = [
        LINE | {"reference": day, "demarche": "permis-barque", "debut": f"2026-03-{day}T09:30"}
        for day in ("09", "10", "19", "20")
    ]
    assert taken(rows).refused == (Refused(2, WhyRefused.NOT_THEN), Refused(5, WhyRefused.NOT_THEN))
    assert asked("select distinct partner from accompaniments") == [("adil",)]
