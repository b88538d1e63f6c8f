"""Every table is read whatever program wrote it, and refused with the line and the column that a person sees."""

import re
import unicodedata
from collections.abc import Mapping

import pytest

from callcenter.rules import accounts, national_list, rounds, tables, visit_lines, visits
from callcenter.rules.tables import LostFigures, NotATable, TableRow

TABLE = "Référence;Début;Note\nA1;14/03/2026 09:30;Cœur d’été\n\nB2;15/03/2026 10:00;Noël\n"
KNOWN = ("reference", "debut", "note")


def rows(content: bytes, known: tuple[str, ...] = KNOWN) -> list[TableRow]:
    return list(tables.read(content, NotATable, known, known[:1]).rows)


def told(content: bytes) -> list[tuple[int, Mapping[str, str]]]:
    return [(row.line, row.values) for row in rows(content)]


PLAIN = told(TABLE.encode())


def test_a_line_is_the_one_that_a_person_sees() -> None:
    assert [(line, values["reference"]) for line, values in PLAIN] == [(2, "A1"), (4, "B2")]
    quoted = 'reference;note\n"A1";"one\ntwo"\nB2;x\n'
    assert [row.line for row in rows(quoted.encode())] == [2, 4]
    assert rows(quoted.encode())[0].values["note"] == "one\ntwo"


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        "\ufeff".encode("utf-16-be") + TABLE.encode("utf-16-be"),
        TABLE.encode("cp1252"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("\n", "\r").encode(),
        TABLE.replace("\n", "\r").encode("mac_roman"),
        TABLE.encode("mac_roman"),
        TABLE.replace("\n", "\r").encode("cp1252"),
        TABLE.replace(";", ",").encode(),
        TABLE.replace(";", "\t").encode("utf-16"),
        TABLE.replace(";", "|").encode(),
        TABLE.rstrip("\n").encode(),
        TABLE.replace("Référence;Début", unicodedata.normalize("NFD", "Référence;Début")).encode(),
        TABLE.replace("Référence;Début;Note", '" RÉFÉRENCE\u00a0";" début ? ";NOTE').encode(),
        TABLE.replace("A1;", '="A1";').replace("B2", "\u00a0B2 ").encode(),
    ],
)
def test_what_programs_write_is_one_table(content: bytes) -> None:
    assert told(content) == PLAIN


@pytest.mark.parametrize(
    ("before", "moved"),
    [
        ("sep=;\n", 1),
        ("\n\n", 2),
        (";;;\n", 1),
        ("\ufeffsep=;\r\n;;\n", 2),
        ('"sep=;"\n', 1),
        ("sep=,\n", 1),
        ("sep=;,,,\n", 1),
        ("sep=;\t\t\n", 1),  # another program wrote it again
    ],
)
def test_what_stands_before_the_head_is_passed_over_and_counted(before: str, moved: int) -> None:
    assert told((before + TABLE).encode()) == [(line + moved, values) for line, values in PLAIN]


def test_the_separator_that_the_file_names_is_believed() -> None:
    found = rows(b"sep=|\nreference|note;a;b;c\nA1|x\n", ("reference",))
    assert found[0].values["reference"] == "A1"


def test_empty_columns_are_left_out_and_a_value_without_a_column_is_told() -> None:
    found = rows(b";reference;;note;;\n;A1;;x;;\n;B2;y;x;;;;\nC3\n")
    assert [row.values["reference"] for row in found] == ["A1", "B2", ""]
    assert [row.surplus for row in found] == [0, 1, 1]
    assert found[2].missing == 3


