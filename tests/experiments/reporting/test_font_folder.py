"""Matplotlib gets a temporary folder where its own cannot be written, and is left alone elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from political_moat.agents.source_hash import temporary_folder
from political_moat.experiments.reporting.figures.font_folder import VARIABLE, use_writable_folder


@pytest.fixture(autouse=True)
def _matplotlib_to_come(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, "restored afterwards")
    monkeypatch.delenv(VARIABLE)
    monkeypatch.delitem(sys.modules, "matplotlib", raising=False)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()


def folder_used() -> Path | None:
    use_writable_folder()
    return Path(os.environ[VARIABLE]) if VARIABLE in os.environ else None


def test_a_writable_home_stays_in_use() -> None:
    assert folder_used() is None


@pytest.mark.skipif(sys.platform != "linux", reason="XDG folders")
@pytest.mark.parametrize("name", ["XDG_CONFIG_HOME", "XDG_CACHE_HOME"])
def test_one_unwritable_folder_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(name, str(tmp_path / "file" / "folder"))
    assert folder_used() == temporary_folder() / "matplotlib"
    assert temporary_folder().is_relative_to(tmp_path / "temporary")


def test_a_chosen_folder_is_checked_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "chosen"))
    assert folder_used() == tmp_path / "chosen"
    (tmp_path / "file").touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file"))
    assert folder_used() == temporary_folder() / "matplotlib"


def test_without_a_home_matplotlib_says_nothing(tmp_path: Path) -> None:
    """As its own process, since matplotlib looks for its folders when it is imported."""
    (tmp_path / "file").touch()
    program = "import political_moat.experiments.reporting.figures.style, matplotlib; print(matplotlib.get_cachedir())"
    home = {"HOME": str(tmp_path / "file"), "PATH": os.environ["PATH"], "TMPDIR": str(tmp_path / "temporary")}
    done = subprocess.run([sys.executable, "-c", program], env=home, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    assert Path(done.stdout.strip()).is_relative_to(tmp_path / "temporary")
