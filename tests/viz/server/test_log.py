"""The log of the server: short printable lines, and not more of them than a person reads."""

from __future__ import annotations

import logging

import pytest

from political_moat.viz.server.log import MINUTE_SECONDS, MOST_CHARACTERS, MOST_LINES, ShortLog, line_of


def record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__) if error is not None else None
    return logging.LogRecord("x", logging.ERROR, __file__, 1, message, arguments, info)


def test_lines_are_short_printable_and_name_the_place_of_an_error() -> None:
    assert line_of(record("a %s\nb\x1b[31m\r\u202ec", "x" * 10)) == "a xxxxxxxxxx b [31m  c"
    assert len(line_of(record("y" * 10_000_000))) == MOST_CHARACTERS
    assert line_of(record("bad %d", "text")) == "bad %d"
    try:
        raise ValueError("first\nsecond")
    except ValueError as error:
        line = line_of(record("failed", error=error))
    assert line.startswith("failed: ValueError: first second at ")
    assert "test_log.py" in line


def test_a_flood_is_counted_instead_of_written(capsys: pytest.CaptureFixture[str]) -> None:
    now = 0.0
    log = ShortLog(clock=lambda: now)
    for number in range(5000):
        log.handle(record("noise %d", number))
    now = MINUTE_SECONDS
    log.handle(record("after"))
    lines = capsys.readouterr().err.splitlines()
    assert lines[:1] == ["moat: error: noise 0"]
    assert lines[-2:] == [f"moat: {5000 - MOST_LINES} lines of the log were left out", "moat: error: after"]
    assert len(lines) == MOST_LINES + 2


def test_without_standard_error_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    ShortLog().handle(record("nobody reads this"))
