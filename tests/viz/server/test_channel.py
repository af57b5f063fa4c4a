"""Messages of the page's WebSocket: those that the page sends pass, every other one ends the connection."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from political_moat.viz.server.channel import MOST_OPENED, Channel, kernel_of, kind_of

PAGE = "3659581a-9169-4b8d-ae6c-f31b2480d3fa"
QUERY = f"session_id={PAGE}"
KERNEL = "5949f5d4-7f71-407b-a1ff-703501e945e9"


def message(kind: str, content: Any = None, **more: Any) -> str:
    """Return a message as the browser code of Solara sends it."""
    header = {"date": "2026-11-30T08:29:09.273Z", "msg_id": "75f30931", "msg_type": kind, "session": PAGE}
    whole = {"buffers": [], "channel": "shell", "content": content or {}, "header": header, "metadata": {}}
    return json.dumps({**whole, "parent_header": {}, **more})


def comm(kind: str = "comm_msg", target: str | None = None, **data: Any) -> str:
    named = {} if target is None else {"target_name": target}
    return message(kind, {"comm_id": "74d8d969fdc94885aef39151c005c2d9", "data": data, **named})


@pytest.mark.parametrize(
    "text",
    [
        message("kernel_info_request"),
        message("comm_info_request", {"target_name": "jupyter.widget"}),
        message("shutdown_request", {"restart": False}, channel="control"),
        comm("comm_open", "solara.control"),
        comm("comm_open", "jupyter.widget.control"),
        comm("comm_close"),
        comm(method="run", args={"path": "/", "dark": False, "themes": {}, "appName": None}),
        comm(method="update", state={"dark_effective": False}, buffer_paths=[]),
        comm(method="custom", content={"type": "film", "fields": {"seed": "1"}}),
        comm(method="request_states"),
    ],
)
def test_messages_of_the_page_pass(text: str) -> None:
    assert kind_of(text) == json.loads(text)["header"]["msg_type"]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[" * 60_000,
        "null",
        "[]",
        "7",
        "{}",
        json.dumps({"header": {"msg_type": "comm_msg"}}),
        message("execute_request", {"code": "1"}),
        message("input_reply"),
        message("debug_request", channel="control"),
        message("kernel_info_request", channel="iopub"),
        message("kernel_info_request", channel=None),
        message("kernel_info_request", header={"msg_type": "kernel_info_request"}),
        message("kernel_info_request", header={"msg_type": ["kernel_info_request"], "msg_id": "", "session": ""}),
        message("kernel_info_request", metadata=None),
        message("kernel_info_request", ["x"]),
        comm("comm_open", "jupyter.widget"),
        comm("comm_open"),
        comm(method="evict"),
        comm(method="reload"),
        comm(method={"a": 1}),
        comm(),
        message("comm_msg", {"comm_id": "x", "data": None}),
        message("comm_msg", {"data": {"method": "custom"}}),
        message("comm_close", {"comm_id": "x" * 65}),
    ],
)
def test_other_messages_are_refused_with_a_reason(text: str | None) -> None:
    with pytest.raises(ValueError):
        kind_of(text)


@pytest.mark.parametrize(
    ("path", "query", "kernel"),
    [
        (f"/jupyter/api/kernels/{KERNEL}/channels", QUERY, KERNEL),
        (f"/jupyter/api/kernels/{KERNEL}/channels", "", ""),
        (f"/jupyter/api/kernels/{KERNEL}/channels", f"{QUERY}&{QUERY}", ""),
        (f"/jupyter/api/kernels/{KERNEL}/channels", "session_id=../../x", ""),
        (f"/jupyter/api/kernels/{KERNEL}/other", QUERY, ""),
        ("/jupyter/api/kernels/abc/channels", QUERY, ""),
        (f"/jupyter/api/kernels/{'a' * 65}/channels", QUERY, ""),
        (f"/{KERNEL}", QUERY, ""),
        (f"/jupyter/api/kernels/{KERNEL}/channels", "&".join(f"a{n}=1" for n in range(50)), ""),
    ],
)
def test_only_the_address_of_the_page_names_a_kernel(path: str, query: str, kernel: str) -> None:
    assert kernel_of(path, query) == kernel


def passed_on(*texts: str | None) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the types of the messages that reach the application, and what is sent to the browser."""
    sent: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = [{"type": "websocket.connect"}]
    waiting += [
        {"type": "websocket.receive", "bytes": b"x"} if t is None else {"type": "websocket.receive", "text": t}
        for t in texts
    ]

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(out: Any) -> None:
        sent.append(out)

    async def run() -> list[str]:
        channel, kinds = Channel(receive, send), []
        while waiting:
            kinds.append((await channel.receive())["type"])
        return kinds

    return asyncio.run(run()), sent


def test_a_refused_message_closes_the_connection_and_never_reaches_the_application() -> None:
    kinds, sent = passed_on(message("kernel_info_request"), message("execute_request"))
    assert kinds == ["websocket.connect", "websocket.receive", "websocket.disconnect"]
    assert [(out["type"], out["code"]) for out in sent] == [("websocket.close", 1008)]
    assert passed_on(None)[0] == ["websocket.connect", "websocket.disconnect"]


def test_a_connection_opens_a_bounded_number_of_comms() -> None:
    # However the kind is written, it counts.
    spelled = comm("comm_open", "solara.control").replace("comm_open", "comm\\u005fopen")
    kinds, _ = passed_on(*[spelled] * (MOST_OPENED + 1))
    assert kinds.count("websocket.receive") == MOST_OPENED
    assert kinds[-1] == "websocket.disconnect"
