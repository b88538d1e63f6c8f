"""Webhooks per second of our voice app beside two peers, one process each, in alternating runs: `name ratio` lines.

The server has one processor to itself and the client the other, where there are two.
"""

import os
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha1
from hmac import digest
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from callcenter.clock import now
from callcenter.config import settings
from callcenter.demonstration import embedded, run_directory
from callcenter.live import floor, queue
from callcenter.rules import routing
from callcenter.rules.territory import TERRITORIES

ROUNDS = 7
SECONDS = 1.5  # of load per server and round
CONNECTIONS = 16
TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://voix.exemple.fr"
SETTINGS = {
    "TWILIO_AUTH_TOKEN": TOKEN,
    "PUBLIC_VOICE_URL": PUBLIC,
    "DEMONSTRATION": "1",
    "ALWAYS_OPEN": "1",
    "LOG_LEVEL": "ERROR",
    "DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:9/none",  # a menu step asks no store
}


async def _constant(_request: Request) -> Response:
    return Response(
        '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Bonjour</Say></Response>', media_type="text/xml"
    )


constant = Starlette(routes=[Route("/voice/heard", _constant, methods=["POST"])])


def measure() -> Iterator[tuple[str, float]]:
    """Each ratio by its name: the median over the rounds."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        stack.enter_context(run_directory.held(Path(directory)))
        valkey = stack.enter_context(embedded.valkey(Path(directory)))
        environment = os.environ | embedded.live_settings(valkey) | SETTINGS
        uvicorn = [sys.executable, "-m", "uvicorn", "--no-access-log", "--log-level", "error", "--port"]
        gunicorn = [sys.executable, "-m", "gunicorn", "-k", "sync", "-w", "1", "--log-level", "error", "-b"]
        ours, bare, flask = (_free_port() for _ in range(3))
        for port, command in {
            ours: [*uvicorn, str(ours), "ivr.app:app"],
            bare: [*uvicorn, str(bare), "tests.bench.bench_voice:constant"],
            flask: [*gunicorn, f"127.0.0.1:{flask}", "tests.bench.peer_flask:app"],
        }.items():
            stack.enter_context(_serving(command, port, environment))
        steps, turns = list(_menu_steps(20_000)), list(_waiting_turns(_queue_up(environment, 500)))
        runs = {"menu": (ours, steps), "waiting": (ours, turns), "constant": (bare, steps), "Flask": (flask, steps)}
        with _own_processor():
            speeds = [{name: _speed(port, asked) for name, (port, asked) in runs.items()} for _ in range(ROUNDS)]
    for name in runs:
        print(f"# {name}: {median(speed[name] for speed in speeds):.0f} a second", file=sys.stderr)
    yield "menu step / Flask peer", median(speed["menu"] / speed["Flask"] for speed in speeds)
    yield "menu step / Starlette constant", median(speed["menu"] / speed["constant"] for speed in speeds)
    yield "waiting announcement / Flask peer", median(speed["waiting"] / speed["Flask"] for speed in speeds)


def _queue_up(environment: dict[str, str], many: int) -> list[str]:
    """So many calls wait for the taxes of the Lot, where three agents are on duty; their ids."""
    os.environ.update(environment)
    settings.cache_clear()
    at = now().timestamp()
    served = routing.agent_queues("agent", "46", ["impots"], ["fr"])
    for agent in ("karim", "lea", "tom"):
        floor.enter(agent, served, at)
    waiting = [f"00000000-0000-4000-8000-{n:012}" for n in range(many)]
    queues = routing.call_queues("46", "impots", "fr")
    for n, call_id in enumerate(waiting):
        queue.join(call_id, queues, at + n / many, at + n / many, (at + 3600, at + 7200), at, "impots")
    return waiting


def _waiting_turns(waiting: list[str]) -> Iterator[bytes]:
    """Signed requests for the next announcement of each waiting call."""
    for n, call_id in enumerate(waiting):
        yield signed_request(f"/voice/waiting?s=queue&d=46&t=impots&c={call_id}&m=7", _form(n, QueuePosition="1"))


def _menu_steps(many: int) -> Iterator[bytes]:
    """Signed requests as the carrier sends them: each caller confirms a department of their own."""
    codes = list(TERRITORIES)
    for n in range(many):
        address = f"/voice/heard?s=confirm&d={codes[n % len(codes)]}"
        yield signed_request(address, _form(n, Digits="1", FinishedOnKey="", msg="Gather End"))


def _form(n: int, **more: str) -> dict[str, str]:
    """What the carrier sends with every webhook of caller `n`, and what this one adds."""
    number = f"+3356505{n % 10_000:04}"
    places = {f"{who}{what}": "" for who in ("Called", "Caller", "From", "To") for what in ("City", "State", "Zip")}
    return places | more | {
        "AccountSid": "AC" + "0" * 32, "ApiVersion": "2010-04-01", "CallSid": f"CA{n:032x}",
        "CallStatus": "in-progress", "Called": "+33800000000", "CalledCountry": "FR", "Caller": number,
        "CallerCountry": "FR", "Direction": "inbound", "From": number, "FromCountry": "FR",
        "To": "+33800000000", "ToCountry": "FR",
    }  # fmt: skip


def signed_request(address: str, form: dict[str, str]) -> bytes:
    """An HTTP request with its signature, ready to send."""
    text = PUBLIC + address + "".join(name + form[name] for name in sorted(form))
    body = urlencode(form).encode()
    lines = [
        f"POST {address} HTTP/1.1",
        "Host: voix.exemple.fr",
        "User-Agent: TwilioProxy/1.1",
        "Accept: */*",
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
        f"X-Twilio-Signature: {b64encode(digest(TOKEN.encode(), text.encode(), sha1)).decode()}",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _speed(port: int, requests: Sequence[bytes]) -> float:
    """Answers a second over a few connections, kept alive where the server agrees; anything but 200 is an error."""
    answered, asked = 0, 0
    waiting = selectors.DefaultSelector()

    def ask(line: socket.socket) -> None:
        nonlocal asked
        line.sendall(requests[asked % len(requests)])
        asked += 1

    def open_line() -> None:
        line = socket.create_connection(("127.0.0.1", port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ask(line)
        waiting.register(line, selectors.EVENT_READ, bytearray())

    for _ in range(CONNECTIONS):
        open_line()
    began = time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        for key, _ in waiting.select(timeout=1):
            line, received = key.fileobj, key.data
            assert isinstance(line, socket.socket)
            chunk = line.recv(65536)
            received += chunk
            if not _complete(received):
                if not chunk:
                    raise ConnectionError(bytes(received[:200]))
                continue
            assert received.startswith(b"HTTP/1.1 200"), bytes(received[:200])
            answered += 1
            if b"onnection: close" in received:
                waiting.unregister(line)
                line.close()
                open_line()
            else:
                received.clear()
                ask(line)
    spent = time.perf_counter() - began
    for key in list(waiting.get_map().values()):
        assert isinstance(key.fileobj, socket.socket)
        key.fileobj.close()
    waiting.close()
    return answered / spent


def _complete(received: bytearray) -> bool:
    head, gap, body = received.partition(b"\r\n\r\n")
    if not gap:
        return False
    _, _, after = head.lower().partition(b"content-length:")
    return len(body) >= int(after.split(b"\r\n", 1)[0])


@contextmanager
def _serving(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment)
    try:
        os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(8)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def _own_processor() -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def main() -> None:
    for name, ratio in measure():
        print(f"{name} {ratio:.2f}")


if __name__ == "__main__":
    main()
