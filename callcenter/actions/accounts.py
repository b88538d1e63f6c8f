"""What an administrator does with the accounts of staff. Each change is written down and holds from the next call."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe

from callcenter.actions import agent as agents_verbs
from callcenter.actions import live_index
from callcenter.config import settings
from callcenter.db import Conflict, Session, transaction
from callcenter.errors import BadAnswer, NotAllowed, NotFound
from callcenter.live import signals
from callcenter.records import agents, password_links, sessions, sites
from callcenter.records.agents import NO_PASSWORD, Agent
from callcenter.records.identifiers import new_id
from callcenter.records.sessions import Changes
from callcenter.rules.accounts import AccountLine, Profile, Wrong, lacks
from callcenter.rules.audited_acts import AuditedAct
from callcenter.rules.moved_by import ACCOUNT, MovedBy
from callcenter.rules.states import AgentState

LONGEST = 30.0  # seconds a table may take in the database
TOLD = ("role", "department", "site_id", "topics", "languages", "departments")  # in the history: codes, no name


@dataclass(frozen=True)
class NewLink:
    """A link by which the owner of an account chooses their password; it is said once, and kept by nobody."""

    agent_id: str
    login: str
    name: str
    address: str
    until: datetime

    def __repr__(self) -> str:
        return f"NewLink({self.agent_id!r})"


@dataclass(frozen=True)
class Imported:
    """What a table changed: logins; with anything `refused`, nothing."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: int = 0
    refused: tuple[Wrong, ...] = ()
    links: tuple[NewLink, ...] = ()
    """Of the new accounts."""
    lacking: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What accounts of the table still need, by login: codes."""


def create_account(admin: Agent, profile: Profile, at: datetime) -> NewLink:
    """A new account, with the link by which its owner chooses a password. Raises BadAnswer."""
    try:
        with transaction() as session:
            _check_site(session, profile)
            row = _new(session, profile, at)
            session.flush()
            sessions.audit(session, admin.id, AuditedAct.CREATED, "agent", row.id, at, _changes(None, profile))
            return _link(session, row, at)
    except Conflict:
        raise BadAnswer("staff_taken") from None


def make_link(admin: Agent, agent_id: str, at: datetime) -> NewLink:
    """Another link by which the owner of an account chooses a password; the one before opens nothing any more. The
    password they have, if any, holds until then."""
    with transaction() as session:
        row = _held(session, agent_id)
        if not row.active:
            raise NotAllowed
        sessions.audit(session, admin.id, AuditedAct.MADE_A_PASSWORD_LINK, "agent", agent_id, at)
        return _link(session, row, at)


def change_account(admin: Agent, agent_id: str, profile: Profile, at: datetime) -> None:
    """An account as it is from now on; who is at their post serves the new queues at once or leaves it (`_follow`), and
    who sees otherwise signs in again. Raises BadAnswer."""
    if agent_id == admin.id and profile.role != admin.role:
        raise NotAllowed
    try:
        with transaction() as session:
            row = _held(session, agent_id)
            if row.site_id != profile.site_id:
                _check_site(session, profile)
            changed = _write(row, profile)
            session.flush()
            if _sees_otherwise(row, changed):
                sessions.revoke(session, agent_id, at)
            if changed:
                sessions.audit(session, admin.id, AuditedAct.CHANGED, "agent", agent_id, at, changed)
    except Conflict:
        raise BadAnswer("staff_taken") from None
    _follow([row], at, admin.id)


def deactivate(admin: Agent, agent_id: str, at: datetime) -> None:
    """They may sign in no more, and leave their post once the call in their hands is over; the outcome that it owes is
    then for their supervisor to release. Nobody deactivates themselves."""
    if agent_id == admin.id:
        raise NotAllowed
    with transaction() as session:
        row = _held(session, agent_id)
        row.active, row.closed_at = False, row.closed_at or at
        sessions.revoke(session, agent_id, at)
        password_links.revoke(session, agent_id)
        sessions.audit(session, admin.id, AuditedAct.DEACTIVATED, "agent", agent_id, at)
    _follow([row], at, admin.id)


def reactivate(admin: Agent, agent_id: str, at: datetime) -> None:
    """They may sign in again, as before."""
    with transaction() as session:
        row = _held(session, agent_id)
        row.active, row.closed_at = True, None
        sessions.audit(session, admin.id, AuditedAct.REACTIVATED, "agent", agent_id, at)


def import_accounts(
    admin: Agent | None, entries: Sequence[AccountLine], wrong: Iterable[Wrong], at: datetime
) -> Imported:
    """Every account of a table, or none when anything is wrong; each new one with the link of its owner. `admin` None:
    an operator, from a terminal."""
    with transaction(LONGEST) as session:
        known = agents.by_logins(session, [entry.profile.login for entry in entries])
        listed = sites.known(session, {entry.profile.site_id for entry in entries if entry.profile.site_id})
        refused = [*wrong, *_refused(admin, entries, known, listed)]
        if refused:
            return Imported(refused=tuple(sorted(refused, key=lambda each: each.line)))
        new, changed, moved = list[str](), list[str](), list[Agent]()
        links, lacking = list[NewLink](), list[tuple[str, tuple[str, ...]]]()
        for entry in entries:
            login, row = entry.profile.login, known.get(entry.profile.login)
            if row is None:
                row = _new(session, entry.profile, at)
                session.flush()
                new.append(login)
                links.append(_link(session, row, at))
                did = _changes(None, entry.profile)
            else:
                did = _write(row, entry.profile)
                if _sees_otherwise(row, did):
                    sessions.revoke(session, row.id, at)
                if did:
                    changed.append(login)
                    moved.append(row)
            if missing := lacks(entry.profile, has_password=row.password_hash != NO_PASSWORD):
                lacking.append((login, missing))
            if not did:
                continue
            sessions.audit(session, admin.id if admin else None, AuditedAct.IMPORTED, "agent", row.id, at, did)
    _follow(moved, at, admin.id if admin else None)
    same = len(entries) - len(new) - len(changed)
    return Imported(tuple(new), tuple(changed), same, links=tuple(links), lacking=tuple(lacking))


def _refused(
    admin: Agent | None, entries: Sequence[AccountLine], known: Mapping[str, Agent], listed: set[int]
) -> Iterable[Wrong]:
    for entry in entries:
        row = known.get(entry.profile.login)
        if entry.profile.site_id and entry.profile.site_id not in listed:
            yield Wrong(entry.line, "staff_site")
        if row is not None and not row.active:
            yield Wrong(entry.line, "staff_inactive")
        if admin is not None and row is not None and row.id == admin.id and entry.profile.role != admin.role:
            yield Wrong(entry.line, "staff_own_role")


def _link(session: Session, row: Agent, at: datetime) -> NewLink:
    """The token is in the fragment of the address, which no browser sends to a server: neither a log nor the next site
    reads it."""
    token = token_urlsafe(32)
    until = password_links.make(session, row.id, token, at)
    return NewLink(row.id, row.login, row.name, f"{settings().public_web_url.rstrip('/')}/password#{token}", until)


def _new(session: Session, profile: Profile, at: datetime) -> Agent:
    row = Agent(id=new_id(), password_hash=NO_PASSWORD, since=at, login=profile.login, department=profile.department)
    _write(row, profile)
    session.add(row)
    return row


def _write(row: Agent, profile: Profile) -> Changes:
    """The row becomes the profile; what changed, the name and the number only by their field."""
    before = profile_of(row) if row.name else None
    row.login, row.name, row.role, row.department = profile.login, profile.name, profile.role, profile.department
    row.site_id, row.departments = profile.site_id, list(profile.departments)
    row.topics, row.languages = list(profile.topics), list(profile.languages)
    if before is None or before.phone != profile.phone:  # sealing twice gives other bytes
        row.desk_phone = agents.sealed_phone(row.id, profile.phone)
    return _changes(before, profile)


def profile_of(row: Agent) -> Profile:
    """The account as an administrator writes it."""
    return Profile(
        row.login, row.name, row.role, row.department, row.site_id, tuple(row.topics), tuple(row.languages),
        tuple(row.departments), row.phone.e164 if row.phone else "",
    )  # fmt: skip


def _changes(before: Profile | None, after: Profile) -> Changes:
    told = {name: (_told(before, name), _told(after, name)) for name in TOLD}
    changed = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
    hidden = [name for name in ("login", "name", "phone") if before and getattr(before, name) != getattr(after, name)]
    return changed | dict.fromkeys(hidden, ("", ""))


def _sees_otherwise(row: Agent, changed: Changes) -> bool:
    """Whether what this account may see is another thing now: a wall that is open shows what it was opened for, so its
    session ends. An administrator sees everything, whatever the departments."""
    before, after = (set(written.split()) for written in changed.get("departments", ("", "")))
    return "role" in changed or (before != after and row.role != "admin")


def _told(profile: Profile | None, name: str) -> str:
    value = getattr(profile, name) if profile else ""
    return " ".join(value) if isinstance(value, tuple) else str(value or "")


def _follow(rows: Iterable[Agent], at: datetime, who: str | None) -> None:
    """The floor follows the accounts. Whose calls can be theirs no more leaves their post: at once, an offer returning
    with its place, or once the call in their hands is over. Whoever stays is found under their new queues by the next
    caller; an offer that is not of these goes to somebody else."""
    for row in rows:
        if row.state == AgentState.OFFLINE:
            continue
        if not row.takes_calls or row.desk_phone is None:
            agents_verbs.leave_post(row.id, at, MovedBy(who, ACCOUNT) if who else None)
            continue
        with live_index.best_effort("showing what an agent serves"):
            live_index.put_queues(row)
            signals.look(row.id)
        agents_verbs.change_serving(row.id, at)


def _held(session: Session, agent_id: str) -> Agent:
    row = agents.lock(session, agent_id)
    if row is None:
        raise NotFound
    return row


def _check_site(session: Session, profile: Profile) -> None:
    if profile.site_id and not sites.known(session, {profile.site_id}):
        raise BadAnswer("staff_site")
