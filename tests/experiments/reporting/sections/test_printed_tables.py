"""Everything that `moat run --verbose` prints stands in the report too."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from results_folders import run_here

from political_moat.experiments.reporting.report import build_report
from political_moat.experiments.reporting.text.sweep import outcome_text
from political_moat.experiments.studies.from_options import study_of_run


@pytest.mark.usefixtures("drawn_once")
def test_the_report_of_moat_run_has_every_line_that_verbose_prints(tmp_path: Path) -> None:
    outcome = run_here(study_of_run(replicates=2, voters=200, breadths="0,.3"), tmp_path / "out")
    whole = outcome_text(outcome, verbose=True).splitlines()
    brief = outcome_text(outcome).splitlines()
    page = html.unescape(build_report(tmp_path / "out").read_text(encoding="utf-8"))
    lines = [line for line in whole[len(brief) - 1 : -2] if line]
    assert [line for line in lines if line not in page] == []
    for words in ("Vote effect of a rival", "Exposed USD bn", "Range over office rent", "by the layer that restricts"):
        assert any(words in line for line in lines), words
