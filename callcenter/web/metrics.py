"""The live figures for Prometheus, as the wall has them: of now, and of the last hour."""

from collections import Counter
from collections.abc import Iterable
from hmac import compare_digest

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from starlette.responses import Response

from callcenter.config import settings
from callcenter.errors import NotFound
from callcenter.records.wall_photograph import Photograph
from callcenter.rules import quality
from callcenter.rules.quality import Share
from callcenter.rules.roles import ANYBODY
from callcenter.rules.tally import ENDINGS
from callcenter.screens import wall_screen
from callcenter.screens.wall_screen import LastHour
from callcenter.web.identity import open_to

router = APIRouter(include_in_schema=False)
SHARES = (quality.service_level, quality.abandonment, quality.picked_up_live, quality.picked_up_or_called_back)


@router.get("/metrics")
@open_to(ANYBODY)
def metrics(request: Request) -> Response:
    """For whoever brings METRICS_TOKEN as a bearer; without one set there is nothing here (decision W4). Raises
    NotFound."""
    token = settings().metrics_token.get_secret_value()
    brought = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not token or not compare_digest(brought.encode(), token.encode()):
        raise NotFound
    taken = wall_screen.photograph()
    registry = CollectorRegistry()
    registry.register(_Live(taken, wall_screen.last_hour(taken.at)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Live:
    """What one scrape is told."""

    def __init__(self, taken: Photograph, hour: LastHour) -> None:
        self.taken, self.hour = taken, hour

    def collect(self) -> Iterable[Metric]:
        """Gauges all: each is a look at the truth, never a counter that a restart would lose."""
        waiting = _gauge("calls_waiting", "Calls waiting in a queue", "department", "topic", "language")
        longest = _gauge("longest_wait_seconds", "Longest wait going on in a queue", "department", "topic", "language")
        for each in self.taken.waiting:
            queue = [each.department, each.topic, each.language]
            waiting.add_metric(queue, each.waiting)
            longest.add_metric(queue, (self.taken.at - each.oldest).total_seconds())
        agents = _gauge("agents", "Agents who are not offline", "department", "state")
        for (department, state), count in sorted(Counter((a.department, a.state) for a in self.taken.agents).items()):
            agents.add_metric([department, state], count)
        owed = _gauge("contacts_owed", "Contacts whose outcome is overdue")
        owed.add_metric([], len(self.taken.owed))
        return [waiting, longest, agents, owed, *self._of_the_last_hour(), *self._ceilings()]

    def _ceilings(self) -> Iterable[Metric]:
        promised = _gauge("callbacks_promised", "Callbacks promised in the last hour", "destination", "pool")
        most = _gauge("callbacks_ceiling", "Callbacks that may be promised in an hour", "destination", "pool")
        for each in self.hour.pools:
            promised.add_metric([each.destination, each.pool], each.promised)
            most.add_metric([each.destination, each.pool], each.ceiling)
        sent, all_texts = _gauge("texts_sent", "Texts sent in the last hour"), _gauge("texts_ceiling", "Texts an hour")
        sent.add_metric([], self.hour.texts.promised)
        all_texts.add_metric([], self.hour.texts.ceiling)
        return [promised, most, sent, all_texts]

    def _of_the_last_hour(self) -> Iterable[Metric]:
        calls = _gauge("last_hour_calls", "Calls that arrived in the last hour, by ending", "department", "ending")
        parts = _gauge("last_hour_share_part", "Of the last hour: what a share counts", "department", "measure")
        wholes = _gauge("last_hour_share_of", "Of the last hour: of how many", "department", "measure")
        for department, tally in sorted(self.hour.tallies.items()):
            for ending in (*ENDINGS, "in_progress"):
                calls.add_metric([department, ending], getattr(tally, ending))
            for measure in SHARES:
                share: Share = measure(tally)
                parts.add_metric([department, measure.__name__], share.part)
                wholes.add_metric([department, measure.__name__], share.of)
        return [calls, parts, wholes]


def _gauge(name: str, what: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"callcenter_{name}", what, labels=labels)
