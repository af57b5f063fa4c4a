"""Every hypothesis preset shows its signature, on seeds that no preset was chosen on; arms are paired replicates.

A signature is an inequality on paired estimates with their error. "No effect" is equivalence: the 90% interval lies
within the margin of political size (.05), which is two one-sided tests at 5%.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from political_moat.agents.party.rules import RULES
from political_moat.experiments.protocols.history.design import EVOLVING, HistoryDesign
from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.task import run_task
from political_moat.experiments.statistics.intervals import Interval, MeanDifference, paired_mean_difference, wilson
from political_moat.model.parameters.presets import PRESETS, preset
from political_moat.model.parameters.tree import describe

pytestmark = pytest.mark.statistical
SEED = 20271
"""Presets were chosen on seed 1."""
MARGIN = 0.05
CONTROL_REPLICATES = 600
Rows = list[list[dict[str, Any]]]


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        yield workers


class Measured:
    """Rows of paired replicates, an arm for each breadth in order."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def values(self, arm: int, outcome: str) -> npt.NDArray[np.float64]:
        return np.array([row[arm][outcome] for row in self.rows], dtype=float)

    def change(self, outcome: str, arm: int = -1, level: float = 0.95) -> MeanDifference:
        """Paired difference of an arm from the one without exposure."""
        return paired_mean_difference(self.values(arm, outcome), self.values(0, outcome), level)

    def falls(self, *outcomes: str, arm: int = -1) -> None:
        for outcome in outcomes:
            found = self.change(outcome, arm)
            assert found.high < 0.0, f"{outcome} does not fall: {found}"

    def rises(self, *outcomes: str, arm: int = -1) -> None:
        for outcome in outcomes:
            found = self.change(outcome, arm)
            assert found.low > 0.0, f"{outcome} does not rise: {found}"

    def unchanged(self, *outcomes: str, arm: int = -1) -> None:
        """Equivalence: the 90% interval of the difference lies within the margin."""
        for outcome in outcomes:
            found = self.change(outcome, arm, level=0.9)
            assert found.low > -MARGIN, f"{outcome} changes: {found}"
            assert found.high < MARGIN, f"{outcome} changes: {found}"


def run(
    pool: ProcessPoolExecutor,
    name: str,
    breadths: Sequence[float] = (0.0, 0.3),
    replicates: int = 200,
    voters: int = 2000,
    values: Mapping[str, Any] | None = None,
) -> Measured:
    """The stress test of a preset at its own visibility, without the layers and the returning government."""
    parameters = preset(name).with_values({"electorate.voters": voters, **(values or {})})
    visibility = parameters.exposure.visibility
    design = StressDesign(tuple(breadths), (visibility,), layers=(), returning=False)
    payloads = [(parameters, design, SEED, replicate) for replicate in range(replicates)]
    return Measured([result.runs for result in pool.map(run_task, payloads, chunksize=10)])


@pytest.mark.parametrize("name", PRESETS)
def test_every_value_of_a_preset_lies_in_its_declared_range(name: str) -> None:
    given = PRESETS[name].values
    for one in describe(preset(name)):
        if one.name in given and isinstance(one.value, int | float) and not isinstance(one.value, bool):
            assert one.known.low <= one.value <= one.known.high, one.name


def test_h0_an_invisible_holding_changes_nothing_at_any_breadth(pool: ProcessPoolExecutor) -> None:
    found = run(pool, "h0-invisible", (0.0, 0.1, 0.3, 0.6))
    for arm in (1, 2, 3):
        found.unchanged("reversed", "restricted", arm=arm)


RESPONSIVE = [name for name in RULES if name != "sticker"]


@pytest.fixture(scope="module")
def moat_by_rule(pool: ProcessPoolExecutor) -> dict[str, Measured]:
    return {name: run(pool, "h1-moat", voters=3000, values={"party.rule": name}) for name in RULES}


def test_h1_a_moat_holds(moat_by_rule: dict[str, Measured]) -> None:
    found = moat_by_rule["best-response"]
    found.falls("attempted", "restricted", "reversed", "severity", "platform_distance")
    found.rises("mean_policy")


def test_h1_the_primary_contrast_keeps_its_sign_under_three_of_four_responsive_rules(
    moat_by_rule: dict[str, Measured],
) -> None:
    """All four point down; three of them with an interval below zero."""
    changes = {name: moat_by_rule[name].change("reversed") for name in RESPONSIVE}
    assert len(changes) == 4
    assert sum(one.high < 0.0 for one in changes.values()) >= 3, changes


def test_h1_the_sticker_shows_nothing(moat_by_rule: dict[str, Measured]) -> None:
    found = moat_by_rule["sticker"]
    for outcome in ("attempted", "restricted", "reversed", "severity"):
        assert np.array_equal(found.values(0, outcome), found.values(1, outcome)), outcome


