"""Whether the service can do for callers and agents what they would miss within a minute; if not, why, in a sentence.

Both webs answer with it. A process that is one of several may rest: what is missed is what none of its kind does.
"""

import time
from dataclasses import dataclass, field
from functools import lru_cache

from callcenter import clock, migrations
from callcenter.actions.process_pulse import BROKER, CARRIER, DEEDS, LOOP, PROCESS
from callcenter.db import reading
from callcenter.errors import DatabaseBusy, LiveStoreDown, Refusal, StoreDown
from callcenter.live import beacon as live_beacon
from callcenter.records import pulses, worker_heartbeats
from callcenter.records.pulses import Sign

SWEEP, WORKER, HAND, VOICE = "sweep", "worker", "dialler", "voice"
NO_LANES = frozenset({PROCESS, CARRIER, DEEDS, BROKER})
ASLEEP = 4.0  # seconds without any sign of a process: it tells of itself each second
STUCK = 4.5  # seconds without any sign from within a lane: nothing that it waits for takes more than 3.5
UNANSWERED = 2.5  # seconds for which the carrier has answered no sweep: one of them looks every second
UNDONE = 4.0  # seconds for which it has done nothing that somebody asked: more than one request that is given up
FRESH = 5.0  # seconds for which the last look stands where a new one was too slow


class Unready(Refusal):
    """Une partie du service ne fonctionne pas."""

    status = 503
    english = "A part of the service does not work."


class DatabaseSilent(Unready):
    """La base de données ne répond pas : les appelants entendent la musique, les postes sont arrêtés."""

    english = "The database does not answer: callers hear music, desks are stopped."


class OldSchema(Unready):
    """La base de données n'est pas à cette version : lancez « callcenter migrate »."""

    english = "The database is not at this version: run `callcenter migrate`."


class IndexSilent(Unready):
    """Les files d'attente (Redis) ne répondent pas : aucun appel n'est proposé aux conseillers."""

    english = "The queues (Redis) do not answer: no call is offered to agents."


class SweepAsleep(Unready):
    """Aucun balayage (callcenter.sweep) ne donne signe de vie : les appels ne sont plus redistribués."""

    english = "No sweep (callcenter.sweep) shows a sign of life: calls are no longer passed on."


class LaneStuck(Unready):
    """Une tâche du balayage est bloquée :"""

    english = "A lane of the sweep is stuck:"


class WorkerAsleep(Unready):
    """Aucun exécutant (Celery) ne donne signe de vie : personne n'est rappelé."""

    english = "No worker (Celery) shows a sign of life: nobody is called back."


class HandsAsleep(Unready):
    """Les processus de l'exécutant (Celery) ne donnent plus signe de vie : personne n'est rappelé."""

    english = "The processes of the worker (Celery) show no sign of life: nobody is called back."


class BrokerSilent(Unready):
    """Les messages aux exécutants (Redis de Celery) ne passent plus : personne n'est rappelé."""

    english = "Messages to the workers (Celery's Redis) do not pass: nobody is called back."


class VoiceAsleep(Unready):
    """Aucun processus de la voix (ivr.app) ne donne signe de vie : personne n'entend le menu."""

    english = "No voice process (ivr.app) shows a sign of life: nobody hears the menu."


class WorkerIdle(Unready):
    """Aucun exécutant (Celery) n'a fait de travail depuis une minute : personne n'est rappelé."""

    english = "No worker (Celery) has done a job for a minute: nobody is called back."


class CarrierUnreached(Unready):
    """L'opérateur téléphonique ne répond plus : aucun appel ne peut être mis en relation."""

    english = "The telephone carrier does not answer: no call can be connected."


class CarrierUndoing(Unready):
    """L'opérateur téléphonique refuse ce qui lui est demandé : les appels ne sont plus mis en relation."""

    english = "The telephone carrier refuses what it is asked to do: calls are no longer connected."


