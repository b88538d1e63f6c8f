"""What goes wrong, in four lanes that go on at once: stores, processes, the carrier, people.

A fault strikes, is mended, and gives the probe that says when the service is well again; `within` is what
`promises.md` allows from then on, None where it promises nothing in seconds.
"""

import asyncio
import contextlib
import random

import aiohttp

from callcenter.config import settings
from callcenter.live import store
from ivr.drill import help_faults, probes
from ivr.drill.scene import NOTHING, DrillScene, Fault, Mended, Strike, carrier, rest
from ivr.drill.stage import COPIES
from ivr.drill.town import CITIZENS
from ivr.practice.webhooks import sign

SAVED = {0: 5, 1: 6}  # Valkey's databases, and where their older selves are kept
DATABASE_BACK, INDEX_BACK, WORKER_BACK, WEB_BACK = 10.0, 5.0, 45.0, 3.0
SAVE = "for _, key in ipairs(server.call('KEYS', '*')) do server.call('COPY', key, key, 'DB', ARGV[1]) end"
EMPTY = "server.call('SELECT', ARGV[1]) server.call('FLUSHDB') server.call('SELECT', ARGV[2])"

LONGEST = 60  # seconds until what was killed has come up again


# stores


def store_killed(which: str) -> Strike:
    async def strike(scene: DrillScene, _dice: random.Random) -> Mended:
        scene.stage.kill_store(which)
        await asyncio.sleep(1)  # its keeper starts it again
        return _store_back(which)

    return strike


def store_frozen(which: str) -> Strike:
    async def strike(scene: DrillScene, dice: random.Random) -> Mended:
        scene.stage.freeze_store(which)
        try:
            await asyncio.sleep(dice.uniform(1, 5))
        finally:
            scene.stage.wake_store()
        return _store_back(which)

    return strike


def way_spoilt(which: str, mode: str) -> Strike:
    async def strike(scene: DrillScene, dice: random.Random) -> Mended:
        scene.stage.set_way(which, mode)
        try:
            await asyncio.sleep(dice.uniform(1, 5))
        finally:
            scene.stage.set_way(which, "open")
        return _store_back(which)

    return strike


async def valkey_flushed(_scene: DrillScene, _dice: random.Random) -> Mended:
    await asyncio.to_thread(store.client().flushall)
    return _store_back("valkey")


async def valkey_rolled_back(_scene: DrillScene, dice: random.Random) -> Mended:
    """The index, and the broker's messages, as they were some seconds ago."""
    await asyncio.to_thread(_copy, save=True)
    await asyncio.sleep(dice.uniform(4, 7))
    await asyncio.to_thread(_copy, save=False)
    return _store_back("valkey")


def _copy(*, save: bool) -> None:
    for own, kept in SAVED.items():
        source, target = (own, kept) if save else (kept, own)
        store.client().eval(f"{EMPTY} {SAVE}", 0, str(target), str(source))


def _store_back(which: str) -> Mended:
    if which == "postgresql":
        return probes.is_offered, DATABASE_BACK
    return probes.index_is_whole, INDEX_BACK


# processes


async def worker_killed(scene: DrillScene, dice: random.Random) -> Mended:
    scene.stage.kill(f"worker{dice.randrange(COPIES)}")
    return probes.is_dialled, WORKER_BACK


async def worker_child_killed(scene: DrillScene, dice: random.Random) -> Mended:
    scene.stage.kill_child(f"worker{dice.randrange(COPIES)}", dice.random())
    return probes.is_dialled, WORKER_BACK


async def worker_frozen(scene: DrillScene, dice: random.Random) -> Mended:
    return await _frozen(scene, f"worker{dice.randrange(COPIES)}", dice.uniform(3, 9), (probes.is_dialled, WORKER_BACK))


async def workers_rolling(scene: DrillScene, dice: random.Random) -> Mended:
    for n in range(COPIES):
        scene.stage.ask_to_stop(f"worker{n}")
        await asyncio.sleep(dice.uniform(2, 4))
    return probes.is_dialled, WORKER_BACK


