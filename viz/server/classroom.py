"""A class: the pooled guesses and the answer key."""

from __future__ import annotations

import functools
import hashlib
import secrets
import statistics
import threading
from collections.abc import Sequence
from typing import Any

from ..scenario import CURVE, REPLICATES, of_scene, scenes
from ..session.session import Session
from .shared_pool import pool

MOST_GUESSES = 2000
"""Guesses that the server holds; later ones are not counted until a reset."""
BINS = 10
"""Bars of a histogram: 0-9, 10-19, ..., 90-100."""


class Guesses:
    """The latest guess of each browser, in memory. Nothing but counts leaves this object."""

    def __init__(self) -> None:
        """Start without guesses."""
        self._lock = threading.Lock()
        self._salt = secrets.token_bytes(16)
        self._latest: dict[tuple[bytes, str], tuple[int, ...]] = {}

    def add(self, browser: str, scene: str, curve: Sequence[int]) -> None:
        """Count a guess; it replaces an earlier one of the same browser and scene.

        browser: Solara's session. Only its salted hash is held. curve: reversals of 100 at each breadth of CURVE.
        """
        key = hashlib.blake2b(browser.encode(), key=self._salt, digest_size=16).digest(), scene
        with self._lock:
            if key in self._latest or len(self._latest) < MOST_GUESSES:
                self._latest[key] = tuple(curve)

    def reset(self) -> None:
        """Forget every guess, and the salt with which browsers were recognised."""
        with self._lock:
            self._latest, self._salt = {}, secrets.token_bytes(16)

    def summary(self, scene: str) -> dict[str, Any]:
        """Return number, histograms (one for each breadth, BINS counts) and median curve of the guesses for a scene."""
        with self._lock:
            curves = [curve for (_, guessed), curve in self._latest.items() if guessed == scene]
        columns = list(zip(*curves, strict=True)) or [()] * len(CURVE)
        return {
            "scene": scene,
            "guesses": len(curves),
            "breadths": CURVE,
            "histograms": [_histogram(column) for column in columns],
            "median": [statistics.median(column) for column in columns] if curves else [],
        }


def _histogram(values: Sequence[int]) -> list[int]:
    bars = [0] * BINS
    for value in values:
        bars[min(value * BINS // REPLICATES, BINS - 1)] += 1
    return bars


class AnswerKey:
    """Expected numbers of scenes in this version: those that the page itself shows after a hundred pairs."""

    def __init__(self) -> None:
        """Start without a computation."""
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._messages: dict[str, dict[str, Any]] = {}

    def answer(self, scene: str) -> dict[str, Any]:
        """Return what is known of a scene, and start its computation at the first call.

        done, total: replicates; curve and paired: as in the page's message `replicates`; problem: why it failed.
        """
        session = None
        with self._lock:
            if scene not in self._sessions:
                session = Session(pool(), lambda message, _: self._receive(scene, message))
                self._sessions[scene] = session
                self._messages.pop(scene, None)
        if session is not None:
            session.handle({"type": "film", "fields": of_scene(scene).fields()})
            session.handle({"type": "replicates"})
        with self._lock:
            message = self._messages.get(scene, {})
        return {
            "scene": scene,
            "breadth": of_scene(scene).breadth,
            "done": len(message.get("rows", ())),
            "total": REPLICATES,
            "curve": message.get("curve", []),
            "paired": message.get("paired", []),
            "problem": message.get("text", ""),
        }

    def _receive(self, scene: str, message: dict[str, Any]) -> None:
        if message["type"] in ("replicates", "problem"):
            with self._lock:
                self._messages[scene] = message
                if message["type"] == "problem":
                    self._sessions.pop(scene, None)  # the next call tries again


@functools.cache
def guesses() -> Guesses:
    """Return the guesses that all visitors share."""
    return Guesses()


@functools.cache
def answer_key() -> AnswerKey:
    """Return the answer key of this server."""
    return AnswerKey()


def guessed_scenes() -> dict[str, str]:
    """Return names and labels of the scenes that a class can guess: all but histories, which have no takeover."""
    return {name: scene.label for name, scene in scenes().items() if not scene.cycles}
