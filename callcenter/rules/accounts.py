"""Who may be a member of staff, and the table in which many are sent at once: one line each, whole or not at all."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from callcenter.errors import BadAnswer, BadNumber, Refusal, TwoNumbers
from callcenter.rules import tables
from callcenter.rules.languages import LANGUAGES
from callcenter.rules.logins import login_of, may_be_login
from callcenter.rules.national_list import LARGEST_ID
from callcenter.rules.plain_text import folded
from callcenter.rules.tables import LostFigures, NotATable, TableRow
from callcenter.rules.territory import TERRITORIES

ROLES = ("agent", "supervisor", "auditor", "admin")
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
LARGEST = 1_000_000  # bytes of a table
MOST = 2_000  # lines of a table
EVERYTHING = "*"  # in a table: every topic of their department, every department

COLUMNS = ("login", "name", "role", "department", "site", "topics", "languages", "departments", "phone", "password")
OTHER_NAMES = {
    "identifiant": "login", "nom": "name", "departement": "department", "sujets": "topics", "langues": "languages",
    "departements": "departments", "telephone": "phone", "mot_de_passe": "password",
}  # fmt: skip
NEEDED = ("login", "name", "department")
OF_COLUMN = {  # what may be wrong of a column besides what it holds
    "login": ("staff_taken", "staff_twice", "staff_inactive"),
    "role": ("staff_own_role",),
    "phone": ("staff_phone_lost", "staff_phone_not_called", "staff_phone_two"),
}
ROLES_BY_WORD = {"": "agent", "superviseur": "supervisor", "superviseure": "supervisor", "auditeur": "auditor",
                 "auditrice": "auditor", "administrateur": "admin", "administratrice": "admin"}  # fmt: skip


TopicsOf = Callable[[str], Collection[str]]
"""The topics that somebody of a department may be expected to know."""


class BadPassword(Refusal):
    """Le mot de passe doit compter de 12 à 200 caractères."""

    status = 422
    english = "The password must have 12 to 200 characters."


class PasswordsDiffer(Refusal):
    """Les deux mots de passe ne sont pas les mêmes : tapez le nouveau deux fois."""

    status = 422
    english = "The two passwords are not the same: type the new one twice."


class OwnNamePassword(Refusal):
    """Ce mot de passe est trop facile à deviner : il est votre identifiant ou votre nom."""

    status = 422
    english = "This password is too easy to guess: it is your login or your name."


class NotStaff(NotATable):
    """Ce fichier n'est pas un tableau d'agents lisible : rien n'a été changé."""

    english = "This file is not a readable table of agents: nothing was changed."


@dataclass(frozen=True, slots=True)
class Profile:
    """One member of staff, as an administrator writes them. `phone`: E.164 or empty; `departments`: of a supervisor."""

    login: str
    name: str
    role: str
    department: str
    site_id: int | None
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    departments: tuple[str, ...]
    phone: str


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong on a line of a table (the header is 1): a code, each with a sentence of its own."""

    line: int
    code: str
    column: str = field(init=False)
    """The column that it is of; empty for the whole line."""

    def __post_init__(self) -> None:
        named = (name for name in COLUMNS if self.code in (f"staff_{name}", *OF_COLUMN.get(name, ())))
        object.__setattr__(self, "column", next(named, ""))


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A line of a table that is well written."""

    line: int
    profile: Profile


