"""Rows of the page's benchmark for a class: Play of forty, connections that one address holds, memory."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from typing import Any

import psutil
from page_client import Page, crowd, guess, page
from page_rows import Row, at_most, give, percentile
from websockets.exceptions import ConnectionClosed

from political_moat.viz.scenario import of_scene
from political_moat.viz.server.visitors import ADDRESSES, CONNECTIONS_PER_PAGE, PAGES

STUDENTS = 40
SESSIONS = 100
LONG = "x" * 10_000_000
LEVEL = 1.1
"""Memory afterwards over memory before that counts as level."""


async def _play(address: str, replicates: list[int]) -> list[float]:
    """Return the seconds from Play to the first months, over sockets, of pages that press Play at the same moment."""
    fields = of_scene("realistic").fields()
    async with contextlib.AsyncExitStack() as held:
        pages = [await held.enter_async_context(page(address)) for _ in replicates]

        async def press(visitor: Page, replicate: int) -> float:
            start = time.perf_counter()
            await visitor.first_months(type="film", fields={**fields, "replicate": str(replicate)})
            return time.perf_counter() - start

        return list(await asyncio.gather(*map(press, pages, replicates)))


def play(address: str, pid: int) -> None:
    """Measure Play of a class, and the processor time that the workers of the server need for it."""
    for what, replicates, target in (
        ("same preset", [5000] * STUDENTS, 1.0),
        ("all different", [6000 + number for number in range(STUDENTS)], 5.0),
    ):
        before = _worker_seconds(pid)
        spent = asyncio.run(_play(address, replicates))
        used, whole = _worker_seconds(pid) - before, max(spent)
        cause = (
            f"the workers computed for {used:.1f} s of processor time in {whole:.1f} s, on {os.cpu_count()} processors "
            f"at a load of {os.getloadavg()[0]:.1f}"
        )
        give(at_most(f"{STUDENTS} press Play, {what}, p95 s", percentile(spent), target, cause=cause))


def _worker_seconds(pid: int) -> float:
    return sum(sum(child.cpu_times()[:2]) for child in psutil.Process(pid).children(recursive=True))


def connections(address: str) -> None:
    """Measure how many idle connections one address can hold, and whether a class then gets in from it and others."""
    host, port = address.removeprefix("http://").rstrip("/").split(":")
    with contextlib.ExitStack() as held:
        own = []
        for _ in range(2 * ADDRESSES * CONNECTIONS_PER_PAGE * PAGES):
            try:
                own.append(held.enter_context(socket.create_connection((host, int(port)), 5, ("127.0.0.2", 0))))
            except OSError:
                break
        time.sleep(1)
        idle = sum(_is_open(connection) for connection in own)
        most = CONNECTIONS_PER_PAGE * PAGES
        give(at_most(f"idle connections that one address holds, of {len(own)} tried", idle, most, form="d"))
        for source, place in (("127.0.0.1", "another"), ("127.0.0.2", "the same")):
            inside = asyncio.run(_get_in(address, source))
            name = f"students who then get in from {place} address, of {STUDENTS + 1}"
            give(Row(name, "-", str(inside), str(STUDENTS + 1), inside == STUDENTS + 1))


def _is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


async def _get_in(address: str, source: str) -> int:
    async with contextlib.AsyncExitStack() as held:
        inside = 0
        for _ in range(STUDENTS + 1):
            with contextlib.suppress(Exception):
                await held.enter_async_context(page(address, source=source))
                inside += 1
        return inside


def memory(address: str, pid: int) -> None:
    """Measure the memory of the server after many sessions, and after long messages."""
    process = psutil.Process(pid)
    curve = [50, 45, 40, 35]

    def sessions(count: int) -> int:
        for _ in range(count // 10):
            asyncio.run(crowd(10, lambda number: guess(address, curve)))
        time.sleep(5)
        return int(process.memory_info().rss)

    def messages(count: int) -> int:
        asyncio.run(_send_long(address, count))
        time.sleep(3)
        return int(process.memory_info().rss)

    for what, use, count in ((f"{SESSIONS} sessions", sessions, SESSIONS), ("30 messages of 10 MB", messages, 30)):
        start = process.memory_info().rss
        before = use(20)  # imports and pools of threads for the first visitors stay
        after = use(count)
        cause = f"{before / 1e6:.0f} MB before, {after / 1e6:.0f} MB after; {start / 1e6:.0f} MB before the first 20"
        give(at_most(f"memory after {what} / before", after / before, LEVEL, cause=cause))


async def _send_long(address: str, count: int) -> None:
    for _ in range(count):
        async with page(address) as visitor:
            with contextlib.suppress(ConnectionClosed):
                await visitor.send(type="film", fields={"x": LONG})
                while True:
                    await visitor.received()


def guesses(address: str) -> None:
    """Measure the time until the histogram of the class shows forty guesses that arrive at once."""
    import json
    import urllib.request

    url = f"{address}teachers/guesses?scene=sleeve"
    start = time.perf_counter()
    curves: list[Any] = [[number, number, number // 2, number // 4] for number in range(STUDENTS)]
    asyncio.run(crowd(STUDENTS, lambda number: guess(address, curves[number], "sleeve")))
    counted = json.load(urllib.request.urlopen(url, timeout=10))["guesses"]
    spent = time.perf_counter() - start
    give(
        Row(
            f"guesses counted of {STUDENTS} browsers at once ({spent:.1f} s)",
            "-",
            str(counted),
            "40",
            counted == STUDENTS,
        )
    )
