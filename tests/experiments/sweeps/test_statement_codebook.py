"""Every column of every table of statements is explained, and no column is explained that is not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from political_moat.experiments.statistics.clustered_logit import cluster_logit
from political_moat.experiments.sweeps.statement_codebook import statement_files, write_codebook


def explained(name: str) -> list[str]:
    return [column.name for column in statement_files()[name]]


def test_the_logits_columns_are_explained() -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"replicate": range(80), "breadth": rng.random(80), "reversed": rng.integers(0, 2, 80)})
    assert ["outcome", *cluster_logit(frame, "reversed", ["breadth"]).columns] == explained("logit.csv")


@pytest.mark.parametrize("name", list(statement_files()))
def test_no_column_is_explained_twice_or_in_vain(name: str) -> None:
    names = explained(name)
    assert len(names) == len(set(names))
    assert all(column.meaning and column.formula for column in statement_files()[name])


def test_a_folder_without_statements_gets_no_codebook(tmp_path: Path) -> None:
    assert write_codebook(tmp_path) is None
    assert list(tmp_path.iterdir()) == []
