"""Many dispatchers at once: nobody is proposed twice, nobody is lost."""

import itertools
import random
import threading
from collections import Counter

from callcenter.live import floor, offers, queue, store
from tests.support.live_whole import assert_whole

LOT = ("46:impots:fr", "R76:impots:fr", "N:impots:fr")
CLIENTS = 32
CALLS = 8000


def test_thirty_two_clients_claim_eight_thousand_calls_and_none_twice() -> None:
    many = store.client().pipeline(transaction=False)
    floor.enter("karim", LOT, 100)
    release = store.release()
    for n in range(CALLS):
        many.fcall(f"join_{release}", 1, store.TAG, f"c{n}", n, n, n, " ".join(LOT), f"{n + 20} {n + 45}", "", "")
    many.execute()
    for n in range(CLIENTS):
        floor.enter(f"a{n}", LOT, 100)

    claimed: list[list[str]] = [[] for _ in range(CLIENTS)]

    def claim(n: int) -> None:
        for turn in itertools.count():
            floor.free(f"a{n}", turn)
            held = offers.reserve_for_agent(f"a{n}", f"t{n}-{turn}", 1e9)
            if held is None:
                return
            claimed[n].append(held.call_id)
            offers.confirm(held, turn)

    run([threading.Thread(target=claim, args=(n,)) for n in range(CLIENTS)])
    times = Counter(itertools.chain(*claimed))
    assert len(times) == CALLS
    assert set(times.values()) == {1}
    for taken in claimed:
        assert taken == sorted(taken, key=lambda call_id: int(call_id[1:])), "each saw the queue in its order"
    assert queue.waiting() == {}


def test_dispatchers_sweeps_and_callers_who_hang_up_leave_the_index_whole() -> None:
    """At the end everybody who neither left nor was offered still waits."""
    agents = [f"a{n}" for n in range(6)]
    for agent_id in agents:
        floor.enter(agent_id, LOT, 100)
    joined: set[str] = set()
    left: set[str] = set()
    offered: list[str] = []
    coming = threading.Event()

    def callers(dice: random.Random, name: str) -> None:
        for n in range(150):
            queue.join(f"{name}{n}", LOT, n, n, [n + 20, n + 45], n, "")
            joined.add(f"{name}{n}")
            if dice.random() < 0.4:
                gone = f"{name}{dice.randrange(n + 1)}"
                left.add(gone)
                queue.leave(gone)

    def dispatcher(dice: random.Random, name: str) -> None:
        for n in itertools.count():
            if coming.is_set():
                return
            agent_id = dice.choice(agents)
            floor.free(agent_id, n)
            token, deadline = f"{name}{n}", n + dice.choice((0, 200))
            if dice.random() < 0.5:
                held = offers.reserve_for_agent(agent_id, token, deadline)
            else:
                held = offers.reserve_any(token, deadline)
            if held and dice.random() < 0.3 and offers.confirm(held, n):
                offered.append(held.call_id)
            elif held and dice.random() < 0.8:
                offers.give_back(held, True, dice.random() < 0.5)

    def sweep(dice: random.Random) -> None:
        for n in itertools.count():
            if coming.is_set():
                return
            queue.widen(n)
            for held in offers.overdue(n):
                offers.give_back(held, True, True)
            floor.busy(dice.choice(agents))

    working = [threading.Thread(target=dispatcher, args=(random.Random(n), f"d{n}-")) for n in range(4)]
    working += [threading.Thread(target=sweep, args=(random.Random(n),)) for n in range(2)]
    calling = [threading.Thread(target=callers, args=(random.Random(n), f"c{n}-")) for n in range(3)]
    for thread in working:
        thread.start()
    run(calling)
    coming.set()
    for thread in working:
        thread.join()

    for held in offers.overdue(1e9):
        offers.give_back(held, True, True)
    assert_whole()
    assert len(offered) == len(set(offered))
    waiting = queue.waiting().keys()
    assert waiting.isdisjoint(offered)
    assert waiting.isdisjoint(left)
    assert waiting | set(offered) | left == joined
    assert len(offered) > 20


def run(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
