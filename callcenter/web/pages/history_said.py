"""What was done, in sentences: « Fermeture exceptionnelle. Motif : grève, du 3 au 5 décembre, par Inès Castan », then
each thing that changed, from what to what, codes by their names."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from callcenter.records.sessions import Act
from callcenter.rules import weekly_hours
from callcenter.rules.audited_acts import AuditedAct
from callcenter.screens import directory_screen, sites_screen
from callcenter.web.pages.days_said import day_said, period_said
from callcenter.web.pages.words import say, words

ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
IN_SENTENCE = ("reason", "days", "topic", "hours")
"""What the sentence of an act says by itself where nothing was before, or nothing is after."""
LONGEST = 300  # characters of a value; a sheet is long


@dataclass(frozen=True)
class ActSaid:
    """`sentence`: what was done, how and by whom; `changes`: one line each."""

    sentence: str
    changes: tuple[str, ...]


def act_said(act: Act, language: str) -> ActSaid:
    """One act of a history."""
    today = act.at.date()
    name = f"history.{AuditedAct(act.act).name.lower()}"
    done = say(language, name) if name in words(language) else act.act
    parts, lines = list[str](), list[str]()
    for field in sorted(act.changes, key=lambda each: IN_SENTENCE.index(each) if each in IN_SENTENCE else 9):
        before, after = (_value(field, str(value or ""), today, language) for value in act.changes[field])
        if field in IN_SENTENCE and bool(before) != bool(after):
            parts.append(_part(field, after or before, language))
        else:
            lines.append(_line(field, before, after, language))
    who = say(language, "history.by", who=act.who or say(language, "history.operator"))
    what = f"{done}{_of_what(act, language)}"
    told = ", ".join([*parts, who])
    sentence = f"{what}. {told[:1].upper()}{told[1:]}." if parts else f"{what}, {who}."
    return ActSaid(sentence, tuple(lines))


def _of_what(act: Act, language: str) -> str:
    """Of which item, where a page tells of several."""
    place, _, code = act.noun_id.partition(":")
    if act.noun == "procedure":
        return f" : {directory_screen.procedure_name(code, language)}"
    if act.noun == "topic":
        return f" : {directory_screen.topic_name(code, language) if not code.isdigit() else code}"
    if act.noun in ("partner", "referent"):
        return f" : {directory_screen.partner_name(code or place)}"
    return ""


def _part(field: str, value: str, language: str) -> str:
    if field == "days":
        return value
    return say(language, "history.said", what=say(language, f"field.{field}"), value=value)


def _line(field: str, before: str, after: str, language: str) -> str:
    what = say(language, f"field.{field}") if f"field.{field}" in words(language) else field
    if before and after:
        return say(language, "history.from_to", what=what, before=before, after=after)
    if after:
        return say(language, "history.said", what=what, value=after)
    if before:
        return say(language, "history.no_more", what=what, before=before)
    return say(language, "history.is_changed", what=what)


def _value(field: str, written: str, today: date, language: str) -> str:
    """A value as it is read: codes by their names, days and hours in words."""
    read = READ.get(field)
    if not written or read is None:
        return written[:LONGEST]
    return read(written, today, language)[:LONGEST]


def _days(written: str, today: date, language: str) -> str:
    days = [date.fromisoformat(each) for each in ISO.findall(written)]
    return period_said(days[0], days[-1], today, language) if days else written


def _holiday(written: str, today: date, language: str) -> str:
    day, _, kind = written.partition(" ")
    key = {"oui": "make_holiday", "non": "make_worked"}.get(kind, "as_calendar")
    told = say(language, f"hours.{key}").lower()
    return f"{day_said(date.fromisoformat(day), today, language)} : {told}" if ISO.fullmatch(day) else written


def _known(table: str, beginning: str = "") -> Callable[[str, date, str], str]:
    """A code with a word of its own."""

    def read(written: str, _today: date, language: str) -> str:
        key = f"{table}.{beginning}{written}"
        return say(language, key) if key in words(language) else written

    return read


def _each(name: Callable[[str, str], str]) -> Callable[[str, date, str], str]:
    """Several codes, each by its name."""
    return lambda written, _today, language: ", ".join(name(code, language) for code in written.split())


def _reason(written: str, today: date, language: str) -> str:
    return _known("hours", "why_")(written, today, language).lower()


def _department(code: str, _language: str) -> str:
    name = directory_screen.department_name(code)
    return f"{name} ({code})" if name else code


def _language_named(code: str, language: str) -> str:
    return _known("language")(code, date.min, language)


def _site(written: str, _today: date, _language: str) -> str:
    """By its name; as it is written where no list ever had it."""
    named = sites_screen.named([int(written)]) if written.isascii() and written.isdigit() else {}
    return named.get(int(written), written) if named else written


READ: dict[str, Callable[[str, date, str], str]] = {
    "days": _days,
    "holiday": _holiday,
    "reason": _reason,
    "hours": lambda written, _today, language: weekly_hours.said(written, language),
    "told_hours": lambda written, _today, language: weekly_hours.said(written, language),
    "week": lambda written, _today, language: weekly_hours.said(written, language),
    "topic": lambda written, _today, language: directory_screen.topic_name(written, language),
    "topics": _each(directory_screen.topic_name),
    "department": _each(_department),
    "departments": _each(_department),
    "languages": _each(_language_named),
    "partner": lambda written, _today, _language: directory_screen.partner_name(written),
    "partners": _each(lambda code, _language: directory_screen.partner_name(code)),
    "role": _known("role"),
    "site_id": _site,
    "rollout": _known("rollout"),
}
