"""What emulators leave of the prior: shares by target, and points to simulate next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .emulator import Emulator, active_inputs, predictions
from .implausibility import implausibilities, largest
from .inputs import Input, Reals, latin_hypercube
from .targets_file import Target

_BATCH = 10_000
_STEPS = 100
_MOVED = 3  # active inputs that a move changes, on average
_RENEWED = 0.1
_STEP_SIZES = (0.02, 0.1, 0.3)
_STARTS = 5_000
_WALKERS = 100


class Region(NamedTuple):
    """What emulators do not rule out: the largest implausibility over the targets is at most `cutoff`."""

    inputs: tuple[Input, ...]
    targets: tuple[Target, ...]
    emulators: tuple[Emulator | None, ...]
    cutoff: float

    def distances(self, units: Reals) -> Reals:
        """Return the emulated implausibilities, shape (points, targets); NaN for a target without an emulator."""
        return implausibilities(*predictions(self.emulators, units), self.targets)

    def within(self, units: Reals) -> Reals:
        """Return those rows of `units` that are in the region."""
        kept: Reals = units[largest(self.distances(units)) <= self.cutoff]
        return kept

    def only(self, kept: Sequence[int]) -> Region:
        """Return the region by some of the targets alone."""
        return self._replace(
            targets=tuple(self.targets[k] for k in kept), emulators=tuple(self.emulators[k] for k in kept)
        )


class Survey(NamedTuple):
    """A Latin hypercube of the prior before the emulators.

    distances: (draws, targets), emulated implausibilities. nearest: (points, inputs), the first draws in the region,
    then those with the smallest largest implausibility. inside: how many of `nearest` are in the region.
    """

    distances: Reals
    nearest: Reals
    inside: int


def survey(region: Region, draws: int, points: int, rng: np.random.Generator) -> Survey:
    """Draw from the prior and keep at most `points` draws, those in the region first, in the order of drawing."""
    distances, nearest, highest = [], np.empty((0, len(region.inputs))), np.empty(0)
    for first in range(0, draws, _BATCH):
        units = latin_hypercube(region.inputs, min(_BATCH, draws - first), rng)
        distances.append(region.distances(units))
        nearest = np.concatenate([nearest, units])
        highest = np.concatenate([highest, np.maximum(largest(distances[-1]), region.cutoff)])
        order = np.argsort(highest, kind="stable")[:points]
        nearest, highest = nearest[order], highest[order]
    return Survey(np.concatenate(distances), nearest, int((highest <= region.cutoff).sum()))


def next_points(
    region: Region, surveyed: Survey, simulated: Reals, points: int, rng: np.random.Generator
) -> tuple[Reals, int]:
    """Return `points` places in the region, and how many of them come from small moves; none if none is found.

    Moves begin at the draws of the survey and the simulated points in the region, `simulated` of shape (n, inputs);
    where there are none, at what moves from the least implausible draws reach.
    """
    drawn = surveyed.nearest[: surveyed.inside]
    if len(drawn) == points:
        return drawn, 0
    starts = np.concatenate([drawn, region.within(simulated)])
    if not len(starts):
        starts = region.within(walk(region, surveyed.nearest, rng))
    if not len(starts):
        return starts, 0
    moved = walk(region, starts[rng.integers(len(starts), size=points - len(drawn))], rng)
    return np.concatenate([drawn, moved]), len(moved)


def can_meet(region: Region, rng: np.random.Generator) -> bool:
    """Return whether a draw of the prior, or moves from the least implausible ones, reach the region."""
    surveyed = survey(region, _STARTS, _WALKERS, rng)
    if surveyed.inside:
        return True
    return len(region.within(walk(region, surveyed.nearest, rng))) > 0


def walk(region: Region, starts: Reals, rng: np.random.Generator) -> Reals:
    """Move every start by random steps that stay in the region, or come nearer to it; shape as `starts`.

    A step moves a few active inputs a little, or draws a tenth of all inputs anew. Steps are symmetric, so that moves
    within the region leave a uniform sample uniform.
    """
    active = np.array(active_inputs(region.emulators), dtype=np.int64)
    units, highest = starts.copy(), largest(region.distances(starts))
    for step in range(_STEPS):
        if step % 2 and len(active):
            sizes = rng.normal(size=(len(units), len(active))) * rng.choice(_STEP_SIZES, size=(len(units), 1))
            sizes[rng.random(sizes.shape) >= _MOVED / max(_MOVED, len(active))] = 0.0
            proposed = units.copy()
            proposed[:, active] = _reflected(units[:, active] + sizes)
        else:
            proposed = np.where(rng.random(units.shape) < _RENEWED, rng.random(units.shape), units)
        distance = largest(region.distances(proposed))
        accepted = distance <= np.maximum(highest, region.cutoff)
        units[accepted], highest[accepted] = proposed[accepted], distance[accepted]
    return units


def _reflected(places: Reals) -> Reals:
    """Return places beyond an end of [0, 1] as far inside it, so that steps stay symmetric."""
    folded: Reals = np.abs((places + 1.0) % 2.0 - 1.0)
    return np.minimum(folded, np.nextafter(1.0, 0.0))
