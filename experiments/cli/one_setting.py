"""Steps of the commands that run a study of one setting and print its answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ...agents.user_input import LARGEST_SEED, SEEDS, shown

if TYPE_CHECKING:
    from ..studies.reader import StudyFile
    from ..sweeps.outcome import Outcome


def engine_of(study: StudyFile, workers: int | None) -> Any:
    """Return the engine of `moat run`; one worker means this process."""
    from ..execution.engine import Engine, default_workers

    count = workers or default_workers()
    return Engine.of(study.engine, kind="serial" if count == 1 else None, workers=count)


def refused_options(format_: str, workers: int | None, replicate: int | None = None) -> list[str]:
    """Return a line for each option of this command that no study file has."""
    problems = []
    if format_ not in ("table", "json"):
        problems.append(f"format {shown(format_)} is not possible; allowed: table, json")
    if workers is not None and workers < 1:
        problems.append(f"--workers {workers} is not possible; allowed: 1 or more")
    if replicate is not None and not 0 <= replicate <= LARGEST_SEED:
        problems.append(f"--replicate {replicate} is not possible; allowed: {SEEDS}")
    return problems


def run_setting(study: StudyFile, out: Path, workers: int | None, *, quiet: bool = False) -> Outcome:
    """Run or resume a study; replicates that failed before are run again."""
    from ..sweeps.run import run_study

    return run_study(study, out, engine_of(study, workers), quiet=quiet, retry=True)


def print_answer(outcome: Outcome, format_: str, *, verbose: bool = False) -> None:
    """Print the answer, on one screen unless `verbose`. Exit code 1 if replicates failed."""
    from ..reporting.text.sweep import outcome_json, outcome_text

    typer.echo(outcome_json(outcome) if format_ == "json" else outcome_text(outcome, verbose=verbose))
    if outcome.failed:
        raise typer.Exit(1)


def refuse_inside(source: Path | None, out: Path) -> None:
    """Raise UserError if an input of the command lies in the results folder that is about to be written."""
    if source is not None:
        from ..storage.folder_files import refuse_input_inside

        refuse_input_inside(source, out)
