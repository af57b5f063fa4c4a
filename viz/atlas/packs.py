"""Data files of the atlas: recorded answers of a session, as scripts that a page opened from disk may load."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

_LENGTH = struct.Struct("<I")
_LEVEL = 9


class Answer(NamedTuple):
    """One message that the page receives, and its buffers."""

    message: dict[str, Any]
    buffers: list[bytes]


Recording = Mapping[str, Sequence[Answer]]
"""Answers by request: the key of a request is `request_key`."""


def request_key(request: Mapping[str, Any]) -> str:
    """Return the key of a request, equal to that of `requestKey` in viz/static/atlas/model.js."""
    return json.dumps(dict(sorted(request.items())), separators=(",", ":"), ensure_ascii=False)


def pack(recording: Recording) -> bytes:
    """Return a recording as bytes: length of the JSON (4 bytes), JSON, all buffers; deflated.

    The JSON holds, by request, each message with the sizes of its buffers.
    """
    buffers: list[bytes] = []
    content: dict[str, list[tuple[dict[str, Any], list[int]]]] = {}
    for key, answers in recording.items():
        content[key] = [(answer.message, [len(data) for data in answer.buffers]) for answer in answers]
        buffers += [data for answer in answers for data in answer.buffers]
    text = json.dumps(content, allow_nan=False, separators=(",", ":")).encode()
    return zlib.compress(b"".join((_LENGTH.pack(len(text)), text, *buffers)), _LEVEL)


def unpack(packed: bytes) -> dict[str, list[Answer]]:
    """Return the recording of `pack`."""
    data = zlib.decompress(packed)
    start = _LENGTH.size + _LENGTH.unpack_from(data)[0]
    recording: dict[str, list[Answer]] = {}
    for key, answers in json.loads(data[_LENGTH.size : start]).items():
        recording[key] = []
        for message, sizes in answers:
            buffers = []
            for size in sizes:
                buffers.append(data[start : start + size])
                start += size
            recording[key].append(Answer(message, buffers))
    return recording


def data_script(name: str, packed: bytes) -> str:
    """Return the script of a data file. It calls `moatData` with the name of the file and its bytes in base 64."""
    return f'moatData({json.dumps(name)},"{base64.b64encode(packed).decode("ascii")}");\n'


def script_bytes(text: str) -> bytes:
    """Return the packed bytes that a data script holds."""
    return base64.b64decode(text[text.rindex(',"') + 2 : text.rindex('"')])
