"""Line numbers of a study file's keys: tables, dotted and quoted keys, arrays of tables, texts of several lines."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from political_moat.experiments.studies.toml.lines import key_lines, line_of, syntax_errors, with_lines

STUDIES = Path(__file__).parents[4] / "experiments" / "studies"
TEXT = r'''# [not.a.table]
[study]
name = "x"   # [no]
title = """
a = 1
[b]"""
[model]
set = { "market.crash_month" = 40, a.b = "[1, 2] = {" }
[factors."exposure.breadth"]
levels = [0,
  0.3, # c
  {a = 1.5},
]
[[events]]
month = 3
[[events]]
set.x = 1979-05-27 07:32:00
arms = ["a",
"b"]
[events.inner]
k = """
\\""\" quote \" """""
[[events.more]]
q = 2
[[events.more]]
'a b'."c\u0064" = 1
'''


def test_every_key_has_its_line() -> None:
    lines = key_lines(TEXT)
    expected = {
        "study": 2, "study.name": 3, "study.title": 4, "model": 7, "model.set.market.crash_month": 8,
        "model.set.a.b": 8, "factors.exposure.breadth": 9, "factors.exposure.breadth.levels": 10,
        "factors.exposure.breadth.levels.1": 11, "factors.exposure.breadth.levels.2.a": 12, "events": 14,
        "events.0.month": 15, "events.1": 16, "events.1.set.x": 17, "events.1.arms.1": 19, "events.1.inner": 20,
        "events.1.inner.k": 21,
    }  # fmt: skip
    assert {key: lines.get(key) for key in expected} == expected
    assert "b" not in lines
    assert "not" not in lines


def _paths(value: Any, place: str = "") -> set[str]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = set()
    for name, inner in items:
        here = f"{place}.{name}" if place else str(name)
        found |= {here} | _paths(inner, here)
    return found


@pytest.mark.parametrize("text", [TEXT, *(file.read_text() for file in sorted(STUDIES.glob("*.toml")))])
def test_the_scanner_finds_the_keys_that_tomllib_finds(text: str) -> None:
    assert set(key_lines(text)) == _paths(tomllib.loads(text))


@given(
    st.dictionaries(
        st.text("ab.[]{}=#\"'\\ ", min_size=1, max_size=5),
        st.one_of(st.text("ab,.[]{}=#\"'\\\n", max_size=8), st.integers(), st.lists(st.integers(), max_size=3)),
        max_size=5,
    )
)
def test_signs_inside_texts_and_quoted_keys_mislead_nobody(content: dict[str, Any]) -> None:
    def written(value: object) -> str:
        return repr(value) if not isinstance(value, str) else _quoted(value)

    rows = [f"{_quoted(key)} = {written(value)}" for key, value in content.items()]
    text = "\n".join(["[table]", *rows])
    assert tomllib.loads(text) == {"table": content}
    lines = key_lines(text)
    for place, key in enumerate(content, start=2):
        assert lines[f"table.{key}"] <= place
    assert set(lines) == _paths(tomllib.loads(text))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        ("study.name = 'a/b' is not possible; allowed: letters", 3),
        ("study.seed: missing; allowed: a number", 2),
        ("events.1.set.x: unknown parameter 'x'", 17),
        ("events.1.month: missing; allowed: a month", 16),
        ("events[0].month = -1 is not possible; allowed: 0 or more", 15),
        ("model.set: unknown parameter 'a.b'; did you mean 'a.c'? (allowed: any name)", 8),
        ("model.set: market.crash_month = -9 is not possible; allowed: 0 or more", 8),
        ("factors.exposure.breadth.levels: exposure.breadth = 1.5 is not possible", 10),
        ("factors.exposure.breadth.levels name one value twice; allowed: each once", 10),
        ("replicates: missing; allowed: a table [replicates] with min", None),
        ("12 runs (4 design points, 3 combinations of exposure); allowed: 10", None),
    ],
)
def test_a_message_is_on_the_line_of_the_key_that_it_names(problem: str, line: int | None) -> None:
    assert line_of(problem, key_lines(TEXT)) == line


def test_messages_come_in_the_order_of_the_file() -> None:
    problems = ["events.1: wrong", "replicates: missing; allowed: a table", "study.name: wrong"]
    assert with_lines(problems, TEXT) == [
        "replicates: missing; allowed: a table", "line 3: study.name: wrong", "line 16: events.1: wrong"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "messages", "rest"),
    [
        ("a = 1\nb =\nc c\nd = 2\n", ["line 2: not TOML: Invalid value (column 4)",
         "line 3: not TOML: Expected '=' after a key in a key/value pair (column 3)"], "a = 1\n\n\nd = 2\n"),
        ("[a\nb = 1\n", ["line 1: not TOML: Expected ']' at the end of a table declaration (column 3)"], ""),
        ('a = """\n', ["not TOML: Unterminated string (at end of document)"], ""),
        ("a = [1,\n2\nb = 3\n", ["line 3: not TOML: Unclosed array (column 1)"], ""),
    ],
)  # fmt: skip
def test_syntax_errors_are_found_one_after_the_other(text: str, messages: list[str], rest: str) -> None:
    assert syntax_errors(text) == (messages, rest)
