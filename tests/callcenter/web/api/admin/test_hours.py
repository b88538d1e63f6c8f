"""Hours, exceptions, holidays and the rollout: who may write them, and what the next caller finds."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from typer.testing import CliRunner

from callcenter import clock
from callcenter.actions import config_snapshot
from callcenter.cli import hours as cli_hours
from callcenter.db import reading
from callcenter.records import sessions
from callcenter.rules.opening_hours import opening
from callcenter.rules.territory import TERRITORIES, local_day, national_day, rings
from tests.callcenter.web.conftest import SignIn


def is_open(department: str, topic: str = "") -> tuple[bool, str]:
    found = opening(config_snapshot.refresh().hours, department, clock.now(), topic)
    return found.is_open, found.why


def test_a_supervisor_closes_a_department_of_theirs_in_one_form_and_takes_it_back(
    sign_in: SignIn, people: None
) -> None:
    web = sign_in("ines")
    today = local_day("46", clock.now()).isoformat()
    form = {"csrf": web.headers["X-CSRF-Token"], "scope": "46", "first": today, "last": today, "hours": ""}
    assert is_open("46") == (True, "")
    done = web.post("/admin/hours/except", data=form | {"reason": "flood", "topic": "*", "confirmed": "1"})
    assert done.headers["location"] == "/admin/hours?scope=46&done=1"
    assert (is_open("46"), is_open("31")) == ((False, "flood"), (True, ""))
    page = web.get(done.headers["location"]).text
    assert "Inondation" in page
    shown = web.get("/api/admin/hours/46").json()
    assert (shown["now"]["why"], shown["history"][0]["who"]) == ("flood", "Ines")
    (exception,) = shown["exceptions"]
    assert web.delete(f"/api/admin/exceptions/{exception['id']}").status_code == 204
    assert is_open("46") == (True, "")
    with reading() as session:
        acts = [act.act for act in sessions.history(session, ["hours"], "46")]
    assert acts == ["took an exception back", "closed by exception"]


def test_what_an_operator_writes_from_a_terminal_is_written_down_too(sign_in: SignIn, people: None) -> None:
    """By the verbs of the pages: what these refuse is refused, and the history says that it was an operator."""
    today = local_day("46", clock.now()).isoformat()

    def types(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli_hours.app, list(words))
        return done.exit_code, done.output.strip()

    assert types("set", "46", "Mo-Su 06:00-22:00; PH off") == (0, "")
    code, exception_id = types("except", "46", today, today, "--reason", "flood")
    assert code == 0
    assert is_open("46") == (False, "flood")
    assert types("holiday", "46", today, "--yes") == (0, "")
    assert types("forget", exception_id)[0] == 0
    for wrong, said in (
        (("set", "R99", "Mo 08:00-09:00"), "territory"),
        (("set", "46", "whenever"), "hours"),
        (("set", "46", "Mo 08:00-09:00", "--topic", "ovni"), "topic"),
        (("except", "46", today, "2020-01-01"), "day"),
        (("except", "46", today, today, "--reason", "ovni"), "reason"),
        (("forget", exception_id), "no such"),
    ):
        code, sentence = types(*wrong)
        assert (code, said in sentence.lower()) == (1, True), (wrong, sentence)
    history = sign_in("admin").get("/api/admin/hours/46").json()["history"]
    assert [each["act"] for each in history] == [
        "took an exception back", "overrode a holiday", "closed by exception", "wrote hours",
    ]  # fmt: skip
    assert {each["who"] for each in history} == {""}
    assert history[-1]["changes"]["hours"] == ["", "Mo-Su 06:00-22:00; PH off"]
    assert "un opérateur" in sign_in("admin").get("/admin/hours?scope=46").text


def test_each_writes_only_where_they_may(sign_in: SignIn, people: None) -> None:
    ines, admin = sign_in("ines"), sign_in("admin")
    asked = {"first": "2026-12-01", "last": "2026-12-02", "reason": "strike"}
    for scope in ("31", "R76", "N"):
        assert ines.post("/api/admin/exceptions", json=asked | {"scope": scope}).status_code == 403, scope
        kept = admin.post("/api/admin/exceptions", json=asked | {"scope": scope})
        assert kept.status_code == 201, kept.text
        assert ines.delete(f"/api/admin/exceptions/{kept.json()['id']}").status_code == 403
    assert ines.put("/api/admin/hours", json={"scope": "46", "hours": "Mo 08:00-09:00"}).status_code == 403
    assert (
        ines.put("/api/admin/departments/46/rollout", json={"state": "open", "since": "2026-01-01"}).status_code == 403
    )
    assert [each["code"] for each in ines.get("/api/admin/departments").json()] == ["12", "46"]
    assert sign_in("karim").get("/admin/hours").status_code == 403
    assert ines.get("/admin/hours?scope=31").status_code == 403
    assert ines.get("/admin/departments/31").status_code == 403
    assert ines.get("/admin/departments/99").status_code == 404
    for path in ("/admin/hours", "/admin/hours?scope=12", "/admin/departments", "/admin/departments/46"):
        assert ines.get(path).status_code == 200, path
    for path in ("/admin/hours", "/admin/hours?scope=R76", "/admin/hours?scope=974", "/admin/departments/2A"):
        assert admin.get(path).status_code == 200, path


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "99"},
        {"scope": "984"},
        {"last": "2026-11-30"},
        {"last": "2036-11-30"},
        {"hours": "demain"},
        {"topic": "ovni"},
        {"reason": "rain"},
    ],
)
def test_an_exception_that_cannot_hold_is_refused(sign_in: SignIn, people: None, wrong: dict[str, str]) -> None:
    asked = {"scope": "46", "first": "2026-12-01", "last": "2026-12-02", "reason": "strike"}
    assert sign_in("admin").post("/api/admin/exceptions", json=asked | wrong).status_code == 422


@pytest.fixture
def working_day() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 9, 15, 10, 0, tzinfo=UTC), tick=True):
        yield


def test_hours_and_holidays_are_written_once_with_what_was_before(
    working_day: None, sign_in: SignIn, people: None
) -> None:
    web = sign_in("admin")
    for hours in ("Mo-Su 00:00-24:00", "off", "off", ""):
        assert web.put("/api/admin/hours", json={"scope": "46", "topic": "impots", "hours": hours}).status_code == 204
        assert is_open("46", "impots")[0] == (hours != "off")
    today = local_day("974", clock.now())
    assert web.put("/api/admin/hours", json={"scope": "974", "hours": "Mo-Su 00:00-24:00"}).status_code == 204
    assert is_open("974") == (True, "")
    for said, expected in ((True, (False, "holiday")), (None, (True, ""))):
        asked = {"scope": "974", "day": today.isoformat(), "is_holiday": said}
        assert web.put("/api/admin/holidays", json=asked).status_code == 204
        assert is_open("974") == expected
    assert web.put("/api/admin/hours", json={"scope": "46", "hours": "demain"}).status_code == 422
    assert (
        web.put("/api/admin/holidays", json={"scope": "R76", "day": "2026-12-01", "is_holiday": True}).status_code
        == 422
    )
    with reading() as session:
        written = [act.changes["hours"] for act in sessions.history(session, ["hours"], "46")]
    assert written == [["off", ""], ["Mo-Su 00:00-24:00", "off"], ["", "Mo-Su 00:00-24:00"]]


def test_a_department_is_closed_a_pilot_then_open_by_the_day(sign_in: SignIn, people: None) -> None:
    web = sign_in("admin")
    today = national_day(clock.now())

    def plans(state: str | None, since: date) -> int:
        asked = {"state": state, "since": since.isoformat()}
        return int(web.put("/api/admin/departments/46/rollout", json=asked).status_code)

    assert config_snapshot.current().is_open("46")
    assert plans("closed", today - timedelta(days=1)) == 204
    assert not config_snapshot.refresh().is_open("46")
    assert "46" in config_snapshot.current().menu.not_open
    assert plans("pilot", today) == 204
    assert config_snapshot.refresh().is_open("46")
    assert plans("closed", today + timedelta(days=1)) == 204
    assert config_snapshot.refresh().is_open("46")
    (lot,) = [each for each in web.get("/api/admin/departments").json() if each["code"] == "46"]
    assert (lot["state"], len(lot["plans"]), lot["agents"]) == ("pilot", 3, 2)
    assert plans(None, today) == 204
    assert plans(None, today) == 404
    assert not config_snapshot.refresh().is_open("46")
    assert plans("open", date(2040, 1, 1)) == 422
    assert (
        web.put("/api/admin/departments/R76/rollout", json={"state": "open", "since": "2026-01-01"}).status_code == 422
    )
    page = web.post(
        "/admin/departments/46",
        data={"csrf": web.headers["X-CSRF-Token"], "since": today.isoformat(), "state": "open"},
    )
    assert page.status_code == 303
    assert "Ouverture planifiée" in web.get(page.headers["location"]).text


def test_the_rings_of_every_department_are_scopes(sign_in: SignIn, people: None) -> None:
    from callcenter.rules.routing import departments_of

    assert all(
        code in departments_of(ring) for code, each in TERRITORIES.items() if each.inhabited for ring in rings(code)
    )
    assert departments_of("984") == departments_of("R999") == departments_of("inconnu") == set()
