"""Our protocols under a small application on 127.0.0.1: slow, idle, unread and too many connections."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from political_moat.viz.server import connections
from political_moat.viz.server.channel import MOST_MESSAGE_BYTES
from political_moat.viz.server.visitors import CONNECTIONS_PER_PAGE, Visitors

PAGES = 3
MOST = CONNECTIONS_PER_PAGE * PAGES
SECONDS = 0.4
HALF = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "


class Served(NamedTuple):
    port: int
    visitors: Visitors


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer /, send much at /much, and echo on a WebSocket."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(2000 if scope["path"] == "/much" else 0):
            await send({"type": "http.response.body", "body": bytes(65_536), "more_body": True})
        await send({"type": "http.response.body", "body": b"ok"})
        return
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    visitors = Visitors(PAGES)
    http_protocol, websocket_protocol = connections.protocols(visitors)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application, http=http_protocol, ws=websocket_protocol, ws_max_size=MOST_MESSAGE_BYTES, lifespan="off",
        timeout_keep_alive=2, log_config=None, access_log=False, log_level="critical",
    )  # fmt: skip
    server = uvicorn.Server(config)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "REQUEST_SECONDS", SECONDS)
        patch.setattr(connections, "UNREAD_SECONDS", SECONDS)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
        thread.start()
        yield Served(listening.getsockname()[1], visitors)
        server.should_exit = True
        thread.join(20)


@pytest.fixture(autouse=True)
def nothing_is_held_before_and_after(served: Served) -> Iterator[None]:
    wait_for(lambda: len(served.visitors.connections) == 0)
    yield
    wait_for(lambda: len(served.visitors.connections) == 0)


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within half a minute")


def opened(served: Served, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", served.port), timeout=20, source_address=(source, 0))


def status(served: Served, source: str = "127.0.0.1") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20, source_address=(source, 0))
    with contextlib.closing(connection):
        connection.request("GET", "/")
        return connection.getresponse().status


def is_ended(connection: socket.socket) -> bool:
    """Return True once the server has closed a connection; raise TimeoutError if it does not."""
    try:
        while connection.recv(65_536):
            pass
    except ConnectionError:
        pass
    return True


def is_open(connection: socket.socket) -> bool:
    """Return whether the server keeps a connection, after what it has sent so far."""
    connection.setblocking(False)
    try:
        while connection.recv(65_536):
            pass
    except BlockingIOError:
        return True
    return False


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        HALF,
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + HALF,
    ],
    ids=["nothing", "half a header", "half a body", "a request and half a header"],
)
def test_a_request_that_does_not_arrive_ends_its_connection(served: Served, sent: bytes) -> None:
    with opened(served) as connection:
        connection.sendall(sent)
        assert is_ended(connection)


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"], ids=["first", "second"])
def test_a_header_that_arrives_byte_by_byte_ends_its_connection(served: Served, before: bytes) -> None:
    with opened(served) as connection:
        connection.sendall(before + HALF)
        connection.settimeout(0.05)
        for _ in range(600):
            try:
                connection.sendall(b"x")
                if connection.recv(65_536) == b"":
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            raise AssertionError("the server kept the connection")
        assert status(served) == 200


def test_a_websocket_and_a_kept_connection_outlive_the_time_of_a_request(served: Served) -> None:
    kept = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    with connect(f"ws://127.0.0.1:{served.port}/") as channel, contextlib.closing(kept):
        kept.request("GET", "/")
        first = kept.getresponse().read()
        time.sleep(3 * SECONDS)
        channel.send("still here")
        assert channel.recv(20) == "still here"
        kept.request("GET", "/")
        assert kept.getresponse().read() == first == b"ok"


def test_a_visitor_who_does_not_read_loses_the_connection(served: Served) -> None:
    with opened(served) as connection:
        connection.sendall(b"GET /much HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        wait_for(lambda: len(served.visitors.connections) == 1)
        wait_for(lambda: len(served.visitors.connections) == 0)


def test_an_address_full_of_websockets_is_refused_and_others_are_served(served: Served) -> None:
    with contextlib.ExitStack() as held:
        for _ in range(MOST):
            held.enter_context(connect(f"ws://127.0.0.1:{served.port}/"))
        wait_for(lambda: len(served.visitors.connections) == MOST)
        assert status(served) == 503
        assert status(served, "127.0.0.2") == 200
    wait_for(lambda: len(served.visitors.connections) == 0)
    assert status(served) == 200


@pytest.mark.parametrize("sent", [b"", HALF, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"], ids=["new", "half", "kept"])
def test_an_address_full_of_idle_connections_loses_the_longest_idle_one(served: Served, sent: bytes) -> None:
    with contextlib.ExitStack() as held, pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "REQUEST_SECONDS", 60.0)
        channel = held.enter_context(connect(f"ws://127.0.0.1:{served.port}/"))
        idle = [held.enter_context(opened(served)) for _ in range(MOST - 1)]
        for connection in idle:
            connection.sendall(sent)
        wait_for(lambda: len(served.visitors.connections) == MOST)
        assert [status(served) for _ in range(3)] == [200] * 3
        assert is_ended(idle[0])
        assert is_open(idle[-1])
        channel.send("still here")
        assert channel.recv(20) == "still here"


def test_a_message_that_is_too_long_ends_the_connection(served: Served) -> None:
    with connect(f"ws://127.0.0.1:{served.port}/") as channel:
        channel.send("x" * MOST_MESSAGE_BYTES)
        assert len(channel.recv(20)) == MOST_MESSAGE_BYTES
        # Compressed, it is short on the wire: the limit counts what takes memory.
        channel.send("x" * 10_000_000)
        with pytest.raises(ConnectionClosed) as caught:
            channel.recv(20)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1009
