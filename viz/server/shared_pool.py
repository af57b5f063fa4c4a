"""The one pool of the server process, and the film that is ready before anybody asks."""

from __future__ import annotations

import functools

from ..scenario import of_scene, scenes
from ..session.job_pool import Listener, Pool
from ..session.jobs import Job


@functools.cache
def pool() -> Pool:
    """The pool everybody shares; started on first use."""
    return Pool()


def prepare() -> Pool:
    """Start the pool and have every scene's film computed: kernels are loaded and first frames wait in the cache."""
    started = pool()
    nobody = Listener(lambda _: None, lambda _: None, lambda _: None)
    for name in scenes():
        started.ask(Job("film", of_scene(name)), nobody)
    return started
