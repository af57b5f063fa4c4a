"""The emergent targets: what is counted, beside which record, and the same bytes however it is run."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from results_folders import command, contents, rows, run_here
from scipy.stats import beta

from political_moat.agents.calibration import shipped_facts
from political_moat.experiments.cli.main import main
from political_moat.experiments.execution.engine import Engine
from political_moat.experiments.protocols.history.run import free_run
from political_moat.experiments.protocols.targets.counts import (
    ballot_counts,
    congress_counts,
    deep_falls,
    drawdown,
    falls_from_record_high,
    history_with_ballots,
    presidency_counts,
    price_counts,
    price_windows,
    target_counts,
)
from political_moat.experiments.protocols.targets.estimates import NOT_MEASURED, TARGETS, estimate
from political_moat.experiments.reporting.text.sweep import outcome_json, outcome_text
from political_moat.experiments.reporting.text.takeover_targets import (
    contest_rows,
    polled_lines,
    polled_rows,
    takeover_rows,
)
from political_moat.experiments.reporting.text.targets import (
    counts_of,
    measured,
    takeover_target_rows,
)
from political_moat.experiments.reporting.text.wording import IN_RANGE, MISS, NO_CASE
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.experiments.sweeps.outcome import Outcome
from political_moat.experiments.sweeps.run import run_study
from political_moat.model.elections.national_vote import Congress, ElectionResult
from political_moat.model.parameters.tree import Parameters
from political_moat.model.policy.public_facts import unified
from political_moat.model.world import World

pytestmark = pytest.mark.usefixtures("drawn_once")

SMALL = Parameters().with_values({"electorate.voters": 300, "exposure.breadth": 0.0})
BY_NAME = {one.fact: one for one in TARGETS}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    study = study_of_run(protocol="targets", voters=300, replicates=3, cycles=3, seed=5)
    return run_here(study, tmp_path_factory.mktemp("targets") / "out")


@pytest.fixture(scope="module")
def counts(outcome: Outcome) -> list[dict[str, float]]:
    return counts_of(outcome.finished)


def test_every_target_of_the_calibration_is_measured_or_named_as_not_measured() -> None:
    facts = shipped_facts()
    declared = {name for name, fact in facts.items() if fact.role == "target"}
    shown = {one.fact for one in TARGETS}
    assert declared <= shown | NOT_MEASURED.keys()
    assert not shown & NOT_MEASURED.keys()
    assert NOT_MEASURED.keys() <= declared
    assert shown <= facts.keys()
    assert {facts[name].use.split()[0] for name in shown - declared} == {"FIT", "input"}


def test_the_ranges_of_turnover_are_jeffreys_intervals_of_the_record() -> None:
    facts = shipped_facts()
    for name, lost in (("turnover_prob_after_1_term", 3), ("turnover_prob_after_2plus_terms", 8)):
        interval = beta.ppf([0.05, 0.95], lost + 0.5, 10 - lost + 0.5)
        assert [facts[name].low, facts[name].high] == pytest.approx(interval, abs=0.006)


def test_a_history_with_ballots_is_the_free_run_of_the_history_protocol() -> None:
    plain = World(SMALL, 5, 1)
    free_run(plain, 3)
    world, votes, ages = history_with_ballots(SMALL, 3, 5, 1)
    assert len(votes) == len(ages) == 3
    assert world.record == plain.record
    assert world.results == plain.results
    assert len(votes) == 3
    exposed = SMALL.with_values({"exposure.breadth": 0.6})
    assert target_counts(exposed, 2, 5, 1) == target_counts(SMALL, 2, 5, 1)


def test_the_same_seed_gives_the_same_counts_and_workers_the_same_bytes(
    outcome: Outcome, counts: list[dict[str, float]], tmp_path: Path
) -> None:
    again = run_study(outcome.study, tmp_path / "out", Engine("process", workers=2), quiet=True)
    assert again.reasons == []
    assert counts_of(again.finished) == counts
    assert contents(again.path) == contents(outcome.path)
    assert counts == [target_counts(outcome.study.parameters, 3, 5, replicate) for replicate in range(3)]
    assert counts[0] != counts[1]


def test_the_folder_holds_the_table_and_more_histories_reuse_every_row(outcome: Outcome, tmp_path: Path) -> None:
    table = outcome.finished.table
    counts = counts_of(outcome.finished)
    others = takeover_target_rows(counts)
    assert table["target"].tolist() == [*(target.label for target in TARGETS), *(row.label for row in others)]
    assert table["verdict"].tolist() == [row.verdict for row in (*measured(counts), *others)]
    assert [row["verdict"] for row in json.loads(outcome_json(outcome))["table"]] == table["verdict"].tolist()
    fewer = study_of_run(protocol="targets", voters=300, replicates=2, cycles=3, seed=5)
    keys = {row["key"] for row in rows(run_here(fewer, tmp_path / "out").path)}
    assert len(keys) == 2
    assert keys < {row["key"] for row in rows(run_here(outcome.study, tmp_path / "out").path)}
    assert contents(tmp_path / "out") == contents(outcome.path)
    assert command("verify", tmp_path / "out", "--sample", "100%") == 0


def result(month: int, share: float, winner: str, house: float = 0.5, presidential: bool = True) -> ElectionResult:
    congress = Congress(house, (0.6, 0.6, 0.6))
    return ElectionResult(month, presidential, share, 1.0 - share, share, 0.0, 0.0, winner, congress)


def test_turnover_swings_and_lost_popular_votes_counted_by_hand() -> None:
    held = [(0.52, "author"), (0.50, "opponent"), (0.53, "opponent"), (0.55, "author")]
    found = presidency_counts([result(46 + 48 * i, *one) for i, one in enumerate(held)])
    # The author holds one term, wins a second, loses after two; the opponent wins after one, loses after two.
    assert (found["lost_after_one"], found["faced_after_one"]) == (0.0, 2.0)
    assert (found["lost_after_more"], found["faced_after_more"]) == (2.0, 2.0)
    assert found["swing_squares"] == pytest.approx(0.02**2 + 0.03**2 + 0.02**2)
    assert (found["swings"], found["elections"]) == (3.0, 4.0)
    assert found["college_reversals"] == 1.0


def test_unified_government_is_what_the_model_calls_unified_and_seats_are_those_of_the_presidents_party() -> None:
    world = World(SMALL, 5, 2)
    world.released = True
    seen = []
    for _ in range(10):
        world.advance(24)
        seen.append(unified(world, world.in_office))
    found = congress_counts(world)
    assert (found["unified"], found["congresses"]) == (sum(seen[1:]), 9.0)
    change = 0.0
    for before, one in itertools.pairwise(world.results):
        if not one.presidential:
            moved = one.congress.house - before.congress.house
            change += moved if world.record[one.month].in_office == "author" else -moved
    assert found["midterm_change"] == pytest.approx(change)
    assert found["midterms"] == 4.0


def test_switching_and_drop_out_counted_by_hand() -> None:
    before = np.array([1, 1, 1, -1, -1, 0, 0], dtype=np.int8)
    now = np.array([1, -1, 0, -1, 1, 1, 0], dtype=np.int8)
    ages = np.arange(30.0, 30.0 + before.size, dtype=np.float32)
    older = ages + 4.0
    assert ballot_counts([before, now], [ages, older]) == {"voted_before": 5.0, "switched": 2.0, "dropped_out": 1.0}
    assert ballot_counts([before], [ages]) == {"voted_before": 0.0, "switched": 0.0, "dropped_out": 0.0}
    # One of those who switched has died; the ballot is that of the entrant in the same place.
    older[np.flatnonzero((before != 0) & (now == -before))[0]] = 19.0
    assert ballot_counts([before, now], [ages, older]) == {"voted_before": 4.0, "switched": 1.0, "dropped_out": 1.0}


def test_drawdowns_counted_by_hand() -> None:
    path = [1.0, 4.0, 2.0, 1.0, 2.0, 3.0, 1.5, 5.0, 4.0, 2.6]
    # From 4 to 1 is the deepest. 4 to 2 is a fall; at 2 the price has doubled from 1, so 3 to 1.5 is another.
    assert drawdown(path) == -0.75
    assert deep_falls(path) == 2
    # From the highest price so far: 4 to 1 only; 3 is below 4, and 5 to 2.6 is less than half.
    assert falls_from_record_high(path) == 1
    assert (drawdown([1.0, 2.0]), deep_falls([1.0, 2.0]), falls_from_record_high([1.0, 2.0])) == (0.0, 0, 0)
    assert deep_falls([2.0, 1.0, 1.9, 1.0]) == 1
    assert price_counts(path)["price_years"] == pytest.approx(9 / 12)


def test_a_long_path_is_cut_into_stretches_as_long_as_the_record() -> None:
    path = [float(number) for number in range(577)]
    windows = price_windows(path)
    assert [(one[0], one[-1]) for one in windows] == [(0.0, 148.0), (148.0, 296.0), (296.0, 444.0)]
    assert price_windows(path[:97]) == [path[:97]]
    assert len(price_windows(path[:149])) == 1


def fill(values: Mapping[str, float]) -> dict[str, float]:
    return {name: values.get(name, 0.0) for one in TARGETS for name in (one.above, one.below)}


def test_estimates_are_ratios_of_sums_with_errors_over_replicates() -> None:
    runs = [fill({"unified": 1.0, "congresses": 2.0}), fill({"unified": 3.0, "congresses": 4.0})]
    found, error = estimate(runs, BY_NAME["unified_government_share"])
    assert found == pytest.approx(4 / 6)
    assert error == pytest.approx(math.sqrt(2.0 * ((1 - 4 / 3) ** 2 + (3 - 8 / 3) ** 2)) / 6)
    swings = [fill({"swing_squares": 0.0049, "swings": 1.0})] * 2
    assert estimate(swings, BY_NAME["national_swing_sd_1952_2024"]) == pytest.approx((7.0, 0.0))


def test_a_value_outside_the_range_is_a_miss_and_no_case_is_no_verdict() -> None:
    good = [fill({"unified": 45.0, "congresses": 100.0})] * 2
    bad = [fill({"unified": 60.0, "congresses": 100.0})] * 2
    place = list(BY_NAME).index("unified_government_share")
    assert (measured(good)[place].verdict, measured(bad)[place].verdict) == (IN_RANGE, MISS)
    assert measured(good)[0].verdict == NO_CASE


def test_the_table_has_a_line_for_each_target_and_names_misses(
    outcome: Outcome, counts: list[dict[str, float]]
) -> None:
    text = outcome_text(outcome)
    lines = text.splitlines()
    assert max(map(len, lines[:-1])) <= 100
    for one in measured(counts):
        (line,) = [line for line in lines if line.startswith(f"{one.target.label:<29}")]
        assert line.endswith(one.verdict)
        assert f"{one.fact.low:g} to {one.fact.high:g}" in line
        assert f" {one.fact.status} " in line
        flat = " ".join(text.split())
        missed = flat[flat.index("Missed: ") : flat.index(" No parameter is changed")]
        assert (one.target.label in " ".join(missed.split())) == (one.verdict == MISS)
    assert takeover_target_rows(counts) == [*contest_rows(counts), *takeover_rows(counts), *polled_rows(counts)]
    assert set(polled_lines(polled_rows(counts))) <= set(lines)
    for row in (*contest_rows(counts), *takeover_rows(counts)):
        label = row.label.removeprefix("P(restricted) ").removeprefix("unified at takeover: ")
        (line,) = [line for line in lines if line.startswith(f"{label:<33}")]
        assert line.endswith(row.verdict)
        assert (row.label in missed) == (row.verdict == MISS)
    for name in NOT_MEASURED:
        assert f"not measured here: {name}, {NOT_MEASURED[name]}" in " ".join(text.split())
    assert max(map(len, lines[:-1])) <= 120  # the last line holds a path


def test_the_command_prints_the_table_and_refuses_what_cannot_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["moat", "targets", "--replicates", "1", "--voters", "300", "--cycles", "2", "--workers", "1"]
    monkeypatch.setattr("sys.argv", words)
    main()
    assert "turnover after one term" in capsys.readouterr().out
    assert (tmp_path / "results" / "targets-2-300-20250807" / "summary.csv").is_file()
    monkeypatch.setattr("sys.argv", ["moat", "targets", "--cycles", "1", "--workers", "0"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
