"""Progress: plain lines, a bar on a terminal, and durations in words."""

from __future__ import annotations

import io

import pytest

from political_moat.experiments.execution.progress import Progress, in_words


def test_progress_in_plain_lines() -> None:
    stream = io.StringIO()
    with Progress(200, "stress", done=100, stream=stream) as progress:
        for index in range(100):
            progress.advance(failed=index == 50)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("stress: 120 of 200 (60%), about ")
    assert lines[-1] == "stress: 200 of 200 (100%), 1 failed"


def test_progress_says_something_every_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("political_moat.experiments.execution.progress.time.monotonic", lambda: now)
    stream = io.StringIO()
    with Progress(1000, "slow", stream=stream) as progress:
        now = 9.0
        progress.advance()
        assert stream.getvalue() == ""
        now = 20.0
        progress.advance()
        assert stream.getvalue() == "slow: 2 of 1000 (0%), about 2 h 46 min left\n"
    assert stream.getvalue().count("\n") == 1


def test_progress_is_silent_when_quiet_and_survives_a_closed_stream() -> None:
    stream = io.StringIO()
    with Progress(2, "quiet", quiet=True, stream=stream) as progress:
        progress.advance()
        progress.note("nothing")
    assert stream.getvalue() == ""
    stream.close()
    closed = io.StringIO()
    with Progress(2, "closed", stream=closed) as progress:
        closed.isatty()
        closed.close()
        progress.advance()


def test_progress_on_a_terminal_is_a_bar() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with Progress(3, "stress", stream=stream) as progress:
        for _ in range(3):
            progress.advance()
        progress.note("a word [with brackets]")
    assert "3 of 3 (100%)" in stream.getvalue()
    assert "a word [with brackets]" in stream.getvalue()


def test_durations_in_words() -> None:
    assert [in_words(s) for s in (0.2, 40.0, 200.0, 7800.0)] == ["1 s", "40 s", "3 min", "2 h 10 min"]


def test_a_program_without_standard_error_has_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    with Progress(2, "runs") as progress:
        progress.advance()
        progress.note("a note")
    assert (progress.done, progress.quiet) == (1, True)
