"""History matching in waves: simulate, emulate, rule out, and simulate where nothing is ruled out.

Craig, Goldstein, Seheult and Smith (1997); Vernon, Goldstein and Bower (2010); Andrianakis et al. (2015).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .emulator import Check, fit_emulators, one_thread
from .implausibility import cutoff, implausibilities, largest
from .inputs import Input, Reals, latin_hypercube, values_of
from .survey import Region, Survey, can_meet, next_points, survey
from .targets_file import Target

PRIOR_DRAWS = 50_000
"""Draws of the prior before the emulators of each wave: a share has a standard error of at most .0022."""
INTERVAL = (0.05, 0.95)
"""Quantiles of an input's range."""
_STREAM = 0x6D617463  # "matc": separates these generators from the model's streams

Simulate = Callable[[int, list[dict[str, float | int]]], tuple[Reals, Reals]]
"""Simulates points: (wave, values by name) -> estimates, Monte Carlo standard errors, both of shape (n, targets)."""
Booleans = NDArray[np.bool_]


class Wave(NamedTuple):
    """One wave. share: of the prior that the emulators after this wave do not rule out, with its standard error.

    points: simulated in this wave. moved: those of them found by small moves, because the draws of the prior gave too
    few. draws: of the prior, of which `share` is a share. checks: of the emulators after this wave, one for each
    target, None without an emulator.
    """

    number: int
    points: int
    moved: int
    draws: int
    share: float
    error: float
    checks: tuple[Check | None, ...]


class RulesOut(NamedTuple):
    """What one target rules out, as shares of the prior by the last emulators.

    alone: ruled out by this target. only: ruled out by this target and no other. measured: simulated points at which
    it could be measured. nearest: smallest implausibility of a simulated point by its own simulation. matchable:
    whether a simulated point or a place of the emulator's meets it.
    """

    name: str
    alone: float
    only: float
    measured: int
    nearest: float
    matchable: bool


class Range(NamedTuple):
    """Range of one input over the draws not ruled out: 5% and 95% quantiles, beside those of the prior.

    narrowed: 1 - standard deviation / that of the prior, on the prior's scale; 0 is not narrowed, negative is noise or
    mass at both ends. error: its standard error. NaN for fewer than two draws.
    """

    name: str
    low: float
    high: float
    prior_low: float
    prior_high: float
    narrowed: float
    error: float


class Matched(NamedTuple):
    """Result of history matching; n simulated points of all waves, k targets, d inputs.

    wave: (n,). units: (n, d), places in the unit cube. values: n, by name. estimates, errors: (n, k), NaN where not
    measured. own: (n, k), implausibility by the point's own simulation. emulated: (n, k), by the last emulators.
    kept: (n,), not ruled out by either. conflicts: pairs of targets, each matchable, that no place meets together by
    the emulators; sought only if no point is kept and every target can be matched.
    """

    inputs: tuple[Input, ...]
    targets: tuple[Target, ...]
    cutoff: float
    wave: NDArray[np.int64]
    units: Reals
    values: tuple[dict[str, float | int], ...]
    estimates: Reals
    errors: Reals
    own: Reals
    emulated: Reals
    kept: Booleans
    waves: tuple[Wave, ...]
    rules_out: tuple[RulesOut, ...]
    conflicts: tuple[tuple[str, str], ...]
    ranges: tuple[Range, ...]
    region: Region

    @property
    def share(self) -> float:
        """Return the share of the prior that the last emulators do not rule out."""
        return self.waves[-1].share

    @property
    def draws(self) -> tuple[dict[str, float | int], ...]:
        """Return the values by name of the simulated points that are not ruled out."""
        return tuple(itertools.compress(self.values, self.kept.tolist()))

    @property
    def unmatchable(self) -> tuple[str, ...]:
        """Return the names of the targets that no point meets."""
        return tuple(target.name for target in self.rules_out if not target.matchable)


class _Simulated(NamedTuple):
    """Points of all waves so far."""

    wave: NDArray[np.int64]
    units: Reals
    values: tuple[dict[str, float | int], ...]
    estimates: Reals
    errors: Reals


def history_match(
    inputs: Sequence[Input],
    targets: Sequence[Target],
    simulate: Simulate,
    waves: int,
    points: int,
    seed: int,
    coverage: float = 0.95,
    *,
    common_draws: bool = False,
    prior_draws: int = PRIOR_DRAWS,
    say: Callable[[Wave], None] | None = None,
) -> Matched:
    """Find what the targets do not rule out, in at most `waves` waves of at most `points` simulated points each.

    Ends early if a wave leaves nothing. The same arguments give the same calls of `simulate`, so that a resumed run
    finds its points again. common_draws: all points share their draws, see `fit_emulators`. say: called after each
    wave. UserError if scikit-learn is missing.
    """
    limit = cutoff(len(targets), coverage)
    units, moved, done = latin_hypercube(inputs, points, _generator(seed, 1, 0)), 0, _nothing(len(inputs), len(targets))
    finished: list[Wave] = []
    for number in range(1, waves + 1):
        done = _joined(done, number, units, values_of(inputs, units), simulate)
        with one_thread():
            emulators = fit_emulators(done.units, done.estimates, done.errors, seed, common_draws=common_draws)
            region = Region(tuple(inputs), tuple(targets), emulators, limit)
            surveyed = survey(region, prior_draws, points, _generator(seed, number, 1))
        finished.append(_wave(number, len(units), moved, surveyed, region))
        if say is not None:
            say(finished[-1])
        if number < waves:
            with one_thread():
                units, moved = next_points(region, surveyed, done.units, points, _generator(seed, number, 2))
            if not len(units):
                break
    with one_thread():
        return _matched(region, surveyed, done, tuple(finished), seed)


