"""A small finished stress test of one setting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from paper_folders import finished_study

from political_moat.experiments.paper import figures


@pytest.fixture(scope="session")
def one_setting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study of one setting: breadths 0 and .3 at two visibilities, three replicates."""
    return finished_study(tmp_path_factory.mktemp("paper") / "one")


@pytest.fixture(scope="module")
def undrawn() -> Iterator[None]:
    """Write a short file in place of each figure: the tier `documents` draws and typesets them."""

    def write(_: object, folder: Path, name: str) -> None:
        (folder / f"{name}.pdf").write_bytes(b"%PDF")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "_depth", write)
        patch.setattr(figures, "_dose_response", write)
        yield
