"""Measured statistics: the numbers of `moat targets` by plain names, with errors that hold for few histories."""

from __future__ import annotations

import math

import numpy as np
import pytest

from political_moat.agents.calibration import shipped_facts
from political_moat.experiments.matching.implausibility import cutoff
from political_moat.experiments.matching.measured import STATISTICS, jeffreys_error, left_out, measure_all, widened
from political_moat.experiments.matching.request import shipped_targets
from political_moat.experiments.matching.targets_file import Target, read_targets
from political_moat.experiments.protocols.targets.columns import COUNT_COLUMNS
from political_moat.experiments.protocols.targets.design import CONTEST_AIMS, PARTS
from political_moat.experiments.reporting.text.takeover_targets import contest_rows, polled_rows, takeover_rows
from political_moat.experiments.reporting.text.targets import measured

Counts = list[dict[str, float]]
CASES = ("faced", "swings", "elections", "congresses", "midterms", "voted_before", "windows", "years", "takeovers")


def counts_of(replicates: int, seed: int = 1) -> Counts:
    """Counts of invented histories: cases between 20 and 40, events between 0 and 20, costs below 0."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(replicates):
        row = {}
        for column in COUNT_COLUMNS:
            if column.name.startswith(("polled", "realised")):
                row[column.name] = -float(rng.uniform(0.01, 0.05))
            elif any(word in column.name for word in CASES) and not column.name.endswith("unified"):
                row[column.name] = float(rng.integers(20, 40))
            else:
                row[column.name] = float(rng.integers(0, 20))
        rows.append(row)
    return rows


def test_every_number_that_moat_targets_prints_is_a_statistic_with_the_same_estimate() -> None:
    counts = counts_of(8)
    printed = [row.estimate for row in measured(counts)]
    printed += [row.estimate for row in (*contest_rows(counts), *takeover_rows(counts), *polled_rows(counts))]
    ours = [STATISTICS[name].measure(counts)[0] for name in STATISTICS if not name.startswith("vote_effect")]
    order = np.argsort(printed), np.argsort(ours)
    assert np.array(printed)[order[0]] == pytest.approx(np.array(ours)[order[1]], nan_ok=True)
    assert [STATISTICS[name].fact for name in STATISTICS][: len(measured(counts))] == [
        row.target.fact for row in measured(counts)
    ]


def test_an_error_is_never_smaller_than_the_one_that_moat_targets_prints() -> None:
    counts = counts_of(8)
    printed = {row.target.fact: row.error for row in measured(counts)}
    for statistic in STATISTICS.values():
        if statistic.fact:
            assert statistic.measure(counts)[1] >= printed[statistic.fact]


def test_no_event_in_24_cases_has_an_error() -> None:
    counts = [dict.fromkeys((c.name for c in COUNT_COLUMNS), 0.0) | {"contest takeovers": 4.0} for _ in range(6)]
    value, error = STATISTICS["restricted_equal_rule"].measure(counts)
    assert value == 0.0
    assert error == pytest.approx(math.sqrt(0.02 * 0.98 / 26.0))
    assert jeffreys_error(24.0, 24.0) == pytest.approx(jeffreys_error(0.0, 24.0))


def test_an_error_from_few_histories_covers_the_truth_as_often_as_a_normal_one() -> None:
    rng = np.random.default_rng(3)
    for n in (3, 8):
        draws = rng.normal(size=(4000, n))
        error = draws.std(axis=1, ddof=1) / math.sqrt(n) * widened(1.0, n)
        assert np.mean(np.abs(draws.mean(axis=1)) <= 1.96 * error) == pytest.approx(0.95, abs=0.015)


def test_what_has_no_case_or_one_history_is_not_measured() -> None:
    counts = counts_of(1)
    assert all(map(math.isnan, STATISTICS["swing_sd"].measure(counts))), "one history has no error"
    assert not math.isnan(STATISTICS["unified"].measure(counts)[1]), "a share has that of its cases"
    nothing = [dict.fromkeys(row, 0.0) for row in counts_of(4)]
    values, errors = measure_all(nothing, list(STATISTICS))
    shares = [value for value, name in zip(values, STATISTICS, strict=True) if not name.startswith("vote_effect")]
    assert all(map(math.isnan, shares))
    assert len(errors) == len(values) == len(STATISTICS)


def test_a_part_that_no_target_needs_is_left_out_and_a_part_left_out_measures_nothing() -> None:
    assert left_out(["swing_sd", "drop_out"]) == list(PARTS)
    assert "contests" not in left_out(["restricted_contested_rule"])
    for statistic in STATISTICS.values():
        assert (statistic.part in PARTS) == bool(statistic.part)
    counts = counts_of(4)
    absent = {name for name in counts[0] if "restricted" in name or name == "contest takeovers"}
    without = [{name: math.nan if name in absent else count for name, count in row.items()} for row in counts]
    for statistic in STATISTICS.values():
        needed = statistic.part == "contests"
        assert math.isnan(statistic.measure(without)[0]) == (needed or math.isnan(statistic.measure(counts)[0]))


def shipped() -> tuple[Target, ...]:
    return read_targets(shipped_targets(), list(STATISTICS))


def test_shipped_targets_hold_the_values_of_the_calibration() -> None:
    facts, seen = shipped_facts(), 0
    for target in shipped():
        fact = facts.get(STATISTICS[target.name].fact)
        if fact is not None:
            assert target.value == fact.value
            assert target.source.startswith(fact.name)
            assert fact.use.split()[0] in ("TARGET", "FIT")
            seen += 1
    effect = next(target for target in shipped() if target.name.startswith("vote_effect"))
    assert effect.value == facts["asset_vote_effect"].value
    assert seen == 11


def ranges() -> dict[str, tuple[float, float]]:
    """The range of the record behind each shipped target."""
    facts = shipped_facts()
    spans = {}
    for name, statistic in STATISTICS.items():
        if statistic.fact:
            spans[name] = (facts[statistic.fact].low, facts[statistic.fact].high)
    for aim in CONTEST_AIMS:
        spans |= {f"restricted_{aim.contest}_{layer}": (aim.low, aim.high) for layer in aim.layers}
    effect = facts["asset_vote_effect"]
    spans["vote_effect_prohibit_late"] = (effect.low, effect.high)
    spans["midterm_seats"] = (-24.0 - 9.6, -24.0 + 9.6)  # low and high of the fact are those of single midterms
    return spans


def test_no_value_inside_the_range_of_the_record_is_ruled_out() -> None:
    most = cutoff(len(shipped()))
    for target in shipped():
        low, high = ranges()[target.name]
        reach = most * math.hypot(target.error, target.discrepancy)
        assert target.value - reach <= low <= target.value <= high <= target.value + reach, target.name


def test_the_aims_of_the_contests_are_targets_as_declared_and_no_other_case_is() -> None:
    contests = {target.name: target for target in shipped() if target.name.startswith("restricted")}
    expected = {
        f"restricted_{aim.contest}_{layer}": aim
        for aim in CONTEST_AIMS
        for layer in aim.layers
        if aim.contest != "equal"
    }
    assert contests.keys() == expected.keys()
    for name, aim in expected.items():
        assert contests[name].value == pytest.approx((aim.low + aim.high) / 2.0)
        assert contests[name].error == pytest.approx((aim.high - aim.low) / 4.0)
        assert aim.source in contests[name].source


def test_every_shipped_target_says_what_its_discrepancy_stands_for() -> None:
    for target in shipped():
        assert target.discrepancy > 0.0
        assert "Discrepancy: " in target.source
