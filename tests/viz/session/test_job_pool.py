"""The pool: equal requests share one computation, no wanted job is lost, a dead worker affects its own jobs only."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest

from political_moat.viz.scenario import Scenario, from_address
from political_moat.viz.session import job_pool as pools
from political_moat.viz.session.job_pool import BusyError, Listener, Pool
from political_moat.viz.session.jobs import Call, Ended, Job, step
from political_moat.viz.session.session import Session


def scenario(seed: int = 1, voters: int = 300) -> Scenario:
    return from_address(f"electorate.voters={voters}&exposure.breadth=0.3&seed={seed}")


class Heard:
    """A listener that records its calls."""

    def __init__(self) -> None:
        self.pieces: list[Any] = []
        self.places: list[int] = []
        self.why: list[str | None] = []
        self.done = threading.Event()
        self.listener = Listener(self.pieces.append, self.places.append, self._end)

    def _end(self, why: str | None) -> None:
        self.why.append(why)
        self.done.set()

    def wait(self) -> list[Any]:
        assert self.done.wait(120)
        assert self.why == [None]
        return self.pieces


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    new_pool = Pool(1)
    warm = Heard()
    new_pool.request(Job("film", scenario(99)), warm.listener)
    warm.wait()
    yield new_pool
    new_pool.close()


def settled(pool: Pool) -> None:
    end = time.monotonic() + 60
    while pool.waiting() and time.monotonic() < end:
        time.sleep(0.02)
    assert pool.waiting() == 0


def test_equal_requests_share_one_computation_and_the_next_is_answered_at_once(pool: Pool) -> None:
    before = pool.computed
    job = Job("film", scenario(2))
    heard = [Heard() for _ in range(5)]
    for request in heard:
        pool.request(job, request.listener)
    films = [request.wait() for request in heard]
    assert pool.computed == before + 1
    assert all([piece.content for piece in film] == [piece.content for piece in films[0]] for film in films)
    late = Heard()
    pool.request(job, late.listener)
    assert late.done.is_set()
    assert len(late.pieces) == len(films[0])
    assert pool.computed == before + 1


def test_pieces_arrive_before_the_film_is_finished(pool: Pool) -> None:
    at_first: list[bool] = []
    heard = Heard()
    heard.listener.on_piece = lambda piece: (at_first.append(heard.done.is_set()), heard.pieces.append(piece))
    pool.request(Job("film", scenario(3, 5000)), heard.listener)
    assert [piece.content["part"] for piece in heard.wait()] == ["title", *["months"] * 4, "end"]
    assert not any(at_first)


def test_cancelled_jobs_are_not_computed(pool: Pool) -> None:
    before = pool.computed
    busy, unwanted = Heard(), Heard()
    pool.request(Job("replicates", scenario(4), 0), busy.listener)
    forget = pool.request(Job("replicates", scenario(4), 1), unwanted.listener)
    forget()
    busy.wait()
    settled(pool)
    assert pool.computed == before + 1
    assert not unwanted.done.is_set()


def test_a_film_goes_before_replicates(pool: Pool) -> None:
    order: list[str] = []
    replicates, film = Heard(), Heard()
    for name, request in (("replicates", replicates), ("film", film)):
        end = request.listener.on_end
        request.listener.on_end = lambda why, name=name, end=end: (order.append(name), end(why))
    pool.request(Job("replicates", scenario(5, 4000), 0), replicates.listener)
    pool.request(Job("film", scenario(6)), film.listener)
    film.wait()
    replicates.wait()
    assert order == ["film", "replicates"]


def test_waiting_requests_receive_their_place_in_the_queue(pool: Pool) -> None:
    heard = [Heard() for _ in range(4)]
    for number, request in enumerate(heard):
        pool.request(Job("film", scenario(20 + number, 50_000)), request.listener)
    for request in heard:
        request.wait()
    assert max(place for request in heard for place in request.places) >= 2


def test_a_request_beyond_the_queue_limit_raises_an_error(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "MOST_JOBS", 2)
    forgets = [pool.request(Job("replicates", scenario(30), block), Heard().listener) for block in range(2)]
    with pytest.raises(BusyError, match="too many requests"):
        pool.request(Job("film", scenario(31)), Heard().listener)
    for forget in forgets:
        forget()
    settled(pool)


def test_a_failed_job_reports_the_reason_and_the_worker_continues(pool: Pool) -> None:
    heard, after = Heard(), Heard()
    pool.request(Job("portrait", scenario(40), 10**6), heard.listener)
    assert heard.done.wait(60)
    assert heard.why[0] is not None
    assert "no voter" in heard.why[0]
    pool.request(Job("portrait", scenario(40), 3), after.listener)
    assert after.wait()[0]["index"] == 3


def test_a_film_without_pieces_survives_the_death_of_its_worker(pool: Pool) -> None:
    (worker,) = [worker.process.process for worker in pool._workers]
    heard = Heard()
    psutil.Process(worker.pid).kill()
    pool.request(Job("film", scenario(41)), heard.listener)
    assert len(heard.wait()) == 6


def test_memory_of_films_is_bounded(monkeypatch: pytest.MonkeyPatch, pool: Pool) -> None:
    monkeypatch.setattr(pools, "CACHE_BYTES", 400_000)
    for seed in range(60, 66):
        request = Heard()
        pool.request(Job("film", scenario(seed)), request.listener)
        request.wait()
    assert pool._cache_bytes <= 400_000
    assert not pool.known(Job("film", scenario(60)))


def test_closing_leaves_no_thread_and_no_process() -> None:
    before = {thread.ident for thread in threading.enumerate()}
    children = {child.pid for child in psutil.Process().children(recursive=True)}
    new_pool = Pool(1)
    heard = Heard()
    new_pool.request(Job("film", scenario(50)), heard.listener)
    heard.wait()
    new_pool.close()
    assert {thread.ident for thread in threading.enumerate()} <= before
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= children


def test_a_worker_discards_cancelled_jobs() -> None:
    step(Call(1, Job("film", scenario()), ()))
    step(Call(2, Job("film", scenario()), (1,)))
    with pytest.raises(KeyError):
        step(Call(1, None, ()))
    pieces = [step(Call(2, None, ())) for _ in range(6)]
    assert isinstance(pieces[-1], Ended)


def test_forty_visitors_with_the_largest_requests_stay_within_the_queue_limit(pool: Pool) -> None:
    messages: list[dict[str, Any]] = []

    def flood(number: int) -> Session:
        visitor = Session(pool, lambda message, _: messages.append(message))
        fields = {"electorate.voters": "18000", "exposure.breadth": "0.3", "seed": str(number)}
        visitor.handle({"type": "film", "fields": fields})
        visitor.handle({"type": "replicates"})
        assert pool.waiting() <= pools.MOST_JOBS
        return visitor

    with ThreadPoolExecutor(8) as crowd:
        visitors = list(crowd.map(flood, range(40)))
    assert pool.waiting() > pools.MOST_JOBS - 50
    assert any("too many requests" in message.get("text", "") for message in messages)
    for visitor in visitors:
        visitor.close()
    assert pool.waiting() == 0
    arrived: list[dict[str, Any]] = []
    late = Session(pool, lambda message, _: arrived.append(message))
    late.handle({"type": "film", "fields": {"electorate.voters": "300", "seed": "1"}})
    settled(pool)
    assert arrived[-1]["content"]["part"] == "end"
