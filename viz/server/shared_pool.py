"""The pool of the server process, and the films that it computes in advance."""

from __future__ import annotations

import functools

from ..scenario import of_scene, scenes
from ..session.job_pool import Listener, Pool
from ..session.jobs import Job


@functools.cache
def pool() -> Pool:
    """Return the pool that all visitors share. It starts on first use."""
    return Pool()


def prepare() -> Pool:
    """Start the pool and compute the film of every scene, which also loads the kernels; return the pool."""
    started = pool()
    no_listener = Listener(lambda _: None, lambda _: None, lambda _: None)
    for name in scenes():
        started.request(Job("film", of_scene(name)), no_listener)
    return started
