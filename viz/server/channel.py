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


def problem_of(text: str | None) -> str:
    """Return why a message is refused; empty for a message of a kind that the page sends."""
    if text is None:
        return "binary messages are not possible"
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return "the message is not JSON"
    if not isinstance(message, dict):
        return "the message is no object"
    header, content = message.get("header"), message.get("content")
    if not (isinstance(header, dict) and isinstance(content, dict) and isinstance(message.get("metadata"), dict)):
        return "the message has no header, content or metadata"
    kind = header.get("msg_type")
    if kind not in _KINDS or message.get("channel") not in _CHANNELS:
        return "messages of this kind are not possible"
    if not all(isinstance(header.get(name), str) and len(header[name]) <= 200 for name in ("msg_id", "session")):
        return "the message has no identity"
    return _problem_of_comm(str(kind), content) if kind in ("comm_open", "comm_msg", "comm_close") else ""


def _problem_of_comm(kind: str, content: Mapping[str, Any]) -> str:
    comm, data = content.get("comm_id"), content.get("data")
    if not (isinstance(comm, str) and 0 < len(comm) <= 64):
        return "the comm has no identity"
    if kind == "comm_open" and content.get("target_name") not in _TARGETS:
        return "comms of this target are not possible"
    if kind == "comm_msg" and not (isinstance(data, dict) and data.get("method") in _METHODS):
        return "comm messages of this kind are not possible"
    return ""


class Channel:
    """The messages of one connection: `receive` passes on what the page may send and closes at anything else."""

    def __init__(self, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
        """Stand between the server's and the application's receive and send."""
        self._receive, self._send = receive, send
        self._opened = 0

    async def receive(self) -> Message:
        """Return the next message, or a disconnection after a message that is refused."""
        message = await self._receive()
        if message["type"] != "websocket.receive":
            return message
        text = message.get("text")
        reason = problem_of(text)
        self._opened += not reason and '"comm_open"' in (text or "")
        if self._opened > MOST_OPENED:
            reason = "too many comms"
        if not reason:
            return message
        await self._send({"type": "websocket.close", "code": REFUSED, "reason": reason})
        return {"type": "websocket.disconnect", "code": REFUSED}