async def sweep_killed(scene: DrillScene, dice: random.Random) -> Mended:
    await _until_grown(scene, "sweep")
    scene.stage.kill(_a_sweep(scene, dice))
    return probes.is_offered, None


async def sweep_frozen(scene: DrillScene, dice: random.Random) -> Mended:
    await _until_grown(scene, "sweep")
    return await _frozen(scene, _a_sweep(scene, dice), dice.uniform(3, 9), (probes.is_offered, None))


async def sweeps_racing(scene: DrillScene, dice: random.Random) -> Mended:
    """Twice as many for a while."""
    several = [name for name in scene.stage.children if name.startswith("sweep")]
    for name in several:
        scene.stage.add(f"{name}-twin", name)
    await asyncio.sleep(dice.uniform(5, 9))
    for name in several:
        scene.stage.remove(f"{name}-twin")
    return NOTHING


async def voice_killed(scene: DrillScene, dice: random.Random) -> Mended:
    """One of its copies, with the requests in its hands."""
    await _kill_copy(scene, "voice", dice)
    return probes.answers(f"{scene.stage.voice}/health/live"), WEB_BACK


async def web_killed(scene: DrillScene, dice: random.Random) -> Mended:
    await _kill_copy(scene, "web", dice)
    return probes.answers(f"{scene.stage.web}/health/live"), WEB_BACK


async def _kill_copy(scene: DrillScene, name: str, dice: random.Random) -> None:
    await _until_grown(scene, name)
    scene.stage.kill_child(name, dice.random())


async def _until_grown(scene: DrillScene, name: str) -> None:
    """The death of the only one that works is a whole stop, which nothing promises to survive."""
    for _ in range(LONGEST):
        if scene.stage.is_grown(name):
            return
        await asyncio.sleep(1)


async def _frozen(scene: DrillScene, name: str, seconds: float, mended: Mended) -> Mended:
    scene.stage.freeze(name)
    try:
        await asyncio.sleep(seconds)
    finally:
        scene.stage.wake(name)
    return mended


def _a_sweep(scene: DrillScene, dice: random.Random) -> str:
    return dice.choice([name for name in scene.stage.children if name.startswith("sweep")])


# the carrier


async def webhooks_replayed(scene: DrillScene, dice: random.Random) -> Mended:
    """What was told a while ago, signed and whole, told again."""
    sent = list(scene.ledger.sent)
    for entry in dice.sample(sent, min(20, len(sent))):
        await _post(scene, entry["url"], entry["params"], entry["signature"])
    return NOTHING


async def webhooks_forged(scene: DrillScene, dice: random.Random) -> Mended:
    """The same with another's signature, none, or other words under a true one: refused."""
    sent = list(scene.ledger.sent)
    for entry in dice.sample(sent, min(10, len(sent))):
        changed = {**entry["params"], "CallStatus": "completed", "Digits": "1", "Forged": "1"}
        for params, signature in (
            (entry["params"], ""),
            (changed, entry["signature"]),
            (changed, sign("f" * 32, entry["url"], changed)),
        ):
            status = await _post(scene, entry["url"], params, signature)
            if status not in (0, 403):
                scene.ledger.let_in.append(f"{entry['topic']} {status}")
    return NOTHING


async def _post(scene: DrillScene, url: str, params: dict[str, str], signature: str) -> int:
    headers = {"X-Twilio-Signature": signature} if signature else {}
    try:
        async with scene.http.post(url, data=params, headers=headers) as answer:
            if answer.status >= 500:
                scene.ledger.server_errors.append(f"{answer.status} replayed")
            return answer.status
    except (aiohttp.ClientError, TimeoutError):
        return 0


# people


