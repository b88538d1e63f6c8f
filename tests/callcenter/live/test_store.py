"""The store is emptied, frozen, killed, revived."""

import signal
import socket
import threading
import time
from collections.abc import Callable
from typing import TypeVar

import pytest
import redis

from callcenter.demonstration import embedded
from callcenter.errors import LiveStoreDown
from callcenter.live import beacon, floor, queue, store

Answer = TypeVar("Answer")

LOT = ("46:impots:fr", "N:impots:fr")


def joins(call_id: str = "durand") -> str:
    return queue.join(call_id, LOT, 100, 100, [120], 100, "")


@pytest.mark.parametrize("emptied_by", [redis.Redis.flushall, redis.Redis.function_flush])
def test_functions_that_were_lost_are_loaded_again(emptied_by: Callable[[redis.Redis], object]) -> None:
    joins()
    emptied_by(store.client())
    store.client().function_flush()
    assert joins("petit") == "N:impots:fr"
    assert len(store.client().function_list()) == 1


def test_all_may_find_the_functions_lost_at_once() -> None:
    store.client().function_flush()
    threads = [threading.Thread(target=joins, args=(f"c{n}",)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(queue.waiting()) == 20


def test_an_old_release_beside_the_new_one() -> None:
    """A rolling deploy: each process calls the functions of its own release."""
    joins()
    old = "#!lua name=cc_old\nredis.register_function('join_old', function() return 'old' end)"
    store.client().function_load(old)
    assert joins("petit") == "N:impots:fr"
    assert store.client().fcall("join_old", 0) == "old"
    assert {library[1] for library in store.client().function_list()} == {"cc_old", f"cc_{store.release()}"}


def test_a_refusal_is_a_failure_but_does_not_open_the_breaker() -> None:
    store.client().set("{cc}calls", "not a hash")
    with pytest.raises(LiveStoreDown) as refused:
        joins()
    assert isinstance(refused.value.__cause__, redis.ResponseError)
    assert beacon.read() is None


def test_a_full_store_still_lets_people_go(fragile: embedded.Server) -> None:
    floor.enter("karim", LOT, 100)
    joins()
    store.client().config_set("maxmemory", 1)
    with pytest.raises(LiveStoreDown):
        joins("petit")
    assert queue.place("durand", 101)
    assert floor.busy("karim")
    assert floor.leave("karim")
    assert queue.leave("durand")
    beacon.clear()
    assert store.client().dbsize() == 0


def test_a_frozen_store_is_waited_for_once_and_not_asked_again_until_it_rested(fragile: embedded.Server) -> None:
    joins()
    fragile.process.send_signal(signal.SIGSTOP)
    with pytest.raises(LiveStoreDown) as waited_for:
        joins("petit")
    assert isinstance(waited_for.value.__cause__, redis.TimeoutError)
    for verb in (joins, queue.waiting, lambda: floor.free("karim", 1), beacon.read, lambda: queue.place("durand", 1)):
        with pytest.raises(LiveStoreDown) as at_once:
            verb()
        assert at_once.value.__cause__ is None, "not asked"
    fragile.process.send_signal(signal.SIGCONT)
    assert eventually(queue.waiting) in ({"durand": 100.0}, {"durand": 100.0, "petit": 100.0})


def test_while_one_tries_a_frozen_store_nobody_else_does(fragile: embedded.Server) -> None:
    joins()
    fragile.process.send_signal(signal.SIGSTOP)
    with pytest.raises(LiveStoreDown):
        joins()
    time.sleep(store.REST_AFTER_FAILURE)
    causes: list[object] = []

    def ask() -> None:
        try:
            queue.waiting()
        except LiveStoreDown as failure:
            causes.append(failure.__cause__)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(causes) == 20
    assert sum(cause is not None for cause in causes) == 1


def test_a_store_that_died_and_came_back_empty(fragile: embedded.Server) -> None:
    # Several connections are open: not one of them may cost a question once the store is back.
    threads = [threading.Thread(target=joins, args=(f"c{n}",)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    fragile.process.kill()
    fragile.process.wait()
    with pytest.raises(LiveStoreDown) as dead:
        joins()
    assert isinstance(dead.value.__cause__, redis.ConnectionError)
    fragile.revive()
    assert eventually(queue.waiting) == {}
    for n in range(30):
        joins(f"c{n}")
    assert len(queue.waiting()) == 30


def test_an_address_that_swallows_everything_is_given_up(speak_to: Callable[[str], None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        speak_to(f"redis://127.0.0.1:{mute.getsockname()[1]}/0")
        with pytest.raises(LiveStoreDown) as given_up:
            joins()
        assert isinstance(given_up.value.__cause__, redis.TimeoutError)


def test_one_answer_that_is_too_late_is_late_for_its_asker_alone() -> None:
    joins()
    with pytest.raises(LiveStoreDown) as late:
        store.run(lambda server: server.blpop(["{cc}nothing"], timeout=30))
    assert isinstance(late.value.__cause__, redis.TimeoutError)
    assert queue.waiting() == {"durand": 100.0}


def test_a_pool_that_is_all_at_work_is_no_dead_store() -> None:
    joins()
    pool = store.client().connection_pool
    held = [pool.get_connection() for _ in range(store.CONNECTIONS)]
    with pytest.raises(LiveStoreDown):
        queue.waiting()
    for each in held:
        pool.release(each)
    assert queue.waiting() == {"durand": 100.0}


def eventually(question: Callable[[], Answer]) -> Answer:
    """Its answer, once the breaker has let somebody try."""
    for _ in range(200):
        try:
            return question()
        except LiveStoreDown:
            time.sleep(0.05)
    return question()
