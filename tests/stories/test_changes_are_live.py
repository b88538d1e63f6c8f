"""What supervisors and administrators change under the callers, in the running service: the pages' process is told, the
telephone's process speaks; nobody restarts anything."""

import time
from collections.abc import Callable
from typing import Any

from callcenter import clock
from callcenter.db import reading
from callcenter.records import calls
from callcenter.rules.territory import national_day
from ivr.practice.telephones import Caller, PracticeLine
from tests.support.desk import Desk, DeskAgent
from tests.support.town import PASSWORD, settle

PATIENCE = 30.0
QUEUED = "Nous cherchons un conseiller"


def test_the_next_caller_hears_what_was_changed(line: PracticeLine, desk: Desk) -> None:
    settle("admin", role="admin")
    settle("karim", phone="+33565000001")
    admin = desk.sign_in("admin", PASSWORD, beats=False)
    desk.sign_in("karim", PASSWORD).takes_post().pauses()  # whoever is served waits

    does(admin, "POST", "/api/board/orders/message", scope="N", fr="Inondations : appelez le 112.", en="Floods.")
    the_next(line, lambda caller: hears_one_of(caller, "Inondations", "Bonjour")).hears("code postal").hangs_up()
    does(admin, "POST", "/api/board/orders/message", scope="N")
    the_next(line, lambda caller: hears_one_of(caller, "Bonjour", "Inondations")).hangs_up()

    was = topic_of(admin, "retraite")
    now = was | {"labels": {"fr": "la pension", "en": "pensions"}, "keywords": {"fr": ["vieux jours"], "en": ["old"]}}
    written = {name: now[name] for name in ("code", "labels", "keywords", "sheet", "partners")} | {"scope": "N"}
    does(admin, "PUT", "/api/admin/directory/topics", **written, was="23", keys="23")
    before, after = f"{was['labels']['fr']}, tapez 3", "la pension, tapez 3"
    the_next(line, lambda caller: hears_one_of(chooses(caller, "2"), after, before)).hangs_up()
    speaking = chooses(line.call(), "")
    speaking.says("c'est pour mes vieux jours").waits_in_queue()
    with reading() as session:
        call = calls.by_carrier_id(session, speaking.sid)
    assert call is not None
    assert call.topic == "retraite"
    speaking.hangs_up()

    does(admin, "PUT", "/api/admin/directory/topics", **written, was="23", keys="21")
    the_next(line, lambda caller: hears_one_of(chooses(caller, "2"), "la pension, tapez 1", after)).hangs_up()

    does(admin, "POST", "/api/board/orders/queue", scope="46", topic="impots", act="close")
    the_next(line, lambda caller: hears_one_of(chooses(caller, "3"), "ne prenons plus d'appels", QUEUED)).hangs_up()

    first, last = national_day(clock.now()).isoformat(), national_day(clock.now()).isoformat()
    does(admin, "POST", "/api/admin/exceptions", scope="46", first=first, last=last, reason="flood")
    closed = the_next(line, lambda caller: hears_one_of(chooses(caller, "0"), "Ils vous répondront", QUEUED))
    closed.hears("tapez 1").hangs_up()


def does(admin: DeskAgent, method: str, path: str, **asked: Any) -> None:
    answer = admin.http.request(method, path, json=asked)
    assert answer.is_success, answer.text


def topic_of(admin: DeskAgent, code: str) -> dict[str, Any]:
    """A choice of the nation's menu, as its editor shows it."""
    shown: list[dict[str, Any]] = admin.http.get("/api/admin/directory/N").json()["topics"]
    return next(topic for topic in shown if topic["code"] == code)


def the_next(line: PracticeLine, hears: Callable[[Caller], bool]) -> Caller:
    """The first of those who call, one after the other, to hear what is new."""
    deadline = time.monotonic() + PATIENCE
    while not hears(caller := line.call()):
        caller.hangs_up()
        assert time.monotonic() < deadline, caller.transcript
    return caller


def chooses(caller: Caller, key: str) -> Caller:
    """Somebody of the Lot, as far as the topics."""
    caller.hears("code postal").presses("46000").hears("Lot").presses("1").hears("sujet")
    return caller.presses(key) if key else caller


def hears_one_of(caller: Caller, new: str, old: str) -> bool:
    """Which of the two is said first."""
    deadline = time.monotonic() + PATIENCE
    while True:
        for entry in caller.transcript:
            if new in entry.get("text", "") or old in entry.get("text", ""):
                return new in entry["text"]
        assert time.monotonic() < deadline, caller.transcript
        time.sleep(0.05)
