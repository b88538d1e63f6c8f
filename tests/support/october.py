"""A whole October of life, rolled up, and the report's table of it."""

import csv
from io import StringIO

import time_machine
from sqlalchemy import update
from starlette.testclient import TestClient

from callcenter.db import transaction
from callcenter.records.contacts import Contact
from callcenter.records.sites import Site
from tests.support.kept import rolled_up
from tests.support.recount import instant
from tests.support.world import World

NOW = instant(2026, 11, 2, 12)


OCTOBER = {"first": "2026-10-01", "last": "2026-10-31"}


def site(number: int, department: str, week: list[list[tuple[str, str]]], kind: str = "Principal") -> Site:
    texts = dict.fromkeys(("address", "postal_code", "phone", "mail", "comment", "format", "grouping", "label"), "")
    return Site(
        id=number, name=f"=Site {number}", city="Cahors", department=department, week=week, kind=kind,
        by_appointment=False, doubts=[], first_listed_at=NOW, changed_at=NOW, **texts,
    )  # fmt: skip


def write() -> None:
    """Some weeks of life, rolled up; three sites of the Lot: one keeps its commitment, one does not, one need not."""
    with time_machine.travel(NOW, tick=True), transaction(60) as session:
        day = [("08:00", "12:00"), ("14:00", "16:00")]
        session.add_all(
            [
                site(1, "46", [day] * 5 + [[], []]),
                site(2, "46", [day] * 3 + [[]] * 4),
                site(3, "46", [day] * 5 + [[], []], "Antenne"),
            ]
        )
        session.flush()
        world = World(session)
        world.live(instant(2026, 10, 2), instant(2026, 11, 1), 300)
        for agent in world.agents:
            world.shift(agent, instant(2026, 10, 24, 20))
        session.execute(update(Contact).where(Contact.department == "46").values(site_id=1))
    rolled_up(NOW)


def csv_of(client: TestClient, **asked: str) -> list[dict[str, str]]:
    answer = client.get("/reports/figures.csv", params=OCTOBER | asked)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
