"""Whether the index agrees with itself: everything derived is derived again from what it derives from."""

from typing import Any

from tests.support.live_stored import Stored


def assert_whole(empty: bool = False) -> None:
    """`empty`: nobody waits and nobody is on duty, so nothing but the pace of the queues may be left."""
    held = Stored.now()
    if empty:
        assert [key for key in held.values if not key.startswith("{cc}picks:")] == []

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
        for call, (ring, _, _, queues, times, *_) in calls.items()
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
    paused = held("{cc}paused") or set()
    assert paused <= agents.keys()
    assert not any(agent in line for agent in paused for line in held.all("free:").values())
    pauses = [queue for agent in paused for queue in (*profiles.get(agents[agent], ()), f"A:{agent}")]
    assert held("{cc}pauses") == count(pauses)
    free = {agent: profile for profile, line in held.all("free:").items() for agent in line}
    assert free.items() <= agents.items()
    assert not free.keys() & tokens.keys()
    assert held("{cc}idle") == {profile: min(line.values()) for profile, line in held.all("free:").items()}


def count(names: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found