def test_h2_a_trapdoor_opens_after_a_crash_and_not_in_calm(pool: ProcessPoolExecutor) -> None:
    crash = run(pool, "h2-trapdoor", (0.0, 0.1, 0.3))
    calm = run(pool, "h2-trapdoor", (0.0, 0.1, 0.3), values={"market.crash_month": -1})
    crash.rises("attempted", "severity")
    calm.unchanged("severity")
    for outcome in ("attempted", "severity"):
        more = paired_mean_difference(
            crash.values(2, outcome) - crash.values(0, outcome), calm.values(2, outcome) - calm.values(0, outcome)
        )
        assert more.low > 0.0, f"{outcome}: the crash adds nothing: {more}"


def test_h3_sorted_exposure_works_only_once_it_reaches_pivotal_voters(pool: ProcessPoolExecutor) -> None:
    found = run(pool, "h3-sorted", (0.0, 0.05, 0.1, 0.45, 0.8))
    for arm in (1, 2):
        found.unchanged("reversed", "attempted", arm=arm)
    for arm in (3, 4):
        found.falls("reversed", "attempted", "severity", arm=arm)
    spread = run(pool, "h3-sorted", (0.0, 0.1), values={"exposure.skew": 0.0})
    spread.falls("reversed")


def test_h4a_courts_stop_restrictions_that_are_attempted_all_the_same(pool: ProcessPoolExecutor) -> None:
    found = run(pool, "h4a-gridlock", replicates=600, voters=1000)
    found.falls("restricted")
    found.rises("court")
    found.unchanged("attempted", "platform_distance")
    assert np.array_equal(found.values(0, "attempted"), found.values(1, "attempted"))


def test_h4b_elites_converge_without_any_exposure(pool: ProcessPoolExecutor) -> None:
    found, calibrated = run(pool, "h4b-elite-convergence"), run(pool, "calibrated")
    for outcome in ("attempted", "platform_distance"):
        less = paired_mean_difference(found.values(0, outcome), calibrated.values(0, outcome))
        assert less.high < 0.0, outcome
    assert found.values(0, "platform_distance").mean() < 0.5 * calibrated.values(0, "platform_distance").mean()
    found.unchanged("attempted", "restricted", "reversed", "platform_distance")


def test_h5_support_after_a_crash_rises_with_breadth(pool: ProcessPoolExecutor) -> None:
    found = run(pool, "h5-bailout", (0.0, 0.1, 0.3))
    found.rises("supported", "socialised_usd_bn")
    assert found.values(0, "socialised_usd_bn").max() == 0.0
    more = paired_mean_difference(found.values(2, "supported"), found.values(1, "supported"))
    assert more.low > 0.0, f"support does not go on rising: {more}"


def test_h6_the_layer_protects_the_policy_and_breadth_adds_nothing(pool: ProcessPoolExecutor) -> None:
    layers = {
        layer: run(pool, "h6-entrenched", values={"policy.layer": layer}) for layer in ("guidance", "rule", "statute")
    }
    for layer in ("guidance", "rule"):
        less = paired_mean_difference(layers["statute"].values(0, "reversed"), layers[layer].values(0, "reversed"))
        assert less.high < 0.0, f"a statute is reversed as often as {layer}: {less}"
    layers["statute"].unchanged("reversed", "restricted", "attempted")


def test_h7_exposure_of_its_own_stays_under_one_percent_for_twelve_terms(pool: ProcessPoolExecutor) -> None:
    """Free histories in which people age; at its defaults the same model comes to more."""
    most = {}
    for name in ("h7-no-diffusion", "calibrated"):
        parameters = preset(name).with_values({"electorate.voters": 2000, "people.ageing": True})
        design = HistoryDesign((0.0,), (1.0,), cycles=12, evolving=True)
        payloads = [(parameters, design, SEED, replicate) for replicate in range(10)]
        rows = [row for result in pool.map(run_task, payloads) for row in result.cycles]
        most[name] = [row["share_holding_end"] for row in rows if row["arm"] == EVOLVING]
        assert len(most[name]) == 120
    assert max(most["h7-no-diffusion"]) < 0.01
    assert max(most["calibrated"]) > max(most["h7-no-diffusion"])


def control(pool: ProcessPoolExecutor, name: str) -> Interval:
    """Interval of the share of takeovers in which a policy control flips."""
    parameters = preset(name).with_values({"electorate.voters": 2000})
    exposure = parameters.exposure
    design = StressDesign((0.0, exposure.breadth), (exposure.visibility,), layers=(), returning=False)
    payloads = [(parameters, design, SEED, replicate) for replicate in range(CONTROL_REPLICATES)]
    flips = sum(result.runs[1]["restricted"] for result in pool.map(run_task, payloads, chunksize=10))
    return wilson(flips, CONTROL_REPLICATES)


def test_contested_guidance_without_a_visible_stake_flips_in_six_of_ten_takeovers_or_more(
    pool: ProcessPoolExecutor,
) -> None:
    found = control(pool, "esg-guidance")
    assert found.low > 0.6, found


def test_a_broad_vested_rule_on_which_parties_hardly_differ_flips_in_four_of_ten_or_fewer(
    pool: ProcessPoolExecutor,
) -> None:
    found = control(pool, "default-investment-rule")
    assert found.high < 0.4, found
