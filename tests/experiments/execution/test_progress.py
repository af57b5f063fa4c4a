"""Progress: plain lines, a bar on a terminal, and durations in words."""

from __future__ import annotations

import io

import pytest

from political_moat.experiments.execution.progress import Progress, in_words


class Clock:
    """Seconds that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_progress_in_plain_lines() -> None:
    stream, clock = io.StringIO(), Clock()
    with Progress(200, "stress", done=100, stream=stream, clock=clock) as progress:
        for index in range(100):
            clock.now += 1.0
            progress.advance(failed=index == 50)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "stress: 110 of 200 (55%), about 2 min left"
    assert lines[5] == "stress: 160 of 200 (80%), 1 failed, about 40 s left"
    assert lines[-1] == "stress: 200 of 200 (100%), 1 failed"
    assert len(lines) == 10


def test_progress_says_something_every_ten_seconds() -> None:
    stream, clock = io.StringIO(), Clock()
    with Progress(1000, "slow", stream=stream, clock=clock) as progress:
        clock.now = 9.0
        progress.advance()
        assert stream.getvalue() == ""
        clock.now = 20.0
        progress.advance()
        assert stream.getvalue() == "slow: 2 of 1000 (0%), about 3 h 3 min left\n"
    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize("workers", [1, 2, 8])
def test_time_left_leaves_out_compiling_and_starting(workers: int) -> None:
    """Workers compile for 60 s, then need 2 s a task: the study takes minutes, and no line says hours."""
    stream, clock = io.StringIO(), Clock()
    with Progress(120, "replicates", stream=stream, compiling=True, clock=clock) as progress:
        progress.pace.workers = workers
        assert progress.text() == "replicates: 0 of 120 (0%), compiling"
        for place in range(120):
            turn, worker = divmod(place, workers)
            clock.now = 60.0 + 2.0 * turn + 0.1 * worker
            progress.advance()
            left, truth = progress.seconds_left(), 2.0 * (120 - place - 1) / workers
            assert (left is None) == (place < 2 * workers - 1)
            early = place < 60
            assert left is None or abs(left - truth) <= (0.6 if early else 0.2) * truth + 2.0, place
    assert " h " not in stream.getvalue()


def test_tasks_that_come_in_chunks_give_no_estimate_before_the_second_chunk() -> None:
    stream, clock = io.StringIO(), Clock()
    with Progress(100, "chunks", stream=stream, clock=clock) as progress:
        for chunk in range(4):
            clock.now = 30.0 + 5.0 * chunk
            for _ in range(10):
                progress.advance()
            assert progress.seconds_left() == (None if chunk == 0 else 0.5 * (90 - 10 * chunk))


def test_a_resumed_study_does_not_count_what_was_finished_before() -> None:
    clock = Clock()
    with Progress(1000, "runs", stream=io.StringIO(), clock=clock) as progress:
        assert progress.text() == "runs: 0 of 1000 (0%), starting"
        for _ in range(500):
            progress.known()
        for clock.now in (10.0, 11.0, 12.0):
            progress.advance()
        assert progress.seconds_left() == 497.0


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
    assert "0 of 3 (0%), starting" in stream.getvalue()
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
