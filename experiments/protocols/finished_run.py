"""A finished run as the user's own outcomes see it, and how their values enter the rows of a replicate."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from .arms import Arm, ReplicateResult

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ...model.elections.national_vote import ElectionResult
    from ...model.parameters.tree import Parameters
    from ...model.policy.events import Event
    from ...model.policy.law import Law
    from ...model.record import Month
    from ...model.state import WorldState

_worlds: ContextVar[dict[str, WorldState] | None] = ContextVar("worlds at the end of their run", default=None)


class OwnOutcome(NamedTuple):
    """An outcome of the user's own: its name, its function as the study names it, and that function."""

    name: str
    named: str
    function: Callable[[FinishedRun], Any]


@dataclass(frozen=True)
class FinishedRun:
    """One arm of one replicate after its last month; nothing can be changed in it.

    outcomes: its columns of runs.csv, without the user's own. administrations: its rows of cycles.csv. control: the
    zero-exposure arm of the same replicate; None in that arm itself, and where the protocol has none.
    """

    arm: str
    replicate: int
    seed: int
    outcomes: Mapping[str, Any]
    administrations: tuple[Mapping[str, Any], ...]
    control: FinishedRun | None = None
    _world: WorldState | None = field(default=None, repr=False)

    @property
    def _end(self) -> WorldState:
        if self._world is None:
            raise ValueError("this protocol keeps no history of an arm; allowed: outcomes and administrations")
        return self._world

    @property
    def parameters(self) -> Parameters:
        """Return the parameters of the arm."""
        return self._end.parameters

    @property
    def record(self) -> tuple[Month, ...]:
        """Return every month from month 0 on: office, theta, cap (kappa), openness, layer, price, platforms, threat."""
        return tuple(self._end.record)

    @property
    def events(self) -> tuple[Event, ...]:
        """Return the log of attempts and what became of them: month, kind, role, move, instrument, restrictive."""
        return tuple(self._end.events)

    @property
    def elections(self) -> tuple[ElectionResult, ...]:
        """Return the result of every election, in order."""
        return tuple(self._end.results)

    @property
    def law(self) -> Law:
        """Return the law in the last month."""
        return self._end.law

    @property
    def platforms(self) -> Mapping[str, float]:
        """Return the platform of author and opponent in the last month, in openness 0 to 1."""
        return MappingProxyType({role: party.platform for role, party in self._end.parties.items()})

    def voters(self, column: str) -> npt.NDArray[np.float32]:
        """Return a column of the electorate in the last month, one value per voter. KeyError lists the columns."""
        values = self._end.electorate.column(column).copy()
        values.setflags(write=False)
        return values


def keep_world(arm: str, world: WorldState) -> None:
    """Keep the world of an arm after its last month for the user's outcomes, if the study has any."""
    worlds = _worlds.get()
    if worlds is not None:
        worlds[arm] = world


def control_of(arm: Arm, arms: Sequence[Arm]) -> Arm | None:
    """Return the zero-exposure arm of an exposed arm: that of its layer and foresight; None if there is none."""
    if arm.breadth == 0.0:
        return None
    same = (other for other in arms if (other.layer, other.foresight) == (arm.layer, arm.foresight))
    return next((other for other in same if other.breadth == 0.0), None)


def with_outcomes(
    run: Callable[[], ReplicateResult], arms: Sequence[Arm], outcomes: Sequence[OwnOutcome], seed: int, replicate: int
) -> ReplicateResult:
    """Run a replicate and add the user's outcomes to its rows.

    Raises ValueError in one line, with outcome and arm, for an error in a function and for what is no finite number.
    """
    token = _worlds.set({})
    try:
        result = run()
        worlds = _worlds.get() or {}
    finally:
        _worlds.reset(token)
    rows = {row["arm"]: row for row in result.runs}
    known = {arm.name: arm for arm in arms}

    def finished(name: str, control: FinishedRun | None) -> FinishedRun:
        own = tuple(MappingProxyType(dict(cycle)) for cycle in result.cycles if cycle["arm"] == name)
        row = MappingProxyType(dict(rows[name]))
        return FinishedRun(name, replicate, seed, row, own, control, worlds.get(name))

    added = []
    for name, row in rows.items():
        zero = control_of(known[name], arms) if name in known else None
        at_zero = finished(zero.name, None) if zero is not None and zero.name in rows else None
        ended = finished(name, at_zero)
        added.append(row | {outcome.name: _value(outcome, ended) for outcome in outcomes})
    return result._replace(runs=added)


def _value(outcome: OwnOutcome, run: FinishedRun) -> float:
    """Return the value of an outcome as a float."""
    where = f"outcome {outcome.name} ({outcome.named}), arm {run.arm}"
    try:
        value = outcome.function(run)
    except Exception as error:
        raise ValueError(f"{where}: {type(error).__name__}: {' '.join(str(error).split())}") from error
    scalar = value.item() if getattr(value, "shape", None) == () else value
    if not isinstance(scalar, int | float) or not math.isfinite(scalar):
        raise ValueError(f"{where}: returned {scalar!r:.60}; allowed: a finite number")
    return float(scalar)
