"""A whole page, from its template."""

from typing import Any

from callcenter import clock
from callcenter.web.identity import Visitor
from callcenter.web.pages.desk_regions import Regions, frame_of
from callcenter.web.pages.template_environment import environment


def page(name: str, visitor: Visitor, frame: Regions | None = None, **context: Any) -> str:
    """A whole page, in the frame of whoever may be at a post."""
    around = frame_of(visitor) if frame is None else frame
    seen = {"visitor": visitor, "language": visitor.language, "now": clock.now(), "frame": around}
    return environment().get_template(name).render(**seen, **context)


def part(name: str, visitor: Visitor, **context: Any) -> str:
    """A part of a page, which stands in one that is there already."""
    return environment().get_template(name).render(visitor=visitor, language=visitor.language, **context)
