"""Time of a voter's month: compiled kernels, the plain per-agent Mesa loop and whole-array NumPy, in turn.

All three worlds run the same months and must make the same decisions, which is checked before anything is
printed. The slow sides are the references of the tests (tests/reference).
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from measuring import NO_AIM, Action, Aim, Row, in_turn, ratios

REFERENCE = Path(__file__).resolve().parent.parent / "tests" / "reference"
sys.path.insert(0, str(REFERENCE))

from numpy_world import NumpyWorld  # noqa: E402 - found by path
from plain_world import PlainWorld  # noqa: E402

from political_moat import Parameters, World  # noqa: E402

BREADTH = 0.3
"""Share of voters who hold, in every world that is timed."""
WARM_MONTHS = 25
WHOLE_REPEAT = 100_000
"""Least number of voters in one repeat: a small world is run several times, each time from the same start."""
SHARES_AGREE = 1e-5
KERNELS, LOOP, NUMPY = "compiled kernels", "per-agent Mesa loop", "whole-array NumPy"
LOOP_AIM, NUMPY_AIM, FLOOR_AIM, FLAT_AIM = Aim(least=200), Aim(least=3), Aim(least=10), Aim(most=3)
TALK = {"network.kind": "small-world"}


class Limits(NamedTuple):
    """Largest populations that the two slow sides run."""

    loop: int
    numpy: int


def parameters(voters: int, values: dict[str, Any] | None = None) -> Parameters:
    """Return the parameters of a world of so many voters, of whom the share BREADTH holds."""
    return Parameters().with_values({"electorate.voters": voters, "exposure.breadth": BREADTH, **(values or {})})


def released(kind: type[World], p: Parameters, seed: int = 1) -> World:
    """Return a world whose parties may move policy from the first month on."""
    world = kind(p, seed=seed)
    world.released = True
    return world


def compile_everything(values: dict[str, Any] | None = None) -> None:
    """Compile every kernel and solve the vote effect once, before anything is timed."""
    for kind in (World, NumpyWorld, PlainWorld):
        released(kind, parameters(200, values), seed=2).advance(WARM_MONTHS)
    released(World, parameters(200, values), seed=2).step()  # large worlds go phase by phase


def check(worlds: dict[str, World]) -> None:
    """Raise SystemExit unless all sides have done the same work."""
    first, *others = worlds.values()
    for name, other in zip(list(worlds)[1:], others, strict=True):
        shares = [(one.author_share, two.author_share) for one, two in zip(first.results, other.results, strict=True)]
        if first.events != other.events or any(abs(one - two) > SHARES_AGREE for one, two in shares):
            raise SystemExit(f"the kernels and the {name} made different decisions: their times say nothing")


def nanoseconds(voters: int, months: int, repeats: int, kinds: dict[str, type[World]], p: Parameters) -> dict[str, Any]:
    """Return the ns of processor time for a voter's month: each side's repeats, all of the same months."""
    starts = {name: released(kind, p) for name, kind in kinds.items()}
    rounds = {name: 1 if name == LOOP else max(1, WHOLE_REPEAT // voters) for name in kinds}
    last: dict[str, World] = {}

    def side(name: str) -> Callable[[], Action]:
        def prepare() -> Action:
            last.pop(name, None)
            worlds = [starts[name].fork() for _ in range(rounds[name])]
            last[name] = worlds[-1]

            def live() -> None:
                for world in worlds:
                    world.advance(months)

            return live

        return prepare

    found = in_turn({name: side(name) for name in kinds}, repeats)
    check(last)
    return {name: [1e9 * one / (voters * months * rounds[name]) for one in seconds] for name, seconds in found.items()}


def sides_for(voters: int, limits: Limits) -> dict[str, type[World]]:
    """Return the implementations that are compared at this size, by name."""
    sides: dict[str, type[World]] = {KERNELS: World}
    if voters <= limits.loop:
        sides[LOOP] = PlainWorld
    if voters <= limits.numpy:
        sides[NUMPY] = NumpyWorld
    return sides


def rows(sizes: Sequence[int], months: int, repeats: int, limits: Limits, floor: float | None) -> list[Row]:
    """Return the rows of the step; floor: ns of a voter's month by memory bandwidth alone, None if not measured."""
    compile_everything()
    made: list[Row] = []
    medians: dict[int, float] = {}
    for voters in sizes:
        found = nanoseconds(voters, months, repeats, sides_for(voters, limits), parameters(voters))
        ours = found[KERNELS]
        medians[voters] = statistics.median(ours)
        made.append(Row(KERNELS, voters, [1e3 / one for one in ours], "million voter-months a CPU second"))
        made += [Row(name, voters, values, "ns a voter-month") for name, values in found.items()]
        if LOOP in found:
            aim = LOOP_AIM if voters == 100_000 else NO_AIM
            made.append(Row("loop / kernels", voters, ratios(found[LOOP], ours), "times", aim))
        if NUMPY in found:
            aim = NUMPY_AIM if voters in (10_000, 100_000) else NO_AIM
            made.append(Row("NumPy / kernels", voters, ratios(found[NUMPY], ours), "times", aim))
        if floor is not None:
            aim = FLOOR_AIM if voters == 1_000_000 else NO_AIM
            made.append(Row("share of the floor", voters, [100 * floor / one for one in ours], "%", aim))
    if 100_000 in medians and 10_000_000 in medians:
        flat = max(medians[100_000], medians[10_000_000]) / min(medians[100_000], medians[10_000_000])
        made.append(Row("dearest / cheapest of 100,000 and 10 million", 0, [flat], "times", FLAT_AIM))
    return made


def network_rows(sizes: Sequence[int], months: int, repeats: int) -> list[Row]:
    """Return rows of the same months in a small-world network: kernels against NumPy with a sparse matrix."""
    compile_everything(TALK)
    made: list[Row] = []
    for voters in sizes:
        sides: dict[str, type[World]] = {KERNELS: World, NUMPY: NumpyWorld}
        found = nanoseconds(voters, months, repeats, sides, parameters(voters, TALK))
        made += [Row(f"{name}, with neighbours", voters, values, "ns a voter-month") for name, values in found.items()]
        made.append(Row("NumPy / kernels, with neighbours", voters, ratios(found[NUMPY], found[KERNELS]), "times"))
    return made
