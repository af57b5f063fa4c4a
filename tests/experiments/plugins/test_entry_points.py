"""Plug-ins of an installed package: found by the name of their entry point, kept in the results folder."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from plugin_toys import PLAIN, TOY, digest
from results_folders import command

from political_moat import Study
from political_moat.experiments.errors import UserError
from political_moat.experiments.studies.reader import parse_study, read_study

TEXT = (
    PLAIN.replace("returning = false", 'returning = false\nset = { "party.rule" = "midway" }')
    + """
[[outcomes]]
name = "kept"
unit = "openness"
formula = "last month less that of zero exposure"
function = "openness_kept"
"""
)
ENTRY_POINTS = """
[political_moat.rules]
midway = moat_toys_installed.midway:Midway
[political_moat.outcomes]
openness_kept = moat_toys_installed.phase_down:openness_kept
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A distribution with two entry points on the path."""
    site = tmp_path / "site"
    shutil.copytree(TOY, site / "moat_toys_installed", ignore=shutil.ignore_patterns("__pycache__"))
    (site / "moat_toys_installed" / "__init__.py").touch()
    about = site / "moat_toys_installed-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: moat-toys-installed\nVersion: 1.0\n", encoding="utf-8"
    )
    (about / "entry_points.txt").write_text(ENTRY_POINTS, encoding="utf-8")
    monkeypatch.syspath_prepend(str(site))
    yield site
    for name in [name for name in sys.modules if name.startswith("moat_toys_installed")]:
        del sys.modules[name]


def test_a_study_names_them_and_its_folder_keeps_them(installed: Path, tmp_path: Path, capsys: Any) -> None:
    study = Study.from_text(TEXT, tmp_path / "out").run(engine="serial", report=False)
    kept = sorted(file.name for file in (study.path / "inputs").iterdir())
    assert kept == ["moat_toys_installed_midway.py", "moat_toys_installed_phase_down.py"]
    before = digest(study.path)
    shutil.rmtree(installed)
    assert command("verify", study.path) == 0
    assert command("export", study.path) == 0
    assert digest(study.path) == before
    assert "bit for bit" in capsys.readouterr().out


def test_a_name_without_an_entry_point_is_unknown(installed: Path) -> None:
    with pytest.raises(UserError, match="unknown party rule 'midwai'"):
        parse_study(TEXT.replace('"midway"', '"midwai"'))


def test_an_entry_point_without_its_file_is_one_line(installed: Path, tmp_path: Path) -> None:
    (installed / "moat_toys_installed" / "midway.py").unlink()
    study = tmp_path / "study.toml"
    study.write_text(TEXT, encoding="utf-8")
    with pytest.raises(UserError, match=r"plugins: entry point module .* is no Python file"):
        read_study(study)
