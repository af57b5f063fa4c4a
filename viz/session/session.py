"""One visitor: messages in, films, luck and portraits out. Untrusted input is checked here, work is bounded here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..recording import replicates as luck
from ..recording.film import Chunk
from ..recording.standalone_html import standalone_page
from ..scenario import (
    FUTURES,
    MOST_LUCK_WORK,
    AddressError,
    Scenario,
    code,
    from_address,
    from_fields,
    luck_work,
    of_scene,
    version,
    work,
)
from .job_pool import BusyError, Listener, Pool
from .jobs import Job

VISITOR_WORK = 1_500_000_000
"""Voter-months one visitor may have computed in a minute; what is in the cache or shared is free."""
MINUTE = 60.0
MOST_FIELDS = 250
MOST_TEXT = 200

Send = Callable[[dict[str, Any], Sequence[bytes]], None]


class Budget:
    """Work of the last minute, so that one visitor cannot keep every worker busy."""

    def __init__(self, most: int = VISITOR_WORK, clock: Callable[[], float] = time.monotonic) -> None:
        """Most work in a minute; the clock in seconds."""
        self.most, self.clock = most, clock
        self.spent: list[tuple[float, int]] = []

    def take(self, amount: int) -> None:
        """Spend; AddressError when that is more than the minute has left."""
        now = self.clock()
        self.spent = [(when, one) for when, one in self.spent if now - when < MINUTE]
        if sum(one for _, one in self.spent) + amount > self.most:
            raise AddressError("you have asked for a lot within a minute; wait a little and try again")
        self.spent.append((now, amount))


class Session:
    """State of one visitor; nothing is shared with another but the pool."""

    def __init__(self, pool: Pool, send: Send) -> None:
        """The pool of everybody, and what takes a message and its buffers to this visitor's browser."""
        self.pool, self.send = pool, send
        self.budget = Budget()
        self.scenario: Scenario | None = None
        self.film = 0
        self.chunks: list[Chunk] = []
        self._lock = threading.RLock()
        self._unwanted: dict[str, list[Callable[[], None]]] = {"film": [], "luck": [], "portrait": []}
        self._futures: dict[int, dict[str, Any]] = {}

    def close(self) -> None:
        """The visitor is gone: nothing of hers is computed any more."""
        for what in self._unwanted:
            self._drop(what)

    def handle(self, message: object) -> None:
        """One message of the browser. A mistake is answered in words; anything that is no message is ignored."""
        if not isinstance(message, Mapping):
            return
        kind = message.get("type")
        what = {"luck": "luck", "voter": "portrait"}.get(str(kind), "film")
        try:
            if kind == "ready":
                self._ready(message.get("query"), message.get("have"))
            elif kind == "film":
                self._play(from_fields(_fields(message.get("fields"))))
            elif kind == "luck":
                self._ask_luck()
            elif kind == "voter":
                self._ask_voter(message.get("index"))
            elif kind == "page":
                self._ask_page()
        except (AddressError, BusyError) as error:
            self.send({"type": "problem", "what": what, "text": str(error)}, ())

    def _ready(self, query: object, have: object) -> None:
        notice = ""
        try:
            scenario = from_address(query if isinstance(query, str) else "")
            notice = _other_version(query if isinstance(query, str) else "")
        except AddressError as error:
            scenario, notice = of_scene("realistic"), f"This address cannot be played; here is the first page.\n{error}"
        # A film that came inside the page is there already: it is not sent twice.
        self._play(scenario, notice, held=not notice and have == scenario.address())

    def _play(self, scenario: Scenario, notice: str = "", held: bool = False) -> None:
        job = Job("film", scenario)
        if not self.pool.known(job):
            self.budget.take(work(scenario))
        question = scenario.with_replicate(0).key
        if self.scenario is not None and self.scenario.with_replicate(0).key != question:
            self._drop("luck")
            self._futures = {}
        self._drop("film")
        self._drop("portrait")
        with self._lock:
            self.film += 1
            number = self.film
            self.scenario, self.chunks = scenario, []
        self.send(announcement(scenario, number, notice) | {"held": held}, ())

        def on_piece(chunk: Chunk) -> None:
            if number == self.film:
                self.chunks.append(chunk)
                if held:
                    return
                self.send({"type": "piece", "film": number, "content": chunk.content}, chunk.buffers)

        self._ask("film", job, on_piece)

    def _ask(self, what: str, job: Job, on_piece: Callable[[Any], None]) -> None:
        def on_wait(place: int) -> None:
            self.send({"type": "wait", "what": what, "place": place}, ())

        def on_end(why: str | None) -> None:
            if why is not None:
                self.send({"type": "problem", "what": what, "text": f"This could not be computed: {why[:300]}"}, ())

        self._unwanted[what].append(self.pool.ask(job, Listener(on_piece, on_wait, on_end)))

    def _drop(self, what: str) -> None:
        unwanted, self._unwanted[what] = self._unwanted[what], []
        for forget in unwanted:
            forget()

    def _ask_luck(self) -> None:
        scenario = self.scenario
        if scenario is None:
            return
        if scenario.cycles:
            raise AddressError("a long history is one history; choose another preset to compare a hundred takeovers")
        needed = luck_work(scenario)
        if needed > MOST_LUCK_WORK:
            raise AddressError(
                f"a hundred futures of {scenario.parameters.electorate.voters:,} voters are more than this page "
                f"computes for one visitor; the command line has no limit: {scenario.command(FUTURES)}"
            )
        jobs = [Job("luck", scenario, block) for block in range(luck.BLOCKS)]
        fresh = sum(not self.pool.known(job) for job in jobs)
        if fresh:
            self.budget.take(needed * fresh // luck.BLOCKS)
        self._drop("luck")
        self._futures = {}
        question = scenario.with_replicate(0).key

        def on_piece(future: dict[str, Any]) -> None:
            if self.scenario is None or self.scenario.with_replicate(0).key != question:
                return
            with self._lock:
                self._futures[future["replicate"]] = future
                found = [one for _, one in sorted(self._futures.items())]
            if len(found) % 5 == 0:
                self.send(
                    {
                        "type": "luck",
                        "futures": found,
                        "curve": luck.curve(found),
                        "breadth": scenario.breadth,
                        "total": FUTURES,
                    },
                    (),
                )

        for job in jobs:
            self._ask("luck", job, on_piece)

    def _ask_voter(self, index: object) -> None:
        scenario = self.scenario
        if scenario is None or isinstance(index, bool) or not isinstance(index, int):
            return
        if not 0 <= index < scenario.parameters.electorate.voters:
            raise AddressError(f"there is no voter {index}; allowed: 0 to {scenario.parameters.electorate.voters - 1}")
        job = Job("portrait", scenario, index)
        if not self.pool.known(job):
            self.budget.take(work(scenario) // 2)
        self._drop("portrait")
        self._ask("portrait", job, lambda found: self.send({"type": "portrait", "found": found}, ()))

    def _ask_page(self) -> None:
        scenario, chunks = self.scenario, list(self.chunks)
        if scenario is None or not chunks or chunks[-1].content["part"] != "end":
            raise AddressError("the film has not arrived yet; try again in a moment")
        about = announcement(scenario, self.film)
        text = standalone_page(about, chunks)
        self.send({"type": "page", "name": f"two-worlds-{scenario.seed}-{scenario.replicate}.html", "text": text}, ())


def announcement(scenario: Scenario, number: int, notice: str = "") -> dict[str, Any]:
    """The message that begins film `number`: everything the page shows of a scenario beside the film."""
    return {
        "type": "scenario",
        "film": number,
        "scene": scenario.scene,
        "seed": scenario.seed,
        "replicate": scenario.replicate,
        "values": {name: _text(value) for name, value in scenario.parameters.values().items()},
        "fields": scenario.fields(),
        "address": scenario.address(),
        "command": scenario.command(),
        "study": scenario.command(FUTURES),
        "luck": not scenario.cycles,
        "question": scenario.with_replicate(0).key,
        "notice": notice,
    }


def _fields(given: object) -> dict[str, str]:
    """Names and texts of a message. AddressError for anything else, and for too much of it."""
    if not isinstance(given, Mapping) or len(given) > MOST_FIELDS:
        raise AddressError("the request cannot be read")
    if not all(isinstance(one, str) and len(one) <= MOST_TEXT for pair in given.items() for one in pair):
        raise AddressError("the request cannot be read: names and values must be short texts")
    return {name: value for name, value in given.items() if value != "" or name != "scene"}


def _other_version(query: str) -> str:
    from urllib.parse import parse_qs

    named = parse_qs(query.lstrip("?"))
    theirs = named.get("version", [version()])[0][:20], named.get("code", [code()])[0][:20]
    if theirs == (version(), code()):
        return ""
    return (
        f"This link was made with version {theirs[0]} (code {theirs[1]}); here is {version()} (code {code()}): "
        "numbers may differ."
    )


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
