"""Readiness of both webs, with real processes that are frozen and killed: red within five seconds, with a sentence."""

import json
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import psutil
import psycopg
import pytest

from callcenter.actions.process_pulse import BROKER, CARRIER, DEEDS, EVERY, LOOP, PROCESS
from callcenter.actions.readiness import ASLEEP, STUCK, UNANSWERED, UNDONE, judged
from callcenter.db import engine
from callcenter.demonstration import embedded
from callcenter.records.pulses import Sign
from callcenter.sweep import LISTENS
from tests.support import cast
from tests.support.freezing import frozen
from tests.support.patience import until

RED = 5.0  # seconds, where the machine does nothing else
BUSY = 5.0  # seconds more, where it runs other tests: the parts' own bounds are judged below without a clock
UP = 90.0  # until all is started, on a busy machine
OPENER = build_opener(ProxyHandler({}))
WELL = 0.5  # seconds
LANES = ("heart", "match", "connections", "monitoring", "rooms", "phones", "dials", "index", "lines", "callbacks")


@pytest.fixture
def service(stores: embedded.Stores, database: object, live: object, tmp_path: Path) -> Iterator[cast.Service]:
    with cast.service(stores.environment(), tmp_path) as running:
        until(lambda: both(running) == set(), "it never got ready", UP, look=0.2)
        yield running
    engine().dispose()


@pytest.fixture
def deployed(stores: embedded.Stores, database: object, live: object, tmp_path: Path) -> Iterator[cast.Service]:
    """With the worker's own processes, as a deployment has them."""
    with cast.service(stores.environment(), tmp_path, pool="prefork") as running:
        until(lambda: both(running) == set(), "it never got ready", UP, look=0.2)
        yield running
    engine().dispose()


