"""The paper compiles with Debian's TeX Live: nothing undefined, nothing wider than the text, every page there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from paper_folders import finished_study, made_up
from results_folders import LITTLE

from political_moat.experiments.paper.build import COMPILE, build_paper, write_paper

WIDEST_PT = 5.0
"""Overfull boxes up to this width cannot be seen."""
ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.documents,
    pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs Debian's texlive-latex-recommended"),
]


def compiled(paper: Path) -> str:
    """The log of the last run of LaTeX over a paper, with lines joined that LaTeX broke."""
    for word in (part.strip() for part in COMPILE.split("&&")):
        program, name = word.split()
        options = ["-interaction=nonstopmode", "-halt-on-error"] if program == "pdflatex" else []
        done = subprocess.run(
            [program, *options, name],
            cwd=paper,
            env={**os.environ, "max_print_line": "1000"},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:]
        assert "Warning--" not in done.stdout, done.stdout
    return (paper / "paper.log").read_text(encoding="latin-1")


def check(paper: Path, pages: int) -> None:
    """Assert that a paper compiles without a fault that its reader would see."""
    log = compiled(paper)
    assert re.findall(r"^(?:LaTeX|Package natbib) Warning: .*", log, re.MULTILINE) == []
    assert [width for width in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log) if float(width) > WIDEST_PT] == []
    count = re.search(r"Output written on paper\.pdf \((\d+) pages", log)
    assert count is not None
    assert int(count[1]) >= pages


def exposure(folder: Path) -> Path:
    """The ready study `exposure`, with few voters and replicates."""
    text = (ROOT / "experiments" / "studies" / "exposure.toml").read_text(encoding="utf-8")
    text = text.replace("4_000", "200").replace("min = 200", "min = 4").replace("max = 1600", "max = 8")
    assert "voters = 200" in text
    return finished_study(folder, text + '\n[engine]\nkind = "serial"\n')


def test_the_paper_of_the_exposure_study_compiles(tmp_path: Path) -> None:
    paper = build_paper(exposure(tmp_path / "exposure")).parent
    assert (paper / "tables" / "variants.tex").is_file()
    check(paper, 7)


def test_the_paper_of_a_sweep_of_two_settings_compiles(tmp_path: Path) -> None:
    title = LITTLE.replace('name = "little"', 'name = "little"\ntitle = "100% of {a}_b & ~c^d \\\\\\\\ é 中"')
    check(build_paper(finished_study(tmp_path / "two", title)).parent, 7)


@pytest.mark.parametrize(("at_zero", "exposed", "pairs"), [(0.02, 0.0, 200), (1.0, 0.0, 1200), (0.0, 0.0, 3)])
def test_papers_of_extreme_results_compile(tmp_path: Path, at_zero: float, exposed: float, pairs: int) -> None:
    folder = made_up(finished_study(tmp_path / "one"), tmp_path / "made-up", at_zero, exposed, pairs)
    check(write_paper(folder).parent, 6)