async def browser_closed(scene: DrillScene, dice: random.Random) -> Mended:
    """One agent in eight at once, for longer than a connection may be silent."""
    several = max(1, len(scene.agents.people) // 8)
    return scene.close_browsers([scene.agents.pick_one_to_err(dice) for _ in range(several)])


async def two_tabs(scene: DrillScene, dice: random.Random) -> Mended:
    person = scene.agents.pick_one_to_err(dice)
    person.tabs = 2
    await asyncio.sleep(dice.uniform(4, 8))
    person.tabs = 1
    return NOTHING


def answers(mood: str) -> Strike:
    """How one agent in four answers their next offer."""

    async def strike(scene: DrillScene, dice: random.Random) -> Mended:
        for _ in range(max(1, len(scene.agents.people) // 4)):
            scene.agents.pick_one_to_err(dice).mood = mood
        await asyncio.sleep(2)
        return NOTHING

    return strike


async def offer_ignored(scene: DrillScene, dice: random.Random) -> Mended:
    person = scene.agents.pick_one_to_err(dice)
    person.ignored = asyncio.get_running_loop().create_future()
    person.mood = "ignore"
    with contextlib.suppress(TimeoutError):
        offer_id = await asyncio.wait_for(person.ignored, 10)
        return probes.is_returned(offer_id), settings().offer_lease + 1
    person.mood = ""
    return NOTHING


async def callers_hang_up(scene: DrillScene, dice: random.Random) -> Mended:
    """One of those at each edge: ringing, in a question, in the queue, in a room."""
    edges: dict[str, list[str]] = {}
    for call in await scene.lines():
        if call["number"].startswith(CITIZENS):
            edge = "room" if call["room"] else "queue" if call["queue"] else call["status"]
            edges.setdefault(f"{call['direction']} {edge}", []).append(call["sid"])
    for sids in edges.values():
        await scene.hang_up(dice.choice(sids))
    return NOTHING


LANES: dict[str, dict[str, Strike]] = {
    "stores": {
        "postgresql-killed": store_killed("postgresql"),
        "postgresql-frozen": store_frozen("postgresql"),
        "postgresql-cut": way_spoilt("postgresql", "cut"),
        "postgresql-half-open": way_spoilt("postgresql", "half-open"),
        "postgresql-slow": way_spoilt("postgresql", "slow"),
        "valkey-killed": store_killed("valkey"),
        "valkey-flushed": valkey_flushed,
        "valkey-frozen": store_frozen("valkey"),
        "valkey-rolled-back": valkey_rolled_back,
        "valkey-cut": way_spoilt("valkey", "cut"),
        "valkey-half-open": way_spoilt("valkey", "half-open"),
        "valkey-slow": way_spoilt("valkey", "slow"),
    },
    "processes": {
        "worker-killed": worker_killed,
        "worker-child-killed": worker_child_killed,
        "worker-frozen": worker_frozen,
        "workers-rolling": workers_rolling,
        "sweep-killed": sweep_killed,
        "sweep-frozen": sweep_frozen,
        "sweeps-racing": sweeps_racing,
        "voice-killed": voice_killed,
        "web-killed": web_killed,
    },
    "carrier": {
        "carrier-500": rest("500"),
        "carrier-500-with-effect": rest("500-with-effect"),
        "carrier-timeout-with-effect": rest("timeout-with-effect", share=0.4),
        "carrier-503": rest("503"),
        "carrier-429": rest("429"),
        "carrier-silent": rest("timeout", share=0.4),
        "carrier-slow": rest("slow", seconds=3),
        "webhooks-doubled": carrier(twice=1.0),
        "webhooks-reordered": carrier(reordered=0.6, delayed=0.3, delay=1.0),
        "webhooks-late": carrier(delayed=0.6, delay=4.0),
        "webhooks-lost": carrier(dropped=0.5),
        "webhooks-replayed": webhooks_replayed,
        "webhooks-forged": webhooks_forged,
        **help_faults.OF_THE_CARRIER,
    },
    "people": {
        "browser-closed": browser_closed,
        "two-tabs": two_tabs,
        "double-accept": answers("double"),
        "late-accept": answers("late"),
        "offer-ignored": offer_ignored,
        "callers-hang-up": callers_hang_up,
        **help_faults.OF_PEOPLE,
    },
}
FAULTS = [Fault(name, lane, strikes) for lane, several in LANES.items() for name, strikes in several.items()]