@pytest.mark.parametrize("odd", ["\x0b", "\x85", "\u2028", "\x0c", "\x00", "\x1b"])
def test_a_control_character_splits_nothing_and_is_told_with_its_line(odd: str) -> None:
    found = rows(f"reference;note\nA1;one{odd}two\nB2;x\n".encode())
    assert [(row.line, row.values["reference"], row.was_cleaned) for row in found] == [
        (2, "A1", True),
        (3, "B2", False),
    ]
    assert found[0].values["note"] in ("one\ntwo", "onetwo")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "It is empty."),
        (b"\n;;\n", "It is empty."),
        (b"PK\x03\x04\x14\0\x06\0", "choose “Save as…”, then CSV"),
        (b"note;debut\nx;y\n", "Line 1: columns that are missing: reference."),
        (b"\nListe des visites, au 3 mai;;\n\nreference;note\nA;x\n", "Line 2: columns that are missing: reference."),
        (b"\nreference;note;Note\nA;x;y\n", "Line 2: the column note is twice there."),
        (b'reference;note\nA;x\nB;"y\n', "It is cut short: line 3."),
        (b'reference;note\nA;x\nB;"y"z;\n', "Line 3: a quotation mark"),
        (b"reference;note\nA;x\nB", "It is cut short: line 3."),
        (b"\x89PNG\r\n\x1a\n\xe9\xff\x00\x10\xff", "choose “Save as…”, then CSV"),
        ("reference;note\nA;Léa\nB;Été\n".encode() + b"C;Zo\xeb\n", "Line 4: letters there are not in UTF-8"),
        (b"\xef\xbb\xbfreference;note\rA;No\xebl\r", "Line 2: letters there are not in UTF-8"),
        (b"reference;note\r\nA;C\xceUR\r\n", "Line 2: it reads “CÎUR” or “CŒUR”."),
        ("reference;note\nA;Léa\n".encode() + b"B;Zo\xeb\nC;No\xebl\n", "Line 2: it reads “LÃ©a” or “Léa”."),
        (b"reference;note\nA;x\nB;Pi\xb3a\nC;\xa3\xf3d\xbc\n", "Line"),  # Polish letters: no set of ours reads well
        (b"reference;note\nA;" + b"x" * 500_000 + b"\n", "Line 2: a value is too long."),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line_in_both_languages(content: bytes, said: str) -> None:
    with pytest.raises(NotATable) as refused:
        rows(content)
    assert said in refused.value.sentence("en")
    assert "rien n'a été changé" in refused.value.sentence("fr")
    assert len(refused.value.sentence("fr")) > len(NotATable.__doc__ or "")


@pytest.mark.parametrize(
    ("written", "plain"),
    [("5,65051234E+08", "565051234"), ("4.6000E+04", "46000"), ("46000", "46000"), ("46,0", "46"), ("2E10", "2E10")],
)
def test_figures_are_taken_where_all_of_them_are_there(written: str, plain: str) -> None:
    assert tables.figures(written) == plain


@pytest.mark.parametrize("written", ["5,65E+08", "4,6E+04", "1E+05", "2.02603e+11"])
def test_lost_figures_are_not_guessed(written: str) -> None:
    with pytest.raises(LostFigures):
        tables.figures(written)


@pytest.mark.parametrize("written", ["nan", "inf", "-Infinity", "1e999", "1e5", " ", "٤٥", "4 5.5.5", "9" * 40])
def test_what_is_no_number_is_none(written: str) -> None:
    with pytest.raises(ValueError, match=re.escape(written)):
        tables.number(written)


