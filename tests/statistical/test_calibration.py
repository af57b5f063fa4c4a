"""The calibrated baseline is at no floor and no ceiling; the contrast does not depend on the number of voters."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from political_moat.experiments.protocols.run_inputs import NO_INPUTS
from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.protocol import StressTest
from political_moat.experiments.protocols.task import run_task
from political_moat.experiments.statistics.intervals import wilson
from political_moat.model.parameters.tree import Parameters

pytestmark = pytest.mark.statistical
SEED = 4711
"""Not the seed the rival value was fitted on."""
CONTRAST = StressDesign(breadths=(0.0, 0.3), visibilities=(1.0,), layers=(), returning=False)


def _runs(voters: int, replicates: int, first: int = 0) -> dict[str, np.ndarray]:
    parameters = Parameters().with_values({"electorate.voters": voters})
    payloads = [
        (parameters, CONTRAST, SEED, first + replicate, StressTest.reference(), NO_INPUTS)
        for replicate in range(replicates)
    ]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        results = list(pool.map(run_task, payloads, chunksize=10))
    return {
        f"{outcome} {arm}": np.array([result.runs[arm][outcome] for result in results])
        for outcome in ("restricted", "reversed")
        for arm in (0, 1)
    }


def test_an_opposed_government_without_exposure_restricts_in_five_to_seven_of_ten_cases() -> None:
    runs = _runs(4000, 300)
    share = wilson(int(runs["restricted 0"].sum()), 300)
    assert share.low > 0.5
    assert share.high < 0.7


def test_the_primary_contrast_is_the_same_at_4000_and_20000_voters_within_two_standard_errors() -> None:
    small, large = _runs(4000, 300), _runs(20_000, 300, first=300)
    for outcome in ("restricted", "reversed"):
        differences = [runs[f"{outcome} 1"] - runs[f"{outcome} 0"] for runs in (small, large)]
        error = np.sqrt(sum(d.var(ddof=1) / d.size for d in differences))
        assert abs(differences[0].mean() - differences[1].mean()) <= 2.0 * error
