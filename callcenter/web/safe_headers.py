"""What a browser must not do with our answers."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcenter.config import settings

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # the design system's own arrows and ticks
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
A_YEAR = 31_536_000  # seconds
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
    "cache-control": "no-store",
}


class SafeHeaders:
    """Adds to every answer what a browser must not do with it, and where it is served by https, that it always is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                more = [(name.encode(), value.encode()) for name, value in (HEADERS | _only_https()).items()]
                message["headers"] = [*message["headers"], *(pair for pair in more if pair[0] not in said)]
            await send(message)

        await self.app(scope, receive, send_safely)


def _only_https() -> dict[str, str]:
    is_https = settings().public_web_url.startswith("https:")
    return {"strict-transport-security": f"max-age={A_YEAR}"} if is_https else {}
