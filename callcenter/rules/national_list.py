"""The national list of sites, read from the file as it is published.

Any vintage: comma or semicolon, columns in any order, unknown ones left alone, comments over several lines. An oddity
is a doubt with its line, never a refusal; only a file that is not the list, or not the whole of it, is refused.
"""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from io import StringIO

from callcenter.errors import BadNumber, Refusal
from callcenter.phone_number import PhoneNumber
from callcenter.rules import site_hours
from callcenter.rules.territory import TERRITORIES, departments

LARGEST = 20_000_000  # bytes; the list of 2024 has 1.2 million
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
OTHER_NAMES = {  # a column of another vintage -> its name today
    "id_mfs": "id_fs", "id": "id_fs", "identifiant": "id_fs",
    "lib_mfs": "lib_fs", "nom": "lib_fs", "libelle": "lib_fs",
    "departement": "insee_dep", "code_departement": "insee_dep", "dep": "insee_dep",
    "cp": "code_postal", "commune": "lib_com", "ville": "lib_com", "code_insee": "insee_com",
    "tel": "telephone", "courriel": "mail", "email": "mail", "commentaire_horaires": "commentaire",
    "type_mfs": "type_fs", "format_mfs": "format_fs", "groupe_mfs": "groupe_fs",
    "labellisation_mfs": "labellisation_fs",
    **{f"horaires_{day}": f"h_{day}" for day in WEEKDAYS}, **{day: f"h_{day}" for day in WEEKDAYS},
}  # fmt: skip
NEEDED = ("id_fs", "lib_fs", "code_postal")

NO_HOURS = "no hours at all"
NO_NUMBER = "no telephone number"
BAD_NUMBER = "a telephone number that cannot be read, kept as written"
FOREIGN_NUMBER = "a telephone number of another territory"
SHARED_NUMBER = "a telephone number shared with other sites"
NO_DEPARTMENT = "no known department: taken from the postal code"
OTHER_DEPARTMENT = "a postal code of another department: the department is believed"
BAD_POSTAL_CODE = "a postal code that does not exist"
NO_ID = "no usable identifier: not taken"
NO_TERRITORY = "neither a known department nor a known postal code: not taken"
SAME_ID = "an identifier that came before: the last line is taken"
STRAY_QUOTES = "quotation marks that do not match"
SHORT_LINE = "a line with too few columns"
LONG_LINE = "a line with too many columns: the surplus is left out"


class NotTheList(Refusal):
    """Ce fichier n'est pas la liste nationale des France services, ou il n'est pas entier : rien n'a été changé."""

    status = 422
    english = "This file is not the national list of sites, or not the whole of it: nothing was changed."


class EmptyList(NotTheList):
    """Ce fichier est vide : rien n'a été changé."""

    english = "This file is empty: nothing was changed."


class BinaryList(NotTheList):
    """Ce fichier n'est pas un tableau en texte (CSV) : rien n'a été changé."""

    english = "This file is no table in plain text (CSV): nothing was changed."


class CutList(NotTheList):
    """Ce fichier est coupé avant sa fin : rien n'a été changé."""

    english = "This file is cut short: nothing was changed."


