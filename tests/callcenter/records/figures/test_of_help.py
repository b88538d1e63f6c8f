"""Help and transfers, counted by hand."""

from datetime import timedelta

import pytest

from callcenter import clock
from callcenter.db import reading, transaction
from callcenter.records import calls, passes
from callcenter.records.figures.of_help import CallsPassed, ColleaguesHelp, HelpFigures, PassedFor, of_help
from callcenter.rules.consults import PassReason
from callcenter.rules.territory import local_day
from tests.support.consulted import consulted
from tests.support.town import settle
from tests.support.wrap_up import wraps_up

pytestmark = pytest.mark.usefixtures("database", "live")


def counted(departments: list[str] | None, partner: str | None = None) -> HelpFigures:
    today = local_day("46", clock.now())
    with reading() as session:
        return of_help(session, today, today, departments, clock.now(), partner)


def test_partners_colleagues_and_passes_by_reason() -> None:
    karim, lea = settle("karim"), settle("lea", "31")
    call_id, _ = wraps_up(karim)
    other_id, _ = wraps_up(lea)
    at = clock.now() - timedelta(minutes=1)
    consulted(call_id, karim, at, 40, "dismissed", together_at=at)
    consulted(call_id, karim, at, 20, "handed_over", together_at=at, handed_at=at)
    for ended in ("busy", "no_answer", "failed", "cancelled"):
        consulted(call_id, karim, at, None, ended)
    consulted(other_id, lea, at, 5, "helper_left", kind="line", partner=None)
    spoken = consulted(call_id, karim, at, 30, "handed_over", kind="agent", partner=None)
    consulted(call_id, karim, at, None, "missed", kind="queue", partner=None)
    with transaction() as session:
        call, other = calls.get(session, call_id), calls.get(session, other_id)
        assert call is not None
        assert other is not None
        passes.note(session, call, karim, PassReason.SPECIALIST, at, to_agent=lea, consult_id=spoken)
        passes.note(session, call, lea, PassReason.SPECIALIST, at, to_queue="N:retraite:fr")
        passes.note(session, other, lea, PassReason.PARTNER, at, to_partner="caf", consult_id=spoken)
    found = counted(["46"])
    lines, caf = sorted(found.partners, key=lambda each: each.partner)
    assert (caf.partner, caf.department, caf.asked, caf.reached) == ("caf", "46", 6, 2)
    assert (caf.busy, caf.no_answer, caf.failed, caf.given_up) == (1, 1, 1, 1)
    assert (caf.together, caf.handed, caf.seconds) == (2, 1, 60.0)
    assert (lines.partner, lines.asked, lines.reached, lines.seconds) == ("", 1, 1, 5.0)
    assert found.colleagues == ColleaguesHelp(2, 1, 30.0)
    assert found.reasons == (PassedFor("specialist", 1, 0, 1, 0), PassedFor("partner", 0, 0, 0, 1))
    assert found.calls == CallsPassed(1, 1, 1)
    assert [each.partner for each in counted(None, "caf").partners] == ["caf"]
    assert counted(["31"]).partners == ()
