"""One visitor of the page: validates messages, bounds the computation, and sends films, replicates and portraits."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..recording.fans import Fan, fans_message
from ..recording.film import Chunk
from ..recording.replicates import BLOCKS, replicates_message
from ..recording.standalone_html import standalone_page
from ..scenario import (
    CURVE,
    REPLICATES,
    AddressError,
    Scenario,
    code,
    fans_voter_months,
    from_address,
    from_fields,
    no_replicates,
    of_scene,
    replicates_voter_months,
    scenes,
    version,
    voter_months,
)
from .comparisons import MOST_MAP_VOTER_MONTHS, Comparisons, map_axes, map_jobs, map_voter_months
from .job_pool import BusyError, Listener, Pool
from .jobs import Job

VISITOR_VOTER_MONTHS = 3_000_000_000
"""Voter-months that one visitor may request in a minute; cached and shared results do not count."""
MINUTE_SECONDS = 60.0
MOST_FIELDS = 250
MOST_TEXT = 200
SENT_EVERY = 20
"""Replicates between two updates of the page."""

_CONCERNS = {
    "replicates": "replicates",
    "voter": "portrait",
    "moved": "moved",
    "costs": "costs",
    "map": "map",
    "cancel-map": "map",
    "contrast": "contrast",
}
"""The part of the page that a problem with a message concerns; else the film."""

Send = Callable[[dict[str, Any], Sequence[bytes]], None]
Guess = Callable[[str, Sequence[int]], None]


class Budget:
    """Limit on the voter-months of the last minute, so that one visitor cannot occupy every worker."""

    def __init__(self, most: int = VISITOR_VOTER_MONTHS, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with nothing spent. most: voter-months a minute; clock: returns seconds."""
        self.most, self.clock = most, clock
        self.spent: list[tuple[float, int]] = []

    def take(self, amount: int) -> None:
        """Spend an amount. Raises AddressError if it exceeds what is left of the minute."""
        now = self.clock()
        self.spent = [(when, past) for when, past in self.spent if now - when < MINUTE_SECONDS]
        if sum(past for _, past in self.spent) + amount > self.most:
            raise AddressError("too many requests within a minute; wait a moment and try again")
        self.spent.append((now, amount))


