"""Who may serve whom, and in which order."""

import pytest

from callcenter.rules import routing
from callcenter.rules.routing import ANYBODY, Answerers
from callcenter.rules.territory import TERRITORIES
from callcenter.rules.why_a_call_waits import AgentOnDuty, Hindrance, hindrance


def test_a_call_from_the_lot_widens_to_occitanie_then_to_the_nation() -> None:
    assert routing.call_queues("46", "impots", "fr") == ("46:impots:fr", "R76:impots:fr", "N:impots:fr")


def test_a_caller_whose_department_is_unknown_is_the_nations_at_once() -> None:
    assert routing.call_queues("inconnu", "impots", "fr") == ("N:impots:fr",)


def test_every_ring_of_a_call_is_served_by_an_agent_of_its_department() -> None:
    for code in TERRITORIES:
        served = routing.agent_queues("a", code, ["impots", "sante"], ["fr", "en"])
        assert set(routing.call_queues(code, "sante", "en")) <= set(served)
        assert len(served) == 1 + 3 * 2 * 3  # their two topics and what is anybody's


def test_an_agent_of_another_department_shares_only_the_wider_rings() -> None:
    served = set(routing.agent_queues("a", "31", ["impots"], ["fr"]))
    assert [queue in served for queue in routing.call_queues("46", "impots", "fr")] == [False, True, True]


def test_an_agent_does_not_serve_a_topic_or_a_language_they_do_not_have() -> None:
    served = set(routing.agent_queues("a", "46", ["impots"], ["fr"]))
    assert not served & set(routing.call_queues("46", "impots", "en"))
    assert not served & set(routing.call_queues("46", "sante", "fr"))


def test_what_no_account_serves_is_anybodys_in_their_language_and_ring() -> None:
    anybodys = routing.call_queues("46", ANYBODY, "fr")
    shared = {
        code: [queue in routing.agent_queues("a", code, [], ["fr"]) for queue in anybodys]
        for code in ("46", "31", "59")
    }
    assert shared == {"46": [True, True, True], "31": [False, True, True], "59": [False, False, True]}
    assert not set(anybodys) & set(routing.agent_queues("a", "46", ["sante"], ["en"]))
    post = AgentOnDuty("a", "31", ["sante"], ["fr"], "available")
    assert hindrance(post, "impots", "fr", "R76:*:fr") is None
    assert hindrance(post, "impots", "fr", "46:*:fr") == Hindrance.RING
    assert hindrance(post, "impots", "fr", "R76:impots:fr") == Hindrance.TOPIC


@pytest.mark.parametrize(
    ("language", "served", "found"),
    [
        ("fr", {("impots", "fr")}, Answerers("fr")),
        ("en", {("impots", "en"), ("impots", "fr")}, Answerers("en")),
        ("en", {("impots", "fr"), ("*", "en")}, Answerers("fr")),  # the topic before the language
        ("en", {("*", "en"), ("*", "fr")}, Answerers("en", anybody=True)),
        ("en", {("*", "fr")}, Answerers("fr", anybody=True)),
        ("fr", {("*", "fr")}, Answerers("fr", anybody=True)),
        ("fr", set(), Answerers("fr", anybody=True)),
    ],
)
def test_somebody_always_answers(language: str, served: set[tuple[str, str]], found: Answerers) -> None:
    assert routing.answerers("impots", language, lambda *each: each in served) == found


def test_the_score_is_the_arrival_less_the_priority_and_widening_is_true_age() -> None:
    assert routing.score(1000.0, 600.0) == 400.0
    assert routing.widening(1000.0, 3, (20.0, 45.0)) == (1020.0, 1045.0)
    assert routing.widening(1000.0, 1, (20.0, 45.0)) == ()


def test_a_queues_own_thresholds_win_over_its_scopes_and_a_nearer_scope_over_a_wider() -> None:
    own = {("N", ""): (1.0, 2.0), ("R76", "impots"): (3.0, 4.0), ("46", ""): (5.0, 6.0), ("46", "sante"): (7.0, 8.0)}
    asked = [("46", "sante"), ("46", "impots"), ("31", "impots"), ("31", "sante"), ("inconnu", "impots")]
    found = [routing.widens_after(own, department, topic, (20.0, 45.0)) for department, topic in asked]
    assert found == [(7.0, 8.0), (5.0, 6.0), (3.0, 4.0), (1.0, 2.0), (1.0, 2.0)]
    assert routing.widens_after({}, "46", "sante", (20.0, 45.0)) == (20.0, 45.0)
