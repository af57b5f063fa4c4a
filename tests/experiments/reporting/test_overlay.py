"""Curves of several folders in one figure: folders without a curve are refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from results_folders import LITTLE, finished, run_here

from political_moat.experiments.errors import UserError
from political_moat.experiments.reporting.figures.overlay import draw_together
from political_moat.experiments.studies.from_options import study_of_run


def test_folders_without_a_dose_response_curve_are_refused(tmp_path: Path) -> None:
    study = study_of_run(protocol="history", cycles=1, replicates=1, voters=60, breadths="0,.3")
    run_here(study, tmp_path / "history")
    finished(LITTLE.replace("min = 3", "min = 1"), tmp_path / "study")
    for name, line in (
        ("history", "has no dose-response curve: the frame of runs lacks the columns attempted, "),
        ("study", "is a study of several settings; give it alone, or results of moat run alone"),
    ):
        with pytest.raises(UserError) as caught:
            draw_together([tmp_path / name], tmp_path / "figure")
        assert str(caught.value).startswith(f"{tmp_path / name} {line}")
    assert not (tmp_path / "figure").exists()
