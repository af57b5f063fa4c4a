"""Analysis of a sweep's factors: sensitivity.csv, logit.csv and phase-map.csv of a results folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from ...agents.user_input import TextFileError, read_text
from ..errors import UserError
from ..statistics.clustered_logit import cluster_logit
from ..statistics.input_checks import refuse_incomplete, refuse_missing_rows, refuse_mixed_code
from ..statistics.sensitivity import morris_table, point_outcomes, sobol_table
from ..statistics.verdicts import phase_table
from ..storage.atomic_files import replaced_atomically
from ..storage.checksums import refuse_altered, renewed_checksums
from ..storage.results_folder import hold
from ..storage.tables import read_results
from ..studies.limits import parse_toml
from ..sweeps.folder import study_in
from ..sweeps.statement_codebook import ANALYSES, STATEMENTS, write_codebook

OUTCOMES = ("reversed", "restricted", "severity")
DEPTHS = (0.65, 0.5, 0.25)
"""Openness at or below which policy stays for six months: the events whose risk differences are RD(tau)."""
UNIT = "unit "
"""Columns of points.csv with this prefix hold a sampled point's place in the unit cube."""


def read_table(path: Path) -> pd.DataFrame:
    """Return a csv of a results folder. UserError if the file does not exist."""
    if not path.is_file():
        raise UserError(f"{path.parent} has no {path.name}")
    return read_results(path)


def analyse(folder: Path) -> tuple[list[Path], list[str]]:
    """Write the tables of a sweep's factors; return the paths, and a line with the reason for each table left out.

    Reads study.toml, export/points.csv and export/runs.csv. Raises UserError for missing rows, duplicate rows, NaN and
    rows of several code versions, and names them.
    """
    runs = read_table(folder / "export" / "runs.csv")
    if "layer" not in runs.columns:
        raise UserError(f"{folder} holds no stress test; moat report shows its results")
    refuse_incomplete(runs, ["replicate", "arm"])
    refuse_missing_rows(runs)
    if "code" in runs.columns:
        refuse_mixed_code(runs["code"].astype(str))
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "sensitivity.csv": lambda: sensitivity_of(folder, runs),
        "logit.csv": lambda: logit_of(runs),
        "phase-map.csv": lambda: phase_table(runs, str(runs["layer"].iloc[0])),
    }
    written, reasons = [], []
    for name, make in makers.items():
        try:
            table = make()
        except UserError as error:
            reasons.append(f"{name}: {error}")
            continue
        with replaced_atomically(folder / name) as stream:
            table.to_csv(stream, index=False, lineterminator="\n")
        written.append(folder / name)
    write_codebook(folder)
    return written, reasons


def analyse_folder(folder: Path) -> tuple[list[Path], list[str]]:
    """Analyse a results folder (`analyse`) and renew the checksums of what was written.

    Raises UserError if a file that the analysis does not write is not as its checksum says.
    """
    study_in(folder)
    with hold(folder):
        refuse_altered(folder, but=(*ANALYSES, STATEMENTS))
        with renewed_checksums(folder):
            return analyse(folder)


def design_of(folder: Path) -> dict[str, Any]:
    """Return the [design] table of the folder's study.toml."""
    path = folder / "study.toml"
    if not path.is_file():
        raise UserError("the folder has no study.toml, so its design is not known")
    try:
        section = parse_toml(read_text(path)).get("design", {})
    except TextFileError as error:
        raise UserError(f"{path} cannot be read: {error}") from None
    except ValueError as error:
        raise UserError(f"{path} {error}") from None
    return section if isinstance(section, dict) else {}


def with_depths(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a 0/1 column for each depth, `lasting_openness<=TAU`, if they have lasting_openness."""
    if "lasting_openness" not in runs.columns:
        return runs
    lowest = runs["lasting_openness"]
    return runs.assign(**{f"lasting_openness<={tau:g}": (lowest <= tau + 1e-9).astype(int) for tau in DEPTHS})


def sensitivity_of(folder: Path, runs: pd.DataFrame) -> pd.DataFrame:
    """Return the sensitivity indices of the outcomes over a Sobol' or Morris design.

    Where exposure has doses, the indices are those of the paired difference from zero exposure. Beside `OUTCOMES` stand
    the events of `with_depths`.
    """
    design = design_of(folder)
    kind = design.get("kind", "grid")
    if kind not in ("sobol", "morris"):
        raise UserError(f"indices need a design of kind sobol or morris, this one is {kind}")
    points = read_table(folder / "export" / "points.csv").sort_values("point")
    names = [column.removeprefix(UNIT) for column in points.columns if column.startswith(UNIT)]
    places = points[[UNIT + name for name in names]].to_numpy(dtype=float)
    dose = float(runs["breadth"].max())
    visibility = float(runs.loc[runs["breadth"] == dose, "visibility"].max())
    contrast = {"breadth": dose, "visibility": visibility} if dose > 0.0 and (runs["breadth"] == 0.0).any() else {}
    tables = []
    runs = with_depths(runs)
    for outcome in (*OUTCOMES, *(name for name in runs.columns if "<=" in name)):
        outcomes = point_outcomes(runs, outcome, points=len(points), **contrast)
        values, errors = outcomes["value"].to_numpy(), outcomes["mcse"].to_numpy()
        if values.min() == values.max():
            continue
        if kind == "sobol":
            second = bool(design.get("second_order", False))
            tables.append(sobol_table(values, names, outcome=outcome, second_order=second, errors=errors))
        else:
            levels = int(design.get("grid_levels", 4))
            tables.append(morris_table(places, values, names, outcome=outcome, levels=levels, errors=errors))
    if not tables:
        raise UserError("no outcome varies over the design's points")
    return pd.concat(tables, ignore_index=True)


def logit_of(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the logit of both events on every factor that varies, errors clustered on the replicate."""
    dotted = [name for name in runs.columns if "." in name and not name.startswith("exposure.")]
    factors = [
        name
        for name in ("breadth", "visibility", "allocation", *dotted)
        if name in runs.columns and pd.api.types.is_numeric_dtype(runs[name]) and runs[name].nunique() > 1
    ]
    if not factors:
        raise UserError("no numeric factor varies")
    tables, reasons = [], []
    for outcome in ("reversed", "restricted"):
        try:
            table = cluster_logit(runs, outcome, factors)
        except UserError as error:
            reasons.append(str(error))
            continue
        table.insert(0, "outcome", outcome)
        tables.append(table)
    if not tables:
        raise UserError("; ".join(reasons))
    return pd.concat(tables, ignore_index=True)