def asked(url: str) -> tuple[int, dict[str, Any]]:
    try:
        with OPENER.open(f"{url}/health/ready", timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as red:
        return red.code, json.load(red)


def both(service: cast.Service) -> set[str]:
    """The reasons why not, as each of the two webs has them; both say the same."""
    told = [asked(url) for url in (service.web, service.voice)]
    for status, said in told:
        assert (status == 200) == said["ready"] == (said["reasons"] == [])
        for each in said["reasons"]:
            assert each["sentence"].endswith((".", ":")) or ":" in each["sentence"]
            assert each["english"] != each["sentence"]
    first, second = ({each["what"] for each in said["reasons"]} for _, said in told)
    return first | second


def tells(service: cast.Service, what: str, within: float) -> None:
    began = time.monotonic()
    until(lambda: what in both(service), f"nobody was told {what}", 30, look=0.1)
    assert time.monotonic() - began < within + BUSY, what


def is_well_again(service: cast.Service) -> None:
    until(lambda: both(service) == set(), "it stayed red", UP, look=0.2)


def test_a_sweep_that_is_frozen_and_a_worker_that_dies_are_told_within_seconds(service: cast.Service) -> None:
    sweep, worker = service.processes["sweep"], service.processes["worker"]
    sweep.send_signal(signal.SIGSTOP)
    tells(service, "SweepAsleep", RED)
    sweep.send_signal(signal.SIGCONT)
    is_well_again(service)
    worker.kill()
    tells(service, "WorkerAsleep", RED)
    assert both(service) == {"WorkerAsleep"}
    for url in (service.web, service.voice):
        with OPENER.open(f"{url}/health/live", timeout=10) as alive:
            assert alive.status == 200


def test_a_workers_own_processes_that_freeze_are_told_though_it_lives(deployed: cast.Service) -> None:
    hands = psutil.Process(deployed.processes["worker"].pid).children()
    assert len(hands) == 2
    for hand in hands:
        hand.send_signal(signal.SIGSTOP)
    tells(deployed, "HandsAsleep", RED)
    assert both(deployed) == {"HandsAsleep"}
    for hand in hands:
        hand.send_signal(signal.SIGCONT)
    is_well_again(deployed)


def test_a_voice_that_is_frozen_or_dies_is_told_by_the_staffs_web(service: cast.Service) -> None:
    voice = service.processes["voice"]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        voice.send_signal(number)
        began = time.monotonic()
        until(lambda: "VoiceAsleep" in _of_web(service), "nobody missed the voice", 30, look=0.1)
        assert time.monotonic() - began < RED + BUSY
        voice.send_signal(signal.SIGCONT)
        if number == signal.SIGSTOP:
            is_well_again(service)


def _of_web(service: cast.Service) -> set[str]:
    return {each["what"] for each in asked(service.web)[1]["reasons"]}


def test_stores_that_answer_nothing_are_told(service: cast.Service, stores: embedded.Stores) -> None:
    with frozen(stores.valkey):  # the broker's too
        tells(service, "IndexSilent", RED)
        tells(service, "BrokerSilent", RED)
    is_well_again(service)
    with frozen(stores.postgresql):
        tells(service, "DatabaseSilent", RED)
    is_well_again(service)


def test_a_carrier_that_answers_nobody_is_told_and_no_lane_is_blamed(service: cast.Service) -> None:
    carrier = service.processes["carrier"]
    service.line().citizen("+33612345678")
    carrier.send_signal(signal.SIGSTOP)
    tells(service, "CarrierUnreached", RED)
    for _ in range(40):  # for as long as lanes wait for it
        assert "LaneStuck" not in both(service)
        time.sleep(0.2)
    carrier.send_signal(signal.SIGCONT)
    is_well_again(service)
    carrier.kill()
    tells(service, "CarrierUnreached", RED)


def test_another_schema_than_this_versions_is_told(service: cast.Service, stores: embedded.Stores) -> None:
    with psycopg.connect(stores.postgresql.url.replace("+psycopg", ""), autocommit=True) as connection:
        (ours,) = connection.execute("select version_num from alembic_version").fetchone() or ("",)
        connection.execute("update alembic_version set version_num = '0000'")
        try:
            tells(service, "OldSchema", RED)
        finally:
            connection.execute("update alembic_version set version_num = %s", (ours,))
    is_well_again(service)


def test_no_bound_lies_beyond_what_is_promised() -> None:
    """What a process meets is told with its next sign of life; an answer of the carrier's counts for a moment."""
    assert max(ASLEEP, STUCK, UNDONE + EVERY, UNANSWERED + LISTENS + EVERY) <= RED


SECOND = Sign("sweep", "sweep b 1", PROCESS, 1)


def signs(**ages: float) -> tuple[Sign, ...]:
    """Of one sweep and one worker, all well but what is said."""
    well = {**dict.fromkeys((PROCESS, CARRIER, DEEDS, BROKER, *LANES), WELL), **ages}
    sweep = tuple(Sign("sweep", "sweep a 1", part, age) for part, age in well.items())
    voice = tuple(Sign("voice", "voice a 4", part, WELL) for part in (PROCESS, LOOP))
    return (*sweep, *voice, Sign("worker", "worker a 2", PROCESS, WELL))


def says(kind: str, process: float, **ages: float) -> tuple[Sign, ...]:
    """Of one more process."""
    return tuple(Sign(kind, f"{kind} b 3", part, age) for part, age in {PROCESS: process, **ages}.items())


@pytest.mark.parametrize(
    ("told", "works", "why"),
    [
        (signs(), True, []),
        (signs(process=ASLEEP - 0.1, dials=STUCK - 0.1), True, []),
        (signs(carrier=WELL + UNANSWERED - 0.1), True, []),
        (signs(**{DEEDS: WELL + UNDONE - 0.1}), True, []),
        (signs(process=ASLEEP), True, ["SweepAsleep"]),
        (signs(dials=STUCK), True, ["LaneStuck"]),
        (signs(carrier=WELL + UNANSWERED), True, ["CarrierUnreached"]),
        (signs(**{DEEDS: WELL + UNDONE}), True, ["CarrierUndoing"]),
        # What a process said before it fell asleep is no more news of the carrier.
        ((*signs(), *says("voice", ASLEEP, **{DEEDS: ASLEEP + 60})), True, []),
        ((*signs(), *says("voice", WELL, **{DEEDS: WELL + UNDONE})), True, ["CarrierUndoing"]),
        # One sweep that the carrier answers is enough.
        ((*signs(carrier=60), *says("sweep", WELL, carrier=WELL)), True, []),
        (signs(), False, ["WorkerIdle"]),
        (signs()[:-1], True, ["WorkerAsleep"]),
        ((), True, ["SweepAsleep", "VoiceAsleep", "WorkerAsleep"]),
        (signs(broker=UNANSWERED - 0.1), True, []),
        (signs(broker=UNANSWERED), True, ["BrokerSilent"]),
        ((*signs(broker=60), *says("sweep", WELL, broker=WELL)), True, []),
        (tuple(each for each in signs() if each.kind != "voice"), True, ["VoiceAsleep"]),
        # One of two processes of one port that lives is enough; one whose loop hangs answers nobody.
        ((*signs(), *says("voice", 60, loop=60)), True, []),
        ((*(replace(each, age=60) if each.part == LOOP else each for each in signs()),), True, ["VoiceAsleep"]),
        ((*signs(), *says("dialler", WELL), *says("dialler", 60)), True, []),
        ((*signs(), *says("dialler", ASLEEP)), True, ["HandsAsleep"]),
        # A second sweep does what the first does not.
        ((*signs(process=60, dials=60), SECOND, replace(SECOND, part="dials")), True, []),
    ],
)  # fmt: skip
def test_what_nobody_of_its_kind_does_is_missed(told: tuple[Sign, ...], works: bool, why: list[str]) -> None:
    assert [type(each).__name__ for each in judged(told, works=works)] == why


def test_a_stuck_lane_is_named_in_the_sentence() -> None:
    (stuck,) = judged(signs(dials=STUCK, match=60), works=True)
    assert stuck.sentence() == "Une tâche du balayage est bloquée : dials, match"
