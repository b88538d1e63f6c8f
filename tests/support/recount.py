"""A slow, obvious recount of the figures from the rows, in Python: what the set-based SQL must equal to the last unit.

It shares the shape (`Tally`) with the product and nothing of its way of counting.
"""

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callcenter.records.agents import Agent
from callcenter.records.callbacks import Callback
from callcenter.records.calls import Call
from callcenter.records.contacts import Accompaniment, Contact
from callcenter.records.events import Event
from callcenter.records.legs import Leg
from callcenter.records.offers import Offer
from callcenter.rules.histogram import Histogram, bucket
from callcenter.rules.tally import Tally
from callcenter.rules.territory import TERRITORIES

Cell = tuple[date, str, str, str]  # day, department, partner, channel


def recount(session: Session, at: datetime) -> dict[Cell, Tally]:
    """Every cell of `figures_days` as it should be."""
    contacts = list(session.scalars(select(Contact)))
    calls = {call.contact_id: call for call in session.scalars(select(Call))}
    matters: dict[str, list[Accompaniment]] = defaultdict(list)
    for row in session.scalars(select(Accompaniment)):
        matters[row.contact_id].append(row)
    legs: dict[str, list[Leg]] = defaultdict(list)
    for leg in session.scalars(select(Leg)):
        legs[leg.contact_id].append(leg)
    offers: dict[str, list[Offer]] = defaultdict(list)
    for offer in session.scalars(select(Offer)):
        offers[offer.call_id].append(offer)
    promises = list(session.scalars(select(Callback)))

    cells: dict[Cell, Tally] = defaultdict(Tally)
    for contact in contacts:
        day, department, channel = contact.local_day, contact.department, contact.channel
        mine = matters[contact.id]
        own = _of_contact(contact, legs[contact.id])
        for partner in {row.partner for row in mine}:
            of_partner = [row for row in mine if row.partner == partner]
            cells[day, department, partner, channel] += _of_matters(own, of_partner)
        total = _of_matters(own, mine)
        if call := calls.get(contact.id):
            asked = [promise for promise in promises if promise.asked_by == call.id]
            total += _of_call(call, contact, offers[call.id], asked, list(calls.values()))
        cells[day, department, "*", channel] += total
    for promise in promises:
        if promise.asked_by is None:
            day = promise.promised_at.astimezone(_zone(promise.department)).date()
            cells[day, promise.department, "*", "callback"] += _of_promises([promise], list(calls.values()))
    for cell, part in _of_agents(session, at).items():
        cells[cell] += part
    return {cell: tally for cell, tally in cells.items() if tally != Tally()}


def _of_contact(contact: Contact, legs: list[Leg]) -> Tally:
    waited = contact.waited
    known = contact.satisfaction is not None and contact.satisfaction_scale == 4
    score = contact.satisfaction or 0
    tally = Tally(
        contacts=1,
        owing=int(contact.due != "nothing"),
        recorded=int(contact.due == "recorded"),
        answers=int(known),
        satisfied=int(known and score >= 3),
        very_satisfied=int(known and score == 4),
        said=int(contact.settled_said is not None),
        said_settled=int(contact.settled_said is True),
        return_known=int(contact.returned is not None),
        returned=int(contact.returned is True),
        wait_ms=round(waited * 1000) if waited is not None else 0,
        wait_longest_ms=round(waited * 1000) if waited is not None else 0,
        waits=Histogram(((bucket(waited), 1),)) if waited is not None else Histogram(),
    )
    done = [leg for leg in legs if leg.talked_from and leg.left_at] if contact.due in ("recorded", "released") else []
    if contact.lasted is not None and not contact.distress:
        return replace(tally, handled=1, talk_ms=round(contact.lasted * 1000))
    if not done or contact.distress:
        return tally
    talk = sum(_ms(leg.talked_from, leg.left_at, leg.held) for leg in done)
    hold = sum(round(1000 * leg.held) for leg in done)
    wrap = sum(_ms(leg.left_at, leg.wrapped_at) for leg in done)
    if contact.relay:
        return replace(tally, relay_handled=1, relay_ms=talk + hold + wrap)
    tally = replace(tally, handled=1, talk_ms=talk, hold_ms=hold, wrap_up_ms=wrap)
    return replace(tally, hearing_handled=1, hearing_ms=talk + hold + wrap) if contact.hard_of_hearing else tally


def _ms(since: datetime | None, until: datetime | None, held: float = 0.0) -> int:
    return round(1000 * ((until - since).total_seconds() - held)) if since and until else 0


def _of_matters(own: Tally, rows: list[Accompaniment]) -> Tally:
    opened = [row for row in rows if row.continues is None]
    return replace(
        own,
        accompaniments=len(rows),
        opened=len(opened),
        settlement_known=sum(row.settled is not None for row in opened),
        settled=sum(row.settled is True for row in opened),
        informations=sum(row.outcome == "information" for row in rows),
        assistances=sum(row.outcome == "accompaniment" for row in rows),
        orientations=sum(row.outcome == "orientation" for row in rows),
    )


def _of_call(call: Call, contact: Contact, offers: list[Offer], asked: list[Callback], calls: list[Call]) -> Tally:
    tally = replace(
        _of_promises(asked, calls),
        offers=len(offers),
        missed=sum(offer.state == "missed" for offer in offers),
        refused=sum(offer.state == "refused" for offer in offers),
    )
    if call.channel != "phone":
        return tally
    if call.ending is None:
        return replace(tally, in_progress=1)
    in_time = call.ending == "answered" and contact.waited is not None and contact.waited <= 60
    return replace(
        tally,
        **{"refused_full" if call.ending == "full" else call.ending: 1},  # type: ignore[arg-type]  # an ending's name
        answered_in_time=int(in_time),
        technical_known=int(call.ending == "technical" and call.queued_at is not None),
        called_back=int(call.ending == "became_callback" and tally.reached > 0),
    )


def _of_promises(promises: list[Callback], calls: list[Call]) -> Tally:
    tally = Tally()
    for promise in promises:
        talks = [call.talking_at for call in calls if call.callback_id == promise.id and call.talking_at]
        reached = min(talks) if talks and promise.state == "reached" else None
        if promise.source == "silence":
            tally += Tally(silent_promised=1, silent_reached=int(reached is not None))
            continue
        tally += Tally(promised=1, attempts=promise.attempts)
        if reached:
            late = max((reached - promise.promised_until).total_seconds(), 0)
            kept = promise.promised_from <= reached <= promise.promised_until
            tally += Tally(reached=1, kept=int(kept), late_ms=round(1000 * late))
    return tally


def _of_agents(session: Session, at: datetime) -> dict[Cell, Tally]:
    """Second by second: the state of each agent, on the clock of their department."""
    cells: dict[Cell, Tally] = defaultdict(Tally)
    for agent in session.scalars(select(Agent)):
        events = list(session.scalars(select(Event).where(Event.noun_id == agent.id).order_by(Event.id)))
        for event, following in zip(events, [*events[1:], None][: len(events)], strict=True):
            second, until = event.at, following.at if following else at
            while second < until:
                cell = (second.astimezone(_zone(agent.department)).date(), agent.department, "*", "phone")
                if event.now in ("talking", "wrap_up"):
                    cells[cell] += Tally(busy_ms=60_000)
                if event.now == "available":
                    cells[cell] += Tally(available_ms=60_000)
                second += timedelta(minutes=1)
    return cells


def _zone(department: str) -> ZoneInfo:
    territory = TERRITORIES.get(department)
    return ZoneInfo(territory.timezone if territory else "Europe/Paris")


def instant(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]
