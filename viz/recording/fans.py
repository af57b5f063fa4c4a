"""Fans: openness, price and the chance of re-election of the hundred replicates, month by month, in both worlds."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...experiments.protocols.stress_test.run import friendly_term, takeover, with_dose, zero_terms
from ...model.fast_forward import advance
from ...model.phases.platforms import QUARTER
from ...model.state import WorldState
from ..scenario import Scenario
from .decisions import before_agenda, chances
from .replicates import BLOCK

Floats = npt.NDArray[np.float32]

SERIES = ("openness", "price", "closing")
"""closing: chance of re-election that the government sees if it closes the policy, NaN where it may not close it."""
STEPS = 254
UNKNOWN = 255
"""A byte holds STEPS steps from the lowest to the highest value of its series; UNKNOWN stands for NaN."""


class Fan(NamedTuple):
    """One replicate: series of both worlds, shape (worlds, series, months)."""

    replicate: int
    series: Floats


def fans(scenario: Scenario, block: int) -> Iterator[Fan]:
    """Yield the series of BLOCK replicates from BLOCK * block on. The worlds are those of `replicates`."""
    for replicate in range(BLOCK * block, BLOCK * (block + 1)):
        yield fan(scenario, replicate)


def fan(scenario: Scenario, replicate: int) -> Fan:
    """Return the series of World A and World B of one replicate."""
    p, inputs, events = scenario.parameters, scenario.inputs, scenario.inputs.events_of("")
    visibility, seed = p.exposure.visibility, scenario.seed
    population = inputs.population(p, seed, replicate)
    zeros = zero_terms(with_dose(p, 0.0, visibility), seed, replicate, population, inputs, events)
    zero = zeros["opponent"]
    dosed = with_dose(p, scenario.breadth, visibility)
    past = zero if scenario.breadth == 0.0 else friendly_term(dosed, seed, replicate, population, zero, inputs, events)
    return Fan(replicate, np.stack([_opposed_term(takeover(world, "opponent", zero)) for world in (zero, past)]))


def _opposed_term(world: WorldState) -> Floats:
    """Run the opposed term; return the three series from the start of the run."""
    first, term = world.month, world.parameters.institutions.term_months
    closing = np.full(first + term, np.nan, dtype=np.float32)
    for month in range(first, first + term):
        if month % QUARTER == 0:
            before = before_agenda(world)
            chance = None if before is None else chances(before).reelection
            closing[month : month + QUARTER] = np.nan if chance is None else chance
            advance(world, min(QUARTER, first + term - month))
    record = world.record
    openness, price = [month.openness for month in record], [month.price for month in record]
    return np.stack([np.array(openness, dtype=np.float32), np.array(price, dtype=np.float32), closing])


class Scale(NamedTuple):
    """How a byte from 0 to STEPS maps to a value from low to high: linear, or linear in the logarithm."""

    name: str
    low: float
    high: float
    log: bool


def fans_message(rows: Sequence[Fan]) -> tuple[dict[str, Any], list[bytes]]:
    """Return the message of all fans and its compressed buffer: bytes, shape (worlds, series, replicates, months)."""
    ordered = sorted(rows, key=lambda row: row.replicate)
    values = np.stack([row.series for row in ordered]).transpose(1, 2, 0, 3)
    price = values[:, SERIES.index("price")]
    scales = [Scale(name, 0.0, 1.0, log=False) for name in SERIES]
    # Some prices rise to hundreds: equal steps of the logarithm keep the others apart.
    scales[SERIES.index("price")] = Scale("price", float(price.min()), max(float(price.max()), 1.0), log=True)
    content = {
        "type": "fans",
        "scales": [scale._asdict() for scale in scales],
        "steps": STEPS,
        "replicates": [row.replicate for row in ordered],
        "months": int(values.shape[-1]),
        "takeover": int(values.shape[-1]) // 2,
    }
    steps = np.stack([_steps(values[:, number], scale) for number, scale in enumerate(scales)], axis=1)
    return content, [zlib.compress(steps.tobytes(), 6)]


def _steps(values: Floats, scale: Scale) -> npt.NDArray[np.uint8]:
    low, high = (np.log(limit) if scale.log else limit for limit in (scale.low, scale.high))
    unknown = np.isnan(values)
    known = np.where(unknown, scale.low, values)
    shares = ((np.log(known) if scale.log else known) - low) / ((high - low) or 1.0)
    steps = np.clip(np.rint(STEPS * shares), 0, STEPS)
    return np.where(unknown, UNKNOWN, steps).astype(np.uint8)
