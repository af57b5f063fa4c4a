"""What the guard counts around an application: requests at work, sockets of pages, and both given back at their end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from political_moat.viz.server.app import REQUESTS, Guard, Settings
from political_moat.viz.server.hosts import names_of
from political_moat.viz.server.visitors import SOCKETS_PER_PAGE, Visitors

CLOSE = "/_solara/api/close/5949f5d4-7f71"
SOCKET = "/jupyter/api/kernels/5949f5d4-7f71/channels"


def scope(kind: str, path: str, client: str = "192.0.2.1") -> dict[str, Any]:
    return {
        "type": kind, "method": "POST", "path": path, "query_string": b"session_id=3659581a-9169",
        "headers": [(b"host", b"localhost")], "client": (client, 1), "server": ("127.0.0.1", 1),
    }  # fmt: skip


class Slow:
    """An application whose requests last until `finish` is set."""

    def __init__(self) -> None:
        self.at_work: list[str] = []
        self.most = 0
        self.finish = asyncio.Event()

    async def __call__(self, request: Any, receive: Any, send: Any) -> None:
        self.at_work.append(request["client"][0])
        self.most = max(self.most, self.at_work.count("192.0.2.1"))
        await self.finish.wait()
        self.at_work.remove(request["client"][0])
        if request["type"] == "websocket":
            raise RuntimeError("the application failed")


async def nothing(*_: Any) -> Any:
    return {"type": "http.request"}


def guard(app: Any, visitors: Visitors) -> Guard:
    return Guard(app, Settings(names_of("127.0.0.1", ()), None, "", visitors))


def test_the_requests_of_one_address_wait_and_those_of_another_do_not() -> None:
    async def run() -> None:
        app = Slow()
        checked = guard(app, Visitors())
        greedy = [asyncio.create_task(checked(scope("http", CLOSE), nothing, nothing)) for _ in range(3 * REQUESTS)]
        other = asyncio.create_task(checked(scope("http", CLOSE, "192.0.2.2"), nothing, nothing))
        while "192.0.2.2" not in app.at_work or len(app.at_work) <= REQUESTS:
            await asyncio.sleep(0)
        assert app.at_work.count("192.0.2.1") == REQUESTS
        app.finish.set()
        await asyncio.gather(*greedy, other)
        assert (app.most, app.at_work) == (REQUESTS, [])

    asyncio.run(asyncio.wait_for(run(), 60))


def test_a_socket_is_counted_until_its_end_even_if_the_application_fails() -> None:
    async def run() -> None:
        app = Slow()
        checked = guard(app, Visitors(pages=1))
        closed: list[Any] = []

        async def send(message: Any) -> None:
            closed.append(message["type"])

        held = [
            asyncio.create_task(checked(scope("websocket", SOCKET), nothing, send)) for _ in range(SOCKETS_PER_PAGE)
        ]
        while len(app.at_work) < SOCKETS_PER_PAGE:
            await asyncio.sleep(0)
        await checked(scope("websocket", SOCKET), nothing, send)
        assert closed == ["websocket.close"]
        app.finish.set()
        for task in held:
            with pytest.raises(RuntimeError, match="the application failed"):
                await task
        with pytest.raises(RuntimeError, match="the application failed"):
            await checked(scope("websocket", SOCKET), nothing, send)
        assert closed == ["websocket.close"]

    asyncio.run(asyncio.wait_for(run(), 60))
