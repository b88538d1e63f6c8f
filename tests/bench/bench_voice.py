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

from callcenter import embedded
from callcenter.rules.territory import TERRITORIES

ROUNDS = 7
SECONDS = 1.5  # of load per server and round
CONNECTIONS = 16
TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://voix.exemple.fr"


async def _constant(_request: Request) -> Response:
    return Response(
        '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Bonjour</Say></Response>', media_type="text/xml"
    )


constant = Starlette(routes=[Route("/voice/heard", _constant, methods=["POST"])])


def measure() -> Iterator[tuple[str, float]]:
    """Each ratio by its name: the median over the rounds."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        stack.enter_context(embedded.held(Path(directory)))
        valkey = stack.enter_context(embedded.valkey(Path(directory)))
        environment = os.environ | embedded.live_settings(valkey)
        environment |= {
            "TWILIO_AUTH_TOKEN": TOKEN,
            "PUBLIC_VOICE_URL": PUBLIC,
            "DEMONSTRATION": "1",
            "LOG_LEVEL": "ERROR",
        }
        uvicorn = [sys.executable, "-m", "uvicorn", "--no-access-log", "--log-level", "error", "--port"]
        gunicorn = [sys.executable, "-m", "gunicorn", "-k", "sync", "-w", "1", "--log-level", "error", "-b"]
        ports = [_free_port() for _ in range(3)]
        commands = [
            [*uvicorn, str(ports[0]), "ivr.app:app"],
            [*uvicorn, str(ports[1]), "tests.bench.bench_voice:constant"],
            [*gunicorn, f"127.0.0.1:{ports[2]}", "tests.bench.peer_flask:app"],
        ]
        for command, port in zip(commands, ports, strict=True):
            stack.enter_context(_serving(command, port, environment))
        steps = list(_menu_steps(20_000))
        with _own_processor():
            speeds = [[_speed(port, steps) for port in ports] for _ in range(ROUNDS)]
        yield "menu step / Flask peer", median(ours / flask for ours, _, flask in speeds)
        yield "menu step / Starlette constant", median(ours / bare for ours, bare, _ in speeds)
        for name, column in zip(("ours", "Starlette constant", "Flask peer"), zip(*speeds, strict=True), strict=True):
            print(f"# {name}: {median(column):.0f} a second", file=sys.stderr)


def _menu_steps(many: int) -> Iterator[bytes]:
    """Signed requests as the carrier sends them: each caller confirms a department of their own."""
    codes = list(TERRITORIES)
    for n in range(many):
        address = f"/voice/heard?s=confirm&d={codes[n % len(codes)]}"
        form = {
            "AccountSid": "AC" + "0" * 32, "ApiVersion": "2010-04-01", "CallSid": f"CA{n:032x}",
            "CallStatus": "in-progress",
            "Called": "+33800000000", "CalledCity": "", "CalledCountry": "FR", "CalledState": "", "CalledZip": "",
            "Caller": f"+3356505{n:04}", "CallerCity": "", "CallerCountry": "FR", "CallerState": "", "CallerZip": "",
            "Digits": "1", "Direction": "inbound", "FinishedOnKey": "", "From": f"+3356505{n:04}", "FromCity": "",
            "FromCountry": "FR", "FromState": "", "FromZip": "", "To": "+33800000000", "ToCity": "", "ToCountry": "FR",
            "ToState": "", "ToZip": "", "msg": "Gather End",
        }  # fmt: skip
        yield signed_request(address, form)


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


if __name__ == "__main__":
    for name, ratio in measure():
        print(f"{name} {ratio:.2f}")