class HugeList(NotTheList):
    """Ce fichier dépasse la taille permise, 20 Mo : rien n'a été changé."""

    english = "This file is larger than 20 MB: nothing was changed."


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something odd on a line of the file (the first is 1), of a site if it is known which."""

    line: int
    site_id: int | None
    what: str


@dataclass(frozen=True, slots=True)
class ListedSite:
    """One site of the list. `phone` is E.164, or as written when it cannot be read; empty: none."""

    id: int
    line: int
    name: str
    address: str
    postal_code: str
    city: str
    department: str
    phone: str
    mail: str
    week: site_hours.Week
    by_appointment: bool
    comment: str
    kind: str
    format: str
    group: str
    label: str
    latitude: float | None
    longitude: float | None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class NationalList:
    """What a file held: the sites by their id, and every doubt in the order of the file."""

    sites: dict[int, ListedSite]
    doubts: tuple[Doubt, ...]
    lines: int
    """Records read, the header aside."""

    @property
    def kinds(self) -> Mapping[str, int]:
        """How many doubts of each kind."""
        return Counter(doubt.what for doubt in self.doubts)


def read(content: bytes) -> NationalList:
    """The list in `content`. Raises NotTheList for what is empty, binary, huge, cut short or something else."""
    reader = _Reader(_text(content))
    for line, row in reader.rows():
        reader.take(line, row)
    if not reader.sites:
        raise EmptyList("(no site)")
    return reader.finished()


@dataclass
class _Reader:
    text: str
    sites: dict[int, ListedSite] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    count: int = 0

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each record under today's column names, with the line it begins on."""
        header = self.text.split("\n", 1)[0]
        records = self._records(max(",;\t", key=header.count))
        names = [_column(name) for name in records[0][1]]
        if missing := [name for name in NEEDED if name not in names]:
            raise NotTheList(f"({', '.join(missing)} ?)")
        for place, (line, record) in enumerate(records[1:], 2):
            if len(record) < len(names):
                if place == len(records):
                    raise CutList(f"(line {line})")
                self.doubts.append(Doubt(line, None, SHORT_LINE))
            if len(record) > len(names):
                self.doubts.append(Doubt(line, None, LONG_LINE))
            self.count += 1
            padded = record + [""] * (len(names) - len(record))
            yield line, {name: _clean(value) for name, value in zip(names, padded, strict=False)}

    def _records(self, mark: str) -> list[tuple[int, list[str]]]:
        """Every record that is not blank, with the line it begins on. Stray quotes are a doubt, an open one a cut."""
        for strict in (True, False):
            reader, records, line = csv.reader(StringIO(self.text, newline=""), delimiter=mark, strict=strict), [], 1
            try:
                for record in reader:
                    if any(record):
                        records.append((line, record))
                    line = reader.line_num + 1
                return records
            except csv.Error as broken:
                if "unexpected end" in str(broken) or not strict:
                    raise CutList(f"(line {line})") from None
                self.doubts.append(Doubt(line, None, STRAY_QUOTES))
        raise NotTheList

    def take(self, line: int, row: dict[str, str]) -> None:
        """One record becomes a site with its doubts; one that cannot is a doubt alone."""
        if not row["id_fs"].isascii() or not row["id_fs"].isdigit() or int(row["id_fs"]) > 2_000_000_000:
            self.doubts.append(Doubt(line, None, NO_ID))
            return
        site_id, doubts = int(row["id_fs"]), list[str]()
        postal_code = row["code_postal"].zfill(5) if row["code_postal"].isdigit() else row["code_postal"]
        department = _department(row, postal_code, doubts)
        if department is None:
            self.doubts.append(Doubt(line, site_id, NO_TERRITORY))
            return
        if site_id in self.sites:
            doubts.append(SAME_ID)
        week = _week(row, doubts)
        self.sites[site_id] = ListedSite(
            id=site_id,
            line=line,
            name=row["lib_fs"],
            address=", ".join(part for part in (row.get("adresse"), row.get("complement_adresse")) if part),
            postal_code=postal_code,
            city=row.get("lib_com", ""),
            department=department,
            phone=_phone(row.get("telephone", ""), department, doubts),
            mail=row.get("mail", ""),
            week=week,
            by_appointment=row.get("prise_rdv", "").lower() == "oui",
            comment=row.get("commentaire", ""),
            kind=row.get("type_fs", ""),
            format=row.get("format_fs", ""),
            group=row.get("groupe_fs", ""),
            label=row.get("labellisation_fs", ""),
            latitude=_coordinate(row.get("latitude", "")),
            longitude=_coordinate(row.get("longitude", "")),
            doubts=tuple(dict.fromkeys(doubts)),
        )

    def finished(self) -> NationalList:
        """Shared numbers are known only at the end."""
        shared = Counter(site.phone for site in self.sites.values() if site.phone)
        for site in self.sites.values():
            if shared[site.phone] > 1:
                self.sites[site.id] = replace(site, doubts=(*site.doubts, SHARED_NUMBER))
        own = [Doubt(site.line, site.id, what) for site in self.sites.values() for what in site.doubts]
        return NationalList(self.sites, tuple(sorted([*self.doubts, *own], key=lambda d: d.line)), self.count)


def _text(content: bytes) -> str:
    if len(content) > LARGEST:
        raise HugeList(f"({len(content):,} bytes)")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if not text.strip():
        raise EmptyList
    if any(unicodedata.category(character) == "Cc" and character not in "\r\n\t" for character in text[:100_000]):
        raise BinaryList
    return text


def _column(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.strip().lower())
    plain = re.sub(r"\W+", "_", "".join(c for c in plain if not unicodedata.combining(c))).strip("_")
    return OTHER_NAMES.get(plain, plain)


def _clean(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\x00", "").strip()


def _department(row: dict[str, str], postal_code: str, doubts: list[str]) -> str | None:
    """`insee_dep` is believed (a spreadsheet may have eaten its zero); without it, the postal code where it is sure."""
    possible = [code for code in departments(postal_code) if code in TERRITORIES]
    if not possible:
        doubts.append(BAD_POSTAL_CODE)
    written = row.get("insee_dep", "").upper()
    written = written.zfill(2) if written.isdigit() else written
    if written in TERRITORIES:
        if possible and written not in possible:
            doubts.append(OTHER_DEPARTMENT)
        return written
    doubts.append(NO_DEPARTMENT)
    return possible[0] if possible else None


def _week(row: dict[str, str], doubts: list[str]) -> site_hours.Week:
    days = []
    for day in WEEKDAYS:
        spans, odd = site_hours.read_day(row.get(f"h_{day}", ""))
        days.append(spans)
        doubts.extend(odd)
    if not any(row.get(f"h_{day}") for day in WEEKDAYS):
        doubts.append(NO_HOURS)
    return tuple(days)


def _phone(written: str, department: str, doubts: list[str]) -> str:
    if not written:
        doubts.append(NO_NUMBER)
        return ""
    try:
        number = PhoneNumber.parse(written).e164
    except BadNumber:
        doubts.append(BAD_NUMBER)
        return written[:40]
    if number[:4] in OVERSEAS and number[:4] != _calling_code(department):
        doubts.append(FOREIGN_NUMBER)
    return number


def _calling_code(department: str) -> str:
    return next((code for code, served in OVERSEAS.items() if department in served), "+33")


OVERSEAS = {
    "+262": ("974", "976", "984"), "+508": ("975",), "+590": ("971", "977", "978"), "+594": ("973",), "+596": ("972",),
    "+681": ("986",), "+687": ("988",), "+689": ("987",),
}  # fmt: skip
"""Overseas calling codes, and the territories that each serves."""


def _coordinate(written: str) -> float | None:
    try:
        return float(written.replace(",", "."))
    except ValueError:
        return None
