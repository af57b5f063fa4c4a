"""read.R runs in R without packages, and its differences and intervals are those of summary.csv."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from results_folders import LITTLE, finished

from political_moat.experiments.storage.tables import read_results

documents = pytest.mark.documents


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("a folder") / "out"
    finished(LITTLE, place)
    return place


def rscript(*words: object, cwd: Path) -> str:
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("needs Debian's r-base-core")
    done = subprocess.run(
        [program, "--vanilla", *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_script_holds_the_codebook_and_names_outcomes_and_factors(out: Path) -> None:
    text = (out / "read.R").read_text(encoding="utf-8")
    assert re.search("@[A-Z]+@", text) is None
    assert 'study <- "political-moat: study little, preset calibrated, seed 20250807"' in text
    assert 'outcome <- "reversed" ' in text
    assert 'factors <- c("exposure.breadth", "exposure.visibility", "party.office_rent")' in text
    for column in json.loads((out / "codebook.json").read_text(encoding="utf-8"))["files"]["export/runs.csv"]:
        assert f"      {json.dumps(column['name'])}, " in text
        assert json.dumps(column["meaning"]) in text


@documents
def test_the_script_prints_the_summary_and_draws_it(out: Path, tmp_path: Path) -> None:
    before = sorted(path.name for path in out.iterdir())
    shown = rscript(out / "read.R", "figure.pdf", cwd=tmp_path)
    assert "Difference from zero exposure: reversed" in shown
    assert "visibility 1, office_rent 2" in shown
    assert (tmp_path / "figure.pdf").read_bytes().startswith(b"%PDF")
    assert sorted(path.name for path in out.iterdir()) == before
    assert "visibility 0.1, office_rent 0.5" in rscript("read.R", cwd=out)


@documents
@pytest.mark.parametrize("outcome", ["attempted", "restricted", "reversed"])
def test_differences_and_intervals_are_those_of_the_summary(out: Path, tmp_path: Path, outcome: str) -> None:
    code = f'source("{out / "read.R"}"); write.csv(results_of("{outcome}"), "r.csv", row.names = FALSE)'
    rscript("-e", code, cwd=tmp_path)
    here = pd.read_csv(tmp_path / "r.csv")
    summary = read_results(out / "summary.csv")
    there = summary[summary[f"rd_{outcome}"].notna()].reset_index(drop=True)
    assert list(here["arm"]) == list(there["arm"])
    assert list(here["point"]) == list(there["point"])
    for mine, its in (("n", "n"), ("estimate", ""), ("low", "_low"), ("high", "_high")):
        name = its if its == "n" else f"rd_{outcome}{its}"
        assert here[mine].tolist() == pytest.approx(there[name].tolist(), abs=1e-9)


@documents
def test_columns_have_types_levels_and_labels(out: Path, tmp_path: Path) -> None:
    code = (
        f'source("{out / "read.R"}"); '
        "cat(class(runs$arm), levels(runs$arm), class(runs$severity), class(runs$key), attr(runs$breadth, 'label'), "
        "nrow(runs), sep = '|')"
    )
    shown = rscript("-e", code, cwd=tmp_path).splitlines()[-1]
    arms = dict.fromkeys(read_results(out / "export" / "runs.csv")["arm"])
    assert shown == "|".join(["factor", *arms, "numeric", "character", "share of voters holding (b)", "18"])
