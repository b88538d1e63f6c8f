"""The way to Redis: one small pool, one breaker, one library of functions."""

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from callcenter.breaker import Breaker
from callcenter.config import settings
from callcenter.errors import LiveStoreDown

SOCKET_TIMEOUT = 1.0
CONNECT_TIMEOUT = 0.5
LIFE = 0.3  # seconds in which a store that lives answers a new connection
REST_AFTER_FAILURE = 0.5  # seconds in which nobody waits for a store that did not answer
CONNECTIONS = 32

TAG = "{cc}"

_Answer = TypeVar("_Answer")


def call(function: str, *args: str | float) -> Any:
    """Runs one verb of `functions/`; its header says what it takes and gives. Raises LiveStoreDown."""
    return run(lambda server: _call(server, function, args))


def run(question: Callable[[redis.Redis], _Answer]) -> _Answer:
    """Asks the store, unless it has just failed to answer. Raises LiveStoreDown, and never asks twice.

    One answer that came too late, or a pool without a free connection, is bad luck for whoever asked: the others are
    refused only where the store does not answer a new connection either.
    """
    breaker, server = _breaker(), client()
    breaker.enter()
    try:
        answer = question(server)
    except redis.ResponseError as refused:
        breaker.close()  # it answers, if badly
        raise LiveStoreDown() from refused
    except (redis.RedisError, OSError) as silent:
        server.connection_pool.disconnect(inuse_connections=False)
        if _lives():
            breaker.close()
        else:
            breaker.open()
        raise LiveStoreDown() from silent
    breaker.close()
    return answer


def _lives() -> bool:
    """Whether the store answers on a new connection: it does one thing at a time, so then it answers everybody."""
    with redis.Redis.from_url(
        settings().redis_url, socket_timeout=LIFE, socket_connect_timeout=LIFE, retry=Retry(NoBackoff(), 0), protocol=2
    ) as one:
        try:
            return bool(one.ping())
        except (redis.RedisError, OSError):
            return False


@lru_cache
def client() -> redis.Redis:
    """The pool of this process, safe for threads; `forget()` makes a new one from the settings.

    No retry anywhere: a verb whose answer was lost may have been done.
    """
    pool = redis.BlockingConnectionPool.from_url(
        settings().redis_url,
        max_connections=CONNECTIONS,
        timeout=SOCKET_TIMEOUT,
        socket_timeout=SOCKET_TIMEOUT,
        socket_connect_timeout=CONNECT_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        decode_responses=True,
    )
    return redis.Redis(connection_pool=pool)


def forget() -> None:
    """For tests and forks: the next question opens a new pool on `settings().redis_url`, with a closed breaker."""
    client.cache_clear()
    _breaker.cache_clear()


def _call(server: redis.Redis, function: str, args: Sequence[str | float]) -> Any:
    name = f"{function}_{release()}"
    try:
        return server.fcall(name, 1, TAG, *args)
    except redis.ResponseError as refused:
        if "Function not found" not in str(refused):
            raise
    server.function_load(f"#!lua name=cc_{release()}\nlocal RELEASE = '{release()}'\n{_body()}", replace=True)
    return server.fcall(name, 1, TAG, *args)


@lru_cache
def release() -> str:
    """A hash of all functions: part of the library's name and of each function's."""
    return hashlib.sha256(_body().encode()).hexdigest()[:12]


@lru_cache
def _body() -> str:
    # `_index.lua` sorts first: what it defines is local to the library, and every verb needs it.
    return "\n".join(file.read_text() for file in sorted((Path(__file__).parent / "functions").glob("*.lua")))


@lru_cache
def _breaker() -> Breaker:
    alone = SOCKET_TIMEOUT * 2 + CONNECT_TIMEOUT + LIFE  # longer than any try can take
    return Breaker(LiveStoreDown, REST_AFTER_FAILURE, alone)
