"""The WebSocket of the page: which connections and messages are admitted. All others end the connection."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

MOST_MESSAGE_BYTES = 65_536
"""Above the largest message of the page, a film with every parameter changed."""
MOST_OPENED = 32
"""Comms that one connection may open: one a page, and one for each reconnection."""
REFUSED = 1008
_PATH = re.compile(r"/jupyter/api/kernels/([A-Za-z0-9-]{8,64})/channels")
_QUERY = re.compile(r"session_id=[A-Za-z0-9-]{8,64}")
_KINDS = ("kernel_info_request", "comm_info_request", "comm_open", "comm_msg", "comm_close", "shutdown_request")
_CHANNELS = ("shell", "control")
_TARGETS = ("solara.control", "jupyter.widget.control")
_METHODS = ("run", "app-status", "update", "custom", "request_state", "request_states")

Message = MutableMapping[str, Any]


def kernel_of(path: str, query: str) -> str:
    """Return the kernel that a WebSocket address of the page names; empty for any other address."""
    match = _PATH.fullmatch(path)
    return match[1] if match and _QUERY.fullmatch(query) else ""


def kind_of(text: str | None) -> str:
    """Return the kind of a message. Raises ValueError with the reason for one that the page does not send."""
    if text is None:
        raise ValueError("binary messages are not possible")
    try:
        message = json.loads(text)
    except RecursionError as error:
        raise ValueError("the message is nested too deeply") from error
    if not isinstance(message, dict):
        raise ValueError("the message is no object")
    header, content = message.get("header"), message.get("content")
    if not (isinstance(header, dict) and isinstance(content, dict) and isinstance(message.get("metadata"), dict)):
        raise ValueError("the message has no header, content or metadata")
    kind = header.get("msg_type")
    if kind not in _KINDS or message.get("channel") not in _CHANNELS:
        raise ValueError("messages of this kind are not possible")
    if not all(isinstance(header.get(name), str) and len(header[name]) <= 200 for name in ("msg_id", "session")):
        raise ValueError("the message has no identity")
    if kind in ("comm_open", "comm_msg", "comm_close"):
        _check_comm(kind, content)
    return str(kind)


def _check_comm(kind: str, content: Mapping[str, Any]) -> None:
    comm, data = content.get("comm_id"), content.get("data")
    if not (isinstance(comm, str) and 0 < len(comm) <= 64):
        raise ValueError("the comm has no identity")
    if kind == "comm_open" and content.get("target_name") not in _TARGETS:
        raise ValueError("comms of this target are not possible")
    if kind == "comm_msg" and not (isinstance(data, dict) and data.get("method") in _METHODS):
        raise ValueError("comm messages of this kind are not possible")


class Channel:
    """The messages of one connection: `receive` passes on what the page may send and closes at anything else."""

    def __init__(self, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
        """Wrap the receive and send that the server gives to the application."""
        self._receive, self._send = receive, send
        self._opened = 0

    async def receive(self) -> Message:
        """Return the next message, or a disconnection after a message that is refused."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        try:
            self._opened += kind_of(message.get("text")) == "comm_open"
            if self._opened > MOST_OPENED:
                raise ValueError("too many comms")
        except ValueError as error:
            await self._send({"type": "websocket.close", "code": REFUSED, "reason": str(error)[:100]})
            return {"type": "websocket.disconnect", "code": REFUSED}
        return message
