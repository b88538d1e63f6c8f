"""Erlang B, C and A against published values, against laws known in closed form, and against runs in SimPy."""

from collections.abc import Generator
from math import exp, factorial, inf
from random import Random

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from callcenter.rules.erlang import erlang_b, erlang_c, fewest, impatient, patience_of, patient

Steps = Generator[simpy.Event, None, None]


@pytest.mark.parametrize(("agents", "load"), [(5, 1.361), (10, 4.461), (20, 12.03), (50, 37.90), (100, 84.06)])
def test_erlang_b_is_that_of_the_tables_at_one_percent(agents: int, load: float) -> None:
    assert erlang_b(load, agents) == pytest.approx(0.01, rel=2e-3)


def test_erlang_c_is_the_published_example_of_a_hundred_calls_in_half_an_hour() -> None:
    """100 calls of 180 s in 30 min, 14 agents, 20 s: 17.4 % wait, 88.8 % in time, 7.8 s, 71.4 % busy."""
    assert erlang_c(10, 14) == pytest.approx(0.174, abs=5e-4)
    service = patient(100 / 1800, 180, 14, 20)
    assert service.in_time == pytest.approx(0.888, abs=5e-4)
    assert service.wait == pytest.approx(7.8, abs=0.05)
    assert service.occupancy == pytest.approx(0.714, abs=5e-4)
    found = fewest(100 / 1800, 180, None, 0.8, 20)
    assert found is not None
    assert found.agents == 14


def test_erlang_a_and_c_are_the_published_comparison_of_fifty_agents() -> None:
    """Gans, Koole and Mandelbaum (2003): 48 calls a minute of one minute, 50 agents; patience of two minutes."""
    with_patience, without = impatient(48 / 60, 60, 120, 50, 20), patient(48 / 60, 60, 50, 20)
    assert with_patience.abandoned == pytest.approx(0.031, abs=5e-4)
    assert with_patience.wait == pytest.approx(3.7, abs=0.05)
    assert with_patience.occupancy == pytest.approx(0.93, abs=5e-3)
    assert without.wait == pytest.approx(20.8, abs=0.1)
    assert without.occupancy == pytest.approx(0.96, abs=5e-3)


@pytest.mark.parametrize(("load", "agents"), [(0.5, 1), (4.0, 3), (10.0, 12), (30.0, 25)])
def test_with_patience_as_long_as_a_call_the_number_inside_is_poisson(load: float, agents: int) -> None:
    inside = [exp(-load) * load**n / factorial(n) for n in range(150)]
    queue = sum((n - agents) * p for n, p in enumerate(inside) if n > agents)
    service = impatient(load / 200, 200, 200, agents, 0)
    assert service.abandoned == pytest.approx(queue / load)
    assert service.wait == pytest.approx(200 * queue / load)
    assert service.in_time == pytest.approx(sum(inside[:agents]))
    assert service.occupancy == pytest.approx((load - queue) / agents)


@pytest.mark.parametrize(
    ("hourly", "handling", "patience", "agents"), [(60, 400, 180, 6), (60, 400, 180, 8), (20, 600, 60, 3)]
)
def test_erlang_a_is_what_a_simpy_run_gives(hourly: int, handling: float, patience: float, agents: int) -> None:
    expected = impatient(hourly / 3600, handling, patience, agents, 60)
    run = Run(hourly / 3600, handling, patience, agents, 20_000)
    assert expected.in_time == pytest.approx(run.share(60), abs=0.02)
    assert expected.abandoned == pytest.approx(run.gave_up / run.calls, abs=0.02)
    assert expected.wait == pytest.approx(sum(run.waits) / run.calls, abs=2.5)


def test_erlang_c_is_what_a_simpy_run_gives_when_nobody_gives_up() -> None:
    expected = patient(100 / 1800, 180, 14, 20)
    run = Run(100 / 1800, 180, 1e12, 14, 20_000)
    assert run.gave_up == 0
    assert expected.in_time == pytest.approx(run.share(20), abs=0.02)
    assert expected.wait == pytest.approx(sum(run.waits) / run.calls, abs=1.5)


class Run:
    """So many calls of one queue, in SimPy: what each waited, those who gave up included, and how many did."""

    def __init__(self, rate: float, handling: float, patience: float, agents: int, calls: int) -> None:
        self.calls, self.gave_up, self.waits = calls, 0, list[float]()
        self._served: list[float] = []
        self._chance = Random(7)
        self._world = simpy.Environment()
        self._agents = simpy.Resource(self._world, agents)
        self._world.process(self._arrive(rate, handling, patience))
        self._world.run()

    def share(self, target: float) -> float:
        """Of all calls, those answered within so many seconds."""
        return sum(wait <= target for wait in self._served) / self.calls

    def _arrive(self, rate: float, handling: float, patience: float) -> Steps:
        for _ in range(self.calls):
            yield self._world.timeout(self._chance.expovariate(rate))
            self._world.process(self._call(handling, patience))

    def _call(self, handling: float, patience: float) -> Steps:
        arrived = self._world.now
        with self._agents.request() as turn:
            yield turn | self._world.timeout(self._chance.expovariate(1 / patience))
            self.waits.append(self._world.now - arrived)
            if not turn.triggered:
                self.gave_up += 1
                return
            self._served.append(self.waits[-1])
            yield self._world.timeout(self._chance.expovariate(1 / handling))


@given(st.floats(0.01, 0.5), st.floats(30, 900), st.floats(20, 2000), st.integers(0, 80))
def test_one_more_agent_never_makes_it_worse(rate: float, handling: float, patience: float, agents: int) -> None:
    some, more = (impatient(rate, handling, patience, n, 60) for n in (agents, agents + 1))
    for service in (some, more):
        assert -1e-9 <= service.in_time <= 1 + 1e-9
        assert service.in_time + service.abandoned <= 1 + 1e-9
        assert rate * handling * (1 - service.abandoned) == pytest.approx(service.agents * service.occupancy, abs=1e-6)
    assert more.in_time >= some.in_time - 1e-9
    assert more.abandoned <= some.abandoned + 1e-9
    assert erlang_b(rate * handling, agents + 1) <= erlang_b(rate * handling, agents)


def test_with_endless_patience_erlang_a_is_erlang_c() -> None:
    a, c = impatient(100 / 1800, 180, 1e9, 14, 20), patient(100 / 1800, 180, 14, 20)
    assert a.in_time == pytest.approx(c.in_time, abs=1e-5)
    assert a.wait == pytest.approx(c.wait, rel=1e-4)


def test_the_ends_of_the_scale() -> None:
    assert patient(1, 100, 90, 60).wait == inf
    assert impatient(1, 100, 60, 0, 60).abandoned == 1
    assert impatient(0, 100, 60, 3, 60).in_time == 1
    assert impatient(0.001, 60, 60, 2000, 60).in_time == 1  # nobody ever waits, and nothing overflows
    assert impatient(20, 300, 60, 2000, 60).abandoned == pytest.approx(2 / 3, abs=0.01)
    # One agent, fifteen times the load, half an hour of patience: all but one call in fifteen give up.
    assert impatient(0.5, 30, 1890, 1, 60).abandoned == pytest.approx(14 / 15)
    assert fewest(0, 100, None, 0.8, 60) is not None
    assert fewest(1000, 100, None, 0.8, 60) is None
    assert patience_of(0, 0) is None
    assert patience_of(600, 5) == 120
