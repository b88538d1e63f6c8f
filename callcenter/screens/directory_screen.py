"""What an agent may choose from: topics and procedures, in both languages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from callcenter.actions import config_snapshot
from callcenter.db import reading
from callcenter.errors import BadNumber, NotFound
from callcenter.phone_number import PhoneNumber
from callcenter.records import agents, contacts
from callcenter.records.referents import PartnerDesk
from callcenter.rules.menu import OTHER
from callcenter.rules.territory import NATION, TERRITORIES


@dataclass(frozen=True)
class Named:
    """A code with its name in each language."""

    code: str
    fr: str
    en: str

    def name(self, language: str) -> str:
        return self.en if language == "en" else self.fr


@dataclass(frozen=True)
class NamedProcedure(Named):
    """One démarche of the directory. `partner` is empty where no partner of the network holds it; `phrases`: what an
    agent says of it, by language."""

    topic: str
    partner: str
    phrases: Mapping[str, str]


@dataclass(frozen=True)
class ReferentDesk:
    """A partner's desk that an agent may call. `phone`: as it is dialled; `e164`: the same for a link."""

    partner: str
    desk: str
    phone: str
    e164: str
    hours: str
    is_own: bool
    """Of the department, rather than the nation's."""


def topics() -> dict[str, Named]:
    """Every topic that has a queue somewhere, in the order of the telephone menu, the departments' own after the
    nation's; `autre` comes last."""
    menu = config_snapshot.current().menu
    coded = {topic.code: topic for each in (*menu.local.values(), menu) for topic in each.coded()}
    spoken = {code: Named(code, t.name("fr"), t.name("en")) for code, t in coded.items()}
    other = {OTHER: Named(OTHER, "Autre sujet", "Another matter")}
    return {code: (spoken | other)[code] for code in menu.every_code()}


def procedures() -> dict[str, NamedProcedure]:
    """Every procedure of today by its code."""
    return {
        row.code: NamedProcedure(row.code, row.labels["fr"], row.labels["en"], row.topic, row.partner, row.phrases)
        for row in config_snapshot.current().procedures.values()
    }


def topics_of(departments: Collection[str]) -> dict[str, Named]:
    """The topics of the nation and of these departments, in the order of `topics`."""
    there, named = config_snapshot.current().menu.codes_of(*departments), topics()
    return {code: named[code] for code in there}


def procedures_of(departments: Collection[str]) -> dict[str, NamedProcedure]:
    """What may be recorded for a citizen: the nation's procedures and those that these departments added."""
    held = config_snapshot.current().procedures
    return {code: each for code, each in procedures().items() if held[code].scope in (NATION, *departments)}


def departments_of_contact(agent_id: str, contact_id: str) -> tuple[str, str]:
    """Whose own procedures may be recorded of a contact: the agent's department's and the citizen's. Raises
    NotFound."""
    with reading() as session:
        agent, contact = agents.get(session, agent_id), contacts.get(session, contact_id)
    if agent is None or contact is None:
        raise NotFound
    return agent.department, contact.department


def recorded_of(contact_id: str) -> dict[str, str]:
    """The partners of the démarches that are recorded of a contact, by code."""
    with reading() as session:
        return {row.procedure: row.partner for row in contacts.accompaniments(session, [contact_id])}


def departments_of_visit(agent_id: str, department: str) -> tuple[str, str]:
    """The same of a visit by somebody of that department. Raises NotFound."""
    with reading() as session:
        agent = agents.get(session, agent_id)
    if agent is None:
        raise NotFound
    return agent.department, department


def by_topic(first: str | None, departments: Collection[str]) -> list[tuple[Named, list[NamedProcedure]]]:
    """What may be recorded under its topic, the call's own topic first. `departments`: the citizen's and the
    agent's."""
    order = sorted(topics_of(departments).values(), key=lambda topic: topic.code != first)
    possible = procedures_of(departments).values()
    return [(topic, [p for p in possible if p.topic == topic.code]) for topic in order]


def sheet(code: str, department: str, language: str) -> str:
    """What an agent answers on a topic there, in their language or else in French; empty: nothing is written."""
    found = next((topic for topic in config_snapshot.current().menu.of(department).coded() if topic.code == code), None)
    return (found.sheet.get(language) or found.sheet.get("fr", "")) if found else ""


def referents(code: str | None, department: str) -> tuple[list[ReferentDesk], list[ReferentDesk]]:
    """Whom an agent may call about a matter of a citizen of that department: those of the topic's partners, and the
    others; the department's own before the nation's."""
    stands = config_snapshot.current()
    topic = next((topic for topic in stands.menu.of(department).coded() if topic.code == code), None)
    held = sorted((each for each in stands.referents if each.scope in (department, NATION)), key=_is_of_nation)
    concerned = topic.partners if topic else ()
    return (
        [_referent(each, stands.partners) for each in held if each.partner in concerned],
        [_referent(each, stands.partners) for each in held if each.partner not in concerned],
    )


def topic_name(code: str | None, language: str) -> str:
    """A topic's name; the code itself for one that the directory has lost."""
    topic = topics().get(code or OTHER)
    return topic.name(language) if topic else str(code)


def procedure_name(code: str, language: str) -> str:
    """A procedure's name; the code itself for one that the directory has lost."""
    procedure = procedures().get(code)
    return procedure.name(language) if procedure else code


def partner_name(code: str) -> str:
    """What a partner is called today; the code itself for one that is none any more."""
    return config_snapshot.current().partners.get(code, code)


def department_name(code: str) -> str | None:
    """`Lot`; None for the unknown department."""
    territory = TERRITORIES.get(code)
    return territory.name if territory else None


def _is_of_nation(desk: PartnerDesk) -> bool:
    return desk.scope == NATION


def _referent(desk: PartnerDesk, partners: Mapping[str, str]) -> ReferentDesk:
    try:
        number = PhoneNumber.parse(desk.phone)
        phone, e164 = number.national, number.e164
    except BadNumber:
        phone, e164 = desk.phone, ""
    name = partners.get(desk.partner, desk.partner)
    return ReferentDesk(name, desk.desk, phone, e164, desk.hours, not _is_of_nation(desk))
