"""The national list of sites, read from the file as it is published.

Any vintage: comma or semicolon, columns in any order, unknown ones left alone, comments over several lines. An oddity
is a doubt with its line, never a refusal; only a file that is not the list, or not the whole of it, is refused.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from callcenter.errors import BadNumber, TwoNumbers
from callcenter.rules import site_hours, tables
from callcenter.rules.plain_text import one_line
from callcenter.rules.tables import LostFigures, NotATable, TableRow
from callcenter.rules.territory import TERRITORIES, departments

LARGEST = 20_000_000  # bytes; the list of 2024 has 1.2 million
LARGEST_ID = 999_999_999  # of a site; the list has four figures today
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
KNOWN = (
    *NEEDED, "insee_dep", "lib_com", "adresse", "complement_adresse", "telephone", "mail", "commentaire", "prise_rdv",
    "type_fs", "format_fs", "groupe_fs", "labellisation_fs", "latitude", "longitude", *(f"h_{day}" for day in WEEKDAYS),
)  # fmt: skip

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
BAD_PLACE = "coordinates that are of no place: left out"
TWO_NUMBERS = (
    "a telephone number that may be two, of the mainland or of its territory: left out, to be written with its code"
)
LOST_FIGURES = "a number that a spreadsheet wrote as 5,65E+08: its figures are lost, left out"
CLEANED = "characters that are no text, taken out"
SHORT_LINE = "a line with too few columns"
LONG_LINE = "a line with too many columns: the surplus is left out"


class NotTheList(NotATable):
    """Ce fichier n'est pas la liste nationale des France services, ou il n'est pas entier : rien n'a été changé."""

    english = "This file is not the national list of sites, or not the whole of it: nothing was changed."


@dataclass(frozen=True, slots=True)
class ListDoubt:
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
    doubts: tuple[ListDoubt, ...]
    lines: int
    """Records read, the header aside."""

    @property
    def kinds(self) -> Mapping[str, int]:
        """How many doubts of each kind."""
        return Counter(doubt.what for doubt in self.doubts)


def read(content: bytes) -> NationalList:
    """The list in `content`. Raises NotTheList for what is empty, binary, huge, cut short or something else."""
    if len(content) > LARGEST:
        raise NotTheList("large", most=LARGEST)
    rows, doubts = _rows(content)
    reader = _Reader(doubts=doubts)
    for row in rows:
        reader.take(row)
    if not reader.sites:
        raise NotTheList("nothing")
    return reader.finished(len(rows))


def _rows(content: bytes) -> tuple[list[TableRow], list[ListDoubt]]:
    """Every record that is not blank. Quotation marks that do not match are a doubt, one that is never closed a cut."""
    try:
        return list(tables.read(content, NotTheList, KNOWN, NEEDED, OTHER_NAMES).rows), []
    except NotTheList as refusal:
        if refusal.fault != "quotes":
            raise
        stray = ListDoubt(int(str(refusal.told["line"])), None, STRAY_QUOTES)
    table = tables.read(content, NotTheList, KNOWN, NEEDED, OTHER_NAMES, stray_quotes=True)
    return list(table.rows), [stray]


@dataclass
class _Reader:
    sites: dict[int, ListedSite] = field(default_factory=dict)
    doubts: list[ListDoubt] = field(default_factory=list)

    def take(self, record: TableRow) -> None:
        """One record becomes a site with its doubts; one that cannot is a doubt alone."""
        line, row, doubts = record.line, record.values, list[str]()
        site_id = tables.whole(row["id_fs"], LARGEST_ID)
        odd = {SHORT_LINE: record.missing, LONG_LINE: record.surplus, CLEANED: record.was_cleaned}
        self.doubts += [ListDoubt(line, site_id, what) for what, found in odd.items() if found]
        if site_id is None:
            self.doubts.append(ListDoubt(line, None, NO_ID))
            return
        postal_code = _known(tables.postal_code, row["code_postal"], doubts)
        department = _department(row, postal_code, doubts)
        if department is None:
            self.doubts.append(ListDoubt(line, site_id, NO_TERRITORY))
            return
        if site_id in self.sites:
            doubts.append(SAME_ID)
        week = _week(row, doubts)
        latitude, longitude = _place(row, doubts)
        self.sites[site_id] = ListedSite(
            id=site_id,
            line=line,
            name=one_line(row["lib_fs"]),
            address=one_line(", ".join(part for part in (row.get("adresse"), row.get("complement_adresse")) if part)),
            postal_code=postal_code[:10],
            city=one_line(row.get("lib_com", "")),
            department=department,
            phone=_phone(row.get("telephone", ""), department, doubts),
            mail=one_line(row.get("mail", "")),
            week=week,
            by_appointment=_is_yes(row.get("prise_rdv", "")),
            comment=row.get("commentaire", ""),
            kind=row.get("type_fs", ""),
            format=row.get("format_fs", ""),
            group=row.get("groupe_fs", ""),
            label=row.get("labellisation_fs", ""),
            latitude=latitude,
            longitude=longitude,
            doubts=tuple(dict.fromkeys(doubts)),
        )

    def finished(self, lines: int) -> NationalList:
        """Shared numbers are known only at the end."""
        shared = Counter(site.phone for site in self.sites.values() if site.phone)
        for site in self.sites.values():
            if shared[site.phone] > 1:
                self.sites[site.id] = replace(site, doubts=(*site.doubts, SHARED_NUMBER))
        own = [ListDoubt(site.line, site.id, what) for site in self.sites.values() for what in site.doubts]
        return NationalList(self.sites, tuple(sorted([*self.doubts, *own], key=lambda d: d.line)), lines)


def _known(read: Callable[[str], str], written: str, doubts: list[str]) -> str:
    """What is written, read; nothing where a spreadsheet has taken figures away."""
    try:
        return read(written)
    except LostFigures:
        doubts.append(LOST_FIGURES)
        return ""


def _is_yes(written: str) -> bool:
    try:
        return tables.yes_or_no(written) is True
    except ValueError:
        return False


def _department(row: Mapping[str, str], postal_code: str, doubts: list[str]) -> str | None:
    """`insee_dep` is believed (a spreadsheet may have eaten its zero); without it, the postal code where it is sure."""
    possible = [code for code in departments(postal_code) if code in TERRITORIES]
    if not possible:
        doubts.append(BAD_POSTAL_CODE)
    written = tables.department(row.get("insee_dep", ""))
    if written in TERRITORIES:
        if possible and written not in possible:
            doubts.append(OTHER_DEPARTMENT)
        return written
    doubts.append(NO_DEPARTMENT)
    return possible[0] if possible else None


def _week(row: Mapping[str, str], doubts: list[str]) -> site_hours.Week:
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
        number = tables.telephone(written, department).e164
    except LostFigures:
        doubts.append(LOST_FIGURES)
        return ""
    except TwoNumbers:
        doubts.append(TWO_NUMBERS)
        return ""
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


def _place(row: Mapping[str, str], doubts: list[str]) -> tuple[float, float] | tuple[None, None]:
    """Both coordinates, or neither: half a place is none, and none is where no meridian and no parallel is."""
    written = row.get("latitude", ""), row.get("longitude", "")
    if not any(written):
        return None, None
    try:
        latitude, longitude = map(tables.number, written)
    except ValueError:
        doubts.append(BAD_PLACE)
        return None, None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180) or latitude == longitude == 0:
        doubts.append(BAD_PLACE)
        return None, None
    return latitude, longitude