def _generator(seed: int, wave: int, purpose: int) -> np.random.Generator:
    return np.random.default_rng([_STREAM, seed, wave, purpose])


def _nothing(inputs: int, targets: int) -> _Simulated:
    empty = np.empty((0, targets))
    return _Simulated(np.empty(0, dtype=np.int64), np.empty((0, inputs)), (), empty, empty)


def _joined(
    done: _Simulated, number: int, units: Reals, values: list[dict[str, float | int]], simulate: Simulate
) -> _Simulated:
    estimates, errors = (np.asarray(table, dtype=np.float64) for table in simulate(number, values))
    measured = np.isfinite(estimates) & np.isfinite(errors)
    return _Simulated(
        np.concatenate([done.wave, np.full(len(units), number)]),
        np.concatenate([done.units, units]),
        (*done.values, *values),
        np.concatenate([done.estimates, np.where(measured, estimates, np.nan)]),
        np.concatenate([done.errors, np.where(measured, errors, np.nan)]),
    )


def _wave(number: int, points: int, moved: int, surveyed: Survey, region: Region) -> Wave:
    share = float(np.mean(largest(surveyed.distances) <= region.cutoff))
    error = math.sqrt(share * (1.0 - share) / len(surveyed.distances))
    checks = tuple(None if each is None else each.check for each in region.emulators)
    return Wave(number, points, moved, len(surveyed.distances), share, error, checks)


def _matched(region: Region, surveyed: Survey, done: _Simulated, waves: tuple[Wave, ...], seed: int) -> Matched:
    own = implausibilities(done.estimates, done.errors**2, region.targets)
    emulated = region.distances(done.units)
    kept = (largest(own) <= region.cutoff) & (largest(emulated) <= region.cutoff)
    rules_out = _rules_out(region, surveyed, own, seed)
    sought = not kept.any() and all(target.matchable for target in rules_out)
    return Matched(
        region.inputs,
        region.targets,
        region.cutoff,
        *done,
        own,
        emulated,
        kept,
        waves,
        rules_out,
        _conflicts(region, surveyed, own, seed) if sought else (),
        tuple(_range(each, done, k, kept) for k, each in enumerate(region.inputs)),
        region,
    )


def _rules_out(region: Region, surveyed: Survey, own: Reals, seed: int) -> tuple[RulesOut, ...]:
    out = surveyed.distances > region.cutoff  # NaN, a target without an emulator, rules nothing out
    others = out.sum(axis=1)[:, np.newaxis] - out
    roles = []
    for k, target in enumerate(region.targets):
        measured = own[np.isfinite(own[:, k]), k]
        nearest = float(measured.min()) if measured.size else math.nan
        met = nearest <= region.cutoff or not out[:, k].all()
        matchable = met or can_meet(region.only([k]), _generator(seed, k, 3))
        only = float(np.mean(out[:, k] & (others[:, k] == 0)))
        roles.append(RulesOut(target.name, float(out[:, k].mean()), only, measured.size, nearest, matchable))
    return tuple(roles)


def _conflicts(region: Region, surveyed: Survey, own: Reals, seed: int) -> tuple[tuple[str, str], ...]:
    """Return the pairs of targets that no place in the unit cube meets together by the emulators."""
    inside, simulated = ~(surveyed.distances > region.cutoff), own <= region.cutoff
    pairs = []
    for i, j in itertools.combinations(range(len(region.targets)), 2):
        met = (inside[:, i] & inside[:, j]).any() or (simulated[:, i] & simulated[:, j]).any()
        if not met and not can_meet(region.only([i, j]), _generator(seed, i * len(region.targets) + j, 4)):
            pairs.append((region.targets[i].name, region.targets[j].name))
    return tuple(pairs)


def _range(each: Input, done: _Simulated, column: int, kept: Booleans) -> Range:
    """Return the range of one input; the first wave is a sample of the prior."""
    values = np.array([point[each.name] for point in done.values], dtype=np.float64)
    prior, narrowed, error = done.wave == 1, math.nan, math.nan
    low = high = math.nan
    if kept.sum() >= 2:
        low, high = np.quantile(values[kept], INTERVAL).tolist()
        places = done.units[kept, column]
        ratio = float(places.std(ddof=1) / done.units[prior, column].std(ddof=1))
        narrowed, error = 1.0 - ratio, ratio * _error_of_spread(places)
    prior_low, prior_high = np.quantile(values[prior], INTERVAL).tolist()
    return Range(each.name, low, high, prior_low, prior_high, narrowed, error)


def _error_of_spread(places: Reals) -> float:
    """Return the relative standard error of a standard deviation, from the sample's own kurtosis."""
    centred = places - places.mean()
    kurtosis = float((centred**4).mean() / max((centred**2).mean(), 1e-300) ** 2)
    return math.sqrt(max(kurtosis - 1.0, 0.0) / (4.0 * len(places)))