@dataclass(frozen=True)
class Readiness:
    """`reasons`: why not; none of them is what ready means. `signs`: of every process that lived lately."""

    reasons: tuple[Unready, ...]
    signs: tuple[Sign, ...] = field(default=())

    @property
    def is_ready(self) -> bool:
        return not self.reasons

    def told(self) -> dict[str, object]:
        """As a probe reads it: what works, why the rest does not in both languages, and each process's age."""
        return {
            "ready": self.is_ready,
            "reasons": [
                {"what": type(each).__name__, "sentence": each.sentence(), "english": each.sentence("en")}
                for each in self.reasons
            ],
            "processes": {
                process: {sign.part: round(sign.age, 1) for sign in self.signs if sign.process == process}
                for process in dict.fromkeys(sign.process for sign in self.signs)
            },
        }


def look() -> Readiness:
    """As it is now. Takes as long as the database is given to answer, at most."""
    global _last
    index = _of_index()
    try:
        with reading() as session:
            if migrations.version(session.connection()) != _newest():
                return Readiness((*index, OldSchema()))
            signs = tuple(pulses.lately(session))
            works = worker_heartbeats.are_at_work(session, clock.now())
    except DatabaseBusy:
        return unheard()
    except StoreDown:
        return Readiness((*index, DatabaseSilent()))
    found = Readiness((*index, *judged(signs, works=works)), signs)
    _last = time.monotonic(), found
    return found


def unheard() -> Readiness:
    """Where a look was too slow, which says nothing of whoever is looked at: what the last one found, if it is
    fresh."""
    at, found = _last
    return found if time.monotonic() - at < FRESH else Readiness((DatabaseSilent(),))


_last = -FRESH, Readiness(())


def judged(signs: tuple[Sign, ...], *, works: bool) -> tuple[Unready, ...]:
    """What the signs of life say. `works`: whether a worker has done a job lately."""
    youngest: dict[tuple[str, str], float] = {}
    for sign in signs:
        place = sign.kind, sign.part
        youngest[place] = min(sign.age, youngest.get(place, sign.age))
    missed: list[Unready] = []
    if youngest.get((SWEEP, PROCESS), ASLEEP) >= ASLEEP:
        missed.append(SweepAsleep())
    else:
        lanes = {part: age for (kind, part), age in youngest.items() if kind == SWEEP and part not in NO_LANES}
        stuck = sorted(part for part, age in lanes.items() if age >= STUCK)
        missed += [LaneStuck(", ".join(stuck))] if stuck else []
        if youngest.get((SWEEP, BROKER), 0.0) >= UNANSWERED:
            missed.append(BrokerSilent())
    if max(youngest.get((VOICE, part), ASLEEP) for part in (PROCESS, LOOP)) >= ASLEEP:
        missed.append(VoiceAsleep())
    missed += _of_carrier(signs)
    if youngest.get((WORKER, PROCESS), ASLEEP) >= ASLEEP:
        missed.append(WorkerAsleep())
    elif youngest.get((HAND, PROCESS), 0.0) >= ASLEEP:  # a worker of threads alone has no others
        missed.append(HandsAsleep())
    elif not works:
        missed.append(WorkerIdle())
    return tuple(missed)


def _of_carrier(signs: tuple[Sign, ...]) -> list[Unready]:
    """By what requests met, as each process that is awake last told: one sweep that is answered is enough, one process
    for which nothing is done is too many."""
    awake = {sign.process: sign.age for sign in signs if sign.part == PROCESS and sign.age < ASLEEP}
    failing = [(sign, sign.age - awake[sign.process]) for sign in signs if sign.process in awake]
    unanswered = [seconds for sign, seconds in failing if sign.part == CARRIER and sign.kind == SWEEP]
    undone = [seconds for sign, seconds in failing if sign.part == DEEDS]
    if unanswered and min(unanswered) >= UNANSWERED:
        return [CarrierUnreached()]
    return [CarrierUndoing()] if max(undone, default=0.0) >= UNDONE else []


@lru_cache
def _newest() -> str | None:
    """The schema's version that this code was written for."""
    return migrations.newest()


def _of_index() -> tuple[Unready, ...]:
    try:
        live_beacon.read()
    except LiveStoreDown:
        return (IndexSilent(),)
    return ()
