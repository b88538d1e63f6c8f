"""A whole page, from its template."""

from typing import Any

from callcenter import clock
from callcenter.web.identity import Visitor
from callcenter.web.pages.template_environment import environment


def page(name: str, visitor: Visitor, **context: Any) -> str:
    """A whole page."""
    return (
        environment().get_template(name).render(visitor=visitor, language=visitor.language, now=clock.now(), **context)
    )
