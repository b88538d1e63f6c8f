"""What a report is about, in words."""

from callcenter.rules.report_places import ReportPlace
from callcenter.rules.territory import TERRITORIES, UNKNOWN
from callcenter.web.pages.words import say


def place_name(of: ReportPlace, language: str) -> str:
    """`Lot (46)`, `Occitanie`, `Occitanie (départements 12, 46 seulement)`, `Toute la France`, `Département 46`."""
    if of.code == UNKNOWN:
        return say(language, "caller.unknown")
    if of.code in TERRITORIES:
        return f"{of.name} ({of.code})"
    if not of.only:
        return of.name or say(language, "report.nation")
    if of.name:
        words = "report.region_part_one" if len(of.only) == 1 else "report.region_part"
    else:
        words = "report.some_departments_one" if len(of.only) == 1 else "report.some_departments"
    return say(language, words, name=of.name, codes=", ".join(of.only))
