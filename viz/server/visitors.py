"""What each address holds of the server: connections, open pages, requests at work. One address cannot take all."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

PAGES = 80
"""Open pages of one address by default: a class of forty behind one router, with two tabs each."""
MOST_PAGES = 300
CONNECTIONS_PER_PAGE = 4
"""A browser opens up to seven while a page loads, then keeps one. Forty students who load at once need 280 of 320."""
ADDRESSES = 3
"""Addresses that may hold at the same time all that one address may hold."""
SOCKETS_PER_PAGE = 3
"""A page that reconnects may have sockets whose end the server has not noticed yet."""


def place_of(host: str) -> str:
    """Return what counts as one address: an IPv4 address, or the network of an IPv6 address (its first 64 bits)."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(address) >> 64 << 64, 64)))


class Abortable(Protocol):
    """A connection that can be ended at once, such as an asyncio transport."""

    def abort(self) -> None:
        """End the connection."""


class Connections:
    """Connections of every address. Where there is no room, a new connection takes the place of an idle one.

    Idle is a connection whose request has not arrived or is answered; a WebSocket is never idle.
    """

    def __init__(self, of_address: int) -> None:
        """Start without connections. of_address: most connections of one address; ADDRESSES times as many in all."""
        self.of_address, self.most = of_address, ADDRESSES * of_address
        self._places: dict[Abortable, str] = {}
        self._counts: Counter[str] = Counter()
        self._idle: dict[str, dict[Abortable, None]] = {}
        """By address, the longest idle first."""

    def __len__(self) -> int:
        """Return the number of connections."""
        return len(self._places)

    def connect(self, place: str, connection: Abortable) -> bool:
        """Count a connection, idle at first, and return True; return False if there is no room.

        A full address loses its longest idle connection. A full server takes it from the address with the most.
        """
        if self._counts[place] >= self.of_address:
            has_room = self._end_idle(place)
        else:
            has_room = len(self) < self.most or self._end_idle(self._greediest(place))
        if has_room:
            self._places[connection] = place
            self._counts[place] += 1
            self.rest(connection)
        return has_room

    def disconnect(self, connection: Abortable) -> None:
        """Forget a connection, if it is known."""
        self.work(connection)
        place = self._places.pop(connection, None)
        if place is not None:
            _decrement(self._counts, place)

    def rest(self, connection: Abortable) -> None:
        """Record that a connection is idle from now on."""
        place = self._places.get(connection)
        if place is not None:
            idle = self._idle.setdefault(place, {})
            idle.pop(connection, None)
            idle[connection] = None

    def work(self, connection: Abortable) -> None:
        """Record that a connection is at work: it may not be ended for another one."""
        place = self._places.get(connection, "")
        idle = self._idle.get(place, {})
        idle.pop(connection, None)
        if not idle:
            self._idle.pop(place, None)

    def _greediest(self, newcomer: str) -> str:
        """Return the address with the most connections of those that hold an idle one and more than the newcomer."""
        held = self._counts[newcomer]
        greedier = [place for place in self._idle if self._counts[place] > held]
        return max(greedier, key=lambda place: self._counts[place], default=newcomer)

    def _end_idle(self, place: str) -> bool:
        idle = next(iter(self._idle.get(place, ())), None)
        if idle is None:
            return False
        self.disconnect(idle)
        idle.abort()
        return True


@dataclass
class _Page:
    place: str
    sockets: int = 0


class Visitors:
    """What every address holds. Not thread-safe: only the server's event loop calls it."""

    def __init__(self, pages: int = PAGES, is_alive: Callable[[str], bool] = lambda _: False) -> None:
        """Start with nothing held. pages: open pages of one address; is_alive: whether a page's kernel still exists."""
        self.pages, self.is_alive = pages, is_alive
        self.connections = Connections(CONNECTIONS_PER_PAGE * pages)
        self._pages: dict[str, _Page] = {}

    def admits_page(self, place: str) -> bool:
        """Return whether an address may open another page."""
        # A closed page stays until Solara has ended its kernel, at most ten minutes: it still takes memory.
        self._pages = {kernel: page for kernel, page in self._pages.items() if page.sockets or self.is_alive(kernel)}
        own = sum(page.place == place for page in self._pages.values())
        return own < self.pages and len(self._pages) < ADDRESSES * self.pages

    def open_socket(self, place: str, kernel: str) -> bool:
        """Count a socket of a page and return True, or return False if the address or the page has its limit."""
        if kernel not in self._pages and not self.admits_page(place):
            return False
        page = self._pages.setdefault(kernel, _Page(place))
        if page.sockets >= SOCKETS_PER_PAGE:
            return False
        page.sockets += 1
        return True

    def close_socket(self, kernel: str) -> None:
        """Forget a socket of a page."""
        self._pages[kernel].sockets -= 1


class Turns:
    """Turns of requests: at most `most` requests of one address are answered at the same time, its others wait."""

    def __init__(self, most: int) -> None:
        """Start without requests."""
        self._most = most
        self._requests: Counter[str] = Counter()
        self._semaphores: dict[str, asyncio.Semaphore] = {}

    @contextlib.asynccontextmanager
    async def turn(self, place: str) -> AsyncIterator[None]:
        """Wait for the turn of a request, and hold it while the request is answered."""
        semaphore = self._semaphores.setdefault(place, asyncio.Semaphore(self._most))
        self._requests[place] += 1
        try:
            async with semaphore:
                yield
        finally:
            _decrement(self._requests, place)
            if place not in self._requests:
                del self._semaphores[place]


def _decrement(counts: Counter[str], key: str) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
