"""A visitor of the page without a browser: speaks the page's protocol over a WebSocket of Solara."""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

MOST_BYTES = 2**24


class Page:
    """One open page: `send` sends a message of the page, `received` waits for one of the server."""

    def __init__(self, channel: ClientConnection) -> None:
        """Wrap an open connection."""
        self._channel = channel
        self._widget = ""

    async def start(self) -> None:
        """Start the app, as Solara's script does in a browser, and wait for the widget of the page."""
        control = uuid.uuid4().hex
        await self._request("comm_open", comm_id=control, target_name="solara.control", data={})
        run = {
            "method": "run",
            "args": {"path": "/", "appName": None, "themes": {"light": {}, "dark": {}}, "dark": False},
        }
        await self._request("comm_msg", comm_id=control, data=run)
        while not self._widget:
            kind, content = await self._next()
            if kind == "comm_open" and "catalogue" in content["data"].get("state", {}):
                self._widget = content["comm_id"]
        while kind != "comm_msg" or content["data"].get("method") != "finished":
            kind, content = await self._next()

    async def send(self, **message: Any) -> None:
        """Send a message of the page, such as type="guess"."""
        await self._request("comm_msg", comm_id=self._widget, data={"method": "custom", "content": message})

    async def received(self) -> dict[str, Any]:
        """Return the next message of the server to the page, without its buffers."""
        while True:
            kind, content = await self._next()
            if kind == "comm_msg" and content["comm_id"] == self._widget and content["data"]["method"] == "custom":
                return dict(content["data"]["content"])

    async def first_months(self, **message: Any) -> None:
        """Send a message and wait until the first months of the film that it asks for are here."""
        await self.send(**message)
        while True:
            answer = await self.received()
            if answer["type"] == "problem":
                raise RuntimeError(answer["text"])
            if answer["type"] == "piece" and answer["content"]["part"] == "months":
                return

    async def _request(self, kind: str, **content: Any) -> None:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "x", "username": "", "version": "5.2"}
        message = {"header": {**header, "date": ""}, "parent_header": {}, "metadata": {}, "content": content}
        await self._channel.send(json.dumps({**message, "channel": "shell", "buffers": []}))

    async def _next(self) -> tuple[str, Mapping[str, Any]]:
        data = await self._channel.recv()
        if isinstance(data, bytes):
            # Jupyter's form: the number of parts, where each begins, and the first part is the message.
            count = struct.unpack_from("!I", data)[0]
            begins = [*struct.unpack_from(f"!{count}I", data, 4), len(data)]
            data = data[begins[0] : begins[1]].decode()
        message = json.loads(data)
        return message["header"]["msg_type"], message["content"]


@contextlib.asynccontextmanager
async def page(address: str, browser: str = "", source: str = "127.0.0.1") -> AsyncIterator[Page]:
    """Open the page of a server and end it like a browser that closes the tab.

    browser: Solara's session, a new one if empty; source: own address of the connection.
    """
    host = address.removeprefix("http://").rstrip("/")
    kernel = uuid.uuid4()
    options: dict[str, Any] = {
        "additional_headers": {"Cookie": f"solara-session-id={browser or uuid.uuid4()}"},
        "origin": f"http://{host}",
        "local_addr": (source, 0),
        "max_size": MOST_BYTES,
        "open_timeout": 60,
    }
    async with connect(
        f"ws://{host}/jupyter/api/kernels/{kernel}/channels?session_id={uuid.uuid4()}", **options
    ) as channel:
        opened = Page(channel)
        await opened.start()
        yield opened
        with contextlib.suppress(Exception):
            await opened._request("shutdown_request", restart=False)


async def guess(address: str, curve: list[int], scene: str = "realistic", browser: str = "") -> None:
    """Open a page, send a guess and close the page once the server has read it."""
    async with page(address, browser) as visitor:
        await visitor.send(type="guess", scene=scene, curve=curve)
        await visitor.send(type="page")  # answered with a problem, since no film was asked for
        while (await visitor.received())["type"] != "problem":
            pass


async def crowd(count: int, visit: Any) -> list[Any]:
    """Return the results of `visit(number)` of so many visitors at the same time."""
    return list(await asyncio.gather(*(visit(number) for number in range(count))))
