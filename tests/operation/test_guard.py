"""Half a request costs little and is not waited for: real sockets against the webs' own protocol."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psutil
import pytest

from callcenter.connection_guard import BODY_GRACE, HEAD_IN, LARGEST_HEAD, SLICE
from callcenter.demonstration import up
from tests.support.ports import free_port

HONEST = b"GET /live HTTP/1.1\r\nHost: here\r\n\r\n"
FEW_FILES = 256  # as an attacker would like it


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, psutil.Process]]:
    """A small app behind the command that serves ours, with few file descriptors; its port and its process."""
    port = free_port()
    limited = f'ulimit -n {FEW_FILES}; exec "$@"'
    command = ["sh", "-c", limited, "sh", *up.uvicorn("tests.operation.small_app:app", port)]
    log = tmp_path_factory.mktemp("guard") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + 60
        while not _is_up(port):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _is_up(port: int) -> bool:
    try:
        return _ask(port, HONEST).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _open(port: int, *, patience: float = 60) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), patience)


def _ask(port: int, sent: bytes, patience: float = 60) -> bytes:
    with closing(_open(port, patience=patience)) as line:
        line.sendall(sent)
        return line.recv(65536)


def _until(line: socket.socket, end: bytes) -> None:
    """An answer that ends so."""
    said = b""
    while not said.endswith(end):
        part = line.recv(65536)
        assert part, said
        said += part


def _rest(line: socket.socket) -> bytes:
    """What is answered until the other side closes."""
    said = b""
    try:
        while part := line.recv(65536):
            said += part
    except ConnectionError:
        pass
    return said


@pytest.mark.parametrize(
    "half",
    [
        b"",
        b"GET /live HTTP/1.1\r\nHost: he",
        b"POST /body HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\nhalf",
    ],
    ids=["nothing", "half a head", "half a body"],
)
def test_eleven_hundred_half_requests_stop_no_honest_one(web: tuple[int, psutil.Process], half: bytes) -> None:
    port, _ = web
    with ExitStack() as stack:
        for n in range(1_100):
            line = stack.enter_context(closing(_open(port)))
            try:
                line.sendall(half)
            except ConnectionError:
                continue  # it has made room already
            if n % 100 == 99:
                assert _ask(port, HONEST).startswith(b"HTTP/1.1 200")


def test_a_head_that_comes_byte_by_byte_is_given_ten_seconds_in_all(web: tuple[int, psutil.Process]) -> None:
    port, _ = web
    with closing(_open(port)) as line:
        began, said = time.monotonic(), b""
        line.settimeout(0.5)
        for n in range(400):
            try:
                line.sendall(HONEST[n : n + 1] if n < 20 else b"x")
                said += line.recv(1000)
            except TimeoutError:
                continue
            except ConnectionError:
                pass
            break
        assert said.startswith(b"HTTP/1.1 408")
        assert time.monotonic() - began >= HEAD_IN - 1


def test_the_second_request_of_a_connection_has_no_longer(web: tuple[int, psutil.Process]) -> None:
    port, _ = web
    with closing(_open(port)) as line:
        line.sendall(HONEST)
        _until(line, b"live")
        line.sendall(b"GET /live HTTP/1.1\r\nHo")
        assert b"HTTP/1.1 408" in _rest(line)


@pytest.mark.parametrize("head", [b"GET / HTTP/1.1\r\nX: ", b"GET /", b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 9_000])
def test_a_head_of_64_megabytes_is_refused_at_64_kilobytes(web: tuple[int, psutil.Process], head: bytes) -> None:
    port, process = web
    before, sent = process.memory_info().rss, 0
    with closing(_open(port)) as line:
        try:
            line.sendall(head)
            for _ in range(1_024):
                line.sendall(b"x" * 65_536)
                sent += 65_536
        except ConnectionError:
            pass
    assert sent < 16_000_000  # what the system's own buffers took
    assert process.memory_info().rss - before < 8_000_000


CHUNKED = b"POST /body HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"


@pytest.mark.parametrize("after", [b"0\r\nX: ", b"0\r\n" + b"a: b\r\n" * 9_000, b"4;x=", b"0;x="])
def test_what_comes_between_and_after_a_body_is_bounded_like_a_head(
    web: tuple[int, psutil.Process], after: bytes
) -> None:
    port, process = web
    before, sent = process.memory_info().rss, 0
    with closing(_open(port)) as line:
        try:
            line.sendall(CHUNKED + after)
            for _ in range(1_024):
                line.sendall(b"x" * 65_536)
                sent += 65_536
        except ConnectionError:
            pass
    assert sent < 16_000_000
    assert process.memory_info().rss - before < 8_000_000


def test_headers_after_a_body_are_none_of_the_requests(web: tuple[int, psutil.Process]) -> None:
    port, _ = web
    with closing(_open(port)) as line:
        line.sendall(CHUNKED)
        time.sleep(0.3)  # the app has begun
        line.sendall(b"0\r\nOrigin: elsewhere\r\n\r\n" + HONEST)
        _until(line, b"live")  # and what follows is read as what it is
    with closing(_open(port)) as line:
        line.sendall(CHUNKED.replace(b"/body", b"/headers") + b"0\r\nOrigin: elsewhere\r\n\r\n")
        _until(line, b"host transfer-encoding")


def test_a_body_in_small_chunks_arrives(web: tuple[int, psutil.Process]) -> None:
    port, _ = web
    with closing(_open(port)) as line:
        line.sendall(CHUNKED[:-9] + b"1;why=not\r\nx\r\n" * 50_000 + b"0\r\nX: y\r\n\r\n")
        _until(line, b"50000")


def test_a_head_just_within_its_bound_is_read(web: tuple[int, psutil.Process]) -> None:
    port, _ = web
    filled = HONEST[:-2] + b"X: " + b"x" * (LARGEST_HEAD - len(HONEST) - 10) + b"\r\n\r\n"
    assert _ask(port, filled).startswith(b"HTTP/1.1 200")
    answer = _ask(port, HONEST[:-2] + b"X: " + b"x" * (LARGEST_HEAD + 2 * SLICE) + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431")
    assert b"content-security-policy" in answer
    assert b"nosniff" in answer


def test_who_asks_for_the_head_alone_hears_the_refusal_without_a_body(web: tuple[int, psutil.Process]) -> None:
    port, _ = web
    with closing(_open(port)) as line:
        line.sendall(b"HE")  # as a slow line brings it
        time.sleep(0.2)
        line.sendall(b"AD /live?" + b"x" * LARGEST_HEAD + b" HTTP/1.1\r\nHost: here\r\n\r\n")
        said = _rest(line)
    assert said.startswith(b"HTTP/1.1 431")
    assert said.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("more", [100, SLICE, 200_000], ids=["a little", "a slice", "much"])
def test_who_sends_too_long_an_address_at_once_hears_the_refusal_whole(
    web: tuple[int, psutil.Process], more: int
) -> None:
    port, _ = web
    asked = b"GET /live?" + b"x" * (LARGEST_HEAD + more) + b" HTTP/1.1\r\nHost: here\r\n\r\n"
    for _ in range(20):
        with closing(_open(port)) as line:
            line.sendall(asked)
            said = b""
            while part := line.recv(65536):  # a reset is an error here
                said += part
            assert said.startswith(b"HTTP/1.1 431")
            assert said.endswith("rien n'a été lu. This address, or what goes before the request, is too long: "
                                 "nothing was read.".encode())  # fmt: skip


def test_an_api_whose_address_is_too_long_answers_as_an_api(web: tuple[int, psutil.Process]) -> None:
    port, _ = web
    answer = _ask(port, b"GET /api/sites?words=" + b"a" * LARGEST_HEAD + b" HTTP/1.1\r\nHost: here\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431")
    assert b"content-type: application/json" in head
    told = json.loads(body)
    assert told["refusal"] == "HeadTooLarge"
    assert "trop longue" in told["sentence"]


def test_a_body_slower_than_a_telephone_line_is_given_up(web: tuple[int, psutil.Process]) -> None:
    port, _ = web
    with closing(_open(port)) as line:
        line.sendall(b"POST /body HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n")
        began, said = time.monotonic(), b""
        line.settimeout(1)
        while not said:
            try:
                line.sendall(b"x" * 100)
                said = line.recv(1000)
            except TimeoutError:
                assert time.monotonic() - began < 4 * BODY_GRACE
            except ConnectionError:
                break
        assert said.startswith(b"HTTP/1.1 408")


def test_a_large_body_at_a_modest_pace_arrives(web: tuple[int, psutil.Process]) -> None:
    port, _ = web
    with closing(_open(port)) as line:
        line.sendall(b"POST /body HTTP/1.1\r\nHost: here\r\nContent-Length: 900000\r\n\r\n")
        for _ in range(9):
            line.sendall(b"x" * 100_000)
            time.sleep(0.2)
        _until(line, b"900000")


def test_streams_count_for_nothing_and_outlive_the_patience_of_heads(web: tuple[int, psutil.Process]) -> None:
    """More streams than connections may be awaited, open for longer than a head may take."""
    port, _ = web
    with ExitStack() as stack:
        streams = list[socket.socket]()
        for _ in range(4):  # not all at once: so many heads might well be turned away
            few = [stack.enter_context(closing(_open(port))) for _ in range(FEW_FILES // 8 + 5)]
            for line in few:
                line.sendall(b"GET /stream HTTP/1.1\r\nHost: here\r\n\r\n")
            for line in few:
                _until(line, b"tick\n\r\n")
            streams += few
        time.sleep(HEAD_IN + 2)
        for line in streams:
            line.setblocking(False)
            while line.recv(65536):  # all that came
                if _is_dry(line):
                    break
            line.setblocking(True)
            assert b"tick" in line.recv(1000)


def _is_dry(line: socket.socket) -> bool:
    try:
        return not line.recv(65536, socket.MSG_PEEK)
    except BlockingIOError:
        return True


def test_an_idle_connection_is_closed(web: tuple[int, psutil.Process]) -> None:
    port, _ = web
    with closing(_open(port)) as line:
        line.sendall(HONEST)
        _until(line, b"live")
        assert _rest(line) == b""


def test_two_requests_in_one_piece_have_two_answers(web: tuple[int, psutil.Process]) -> None:
    port, _ = web
    with closing(_open(port)) as line:
        last = b"POST /body HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
        line.sendall(HONEST + HONEST + last)
        said = _rest(line)
    assert said.count(b"HTTP/1.1 200") == 3
    assert said.endswith(b"5")


def test_what_is_no_http_is_told_so_with_the_same_headers(web: tuple[int, psutil.Process]) -> None:
    port, _ = web
    answer = _ask(port, b"\x16\x03\x01 not http\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"nosniff" in answer


def test_the_procfile_serves_both_webs_as_up_does() -> None:
    said = {
        line.partition(":")[0]: line.partition(":")[2].split() for line in Path("Procfile").read_text().splitlines()
    }
    for name, app in (("voice", "ivr.app:app"), ("web", "callcenter.web.app:app")):
        assert said[name][:2] == ["uvicorn", app]
        assert said[name][8 if name == "voice" else 6 :] == up.uvicorn(app, 0)[8:]
    assert said["voice"][6:8] == ["--workers", "${VOICE_PROCESSES:-2}"]
