"""The paired answer is that of `moat run` and of the explorer, digit for digit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from political_moat.experiments.protocols.stress_test.contrasts import contrast_rows
from political_moat.experiments.protocols.stress_test.design import StressDesign
from political_moat.experiments.protocols.stress_test.run import run_replicate
from political_moat.viz.explorer.explorer import explore
from political_moat.viz.recording.paired_answer import depth_of, paired_answer, paired_answers, pairs_needed
from political_moat.viz.recording.replicates import BLOCKS, doses, replicates, replicates_message
from political_moat.viz.scenario import REPLICATES, from_address

SMALL = "electorate.voters=300&exposure.breadth=0.3&seed=20250807"


def made_up(both: int, prevented: int, caused: int, neither: int) -> tuple[list[int], list[int]]:
    """Return the event in the exposed and in the unexposed worlds of made-up pairs."""
    exposed = [1] * both + [0] * prevented + [1] * caused + [0] * neither
    at_zero = [1] * both + [1] * prevented + [0] * caused + [0] * neither
    return exposed, at_zero


def test_prevented_is_not_caused() -> None:
    answer = paired_answer(*made_up(20, 7, 2, 71))
    assert (answer.prevented, answer.caused, answer.unchanged, answer.n) == (7, 2, 91, 100)
    assert answer.difference == -0.05
    assert (answer.at_zero.count, answer.exposed.count) == (27, 22)
    mirrored = paired_answer(*reversed(made_up(20, 7, 2, 71)))
    assert (mirrored.prevented, mirrored.caused, mirrored.difference) == (2, 7, 0.05)


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ((10, 60, 0, 30), "moat"),
        ((10, 0, 60, 30), "trapdoor"),
        ((10, 0, 0, 290), "no effect of political size"),
        ((20, 7, 2, 71), "inconclusive after 100 replicates"),
    ],
)
def test_the_words_are_those_of_the_declared_rule(counts: tuple[int, int, int, int], word: str) -> None:
    answer = paired_answer(*made_up(*counts))
    assert answer.verdict == word
    assert (answer.needed is None) == (not word.startswith("inconclusive") or answer.difference == -0.05)


def test_the_pairs_that_would_decide_do_decide() -> None:
    for counts in ((20, 10, 2, 68), (20, 3, 2, 75), (20, 2, 11, 67)):
        answer = paired_answer(*made_up(*counts))
        assert answer.verdict.startswith("inconclusive")
        assert answer.needed is not None
        more = paired_answer(*made_up(*(round(1.3 * count * answer.needed / 100) for count in counts)))
        fewer = paired_answer(*made_up(*(round(0.6 * count * answer.needed / 100) for count in counts)))
        assert not more.verdict.startswith("inconclusive")
        assert fewer.verdict.startswith("inconclusive")


def test_no_number_of_pairs_decides_an_effect_on_the_margin() -> None:
    assert pairs_needed(100, -0.05, -0.12, -0.004) is None
    assert pairs_needed(100, -0.08, -0.154, -0.010) is not None
    assert pairs_needed(100, -0.2, -0.3, -0.1) is None


def test_a_rare_event_says_that_a_fall_was_impossible() -> None:
    assert "impossible" in paired_answer(*made_up(1, 1, 0, 98)).note
    assert paired_answer(*made_up(20, 7, 2, 71)).note == ""


def test_depth_is_the_deepest_fall() -> None:
    kept = dict.fromkeys(("prohibited", "reversed", "neutral", "restricted"), 0)
    assert depth_of(kept) == "stands"
    assert depth_of(kept | {"restricted": 1}) == "restricted"
    assert depth_of(kept | {"restricted": 1, "neutral": 1, "reversed": 1}) == "reversed"
    rows = [
        {"arms": [{"breadth": 0.0, **a}, {"breadth": 0.3, **b}]}
        for a, b in ((kept, kept | {"restricted": 1}), (kept, kept), (kept | {"reversed": 1}, kept))
    ]
    (answer,) = paired_answers(rows)
    assert (answer["prevented"], answer["caused"], answer["unchanged"], answer["differ_in_depth"]) == (1, 0, 2, 1)
    assert paired_answers([]) == []


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    """The message of the hundred replicates of a small scenario."""
    scenario = from_address(SMALL)
    rows = [row for block in range(BLOCKS) for row in replicates(scenario, block)]
    message = replicates_message(rows, scenario)
    assert json.loads(json.dumps(message, allow_nan=False)) == message
    return message


def test_the_answer_is_the_declared_contrast(shown: dict[str, Any]) -> None:
    """`moat run` prints these contrasts; tests/browser/test_pairs.py compares the page with its screen."""
    scenario = from_address(SMALL)
    p, design = scenario.parameters, StressDesign(doses(scenario), (1.0,), layers=(), returning=False)
    runs = pd.DataFrame(
        [row for number in range(REPLICATES) for row in run_replicate(p, design, scenario.seed, number).runs]
    )
    assert len(shown["paired"]) == len(doses(scenario)) - 1
    for answer in shown["paired"]:
        (row,) = [
            row
            for row in contrast_rows(runs, p.policy.layer, p.polls.foresight, answer["breadth"])
            if row.version == 2 and row.outcome == "back to extreme care"
        ]
        assert answer["difference"] == row.difference
        assert (answer["low"], answer["high"], answer["level"]) == (row.low, row.high, row.level)
        assert (answer["at_zero"]["share"], answer["exposed"]["share"]) == (row.at_zero, row.exposed)
        assert (answer["verdict"], answer["note"]) == (row.verdict, row.note)
        both = runs[runs["breadth"] == answer["breadth"]].merge(
            runs[runs["breadth"] == 0.0], on="replicate", suffixes=("", "_zero")
        )
        assert answer["prevented"] == ((both["reversed"] == 0) & (both["reversed_zero"] == 1)).sum()
        assert answer["caused"] == ((both["reversed"] == 1) & (both["reversed_zero"] == 0)).sum()


def test_the_explorer_prints_the_answer(tmp_path: Path) -> None:
    command = ["run", "--replicates", "4", "--voters", "300", "--breadth", "0,.3", "--workers", "1"]
    out = tmp_path / "out"
    subprocess.run(
        [sys.executable, "-m", "political_moat.experiments.cli.main", *command, "--out", str(out)],
        capture_output=True,
        timeout=600,
        check=True,
    )
    runs = pd.read_csv(out / "export" / "runs.csv")
    exposed, zero = (runs[runs["arm"] == arm].sort_values("replicate") for arm in ("b=0.3 v=1", "b=0"))
    answer = paired_answer(exposed["restricted"].to_list(), zero["restricted"].to_list(), "restricted")
    explored = str(explore(out, {"arm": "b=0.3 v=1", "outcome": "restricted"}))
    assert f"prevented {answer.prevented}, caused {answer.caused} and changed nothing in {answer.unchanged}" in explored
    assert f"difference {answer.difference:+.3f} (98.33% interval {answer.low:+.3f} to {answer.high:+.3f})" in explored