def test_numbers_and_answers_as_french_spreadsheets_write_them() -> None:
    assert tables.number("1\u202f234,5") == 1234.5
    assert tables.number("-21,07") == -21.07
    assert [tables.yes_or_no(word) for word in ("VRAI", "Oui", "1", "FAUX", "non", "0", "")] == [
        True, True, True, False, False, False, None,
    ]  # fmt: skip
    codes = ("1", "01", "2a", " 2B ", "974", "46 - Lot", "9,74E+02", "46,0", "1E+01", "")
    assert [tables.department(code) for code in codes] == [
        "01", "01", "2A", "2B", "974", "46", "974", "46", "1E+01", "",
    ]  # fmt: skip
    assert [tables.postal_code(code) for code in ("1000", "1 000", "46000", "46000 CEDEX 9", "46000.0")] == [
        "01000", "01000", "46000", "46000", "46000",
    ]  # fmt: skip
    written = ("565051234", "33565051234", "5,65051234E+08", "0565051234", "262262000012", "565051234.0")
    assert [tables.telephone(number, "46").e164 for number in written] == [
        "+33565051234", "+33565051234", "+33565051234", "+33565051234", "+262262000012", "+33565051234",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "territory", "number"),
    [
        ("687261234", "988", "+687261234"),  # whose plus a spreadsheet ate
        ("26 12 34", "988", "+687261234"),
        ("68987123456", "987", "+68987123456"),
        ("681721234", "986", "+681721234"),
        ("508411234", "975", "+508411234"),
        ("0508411234", "975", "+508411234"),
        ("0565051234", "988", "+33565051234"),
        ("+33687261234", "988", "+33687261234"),
        ("687261234", "46", "+33687261234"),
        ("262000012", "974", "+262262000012"),
        ("0800123456", "988", "+33800123456"),  # which nobody calls, and which is no other
    ],
)
def test_a_number_is_of_the_plan_of_its_rows_territory(written: str, territory: str, number: str) -> None:
    assert tables.telephone(written, territory).e164 == number


def test_one_that_may_be_two_is_told_with_its_line_in_every_table() -> None:
    staff = "login;name;department;phone\nlea;Léa;988;687261234\nines;Inès;988;0687261234\n"
    entries, wrong = accounts.read(staff.encode(), ("caf",), lambda _department: ("caf",))
    assert [each.profile.phone for each in entries] == ["+687261234"]
    assert [(each.line, each.code, each.column) for each in wrong] == [(3, "staff_phone_two", "phone")]
    table = b"id_fs;lib_fs;code_postal;telephone;insee_dep\n7;Ici;98800;687261234;988\n8;La;98800;0687261234;988\n"
    sites = national_list.read(table).sites
    assert [sites[7].phone, sites[8].phone] == ["+687261234", ""]
    assert [national_list.TWO_NUMBERS in sites[each].doubts for each in (7, 8)] == [False, True]
    stops, doubts = rounds.read(
        b"commune;code_postal;horaires;nom;telephone\nNoumea;98800;Tu 09:00-12:00;Bus;687261234\n"
        b"Noumea;98800;Tu 09:00-12:00;Bus;0687261234\n"
    )
    assert [stop.phone for stop in stops] == ["+687261234"]
    assert [(each.line, each.column, each.code) for each in doubts] == [(3, "telephone", "round_two_numbers")]


@pytest.mark.parametrize(
    "written", ["14/03/2026 09:30", "14/03/26 9:30", "14-03-2026 09h30", "2026-03-14 09:30", "14.03.2026 à 9 h 30"]
)
def test_a_moment_as_french_spreadsheets_write_it(written: str) -> None:
    assert visit_lines.moment(written).isoformat() == "2026-03-14T09:30:00"


def test_all_four_importers_read_it() -> None:
    agents = "sep=;\r\nIdentifiant;Nom;Département;Téléphone\r\nlea;Léa;1;565051234\r\nines;Inès;2a;\r\n"
    entries, wrong = accounts.read(agents.encode("utf-16"), ("caf",), lambda _department: ("caf",))
    assert wrong == []
    assert [(each.line, each.profile.department, each.profile.phone) for each in entries] == [
        (3, "01", "+33565051234"), (4, "2A", ""),
    ]  # fmt: skip
    listed = national_list.read("ID FS\tLib FS\tCode postal\tINSEE dep\r7\tIci\t1000\t1\r".encode("mac_roman"))
    assert (listed.sites[7].postal_code, listed.sites[7].department, listed.sites[7].line) == ("01000", "01", 2)
    stops, doubts = rounds.read(
        "Commune;Code postal;Horaires;Nom\r\nAigre;16140;Tu 09:00-12:00;Bus\r\n".encode("cp1252")
    )
    assert (stops[0].town, stops[0].operator, doubts) == ("Aigre", "Bus", [])
    sent = "Reference;ID FS;Début;Démarche;Issue;Note\r\nA1;7;14/03/2026 09:30;x;Accompagnement;4\r\n"
    assert [line for line, _ in visits.read_csv(sent.encode("cp1252"))] == [2]