def checked(given: Mapping[str, object], topics: Collection[str], every: TopicsOf) -> Profile:
    """The profile in these fields, `site` being written; of `topics`, or `every` one of their department. Raises
    BadAnswer with every code that is wrong."""
    wrong: list[str] = []

    def text(name: str) -> str:
        return str(given.get(name) or "").strip()

    def several(
        name: str, known: Collection[str], everything: Collection[str] = (), read: Callable[[str], str] = str
    ) -> tuple[str, ...]:
        listed = given.get(name) or ()
        words = (
            re.split(r"[\s,|]+", listed) if isinstance(listed, str) else list(map(str, cast(Iterable[object], listed)))
        )
        found = tuple(dict.fromkeys(read(word) for word in words if word))
        found = tuple(everything or known) if found == (EVERYTHING,) else found
        if not set(found) <= set(known):
            wrong.append(f"staff_{name}")
        return found

    role, department = text("role").lower(), tables.department(text("department"))
    profile = Profile(
        login=login_of(text("login")),
        name=" ".join(text("name").split()),
        role=ROLES_BY_WORD.get(role, role),
        department=department,
        site_id=tables.whole(text("site"), LARGEST_ID),
        topics=several("topics", topics, every(department)),
        languages=several("languages", LANGUAGES) or ("fr",),
        departments=several("departments", TERRITORIES, TERRITORIES, tables.department),
        phone=_phone(text("phone"), department, wrong),
    )
    if not may_be_login(profile.login):
        wrong.append("staff_login")
    if not 1 <= len(profile.name) <= 120:
        wrong.append("staff_name")
    if profile.role not in ROLES:
        wrong.append("staff_role")
    if profile.department not in TERRITORIES or not TERRITORIES[profile.department].inhabited:
        wrong.append("staff_department")
    if text("site") and profile.site_id is None:
        wrong.append("staff_site")
    if wrong:
        raise BadAnswer(*wrong)
    return profile


def checked_password(password: str, again: str) -> str:
    """The same, typed twice. Raises BadPassword, PasswordsDiffer."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadPassword
    if password != again:
        raise PasswordsDiffer
    return password


def must_not_be_own_name(password: str, login: str, name: str) -> None:
    """Raises OwnNamePassword."""
    if folded(password).replace(" ", "") in {folded(own).replace(" ", "") for own in (login, name)}:
        raise OwnNamePassword


def lacks(profile: Profile, *, has_password: bool) -> tuple[str, ...]:
    """What an account still needs before its owner can work: codes, each with a sentence of its own."""
    takes_calls, sees_some = profile.role in ("agent", "supervisor"), profile.role in ("supervisor", "auditor")
    needed = {
        "password": not has_password,
        "phone": profile.role == "agent" and not profile.phone,
        "topics": takes_calls and not profile.topics,
        "departments": sees_some and not profile.departments,
    }
    return tuple(code for code, is_missing in needed.items() if is_missing)


def read(content: bytes, topics: Collection[str], every: TopicsOf) -> tuple[list[AccountLine], list[Wrong]]:
    """Every line of a table that is well written, and what is wrong with the others. Raises NotStaff."""
    entries, wrong, seen = list[AccountLine](), list[Wrong](), set[str]()
    for row in _rows(content):
        line, given = row.line, row.values
        if row.surplus:
            wrong.append(Wrong(line, "staff_columns"))
            continue
        try:
            profile = checked(given, topics, every)
        except BadAnswer as refusal:
            wrong += [Wrong(line, str(code)) for code in refusal.args]
            continue
        if given.get("password"):  # of nobody's knowledge but its owner's
            wrong.append(Wrong(line, "staff_password"))
            continue
        if profile.login in seen:
            wrong.append(Wrong(line, "staff_twice"))
        seen.add(profile.login)
        entries.append(AccountLine(line, profile))
    if not entries and not wrong:
        raise NotStaff("nothing")
    return entries, wrong


def _rows(content: bytes) -> Iterator[TableRow]:
    """An unknown column is refused: it would have said something of somebody."""
    if len(content) > LARGEST:
        raise NotStaff("large", most=LARGEST)
    table = tables.read(content, NotStaff, COLUMNS, NEEDED, OTHER_NAMES)
    if unknown := [place for name, place in table.places.items() if name not in COLUMNS]:
        raise NotStaff("unknown", line=table.head_line, place=unknown[0], names=", ".join(COLUMNS))
    for count, row in enumerate(table.rows, 1):
        if count > MOST:
            raise NotStaff("long", most=MOST)
        yield row


def _phone(written: str, department: str, wrong: list[str]) -> str:
    if not written:
        return ""
    try:
        number = tables.telephone(written, department)
    except LostFigures:
        wrong.append("staff_phone_lost")
        return ""
    except TwoNumbers:
        wrong.append("staff_phone_two")
        return ""
    except BadNumber:
        wrong.append("staff_phone")
        return ""
    if not number.may_be_rung:
        wrong.append("staff_phone_not_called")
    return number.e164
