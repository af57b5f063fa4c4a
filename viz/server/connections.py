"""Connections of the server: bounded for each address, closed when a request or an answer takes too long."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

from .visitors import Visitors, place_of

REQUEST_SECONDS = 15.0
"""A request must have arrived within this time of its first byte, the first one within this time of the connection."""
UNREAD_SECONDS = 30.0
"""A visitor who does not read what waits for her for this long loses the connection."""
_FULL = b"Too many connections from your address or to this server. Try again in a minute.\n"
_FULL_ANSWER = (
    b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: "
    + str(len(_FULL)).encode()
    + b"\r\n\r\n"
    + _FULL
)


def protocols(visitors: Visitors) -> tuple[type[asyncio.Protocol], type[asyncio.Protocol]]:
    """Return uvicorn's protocols for HTTP and WebSockets, with our limits."""
    name = {"visitors": visitors}
    http = type("LimitedHTTP", (_LimitedHTTP,), name)
    socket = type("LimitedWebSocket", (_Limited, cast(Any, AutoWebSocketsProtocol)), name)
    return http, socket


class _Limited:
    """Before a protocol of uvicorn: forgets the connection at its end, and ends it if the other side does not read.

    uvicorn hands a connection from HTTP to the WebSocket protocol, so either may see its end.
    """

    visitors: Visitors
    transport: asyncio.Transport
    _unread: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self.visitors.connections.disconnect(self.transport)
        super().connection_lost(exc)  # type: ignore[misc]

    def pause_writing(self) -> None:
        self._unread = asyncio.get_running_loop().call_later(UNREAD_SECONDS, self.transport.abort)
        super().pause_writing()  # type: ignore[misc]

    def resume_writing(self) -> None:
        self._stop_waiting()
        super().resume_writing()  # type: ignore[misc]

    def _stop_waiting(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


class _LimitedHTTP(_Limited, H11Protocol):
    """uvicorn has a limit on idle connections, but none on a request that arrives byte by byte."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        if not self.visitors.connections.connect(_place(transport), transport):
            transport.set_protocol(asyncio.Protocol())
            transport.write(_FULL_ANSWER)
            transport.close()
            return
        super().connection_made(transport)
        self._expect_request()

    def data_received(self, data: bytes) -> None:
        self._expect_request()
        super().data_received(data)
        if not self._is_arriving():
            self._stop_expecting()
            self.visitors.connections.work(self.transport)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._is_arriving():
            self.visitors.connections.rest(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_expecting()
        super().connection_lost(exc)

    def _is_arriving(self) -> bool:
        # A WebSocket has the transport for itself.
        return self.transport.get_protocol() is self and self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def _expect_request(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(REQUEST_SECONDS, self._end_late_request)

    def _stop_expecting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _end_late_request(self) -> None:
        self._late = None
        if self._is_arriving():
            self.transport.abort()


def _place(transport: asyncio.BaseTransport) -> str:
    peer = transport.get_extra_info("peername")
    return place_of(peer[0]) if peer else ""
