"""Pairs of the explorer: the arm that it opens with, the paired answer, and texts from outside as texts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from swept_folders import CELLS, eighteen_cells

from political_moat.viz.explorer.explorer import explore
from political_moat.viz.explorer.pairs import most_telling, pairs_of
from political_moat.viz.explorer.runs import arm_labels, point_texts, read_runs
from political_moat.viz.recording.paired_answer import paired_answer

HOSTILE = "<img src=x onerror=hacked=1>\"'" + "x" * 200


def arm(name: str, breadth: float, visibility: float, happens: int, layer: str = "rule") -> pd.DataFrame:
    """Ten runs of an arm, of which some have the event."""
    return pd.DataFrame(
        {
            "arm": name, "layer": layer, "breadth": breadth, "visibility": visibility, "mean_stake": 0.1 * breadth,
            "replicate": range(10), "reversed": [int(r < happens) for r in range(10)], "point": 0,
        }
    )  # fmt: skip


def runs_of(*arms: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(arms, ignore_index=True)


def test_the_declared_contrast_with_the_largest_visible_stake_comes_first() -> None:
    runs = runs_of(
        arm("b=0", 0.0, 0.1, 5), arm("low", 0.3, 0.1, 0), arm("high", 0.3, 1.0, 5), arm("more", 0.6, 1.0, 0),
        arm("statute b=0", 0.0, 1.0, 5, "statute"), arm("statute", 0.3, 1.0, 0, "statute"),
    )  # fmt: skip
    assert most_telling(runs, "reversed") == "high"


def test_without_the_declared_contrast_the_largest_paired_difference_comes_first() -> None:
    runs = runs_of(
        arm("b=0", 0.0, 1.0, 5), arm("b=.1", 0.1, 1.0, 4), arm("b=.6", 0.6, 1.0, 1), arm("b=.9", 0.9, 1.0, 5)
    )
    assert most_telling(runs, "reversed") == "b=.6"
    assert most_telling(runs[runs["breadth"] == 0.0], "reversed") == "b=0"


def test_arms_with_equal_settings_keep_their_names() -> None:
    runs = runs_of(arm("b=0", 0.0, 1.0, 5), arm("first", 0.3, 1.0, 5), arm("second", 0.3, 1.0, 5))
    assert arm_labels(runs) == {
        "b=0": "breadth 0", "first": "breadth 0.3 (first)", "second": "breadth 0.3 (second)",
    }  # fmt: skip


@pytest.fixture(scope="module")
def eighteen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return eighteen_cells(tmp_path_factory.mktemp("eighteen") / "out")


def test_eighteen_cells_open_their_pairs_with_the_counts_of_the_shared_function(eighteen: Path) -> None:
    runs = read_runs(eighteen)
    assert explore(eighteen, {}).count("#pairs") == CELLS
    assert list(point_texts(runs).values()) == ["vote effect 0.5", "vote effect 4"]
    part = runs[runs["point"] == 1]
    for name in ("b=0.6 v=1", "b=0.1 v=0.5", "guidance b=0.3 v=1"):
        shown = explore(eighteen, {"point": "1", "arm": name})
        pairs = pairs_of(part, "reversed", name)
        assert pairs is not None
        answer = paired_answer([int(value) for value in pairs.exposed], [int(value) for value in pairs.zero])
        counts = (
            f"exposure prevented {answer.prevented}, caused {answer.caused} and changed nothing in {answer.unchanged}"
        )
        assert counts in shown
        assert f"interval {answer.low:+.3f} to {answer.high:+.3f}): {answer.verdict}" in shown
        assert f"<dt>Prevented ({answer.prevented})</dt>" in shown


def test_a_mean_lists_the_pair_that_differs_most_first(eighteen: Path) -> None:
    runs = read_runs(eighteen)
    pairs = pairs_of(runs[runs["point"] == 1], "severity", "b=0.6 v=1")
    assert pairs is not None
    sizes = {n: abs(b - a) for n, a, b in zip(pairs.replicates, pairs.zero, pairs.exposed, strict=True)}
    shown = explore(eighteen, {"point": "1", "arm": "b=0.6 v=1", "outcome": "severity"})
    listed = shown[shown.index("the largest difference first") :]
    first = max(sizes, key=lambda number: sizes[number])
    assert listed.index(f">{first}: ") == min(listed.index(f">{number}: ") for number in sizes)


def test_hostile_names_are_texts(monkeypatch: pytest.MonkeyPatch, eighteen: Path) -> None:
    runs = read_runs(eighteen).rename(columns={"severity": HOSTILE, "voting.asset_vote_effect": f"a.{HOSTILE}"})
    runs = runs.assign(arm=[f"{name} {HOSTILE}" for name in runs["arm"]], layer=HOSTILE)
    monkeypatch.setattr("political_moat.viz.explorer.explorer.read_runs", lambda _: runs)
    shown = explore(eighteen, {"outcome": HOSTILE, "arm": f"b=0.3 v=1 {HOSTILE}"})
    assert "<img" not in shown
    assert "&lt;img src=x onerror=hacked=1&gt;&quot;&#x27;" in shown
