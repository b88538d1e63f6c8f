"""Where a page goes on after a part of it has sent a form."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SEE_OTHER = 303


class GoingOn:
    """A script that asks for a part of a page would follow a redirect by itself, and put a whole page into the part: it
    is told instead where its page goes on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or Headers(scope=scope).get("hx-request") != "true":
            await self.app(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == SEE_OTHER:
                headers = MutableHeaders(scope=message)
                headers["HX-Redirect"] = headers["location"]
                del headers["location"]
                message["status"] = 200
            await send(message)

        await self.app(scope, receive, send_on)
