"""Which departments a member of staff sees."""

from callcenter.records.agents import Agent

Scope = frozenset[str] | None  # departments; None: all of them


def scope_of(overseer: Agent) -> Scope:
    """An administrator sees everything, the others the departments that are theirs."""
    return None if overseer.role == "admin" else frozenset(overseer.departments)
