"""The paired answer is that of `moat run` and of the explorer, digit for digit."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from political_moat.viz.explorer.explorer import explore
from political_moat.viz.recording.paired_answer import depth_of, paired_answer, paired_answers, pairs_needed
from political_moat.viz.recording.replicates import BLOCKS, replicates, replicates_message
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


def test_the_answer_is_that_of_the_shown_command(shown: dict[str, Any], tmp_path: Path) -> None:
    """`moat run` prints the declared contrast at b = .3 on its first screen and writes the rows of every arm."""
    words = shlex.split(from_address(SMALL).command(REPLICATES))
    done = subprocess.run(
        [sys.executable, "-m", "political_moat.experiments.cli.main", *words[1:], "--out", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    screen = " ".join(done.stdout.split())
    (answer,) = [each for each in shown["paired"] if each["breadth"] == 0.3]
    assert (
        f"back to extreme care in {answer['exposed']['share']:.3f} of 100 runs, in {answer['at_zero']['share']:.3f} "
        f"without exposure: {answer['difference']:+.3f}, {100 * answer['level']:.4g}% interval {answer['low']:+.3f} "
        f"to {answer['high']:+.3f}"
    ) in screen
    assert screen.lower().startswith(answer["verdict"].split(" after")[0])
    runs = pd.read_csv(tmp_path / "out" / "export" / "runs.csv")
    own = runs[runs["foresight"] == from_address(SMALL).parameters.polls.foresight]
    own = own[(own["layer"] == "rule") & (own["visibility"] == 1.0)]
    for answer in shown["paired"]:
        both = own[own["breadth"] == answer["breadth"]].merge(
            own[own["breadth"] == 0.0], on="replicate", suffixes=("", "_zero")
        )
        assert len(both) == REPLICATES
        assert answer["prevented"] == ((both["reversed"] == 0) & (both["reversed_zero"] == 1)).sum()
        assert answer["caused"] == ((both["reversed"] == 1) & (both["reversed_zero"] == 0)).sum()
    explored = str(explore(tmp_path / "out", {"arm": "b=0.3 v=1", "outcome": "reversed"}))
    (answer,) = [each for each in shown["paired"] if each["breadth"] == 0.3]
    assert f"prevented {answer['prevented']}, caused {answer['caused']} and" in explored
    assert f"difference {answer['difference']:+.3f}" in explored
    assert f"interval {answer['low']:+.3f} to {answer['high']:+.3f}" in explored
