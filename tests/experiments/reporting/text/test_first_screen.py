"""The first screen of `moat run`: three sentences, one table, in 24 rows of 80 columns, under the progress bar."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from terminal import Screen, on_terminal

from political_moat.experiments.protocols.contract import Finished
from political_moat.experiments.protocols.stress_test.contrasts import contrast_rows
from political_moat.experiments.protocols.stress_test.depth import depth_curve, moves_at_end
from political_moat.experiments.reporting.text.first_screen import first_screen
from political_moat.experiments.reporting.text.wording import NOTICE
from political_moat.experiments.storage.tables import read_results
from political_moat.experiments.studies.from_options import study_of_run

MOAT = [sys.executable, "-m", "political_moat.experiments.cli.main"]
PROMPT = 1
PAIRS = 625


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("screen")


@pytest.fixture(scope="module")
def screen(folder: Path) -> Screen:
    """The default study at its doses, with few small replicates."""
    small = ("--replicates", "2", "--voters", "100", "--workers", "1", "--out", "out")
    return on_terminal([*MOAT, "run", *small], folder, os.environ)


def test_answer_and_table_stand_on_the_first_screen_below_the_progress(screen: Screen) -> None:
    assert screen.scrolled == []
    assert len([line for line in screen.lines if line]) + PROMPT <= screen.rows
    assert screen.lines[0].endswith(" 2 of 2 (100%)")
    assert screen.lines[1].startswith("Inconclusive: with 30% of voters holding crypto in full view (b = 0.3, v = 1)")
    text = " ".join(line.strip() for line in screen.lines)
    assert "98.33% interval" in text
    assert "margin of 0.05" in text
    heads = next(line for line in screen.lines if line.startswith("P, change (MC error)"))
    assert heads.split()[-7:] == ["restricted", "neutral", "extreme", "care", "no", "new", "money"]
    assert f"f = 1: parties project polls. {NOTICE}" in screen.lines
    assert "Files: out; every table: the same command with --verbose" in screen.lines


def test_doses_with_equal_rows_are_one_row(screen: Screen) -> None:
    table = [line for line in screen.lines if line.startswith("b = ")]
    assert len({line[20:] for line in table if "v =" not in line and "f =" not in line}) == len(
        [line for line in table if "v =" not in line and "f =" not in line]
    )
    assert any(" to " in line[:20] for line in table)


def large(folder: Path) -> Finished:
    """Return a study of 625 pairs made of one stored replicate: outcomes fall with visible exposure, in steps."""
    stored = read_results(folder / "out" / "export" / "runs.csv")
    one = stored[stored["replicate"] == 0]
    frame = pd.concat([one.assign(replicate=replicate) for replicate in range(PAIRS)], ignore_index=True)
    draw = np.random.default_rng(3).random(PAIRS)[frame["replicate"]]
    seen = (frame["breadth"] * frame["visibility"]).to_numpy()
    frame["restricted"] = (draw < 0.58).astype(int)
    frame["reversed"] = (draw < 0.30 - 0.29 * seen).astype(int)
    frame["lasting_openness"] = np.where(frame["reversed"], 0.0, np.where(frame["restricted"], 0.4, 0.75))
    frame["severity"] = 1.0 - frame["lasting_openness"] / 0.75
    names = np.where(frame["reversed"], "prohibit", np.where(frame["restricted"], "cap", "none"))
    frame["moves_in_force"] = names
    study = study_of_run(voters=4000)
    p = study.parameters
    design = study.protocol.design(study.declared(p))
    return Finished(Path("results/a-folder"), "calibrated", p, design, 20250807, frame, pd.DataFrame())


def test_a_full_result_names_verdict_interval_level_and_margin_and_fits(screen: Screen, folder: Path) -> None:
    finished = large(folder)
    lines = first_screen(finished, depth_curve(finished.runs), moves_at_end(finished.runs))
    assert len(lines) + len(["bar", "files", "prompt"]) <= screen.rows
    assert max(map(len, lines)) <= screen.columns
    row, second, _ = [row for row in contrast_rows(finished.runs, "rule", 0.0) if row.version == 2][:3]
    text = " ".join(line.strip() for line in lines)
    assert text.startswith(
        "Moat: with 30% of voters holding crypto in full view (b = 0.3, v = 1), policy goes back to "
    )
    numbers = (
        f"{row.difference:+.3f}, 98.33% interval {row.low:+.3f} to {row.high:+.3f}, all below the margin of -0.05."
    )
    assert f"in {row.exposed:.3f} of 625 runs, in {row.at_zero:.3f} without exposure: {numbers}" in text
    assert f"restricted +0.000 ({second.low:+.3f} to {second.high:+.3f}), no effect of political size" in text
    assert "At v = 0.1 all three: no effect of political size" in text
    prohibit, cap = row.exposed - row.at_zero, row.at_zero - row.exposed
    assert prohibit < 0.0 < cap
    assert f"prohibit {row.exposed:.3f} ({row.at_zero:.3f})" in text


def test_the_table_holds_the_curve_at_the_named_depths(screen: Screen, folder: Path) -> None:
    finished = large(folder)
    curve = depth_curve(finished.runs)
    lines = first_screen(finished, curve, moves_at_end(finished.runs))
    shown: dict[str, Any] = {line[:20].strip(): line[20:].split() for line in lines if line.startswith("b = ")}
    for label, dose in (("b = 0.3", (0.0, 1.0)), ("b = 0.3, v = 0.1", (0.0, 0.1)), ("b = 0.3, f = 1", (1.0, 1.0))):
        rows = curve[(curve["foresight"] == dose[0]) & (curve["visibility"] == dose[1]) & (curve["breadth"] == 0.3)]
        wanted = [rows[rows["tau"] == tau].iloc[0] for tau in (0.65, 0.5, 0.25, 0.0)]
        assert shown[label] == [word for row in wanted for word in (f"{row['rd']:+.3f}", f"({row['rd_mcse']:.3f})")]
    zero = next(line for line in lines if line.startswith("no exposure"))
    assert zero.split()[2::2] == [f"{row['p_zero']:.3f}" for row in wanted]
