"""`moat view` on 127.0.0.1 against one greedy address, 127.0.0.1 or 127.0.0.2: a class still gets in."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from political_moat.viz.server.visitors import CONNECTIONS_PER_PAGE, PAGES

pytestmark = pytest.mark.faults
GREEDY, STUDENT, SHARED = "127.0.0.2", "127.0.0.1", "127.0.0.3"


class Served(NamedTuple):
    port: int
    process: subprocess.Popen[str]
    first_line: str


def free_port(host: str = "127.0.0.1") -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def view(*words: str, port: int, **environment: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "political_moat.experiments.cli.main", "view", "--port", str(port), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
    try:
        assert process.stdout is not None
        yield Served(port, process, process.stdout.readline())
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with view("--no-browser", port=free_port()) as server:
        yield server


def status(served: Served, path: str, source: str = STUDENT, **headers: str) -> int:
    place = (source, 0)
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60, source_address=place)
    with contextlib.closing(connection):
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status


def page_socket(served: Served, source: str = STUDENT, kernel: str = "", **options: Any) -> ClientConnection:
    address = f"ws://127.0.0.1:{served.port}/jupyter/api/kernels/{kernel or uuid.uuid4()}/channels"
    return connect(f"{address}?session_id={uuid.uuid4()}", source_address=(source, 0), open_timeout=60, **options)


def request_of(kind: str, **content: Any) -> str:
    header = {
        "msg_id": str(uuid.uuid4()),
        "msg_type": kind,
        "session": "x",
        "username": "",
        "version": "5.2",
        "date": "",
    }
    whole = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    return json.dumps({**whole, "buffers": []})


def is_answered(channel: ClientConnection) -> bool:
    channel.send(request_of("kernel_info_request"))
    return any(json.loads(channel.recv(60))["header"]["msg_type"] == "kernel_info_reply" for _ in range(10))


def end_of(channel: ClientConnection, *messages: str | bytes) -> int:
    """Return the code with which the server closes a connection after messages."""
    try:
        for message in messages:
            channel.send(message)
        while True:
            channel.recv(60)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd is not None else 0


def hold_idle(served: Served, held: contextlib.ExitStack, source: str, most: int) -> int:
    """Open more connections of an address than the `most` it may have; return how many the server keeps."""
    sent = (b"", b"GET /teachers HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    opened = []
    for number in range(PAGES * CONNECTIONS_PER_PAGE + 100):
        connection = held.enter_context(socket.create_connection(("127.0.0.1", served.port), 20, (source, 0)))
        with contextlib.suppress(ConnectionError):
            connection.sendall(sent[number % 2])
        opened.append(connection)
    for _ in range(200):  # the server ends the others as it accepts them
        if sum(map(is_open, opened)) <= most:
            break
        time.sleep(0.05)
    return sum(map(is_open, opened))


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(100) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def test_the_forty_first_student_gets_in_while_one_address_holds_all_it_can(served: Served) -> None:
    with contextlib.ExitStack() as held:
        pages = 0
        with contextlib.suppress(InvalidHandshake):
            for _ in range(10 * PAGES):
                held.enter_context(page_socket(served, GREEDY))
                pages += 1
        assert pages == PAGES
        most = PAGES * CONNECTIONS_PER_PAGE - pages
        assert PAGES < hold_idle(served, held, GREEDY, most) <= most
        for _ in range(41):
            assert status(served, "/teachers") == 200
            assert is_answered(held.enter_context(page_socket(served)))


def test_the_forty_first_student_gets_in_from_the_address_that_holds_all_idle_connections(served: Served) -> None:
    with contextlib.ExitStack() as held:
        most = PAGES * CONNECTIONS_PER_PAGE
        assert PAGES < hold_idle(served, held, SHARED, most) <= most
        students = [held.enter_context(page_socket(served, SHARED)) for _ in range(41)]
        assert all(map(is_answered, students))
        assert status(served, "/teachers", SHARED) == 200


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (request_of("execute_request", code="1"), 1008),
        (request_of("comm_open", comm_id="a", target_name="jupyter.widget", data={}), 1008),
        ("{}", 1008),
        (b"\x00\x00\x00\x01", 1008),
        ("x" * 10_000_000, 1009),
    ],
    ids=["execute", "widget", "empty", "binary", "long"],
)
def test_a_message_that_the_page_does_not_send_ends_its_connection(
    served: Served, message: str | bytes, code: int
) -> None:
    with page_socket(served) as channel:
        assert end_of(channel, message) == code
    with page_socket(served) as channel:
        assert is_answered(channel)


def test_long_messages_do_not_stay_in_memory(served: Served) -> None:
    # The same visitor comes back to the same page: a new page each time would soon be too many.
    visitor = {"kernel": str(uuid.uuid4()), "additional_headers": {"Cookie": "solara-session-id=visitor"}}

    def flood() -> None:
        for compression in ("deflate", None):
            for _ in range(30):
                with page_socket(served, compression=compression, **visitor) as channel:
                    assert end_of(channel, "x" * 10_000_000) in (0, 1009)

    process = psutil.Process(served.process.pid)
    flood()
    before = process.memory_info().rss
    flood()
    assert process.memory_info().rss - before < 100_000_000


def test_pages_of_other_origins_names_and_addresses_get_no_socket(served: Served) -> None:
    for options in ({"origin": "http://evil.example"}, {"origin": "null"}, {"kernel": "abc"}):
        with pytest.raises(InvalidHandshake):
            page_socket(served, **options).close()
    with page_socket(served, origin=f"http://127.0.0.1:{served.port}") as channel:
        assert is_answered(channel)


def test_rubbish_fills_no_log_and_stops_nobody(tmp_path: Path) -> None:
    log = tmp_path / "log"
    port = free_port()
    with log.open("w") as stream:
        command = [sys.executable, "-m", "political_moat.experiments.cli.main", "view", "--no-browser", "--port"]
        process = subprocess.Popen([*command, str(port)], stdout=subprocess.PIPE, stderr=stream, text=True)
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            for number in range(1000):
                with socket.create_connection(("127.0.0.1", port), 20) as connection:
                    connection.sendall(b"\x1b[31m rubbish %d\r\n\r\n" % number + b"\xff" * 1000)
                    with contextlib.suppress(ConnectionError):
                        connection.recv(100)
            assert status(Served(port, process, ""), "/teachers") == 200
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
    lines = log.read_text().splitlines()
    assert 0 < len(lines) <= 100
    assert max(map(len, lines)) < 600
    assert "\x1b" not in log.read_text()


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("::", "localhost")])
def test_the_browser_opens_the_printed_address_once_the_page_answers(tmp_path: Path, host: str, shown: str) -> None:
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(
        f"#!{sys.executable}\nimport pathlib, sys, urllib.request\n"
        "status = urllib.request.urlopen(sys.argv[1].rstrip('/') + '/teachers', timeout=60).status\n"
        f"pathlib.Path({str(seen)!r}).write_text(f'{{status}} {{sys.argv[1]}}')\n"
    )
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    port = free_port(host)
    with view("--host", host, "--root-path", "/moat", port=port, BROWSER=str(browser)) as served:
        address = f"http://{shown}:{port}/moat/"
        assert f"The page is at {address}" in served.first_line
        for _ in range(600):
            if seen.exists() and seen.read_text():
                break
            time.sleep(0.1)
        assert seen.read_text() == f"200 {address}"
        for other in re.findall(r"http://(?!localhost)[^ ,)]+", served.first_line):
            assert urllib.request.urlopen(f"{other.rstrip('.')}teachers", timeout=60).status == 200, other


def test_a_proxy_shows_the_page_under_its_own_name(tmp_path: Path) -> None:
    port = free_port()
    with view(
        "--no-browser", "--allow-host", "moat.example.org", "--allow-host", "other.example.org", port=port
    ) as own:
        assert status(own, "/teachers", Host="moat.example.org") == 200
        assert status(own, "/teachers", Host="other.example.org:443") == 200
        assert status(own, "/teachers", Host="evil.example") == 400
        with page_socket(own, origin="https://moat.example.org") as channel:
            assert is_answered(channel)
        with pytest.raises(InvalidHandshake):
            page_socket(own, origin="https://evil.example").close()
