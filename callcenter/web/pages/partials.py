"""A page with a script asks for parts of itself: which they are, and what puts each in its place."""

from collections.abc import Mapping

from fastapi import Request

from callcenter.web.pages.template_environment import environment


def is_partial(request: Request) -> bool:
    return request.headers.get("hx-request") == "true"


def partials(regions: Mapping[str, str]) -> str:
    """What htmx puts in place, each region by itself; a morph keeps focus and what is being typed."""
    return "".join(
        f'<hx-partial hx-target="#{name}" hx-swap="innerMorph">{html}</hx-partial>' for name, html in regions.items()
    )


def notice(language: str, sentence: str, *, is_error: bool) -> str:
    """A word to the reader, beside what they pressed; an empty one takes the last away."""
    html = (
        environment()
        .get_template("regions/notice.html")
        .render(language=language, sentence=sentence, is_error=is_error)
    )
    return f'<hx-partial hx-target="#said" hx-swap="innerHTML">{html}</hx-partial>'
