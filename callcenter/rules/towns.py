"""The table of towns: where each is, by postal code and name, as an administrator brings it from whoever publishes one.

La Poste's base of postal codes, the communes of data.gouv.fr and any table with the same columns are read: a postal
code, a name, and where it is, in two columns or in one (`44.609, 2.032`). It tells which site is nearest, nothing else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from callcenter.rules import tables
from callcenter.rules.plain_text import one_line
from callcenter.rules.tables import LostFigures, NotATable
from callcenter.rules.territory import departments

LARGEST = 20_000_000  # bytes; the base of postal codes has 3
MOST = 200_000  # lines
LONGEST_NAME = 80
NEEDED = ("code_postal", "commune")
COLUMNS = (*NEEDED, "latitude", "longitude", "coordonnees")
OTHER_NAMES = {
    "cp": "code_postal", "codepostal": "code_postal", "postal_code": "code_postal", "codes_postaux": "code_postal",
    "nom_de_la_commune": "commune", "nom_commune": "commune", "nom_commune_complet": "commune", "ville": "commune",
    "nom_commune_postal": "commune", "nom_standard": "commune", "libelle_d_acheminement": "commune", "town": "commune",
    "libelle_acheminement": "commune", "nom": "commune", "name": "commune",
    "lat": "latitude", "latitude_mairie": "latitude", "latitude_centre": "latitude", "y": "latitude",
    "lon": "longitude", "lng": "longitude", "long": "longitude", "longitude_mairie": "longitude", "x": "longitude",
    "longitude_centre": "longitude", "coordonnees_gps": "coordonnees", "coordonnees_geographiques": "coordonnees",
    "geo_point_2d": "coordonnees", "geopoint": "coordonnees", "_geopoint": "coordonnees", "geo_point": "coordonnees",
}  # fmt: skip


class NotTowns(NotATable):
    """Ce fichier n'est pas une table de communes : rien n'a été changé."""

    english = "This file is not a table of towns: nothing was changed."


@dataclass(frozen=True, slots=True)
class Town:
    """One town under one of its postal codes, and where it is in degrees."""

    postal_code: str
    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class TownDoubt:
    """A line that was left out (the head is 1), and why: a code with a sentence of its own."""

    line: int
    code: str


class _LeftOut(Exception):
    def __init__(self, code: str) -> None:
        self.code = code


def read(content: bytes) -> tuple[list[Town], list[TownDoubt]]:
    """Every town of the table, each once under each of its postal codes, and the lines left out. Raises NotTowns."""
    if len(content) > LARGEST:
        raise NotTowns("large", most=LARGEST)
    table = tables.read(content, NotTowns, COLUMNS, NEEDED, OTHER_NAMES)
    if not ({"latitude", "longitude"} <= set(table.places) or "coordonnees" in table.places):
        raise NotTowns("missing", line=table.head_line, names="latitude, longitude")
    found, doubts = dict[tuple[str, str], Town](), list[TownDoubt]()
    for count, row in enumerate(table.rows, 1):
        if count > MOST:
            raise NotTowns("long", most=MOST)
        try:
            for town in _towns(row.values):
                found.setdefault((town.postal_code, town.name), town)
        except _LeftOut as why:
            doubts.append(TownDoubt(row.line, why.code))
    if not found:
        raise NotTowns("nothing")
    return list(found.values()), doubts


def _towns(row: Mapping[str, str]) -> list[Town]:
    name = one_line(row.get("commune", ""))
    if not 1 <= len(name) <= LONGEST_NAME:
        raise _LeftOut("town_name")
    latitude, longitude = _place(row)
    return [Town(code, name, latitude, longitude) for code in _postal_codes(row.get("code_postal", ""))]


def _postal_codes(written: str) -> list[str]:
    """One or several, `46000-46090`."""
    try:
        codes = [tables.postal_code(each) for each in re.split(r"[-/,| ]+(?=\d)", written.strip()) if each]
    except LostFigures:
        raise _LeftOut("town_lost") from None
    if not codes or not all(departments(code) for code in codes):
        raise _LeftOut("town_postal_code")
    return codes


def _place(row: Mapping[str, str]) -> tuple[float, float]:
    if row.get("latitude") or row.get("longitude"):
        written = [row.get("latitude", ""), row.get("longitude", "")]
    else:
        written = re.split(r"\s*[,;]\s+|(?<=\d)\s*,\s*(?=[-+\d])|\s+", row.get("coordonnees", "").strip(" []()"))
    try:
        latitude, longitude = (tables.number(each) for each in written)
    except ValueError:
        raise _LeftOut("town_place") from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180) or latitude == longitude == 0:
        raise _LeftOut("town_place")
    return latitude, longitude
