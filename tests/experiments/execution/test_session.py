"""The session that every executor shares: repeats, give-ups, recording in one transaction, and Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from political_moat.experiments.errors import Interrupted
from political_moat.experiments.execution.interrupts import Interrupts
from political_moat.experiments.execution.session import Session
from political_moat.experiments.execution.tasks import (
    Attempt,
    Completed,
    Executor,
    Failed,
    Failure,
    Outcome,
    Summary,
    Task,
    TaskQueue,
)
from political_moat.experiments.execution.worker import Raised


class Scripted:
    """An executor whose attempts fail as often as a script says; notes what it is asked to do."""

    def __init__(self, queue: TaskQueue, failures: dict[str, list[str]], size: int = 2) -> None:
        self.queue = queue
        self.failures = failures
        self.size = size
        self.in_flight: list[Attempt] = []
        self.started: list[Attempt] = []
        self.never_finishes = False

    @property
    def busy(self) -> bool:
        return bool(self.in_flight)

    def __enter__(self) -> Scripted:
        return self

    def __exit__(self, *exception: object) -> None:
        self.in_flight.clear()

    def fill(self) -> None:
        while len(self.in_flight) < self.size and (attempt := self.queue.take()) is not None:
            self.in_flight.append(attempt)
            self.started.append(attempt)

    def collect(self) -> list[Outcome]:
        if self.never_finishes:
            return []
        attempts, self.in_flight = self.in_flight, []
        return [self.outcome(attempt) for attempt in attempts]

    def outcome(self, attempt: Attempt) -> Outcome:
        kinds = self.failures.get(attempt.task.key, [])
        if attempt.number > len(kinds):
            return Completed(attempt, attempt.task.payload)
        return Failed(attempt, kinds[attempt.number - 1], Raised("the reason", "the traceback"))

    def abandon(self) -> None:
        self.queue.put_back(*self.in_flight)
        self.in_flight = []


class Caller:
    """The callbacks of a session, and the transactions around them."""

    def __init__(self) -> None:
        self.results: dict[str, Any] = {}
        self.failures: list[tuple[str, Failure]] = []
        self.transactions: list[int] = []

    def on_result(self, task: Task, value: Any) -> None:
        self.results[task.key] = value

    def on_failure(self, task: Task, failure: Failure) -> None:
        self.failures.append((task.key, failure))

    @contextmanager
    def together(self) -> Iterator[None]:
        before = len(self.results) + len(self.failures)
        yield
        self.transactions.append(len(self.results) + len(self.failures) - before)


def session_of(queue: TaskQueue, caller: Caller, interrupts: Interrupts, grace_s: float = 30.0) -> Session:
    return Session(queue, caller.on_result, caller.on_failure, None, interrupts, 2, grace_s, caller.together)


def run(count: int, failures: dict[str, list[str]]) -> tuple[Caller, Scripted, Summary]:
    queue = TaskQueue(Task(str(number), number) for number in range(count))
    caller, executor = Caller(), Scripted(queue, failures)
    session = session_of(queue, caller, Interrupts())
    session.run(executor)
    return caller, executor, session.summary


def test_a_scripted_executor_is_an_executor() -> None:
    executor: Executor = Scripted(TaskQueue([]), {})
    assert not executor.busy


def test_a_failed_attempt_is_repeated_before_new_tasks_and_given_up_after_the_last() -> None:
    caller, executor, summary = run(6, {"0": ["exception"], "3": ["exception", "timeout"]})
    assert caller.results == {str(n): n for n in (0, 1, 2, 4, 5)}
    assert [(key, f.attempt, f.kind, f.final) for key, f in caller.failures] == [
        ("0", 1, "exception", False),
        ("3", 1, "exception", False),
        ("3", 2, "timeout", True),
    ]
    assert (caller.failures[0][1].reason, caller.failures[0][1].detail) == ("the reason", "the traceback")
    assert summary == Summary(done=5, failed=1, retried=2)
    assert [attempt.task.key for attempt in executor.started[:3]] == ["0", "1", "0"]


def test_outcomes_that_come_together_are_one_transaction() -> None:
    assert run(6, {})[0].transactions == [2, 2, 2]


def test_the_repeat_of_a_task_whose_worker_died_runs_alone() -> None:
    _, executor, _ = run(2, {"0": ["died"], "1": ["exception"]})
    assert {(a.task.key, a.number): a.alone for a in executor.started} == {
        ("0", 1): False,
        ("1", 1): False,
        ("0", 2): True,
        ("1", 2): False,
    }


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_waits_for_attempts_in_flight_once(times: int) -> None:
    """The first Ctrl-C lets them finish; after the second, or when the grace has passed, they go back to the queue."""
    queue, caller = TaskQueue(Task(str(n), n) for n in range(9)), Caller()
    executor = Scripted(queue, {})
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with Interrupts() as interrupts:
            session = session_of(queue, caller, interrupts)
            executor.fill()
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
            with pytest.raises(Interrupted, match="the same command resumes") as stop:
                session.run(executor)
    finally:
        signal.signal(signal.SIGINT, previous)
    finished = 2 if times == 1 else 0
    assert (stop.value.done, len(caller.results)) == (finished, finished)
    assert queue.load(99) == 9 - finished


def test_attempts_that_do_not_finish_within_the_grace_go_back() -> None:
    queue, caller = TaskQueue(Task(str(n), n) for n in range(3)), Caller()
    executor = Scripted(queue, {})
    executor.never_finishes = True
    interrupts = Interrupts()
    interrupts.count = 1
    executor.fill()
    with pytest.raises(Interrupted):
        session_of(queue, caller, interrupts, grace_s=0.05).run(executor)
    assert queue.load(99) == 3


def test_ctrl_c_after_the_last_task_ends_well() -> None:
    queue, caller = TaskQueue([Task("0", 0)]), Caller()
    executor = Scripted(queue, {})
    interrupts = Interrupts()
    interrupts.count = 1
    executor.fill()
    session_of(queue, caller, interrupts).run(executor)
    assert caller.results == {"0": 0}


def test_the_queue_reads_as_far_as_asked_and_puts_back_in_front_in_order() -> None:
    read: list[int] = []

    def tasks() -> Iterator[Task]:
        for number in range(5):
            read.append(number)
            yield Task(str(number), number)

    queue = TaskQueue(tasks())
    assert read == []
    assert queue.load(2) == 2
    assert read == [0, 1]
    first, second = queue.take(), queue.take()
    assert first is not None
    assert second is not None
    queue.put_back(first, second)
    assert queue.peek() == first
    assert [attempt.task.key for attempt in iter(queue.take, None)] == ["0", "1", "2", "3", "4"]
    assert not queue


def test_a_job_in_the_background_ignores_ctrl_c() -> None:
    """A shell starts it with SIGINT ignored; a study must not change that."""
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(signal.SIGINT)
            assert interrupts.count == 0
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, previous)
