"""Small atlases and results folders, each made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from political_moat import Study
from political_moat.viz.atlas.site import site

SWEEP = """
[study]
name = "little"
seed = 7
[model]
voters = 300
returning = false
[factors."exposure.breadth"]
levels = [0, 0.3]
[factors."party.office_rent"]
levels = [0, 4]
[replicates]
min = 2
[engine]
kind = "serial"
"""


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results folder whose name is hostile where it is shown as text."""
    out = tmp_path_factory.mktemp("sweep") / "<img src=x onerror=alert(1)>"
    Study.from_text(SWEEP, out).run(report=False)
    return out


@pytest.fixture(scope="session")
def atlas(tmp_path_factory: pytest.TempPathFactory, swept: Path) -> Path:
    """An atlas of two presets, 300 voters, by one worker."""
    out = tmp_path_factory.mktemp("one") / "atlas"
    site(out, results=[swept], presets=["realistic,history"], voters=300, films=2, maps=False, workers=1, packed=True)
    return out
