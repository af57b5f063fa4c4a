"""The table that a protocol answers with, beside its runs: Shapley values of a mediation, shares of a prior."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UserError
from ..storage.atomic_files import replaced_atomically

if TYPE_CHECKING:
    import pandas as pd

OWN_TABLES = {"mediation": "mediation", "prior-mass": "prior_mass"}
"""Name of the table of each protocol that has one; the file is NAME.csv."""


def write_own_table(protocol: str, folder: Path, whole: bool) -> tuple[pd.DataFrame | None, str]:
    """Write a protocol's table from export/runs.csv, with its codebook; the table, or None and why there is none.

    Both are empty for a protocol that has no such table. A study that is not whole gets none, and loses an old one:
    replicates and draws that fail need not be like the others.
    """
    if protocol not in OWN_TABLES:
        return None, ""
    import pandas as pd

    from ..protocols.mediation.shapley import mediation_table
    from ..protocols.prior_mass.summary import prior_mass_table
    from .statement_codebook import write_codebook

    makers: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
        "mediation": mediation_table,
        "prior-mass": prior_mass_table,
    }
    path = folder / f"{OWN_TABLES[protocol]}.csv"
    table, reason = None, "replicates are missing"
    if whole:
        try:
            table = makers[protocol](pd.read_csv(folder / "export" / "runs.csv", keep_default_na=False))
        except UserError as error:
            reason = str(error)
    if table is None:
        path.unlink(missing_ok=True)
        return None, f"No {path.name}: {reason}"
    with replaced_atomically(path) as stream:
        table.to_csv(stream, index=False, lineterminator="\n")
    write_codebook(folder)
    return table, ""
