"""How long a sound file lasts: those of the product on loopback are fetched once, no others."""

import io
import wave
from urllib.parse import urlsplit

from ivr.practice.webhooks import Webhooks

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
BYTES_PER_SECOND = 8_000  # 64 kbit/s, for what is not a WAV


class SoundLengths:
    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks
        self._known: dict[str, float] = {}

    async def seconds(self, url: str, unknown: float) -> float:
        """0 for a file that is missing: the carrier goes on to the next verb."""
        if urlsplit(url).hostname not in LOOPBACK:
            return unknown
        if url not in self._known:
            self._known[url] = _measure(await self._webhooks.media(url))
        return self._known[url]


def _measure(body: bytes) -> float:
    try:
        with wave.open(io.BytesIO(body)) as sound:
            return float(sound.getnframes() / sound.getframerate())
    except (wave.Error, EOFError):
        return len(body) / BYTES_PER_SECOND
