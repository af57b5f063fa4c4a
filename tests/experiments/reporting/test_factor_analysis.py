"""A sweep's folder is analysed by its design: indices for sampled designs, a logit and a phase map for every one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from political_moat.experiments.errors import UserError
from political_moat.experiments.reporting.factor_analysis import analyse
from political_moat.experiments.sweeps.statement_codebook import statement_files

NAMES = ["party.office_rent", "polls.hypothetical_bias"]
PROBLEM = {"num_vars": 2, "names": NAMES, "bounds": [[0.0, 1.0]] * 2}


def folder_of(tmp_path: Path, kind: str) -> Path:
    """A folder as a sweep leaves it: in its world rent alone makes exposure prevent reversals."""
    if kind == "morris":
        unit = morris_sample.sample(PROBLEM, 10, num_levels=4, seed=1)
    else:
        unit = sobol_sample.sample(PROBLEM, 32, calc_second_order=False, seed=1)
    rng = np.random.default_rng(1)
    luck = rng.random(60)
    rows = []
    for point, (rent, bias) in enumerate(unit.tolist()):
        for r in range(60):
            for b in (0.0, 0.3):
                happens = int(luck[r] < 0.6 - (0.5 * rent if b else 0.0))
                rows.append(
                    {
                        **{"point": point, "replicate": r, "arm": f"b={b:g}", "layer": "rule", "breadth": b},
                        **{"visibility": 1.0, "allocation": 0.04, "mean_stake": 0.08, "platform_distance": 0.5},
                        **dict.fromkeys(("attempted", "restricted", "reversed"), happens),
                        **{"severity": 0.5 * happens, NAMES[0]: 4 * rent, NAMES[1]: bias},
                    }
                )
    (tmp_path / "export").mkdir()
    pd.DataFrame(rows).to_csv(tmp_path / "export" / "runs.csv", index=False)
    points = pd.DataFrame({"point": range(len(unit)), **{f"unit {n}": unit[:, i] for i, n in enumerate(NAMES)}})
    points.to_csv(tmp_path / "export" / "points.csv", index=False)
    (tmp_path / "study.toml").write_text(f'[design]\nkind = "{kind}"\n', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("kind", "index"), [("sobol", "total"), ("morris", "mean_absolute")])
def test_a_sampled_design_gives_indices_of_the_paired_difference(tmp_path: Path, kind: str, index: str) -> None:
    folder = folder_of(tmp_path, kind)
    written, reasons = analyse(folder)
    assert [path.name for path in written] == ["sensitivity.csv", "logit.csv", "phase-map.csv"]
    assert reasons == []
    table = pd.read_csv(folder / "sensitivity.csv").query(f"outcome == 'reversed' and index == '{index}'")
    found = table.set_index("factor")["value"]
    assert found[NAMES[0]] > 0.4
    assert found[NAMES[1]] == pytest.approx(0.0, abs=0.02)
    explained = [column.name for column in statement_files()["phase-map.csv"]]
    assert list(pd.read_csv(folder / "phase-map.csv").columns) == explained
    logit = pd.read_csv(folder / "logit.csv").query("outcome == 'reversed'").set_index("term")
    assert logit.loc["breadth", "coefficient"] + 2 * logit.loc["breadth", "error"] < 0.0
    assert abs(logit.loc[NAMES[1], "coefficient"]) < 3 * logit.loc[NAMES[1], "error"] + 0.2


def test_depths_have_indices_where_the_rows_have_the_lowest_lasting_openness(tmp_path: Path) -> None:
    """Policy falls to a half or stays: the same event at .65 and .5, which rent alone explains, and none at .25."""
    folder = folder_of(tmp_path, "sobol")
    path = folder / "export" / "runs.csv"
    runs = pd.read_csv(path)
    runs.assign(lasting_openness=np.where(runs["reversed"] == 1, 0.5 + 1e-12, 0.75)).to_csv(path, index=False)
    analyse(folder)
    table = pd.read_csv(folder / "sensitivity.csv").set_index(["outcome", "index", "factor"])["value"]
    assert {name for name in table.index.levels[0] if "<=" in name} == {
        "lasting_openness<=0.65",
        "lasting_openness<=0.5",
    }
    for outcome in ("lasting_openness<=0.65", "lasting_openness<=0.5"):
        pd.testing.assert_series_equal(table[outcome], table["reversed"])


def test_a_grid_gives_no_indices_and_says_why(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "sobol")
    (folder / "study.toml").write_text('[design]\nkind = "grid"\n', encoding="utf-8")
    written, reasons = analyse(folder)
    assert [path.name for path in written] == ["logit.csv", "phase-map.csv"]
    assert reasons == ["sensitivity.csv: indices need a design of kind sobol or morris, this one is grid"]


def test_a_lost_row_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "sobol")
    runs = pd.read_csv(folder / "export" / "runs.csv")
    runs.drop(index=77).to_csv(folder / "export" / "runs.csv", index=False)
    with pytest.raises(UserError, match=r"point 0, replicate 38, arm b=0.3"):
        analyse(folder)
    assert not (folder / "sensitivity.csv").exists()
