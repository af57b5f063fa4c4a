"""A small finished stress test of one setting."""

from __future__ import annotations

from pathlib import Path

import pytest
from paper_folders import finished_study


@pytest.fixture(scope="session")
def one_setting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study of one setting: breadths 0 and .3 at two visibilities, three replicates."""
    return finished_study(tmp_path_factory.mktemp("paper") / "one")
