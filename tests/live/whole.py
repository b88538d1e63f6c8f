"""Whether the index agrees with itself: everything derived is derived again from what it derives from."""

from typing import Any

from callcenter.live import store


def assert_whole(empty: bool = False) -> None:
    """`empty`: nobody waits and nobody is on duty, so nothing but the pace of the queues may be left."""
    server = store.client()
    keys = sorted(server.scan_iter("{cc}*", count=1000))
    held = read(server, keys)
    if empty:
        assert [key for key in keys if not key.startswith("{cc}picks:")] == []

    calls = {call: record.split("|") for call, record in held("{cc}calls").items()}
    stands = {call: record[3].split(" ")[int(record[0]) - 1] for call, record in calls.items()}
    reserved = {member.split(" ")[0]: member.split(" ")[1:] for member in held("{cc}reserved")}
    tokens = {name: value.split(" ")[0] for name, value in held("{cc}held").items()}
    assert set(tokens.values()) <= set(reserved)
    assert all(name in reserved[token] for name, token in tokens.items())

    in_line = {call: queue for call, queue in stands.items() if call not in tokens}
    assert in_line == {call: queue for queue, line in held.all("queue:").items() for call in line}
    assert {c: float(calls[c][1]) for c in in_line} == {
        c: s for line in held.all("queue:").values() for c, s in line.items()
    }
    assert held("{cc}heads") == {queue: min(line.values()) for queue, line in held.all("queue:").items()}
    assert held("{cc}widening") == {
        call: float(times.split(" ")[int(ring) - 1])
        for call, (ring, _, _, queues, times) in calls.items()
        if int(ring) < len(queues.split(" "))
    }

    agents, profiles = held("{cc}agents"), held.all("profile:")
    assert held("{cc}beats").keys() == agents.keys()
    assert {profile: int(count) for profile, count in held("{cc}profiles").items()} == count(agents.values())
    serving: dict[str, set[str]] = {}
    for profile, queues in profiles.items():
        for queue in queues:
            serving.setdefault(queue, set()).add(profile)
    assert held.all("serving:") == serving
    served = [queue for profile in agents.values() for queue in profiles.get(profile, ())]
    assert held("{cc}duty") == count([*served, *(f"A:{agent}" for agent in agents)])
    free = {agent: profile for profile, line in held.all("free:").items() for agent in line}
    assert free.items() <= agents.items()
    assert not free.keys() & tokens.keys()
    assert held("{cc}idle") == {profile: min(line.values()) for profile, line in held.all("free:").items()}


class read:  # noqa: N801 # a value read once, asked by key
    def __init__(self, server: Any, keys: list[str]) -> None:
        many = server.pipeline()
        for key in keys:
            many.type(key)
        kinds = many.execute()
        for key, kind in zip(keys, kinds, strict=True):
            match kind:
                case "hash":
                    many.hgetall(key)
                case "set":
                    many.smembers(key)
                case "zset":
                    many.zrange(key, 0, -1, withscores=True)
                case _:
                    many.get(key)
        self.values = {
            key: dict(value) if kind == "zset" else value
            for key, kind, value in zip(keys, kinds, many.execute(), strict=True)
        }

    def __call__(self, key: str) -> Any:
        return self.values.get(key, {})

    def all(self, prefix: str) -> dict[str, Any]:
        start = "{cc}" + prefix
        return {key.removeprefix(start): value for key, value in self.values.items() if key.startswith(start)}


def count(names: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found
