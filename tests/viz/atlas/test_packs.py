"""Data files of the atlas: what is packed is read again, and equal requests have equal keys."""

from __future__ import annotations

import json

from political_moat.viz.atlas.packs import Answer, data_script, pack, request_key, script_bytes, unpack

RECORDING = {
    "film": [
        Answer({"type": "scenario", "text": "\u2713 </script> \"'"}, []),
        Answer({"n": 0.1}, [b"\x00\xff", b"", b"abc"]),
    ],
    '{"type":"replicates"}': [Answer({"rows": [1, 2]}, [bytes(range(256))])],
}


def test_a_recording_is_read_as_it_was_packed() -> None:
    assert unpack(pack(RECORDING)) == RECORDING


def test_a_data_file_is_plain_ascii_and_holds_the_packed_bytes() -> None:
    text = data_script('a"b', pack(RECORDING))
    assert text.isascii()
    assert "<" not in text
    assert json.loads(text[len("moatData(") : text.index(",")]) == 'a"b'
    assert unpack(script_bytes(text)) == RECORDING


def test_keys_ignore_the_order_of_a_request() -> None:
    assert request_key({"type": "map", "axes": ["b", "a"]}) == request_key({"axes": ["b", "a"], "type": "map"})
    assert request_key({"type": "map", "axes": ["a"]}) != request_key({"type": "map", "axes": ["b"]})
