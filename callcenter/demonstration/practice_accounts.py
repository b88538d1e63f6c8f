"""The demonstration's town: agents with varied departments, topics and languages, a supervisor, an administrator."""

from dataclasses import dataclass, field

from callcenter import clock, passwords
from callcenter.db import Session, transaction
from callcenter.records import agents
from callcenter.records.agents import Agent
from callcenter.records.identifiers import new_id
from callcenter.rules.territory import TERRITORIES, UNKNOWN
from callcenter.screens import directory_screen

PASSWORD = "Bonjour-le-Lot-46"  # public on purpose: these accounts exist on demonstration stores alone
OCCITANIE = "76"
ALL = ("*",)
BOTH = ("fr", "en")


@dataclass(frozen=True)
class Villager:
    """One account. `sees`: the departments of a supervisor."""

    login: str
    name: str
    department: str
    topics: tuple[str, ...] = ALL
    languages: tuple[str, ...] = ("fr",)
    role: str = "agent"
    sees: tuple[str, ...] = field(default=())


VILLAGE = (
    Villager("karim", "Karim Benali", "46"),
    Villager("lea", "Léa Hoarau", "974"),
    Villager("sarah", "Sarah Martin", "46", languages=BOTH),
    Villager("paul", "Paul Vidal", "12", ("impots", "retraite", "sante", "autre")),
    Villager("nadia", "Nadia Cherif", "31", ("famille", "logement", "emploi", "autre")),
    Villager("julien", "Julien Faure", "81", ("identite", "permis", "sejour", "autre")),
    Villager("claire", "Claire Meyer", "67"),
    Villager("tom", "Thomas Leroy", "59", languages=BOTH),
    Villager("awa", "Awa Diallo", "93", ("sejour", "famille", "emploi", "autre"), BOTH),
    Villager("mathis", "Mathis Le Goff", "29", ("sante", "retraite", "handicap", "autre")),
    Villager("chiara", "Chiara Mattei", "2A"),
    Villager("hugo", "Hugo Perrin", "01", ("impots", "justice", "energie", "autre")),
    Villager("manon", "Manon Roux", "13"),
    Villager("teva", "Teva Marama", "971"),
    Villager("emma", "Emma Girard", "75", languages=BOTH),
    Villager(
        "ines",
        "Inès Castan",
        "31",
        role="supervisor",
        sees=tuple(code for code, territory in TERRITORIES.items() if territory.region == OCCITANIE),
    ),
    Villager("admin", "Administration", "75", role="admin"),
)
SHOWN = frozenset({"karim", "sarah", "lea", "ines", "admin"})
PHONES = {villager.login: f"+339000000{number:02}" for number, villager in enumerate(VILLAGE, 1)}


def settle() -> list[dict[str, str]]:
    """Write the accounts that are missing; those that are there keep what was changed. What to show to the reader."""
    hashed = passwords.hashed(PASSWORD)
    with transaction() as session:
        for villager in VILLAGE:
            if agents.by_login(session, villager.login) is None:
                _settle_one(session, villager, hashed)
    return [{"login": each.login, "password": PASSWORD, "who": _who(each)} for each in VILLAGE if each.login in SHOWN]


def practice_agents() -> list[dict[str, str]]:
    """The accounts that practice agents play, so that the town is lively; those that are shown wait for the reader, who
    would else see their calls taken by a colleague of practice."""
    return [
        {"login": each.login, "password": PASSWORD}
        for each in VILLAGE
        if each.role == "agent" and each.login not in SHOWN
    ]


def _settle_one(session: Session, villager: Villager, hashed: str) -> None:
    agent_id, phone = new_id(), "" if villager.role == "admin" else PHONES[villager.login]
    session.add(
        Agent(
            id=agent_id,
            login=villager.login,
            name=villager.name,
            password_hash=hashed,
            role=villager.role,
            departments=list(villager.sees),
            department=villager.department,
            topics=list(directory_screen.topics()) if villager.topics == ALL else list(villager.topics),
            languages=list(villager.languages),
            desk_phone=agents.sealed_phone(agent_id, phone),
            since=clock.now(),
        )
    )


def _who(villager: Villager) -> str:
    place = TERRITORIES[villager.department].name if villager.department != UNKNOWN else ""
    if villager.role == "admin":
        return "administrator: sees everything"
    if villager.role == "supervisor":
        return "supervisor of Occitanie"
    return f"agent in {place} ({', '.join(villager.languages)})"
