"""Every column of every table of statements is explained, and no column is explained that is not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from political_moat.experiments.mediation import run_mediation
from political_moat.experiments.mediation_protocol import MediationDesign
from political_moat.experiments.prior_mass import prior_ranges, run_prior_mass
from political_moat.experiments.prior_mass_protocol import PriorMassDesign
from political_moat.experiments.provenance import verify_checksums
from political_moat.experiments.regression import cluster_logit
from political_moat.experiments.report import build_report
from political_moat.experiments.statements import FILES, write_codebook
from political_moat.model.parameters import Parameters

SMALL = Parameters().with_values({"electorate.voters": 200})


def explained(name: str) -> list[str]:
    return [column.name for column in FILES[name]]


def test_mediation_and_prior_mass_leave_folders_whose_columns_are_explained(tmp_path: Path) -> None:
    run_mediation(SMALL, tmp_path / "m", design=MediationDesign(0.3, 1.0), replicates=2, quiet=True)
    design = PriorMassDesign(replicates=6, calibration_replicates=6)
    run_prior_mass(SMALL, tmp_path / "p", design=design, draws=4, quiet=True)
    drawn = [one.name for one in prior_ranges(SMALL)]
    for folder, name, more in (
        *(("m", "mediation.csv", []), ("m", "mediation_runs.csv", []), ("p", "prior_mass.csv", [])),
        ("p", "prior_mass_draws.csv", drawn),
    ):
        found = list(pd.read_csv(tmp_path / folder / name).columns)
        assert sorted(found) == sorted([*explained(name), *more])
        assert f"## {name}" in (tmp_path / folder / "codebook-statements.md").read_text(encoding="utf-8")
    for folder in ("m", "p"):
        assert verify_checksums(tmp_path / folder) == []
    page = build_report(tmp_path / "m").read_text(encoding="utf-8")
    assert "Mediation" in page
    assert "What was found: " in page  # and why it is not there


def test_the_logits_columns_are_explained() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"replicate": range(80), "breadth": rng.random(80), "reversed": rng.integers(0, 2, 80)})
    assert ["outcome", *cluster_logit(frame, "reversed", ["breadth"]).columns] == explained("logit.csv")


@pytest.mark.parametrize("name", list(FILES))
def test_no_column_is_explained_twice_or_in_vain(name: str) -> None:
    names = explained(name)
    assert len(names) == len(set(names))
    assert all(column.meaning and column.formula for column in FILES[name])


def test_a_folder_without_statements_gets_no_codebook(tmp_path: Path) -> None:
    assert write_codebook(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