def test_the_national_list_has_numbers_as_they_are_dialled_in_their_territory() -> None:
    rows = b"7;Noumea;98800;26 12 34;988\n8;Papeete;98713;87 12 34 56;987\n9;Cahors;46000;26 12 34;46\n"
    listed = national_list.read(b"id_fs;lib_fs;code_postal;telephone;insee_dep\n" + rows)
    assert [site.phone for site in listed.sites.values()] == ["+687261234", "+68987123456", "26 12 34"]


def test_a_lost_number_refuses_its_line_with_its_column() -> None:
    table = "login;name;department;phone;x\nlea;Léa;46;5,65E+08;\n".replace(";x", "").replace("08;", "08")
    _, wrong = accounts.read(table.encode(), ("caf",), lambda _department: ("caf",))
    assert [(each.line, each.code, each.column) for each in wrong] == [(2, "staff_phone_lost", "phone")]
    listed = national_list.read(b"id_fs;lib_fs;code_postal;telephone;insee_dep\n7;Ici;4,6E+04;5,65E+08;46\n")
    assert national_list.LOST_FIGURES in listed.sites[7].doubts
    assert listed.sites[7].phone == ""
    listed = national_list.read(b"id_fs;lib_fs;code_postal;insee_dep\n7;Ici;46000;2E+05\n8;La;46000;46\n")
    assert national_list.NO_DEPARTMENT in listed.sites[7].doubts
    assert [site.department for site in listed.sites.values()] == ["46", "46"]
    _, doubts = rounds.read(
        b"commune;code_postal;horaires;nom\nAigre;1,6E+04;Tu 09:00-12:00;Bus\nAigre;16140;hier;Bus\n"
        b"Aigre;16140;Tu 09:00-12:00;Bus\n"
    )
    assert [(each.line, each.column, each.code) for each in doubts] == [
        (2, "code_postal", "round_lost"), (3, "horaires", "round_hours"),
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["9" * 5_000, "quarante-six mille", "😀" * 50, "12345678901"])
def test_a_postal_code_of_any_length_is_a_doubt_and_fits_in_its_row(code: str) -> None:
    listed = national_list.read(f"id_fs;lib_fs;code_postal;insee_dep\n7;Ici;{code};46\n8;La;46000;46\n".encode())
    assert national_list.BAD_POSTAL_CODE in listed.sites[7].doubts
    assert len(listed.sites[7].postal_code) <= 10
    assert listed.sites[8].postal_code == "46000"


@pytest.mark.parametrize("site", ["9" * 5_000, "1E+05", "-7", "²", "7,5", "2147483648"])
def test_a_site_that_is_no_number_refuses_its_line_with_its_column(site: str) -> None:
    table = f"login;name;department;site\nlea;Léa;46;7,0\nines;Inès;46;{site}\n"
    entries, wrong = accounts.read(table.encode(), ("caf",), lambda _department: ("caf",))
    assert [each.profile.site_id for each in entries] == [7]
    assert [(each.line, each.column) for each in wrong] == [(3, "site")]


def test_an_unknown_column_of_agents_is_refused_by_its_place() -> None:
    with pytest.raises(accounts.NotStaff) as refused:
        accounts.read(b"\nlogin;name;department;salaire\nlea;L;46;1\n", (), lambda _department: ())
    assert "Ligne 2 : colonne 4 inconnue" in refused.value.sentence("fr")
