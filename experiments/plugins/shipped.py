"""A task with the sources that it needs: any worker can run it, also one on a machine without the user's files."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..protocols.finished_run import OwnOutcome
from .checks import refuse_function
from .loading import activate, load
from .source import PluginError, Source


class OutcomeCall(NamedTuple):
    """An outcome by name: the file and the function that compute it."""

    name: str
    file: str
    function: str

    @property
    def named(self) -> str:
        """Return the function as a study file names it."""
        return f"{self.file}:{self.function}"


class Shipped(NamedTuple):
    """Sources, outcomes, and the pickled payload, whose classes may be those of the sources."""

    sources: tuple[Source, ...]
    outcomes: tuple[OutcomeCall, ...]
    content: bytes

    @classmethod
    def of(cls, payload: object, sources: Sequence[Source], outcomes: Sequence[OutcomeCall]) -> Shipped:
        """Return a packed payload."""
        return cls(tuple(sources), tuple(outcomes), pickle.dumps(payload, protocol=pickle.HIGHEST_PROTOCOL))

    def unpack(self) -> tuple[Any, list[OwnOutcome]]:
        """Load the sources and return the payload, and the outcomes with their functions."""
        activate(self.sources)
        return pickle.loads(self.content), own_outcomes(self.sources, self.outcomes)


def own_outcomes(sources: Sequence[Source], outcomes: Sequence[OutcomeCall]) -> list[OwnOutcome]:
    """Return outcomes with their functions. PluginError for a function that is not there or takes no run."""
    by_name = {source.name: source for source in sources}
    functions = []
    for outcome in outcomes:
        source = by_name.get(outcome.file)
        if source is None:
            raise PluginError(f"outcome {outcome.name}: there is no file {outcome.file}")
        function = getattr(load(source).module, outcome.function, None)
        refuse_function(source, function, outcome.function)
        assert callable(function)
        functions.append(OwnOutcome(outcome.name, outcome.named, function))
    return functions
