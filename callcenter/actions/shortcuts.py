"""An agent's own keys."""

from collections.abc import Mapping

from callcenter.actions import live_index
from callcenter.actions.agent_rows import hold
from callcenter.db import transaction
from callcenter.errors import KeysRefused
from callcenter.rules import shortcuts


def choose(agent_id: str, letters: Mapping[str, str], *, off: bool = False) -> None:
    """Which letter does what, from now on, on every page of theirs; what is not named is as it was delivered. Raises
    KeysRefused, with the acts whose letter is none, or another's too."""
    try:
        kept = shortcuts.read(letters)
    except ValueError as wrong:
        raise KeysRefused(*wrong.args) from None
    with transaction() as session:
        hold(session, agent_id).shortcuts = kept | ({shortcuts.OFF: ""} if off else {})
    live_index.look(agent_id)
