"""Every key of the index as it is stored, and a picture of it that a person can compare."""

from dataclasses import dataclass
from typing import Any, Self

from callcenter.live import store


@dataclass(frozen=True)
class Stored:
    values: dict[str, Any]

    @classmethod
    def now(cls) -> Self:
        """Read at one stroke, so that it is one instant's."""
        server = store.client()
        keys = sorted(server.scan_iter("{cc}*", count=1000))
        many = server.pipeline()
        for key in keys:
            many.type(key)
        kinds = many.execute()
        for key, kind in zip(keys, kinds, strict=True):
            if kind == "hash":
                many.hgetall(key)
            elif kind == "set":
                many.smembers(key)
            elif kind == "zset":
                many.zrange(key, 0, -1, withscores=True)
            else:
                many.get(key)
        read = zip(keys, kinds, many.execute(), strict=True)
        return cls({key: dict(value) if kind == "zset" else value for key, kind, value in read})

    def __call__(self, key: str) -> Any:
        return self.values.get(key, {})

    def all(self, prefix: str) -> dict[str, Any]:
        start = "{cc}" + prefix
        return {key.removeprefix(start): value for key, value in self.values.items() if key.startswith(start)}


def snapshot() -> str:
    """Who stands where, one line each queue, agent and reservation."""
    held = Stored.now()
    free = {agent: since for line in held.all("free:").values() for agent, since in line.items()}
    lines = [
        f"{queue}: " + ", ".join(f"{call} {score:g}" for call, score in line.items())
        for queue, line in held.all("queue:").items()
    ]
    lines += [
        f"{agent} "
        + (f"free since {free[agent]:g}" if agent in free else "reserved" if agent in held("{cc}held") else "busy")
        for agent in sorted(held("{cc}agents"))
    ]
    lines += [f"{member} until {deadline:g}" for member, deadline in held("{cc}reserved").items()]
    return "\n".join(lines)
