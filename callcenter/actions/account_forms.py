"""What an administrator writes of accounts, in a form or a table: judged by the directory as it stands, then done."""

from collections.abc import Mapping
from datetime import datetime

from callcenter.actions import accounts, config_snapshot
from callcenter.actions.accounts import Imported, NewLink
from callcenter.records.agents import Agent
from callcenter.rules import accounts as rules


def judged(given: Mapping[str, object]) -> rules.Profile:
    """Fields as a form has them. Raises BadAnswer."""
    return rules.checked(given, config_snapshot.current().menu.every_code(), every_topic)


def every_topic(department: str) -> tuple[str, ...]:
    """What somebody of this department may be expected to know: no neighbour's own services."""
    return config_snapshot.current().menu.codes_of(department)


def create(admin: Agent, given: Mapping[str, object], at: datetime) -> NewLink:
    """A new account, with the link of its owner. Raises BadAnswer."""
    return accounts.create_account(admin, judged(given), at)


def take_in(admin: Agent | None, content: bytes, at: datetime) -> Imported:
    """A whole table, or nothing of it. Raises NotStaff."""
    entries, wrong = rules.read(content, config_snapshot.current().menu.every_code(), every_topic)
    return accounts.import_accounts(admin, entries, wrong, at)
