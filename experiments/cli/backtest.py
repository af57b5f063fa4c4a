"""The command backtest: the frozen model scored against historical cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .kernel_cache import find_compiled
from .numbers import whole
from .one_setting import print_answer, refuse_inside, refused_options, run_setting


def backtest(
    cases: Annotated[
        Path | None, typer.Option(help="Case file (csv) with the columns of docs/cases.md (default: shipped).")
    ] = None,
    preset: Annotated[str, typer.Option(help="Named parameter setting; moat presets lists them.")] = "calibrated",
    set_: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE for any parameter; repeatable.")] = None,
    replicates: Annotated[int, whole("Replicates; each runs every case under every variant.")] = 500,
    voters: Annotated[int, whole("Model voters.")] = 1000,
    seed: Annotated[int, whole("Root seed. The same seed and version give the same bytes.")] = 20250807,
    out: Annotated[Path | None, typer.Option(help="Results folder (default results/PRESET-backtest-SEED).")] = None,
    workers: Annotated[int | None, whole("Worker processes (default: one per usable processor, at most 8).")] = None,
    format_: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Compare the frozen model with policies that a later government inherited, and with baselines without a model."""
    from ..studies.from_options import run_folder, study_of_run

    files: dict[str, Any] = {} if cases is None else {"fixed": {"cases": cases.name}, "folder": cases.parent}
    study = study_of_run(
        preset_name=preset,
        settings=set_ or (),
        replicates=replicates,
        voters=voters,
        seed=seed,
        protocol="backtest",
        earlier=refused_options(format_, workers),
        **files,
    )
    folder = out or run_folder(study)
    refuse_inside(cases, folder)
    find_compiled()
    print_answer(run_setting(study, folder, workers, quiet=format_ == "json"), format_)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(backtest)
