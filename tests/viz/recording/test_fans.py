"""The fans hold the worlds of the hundred replicates, in bytes that the page can read."""

from __future__ import annotations

import zlib

import numpy as np

from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.viz.recording.fans import SERIES, STEPS, UNKNOWN, fan, fans, fans_message
from political_moat.viz.recording.film import film
from political_moat.viz.recording.replicates import BLOCK
from political_moat.viz.scenario import from_address

SCENARIO = from_address("electorate.voters=300&preset=article&exposure.breadth=0.45&seed=7")


def test_the_worlds_are_those_of_the_hundred_replicates() -> None:
    design = StressDesign((0.0, 0.45), (1.0,), layers=(), returning=False)
    for replicate in (3, 16):
        records = run_replicate(SCENARIO.parameters, design, SCENARIO.seed, replicate).records
        shown = fan(SCENARIO, replicate).series
        assert shown.shape == (2, len(SERIES), SCENARIO.months)
        for world, record in zip(shown, records.values(), strict=True):
            assert world[0].tolist() == np.array([month.openness for month in record], np.float32).tolist()
            assert world[1].tolist() == np.array([month.price for month in record], np.float32).tolist()


def test_the_chance_of_reelection_is_that_of_the_film() -> None:
    shown = fan(SCENARIO, 16).series[:, SERIES.index("closing")]
    known = 0
    for chunk in film(SCENARIO.with_replicate(16)):
        for place, world in enumerate(chunk.content.get("worlds", ())):
            for offset, chance in enumerate(world["series"]["reelection"]):
                month = chunk.content["first"] + offset
                if chance is None:
                    assert np.isnan(shown[place, month])
                else:
                    assert abs(shown[place, month] - chance) < 1e-4
                    known += 1
    assert known > 10


def test_bytes_hold_the_values() -> None:
    rows = list(fans(SCENARIO, 2))
    assert [row.replicate for row in rows] == list(range(2 * BLOCK, 3 * BLOCK))
    content, (buffer,) = fans_message(rows[::-1])
    assert content["replicates"] == list(range(2 * BLOCK, 3 * BLOCK))
    shape = (2, len(SERIES), BLOCK, SCENARIO.months)
    steps = np.frombuffer(zlib.decompress(buffer), np.uint8).reshape(shape)
    for number, scale in enumerate(content["scales"]):
        own = steps[:, number].astype(float)
        values = np.stack([row.series[:, number] for row in rows], axis=1)
        unknown = np.isnan(values)
        assert ((own == UNKNOWN) == unknown).all()
        low, high = scale["low"], scale["high"]
        if scale["log"]:
            read = low * (high / low) ** (own / STEPS)
            assert (np.abs(np.log(read / values)) <= np.log(high / low) / STEPS)[~unknown].all()
        else:
            read = low + (high - low) * own / STEPS
            assert (np.abs(read - values) <= (high - low) / STEPS)[~unknown].all()
    assert len(buffer) < 40_000