class Session:
    """State of one visitor. Visitors share nothing but the pool."""

    def __init__(self, pool: Pool, send: Send, guess: Guess = lambda scene, curve: None) -> None:
        """Start without a scenario. send: takes a message and its buffers to the browser of this visitor.

        guess: takes a scene and the visitor's guess for it, reversals of 100 at each breadth of CURVE.
        """
        self.pool, self.send, self.guess = pool, send, guess
        self.budget = Budget()
        self.scenario: Scenario | None = None
        self.film = 0
        self.chunks: list[Chunk] = []
        self._lock = threading.RLock()
        self._cancellations: dict[str, list[Callable[[], None]]] = {
            "film": [],
            "replicates": [],
            "fans": [],
            "portrait": [],
            "moved": [],
            "map": [],
            "contrast": [],
            "costs": [],
        }
        self._comparisons = Comparisons(self._request, send)
        self._replicates: dict[int, dict[str, Any]] = {}
        self._fans: dict[int, Fan] = {}

    def close(self) -> None:
        """Cancel every request of the visitor, who has left."""
        for what in self._cancellations:
            self._cancel(what)

    def handle(self, message: object) -> None:
        """Handle one message of the browser. An invalid request gets a problem message; other data is ignored."""
        if not isinstance(message, Mapping):
            return
        kind = message.get("type")
        what = _CONCERNS.get(str(kind), "film")
        try:
            if kind == "ready":
                self._ready(message.get("query"), message.get("have"))
            elif kind == "film":
                self._play(from_fields(_fields(message.get("fields"))))
            elif kind == "replicates":
                self._run_replicates()
            elif kind == "voter":
                self._open_voter(message.get("index"))
            elif kind in ("moved", "costs"):
                self._explain(kind)
            elif kind == "map":
                self._draw_map(message.get("axis"))
            elif kind == "cancel-map":
                self._cancel("map")
            elif kind == "contrast":
                self._cancel("contrast")
                self._comparisons.compare()
            elif kind == "page":
                self._send_page()
            elif kind == "guess":
                self._guess(message.get("scene"), message.get("curve"))
        except (AddressError, BusyError) as error:
            self.send({"type": "problem", "what": what, "text": str(error)}, ())

    def _ready(self, query: object, have: object) -> None:
        notice = ""
        try:
            scenario = from_address(query if isinstance(query, str) else "")
            notice = _other_version(query if isinstance(query, str) else "")
        except AddressError as error:
            scenario = of_scene("realistic")
            notice = f"The page cannot play this address and shows the first preset instead.\n{error}"
        # A film that came with the page is not sent again.
        self._play(scenario, notice, held=not notice and have == scenario.address())

    def _play(self, scenario: Scenario, notice: str = "", held: bool = False) -> None:
        job = Job("film", scenario)
        if not self.pool.known(job):
            self.budget.take(voter_months(scenario))
        question = scenario.with_replicate(0).key
        if self.scenario is not None and self.scenario.with_replicate(0).key != question:
            self._cancel("replicates")
            self._cancel("fans")
            self._cancel("map")
            self._replicates, self._fans = {}, {}
        self._cancel("film")
        self._cancel("portrait")
        self._cancel("moved")
        self._cancel("costs")
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

        self._request("film", job, on_piece)

    def _request(self, what: str, job: Job, on_piece: Callable[[Any], None]) -> None:
        def on_wait(place: int) -> None:
            self.send({"type": "wait", "what": what, "place": place}, ())

        def on_end(reason: str | None) -> None:
            if reason is not None:
                self.send({"type": "problem", "what": what, "text": f"The computation failed: {reason[:300]}"}, ())

        self._cancellations[what].append(self.pool.request(job, Listener(on_piece, on_wait, on_end)))

    def _cancel(self, what: str) -> None:
        cancellations, self._cancellations[what] = self._cancellations[what], []
        for cancel in cancellations:
            cancel()

    def _run_replicates(self) -> None:
        scenario = self.scenario
        if scenario is None:
            return
        reason = no_replicates(scenario)
        if reason:
            raise AddressError(reason)
        jobs = [Job("replicates", scenario, block) for block in range(BLOCKS)]
        new = sum(not self.pool.known(job) for job in jobs)
        if new:
            self.budget.take(replicates_voter_months(scenario) * new // BLOCKS)
        self._cancel("replicates")
        self._cancel("fans")
        self._replicates, self._fans = {}, {}
        question = scenario.with_replicate(0).key

        def on_piece(replicate: dict[str, Any]) -> None:
            if self.scenario is None or self.scenario.with_replicate(0).key != question:
                return
            with self._lock:
                self._replicates[replicate["replicate"]] = replicate
                rows = [row for _, row in sorted(self._replicates.items())]
            if len(rows) % SENT_EVERY == 0:
                self.send(replicates_message(rows, scenario), ())
            if len(rows) == REPLICATES:
                # The answer stands without the fans, so a visitor who has asked for much gets none.
                with contextlib.suppress(AddressError, BusyError):
                    self._run_fans(scenario)

        for job in jobs:
            self._request("replicates", job, on_piece)

    def _run_fans(self, scenario: Scenario) -> None:
        """Ask for the fans of the hundred replicates. Raises AddressError or BusyError."""
        jobs = [Job("fans", scenario, block) for block in range(BLOCKS)]
        new = sum(not self.pool.known(job) for job in jobs)
        if new:
            self.budget.take(fans_voter_months(scenario) * new // BLOCKS)
        question = scenario.with_replicate(0).key

        def on_piece(fan: Fan) -> None:
            if self.scenario is None or self.scenario.with_replicate(0).key != question:
                return
            with self._lock:
                self._fans[fan.replicate] = fan
                rows = list(self._fans.values())
            if len(rows) == REPLICATES:
                self.send(*fans_message(rows))

        for job in jobs:
            self._request("fans", job, on_piece)

    def _draw_map(self, upward: object) -> None:
        scenario = self.scenario
        if scenario is None:
            return
        if scenario.cycles:
            raise AddressError("a long history has no takeover to compare; choose another preset to compute a map")
        axes = map_axes(scenario, upward)
        needed = map_voter_months(scenario, axes)
        if needed > MOST_MAP_VOTER_MONTHS:
            raise AddressError(
                f"a map with {scenario.parameters.electorate.voters:,} voters exceeds the limit of this page; "
                "use fewer voters, or moat sweep, which has no limit"
            )
        jobs = map_jobs(scenario, axes)
        new = sum(not self.pool.known(job) for job in jobs)
        if new:
            self.budget.take(needed * new // len(jobs))
        self._cancel("map")
        self._comparisons.draw_map(scenario, axes)

    def _open_voter(self, index: object) -> None:
        scenario = self.scenario
        if scenario is None or isinstance(index, bool) or not isinstance(index, int):
            return
        voters = scenario.parameters.electorate.voters
        if not 0 <= index < voters:
            raise AddressError(f"voter {index} does not exist; allowed: 0 to {voters - 1}")
        job = Job("portrait", scenario, index)
        if not self.pool.known(job):
            self.budget.take(voter_months(scenario) // 2)
        self._cancel("portrait")
        self._request("portrait", job, lambda portrait: self.send({"type": "portrait", "portrait": portrait}, ()))

    def _explain(self, what: str) -> None:
        scenario = self.scenario
        if scenario is None:
            return
        job = Job(what, scenario)
        if not self.pool.known(job):
            self.budget.take(voter_months(scenario) * (1 if what == "moved" else 2))
        self._cancel(what)
        self._request(what, job, lambda piece: self.send({"type": what} | piece, ()))

    def _guess(self, scene: object, curve: object) -> None:
        """Hand on a guess. Any other content is ignored without a word: the page sends none."""
        if not (isinstance(scene, str) and scene in scenes() and isinstance(curve, Sequence)):
            return
        if len(curve) == len(CURVE) and all(type(share) is int and 0 <= share <= REPLICATES for share in curve):
            self.guess(scene, tuple(curve))

    def _send_page(self) -> None:
        scenario, chunks = self.scenario, list(self.chunks)
        if scenario is None or not chunks or chunks[-1].content["part"] != "end":
            raise AddressError("the film is not complete yet; try again in a moment")
        text = standalone_page(announcement(scenario, self.film), chunks)
        self.send({"type": "page", "name": f"two-worlds-{scenario.seed}-{scenario.replicate}.html", "text": text}, ())


def announcement(scenario: Scenario, number: int, notice: str = "") -> dict[str, Any]:
    """Return the message that begins film `number`: everything that the page shows of a scenario besides the film."""
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
        "study": scenario.command(REPLICATES),
        "replicates": not no_replicates(scenario),
        "no_replicates": no_replicates(scenario),
        "question": scenario.with_replicate(0).key,
        "notice": notice,
    }


def _fields(content: object) -> dict[str, str]:
    """Return names and texts of a message. Raises AddressError for other types, and for too many or long texts."""
    if not isinstance(content, Mapping) or len(content) > MOST_FIELDS:
        raise AddressError("the request cannot be read")
    if not all(isinstance(text, str) and len(text) <= MOST_TEXT for pair in content.items() for text in pair):
        raise AddressError("the request cannot be read; names and values must be short texts")
    return {name: value for name, value in content.items() if value != "" or name != "scene"}


def _other_version(query: str) -> str:
    """Return a notice if an address comes from another version of the code, else an empty text."""
    from urllib.parse import parse_qs

    fields = parse_qs(query.lstrip("?"))
    linked = fields.get("version", [version()])[0][:20], fields.get("code", [code()])[0][:20]
    if linked == (version(), code()):
        return ""
    return (
        f"This link comes from version {linked[0]} (code {linked[1]}). This page runs version {version()} "
        f"(code {code()}): numbers may differ."
    )


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
