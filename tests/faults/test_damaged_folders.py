"""The table of docs/damaged-folders.md: every damage, every command, as it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from damaged_folders import DAMAGE, RUN, documented, everything, observed, verbs
from results_folders import command, rows

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("drawn_once")]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("whole") / "out"
    assert command(*RUN, "--out", out) == 0
    return out


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_table_of_damaged_folders_is_true(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """Prints its row of the table: run with -s to write the table anew."""
    monkeypatch.chdir(tmp_path)
    key = rows(whole)[0]["key"][:16]
    cells = {}
    for verb in verbs(Path(), Path(), key):
        place = tmp_path / verb.replace(" ", "-")
        shutil.copytree(whole, place / "out")
        DAMAGE[damage](place / "out")
        before = everything(place)
        code, complaint = observed(verbs(place / "out", place, key)[verb])
        cells[verb] = {0: "works", 1: "reports", 2: "refuses"}[code]
        if code == 2:
            assert complaint.count("\n") == 1, complaint
            assert everything(place) == before
        shutil.rmtree(place)
    assert not (tmp_path / "results").exists()
    print("\n|", " | ".join([damage, *cells.values()]), "|")
    assert documented()[damage] == cells
