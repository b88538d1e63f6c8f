"""«Look»: a word to the agent's web process that the agent's row has changed. It carries no truth and may be lost."""

import asyncio
from collections.abc import AsyncGenerator

import redis.asyncio
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from callcenter.config import settings
from callcenter.live import store

REST_AFTER_FAILURE = 0.5  # seconds


def look(agent_id: str) -> None:
    """Tells whoever shows this agent's desk to read their row. Raises LiveStoreDown."""
    store.run(lambda server: server.publish(_channel(), agent_id))


async def listen() -> AsyncGenerator[str, None]:
    """Agents whose rows to read, without end. While the store is down it says nothing, and tries again."""
    while True:
        server = redis.asyncio.Redis.from_url(
            settings().redis_url,
            socket_connect_timeout=store.CONNECT_TIMEOUT,
            health_check_interval=5,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            decode_responses=True,
        )
        try:
            async with server.pubsub(ignore_subscribe_messages=True) as channel:
                await channel.subscribe(_channel())
                while True:
                    message = await channel.get_message(timeout=5)
                    if message is not None:
                        yield message["data"]
        except (RedisError, OSError):
            await asyncio.sleep(REST_AFTER_FAILURE)
        finally:
            await server.aclose()


def _channel() -> str:
    return f"{store.TAG}look"
