"""What names a queue: where, what about, in which language."""

from callcenter.actions import config_snapshot
from callcenter.errors import NotFound
from callcenter.rules.languages import LANGUAGES
from callcenter.rules.menu import OTHER
from callcenter.rules.routing import departments_of


def check_queue(department: str, scope: str, topic: str, language: str) -> None:
    """Whether there is such a queue for a call of this department; `scope`: a department, a region (`R76`) or the
    nation. Raises NotFound."""
    if not departments_of(scope) or language not in LANGUAGES:
        raise NotFound
    topics = {each.code for each in config_snapshot.current().menu.of(department).coded()}
    if topic not in topics | {OTHER}:
        raise NotFound
