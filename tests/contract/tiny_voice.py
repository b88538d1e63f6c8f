"""A voice app of a few documents, to try the practice carrier without the product."""

from collections import defaultdict
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from callcenter.config import PRACTICE_TOKEN

Said = dict[str, str]
Document = str | Callable[[Said], str]


def say(text: str) -> str:
    return f'<Say language="fr-FR" voice="Polly.Lea-Neural">{text}</Say>'


class TinyVoice:
    """`documents` by path; every request that was signed is kept in `asked`, by path. A path without document: 204."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.asked: defaultdict[str, list[Said]] = defaultdict(list)
        self.broken: dict[str, int] = {}  # path -> HTTP status it answers instead
        self.moved: dict[str, str] = {}  # path -> where it redirects to
        self.app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])

    async def _answer(self, request: Request) -> Response:
        form = await request.form()
        said = {**request.query_params, **{name: str(value) for name, value in form.items()}}
        path = request.url.path
        signature = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(PRACTICE_TOKEN).validate(str(request.url), form, signature):
            return Response(status_code=403)
        self.asked[path].append(said)
        if path in self.broken:
            return Response(status_code=self.broken[path])
        if path in self.moved:
            return Response(status_code=302, headers={"Location": self.moved[path]})
        document = self.documents.get(path)
        if document is None:
            return Response(status_code=204)
        written = document if isinstance(document, str) else document(said)
        return Response(f"<Response>{written}</Response>", media_type="text/xml")

    def last(self, path: str) -> Said:
        return self.asked[path][-1]
