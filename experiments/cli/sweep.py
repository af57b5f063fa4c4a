"""Commands for studies: validate, plan, sweep, status, retry, export, rerun, verify, archive, shard, merge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UserError
from .kernel_cache import find_compiled
from .numbers import whole

if TYPE_CHECKING:
    from ..execution.engine import Engine
    from ..studies.reader import StudyFile
    from ..sweeps.folder import Shard
    from ..sweeps.outcome import Outcome

StudyPath = Annotated[Path, typer.Argument(metavar="STUDY", help="Study file (TOML), or the folder that holds one.")]
ResultsPath = Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder of moat sweep or moat run.")]
OutPath = Annotated[Path | None, typer.Option("--out", help="Results folder (default results/NAME).")]
Workers = Annotated[int | None, whole("Workers (default: as in the study file).")]
EngineKind = Annotated[
    str | None, typer.Option("--engine", help="serial, process or dask (default: as in the study file).")
]
Address = Annotated[str | None, typer.Option(help="Dask scheduler, such as tcp://node:8786, with --engine dask.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print no progress.")]
NoReport = Annotated[bool, typer.Option("--no-report", help="Write no report.html, figures and tables.")]


def validate(study: StudyPath) -> None:
    """Check a study file and list every mistake with the allowed values. Runs and writes nothing."""
    from ..studies.reader import read_study

    checked = read_study(study)
    from ..studies.sampling import design_size

    points = design_size(checked)
    arms = 1
    for levels in checked.arm_factors.values():
        arms *= len(levels)
    most = checked.replicates.max or checked.replicates.min
    upto = "up to " if checked.replicates.stop is not None else ""
    typer.echo(
        f"{study}: valid. {checked.study.name}: {checked.design.kind}, {points:,} design point{'s' * (points != 1)}, "
        f"{upto}{most:,} paired replicate{'s' * (most != 1)} each; moat plan estimates runs, time and disk"
    )


def _engine(study: StudyFile, workers: int | None, kind: str | None, address: str | None = None) -> Engine:
    from ..execution.engine import Engine

    return Engine.of(study.engine, kind=kind, workers=workers, address=address)


def _run(
    study: StudyPath,
    out: Path | None,
    workers: int | None,
    kind: str | None,
    address: str | None,
    quiet: bool,
    *,
    retry: bool = False,
    shard: Shard | None = None,
    report: bool = False,
) -> None:
    from ..storage.folder_files import is_results_folder, refuse_input_inside
    from ..studies.reader import read_study

    checked = read_study(study)
    engine = _engine(checked, workers, kind, address)
    if out is None and is_results_folder(study):
        out = study
    from ..sweeps.folder import default_folder

    refuse_input_inside(study, out or default_folder(checked, shard))
    run_study_file(checked, out, engine, quiet=quiet, retry=retry, shard=shard, report=report)


def run_study_file(
    study: StudyFile,
    out: Path | None,
    engine: Engine,
    *,
    quiet: bool = False,
    retry: bool = False,
    shard: Shard | None = None,
    report: bool = True,
) -> None:
    """Run or resume a checked study and print its outcome. Exit code 1 if replicates failed."""
    find_compiled()
    from ..sweeps.folder import default_folder
    from ..sweeps.run import run_study

    outcome = run_study(study, out or default_folder(study, shard), engine, quiet=quiet, retry=retry, shard=shard)
    _print(outcome, shard, report=report)


def _print(outcome: Outcome, shard: Shard | None, *, report: bool = False) -> None:
    from ..reporting.text.sweep import outcome_text

    typer.echo(outcome_text(outcome, shard))
    if report:
        from ..reporting.text.sweep import report_line

        typer.echo(report_line(outcome))
    if outcome.failed or outcome.absent:
        raise typer.Exit(1)


def sweep(
    study: StudyPath,
    out: OutPath = None,
    workers: Workers = None,
    engine: EngineKind = None,
    address: Address = None,
    quiet: Quiet = False,
    no_report: NoReport = False,
) -> None:
    """Run or resume a study: run what is missing, export everything, write the report."""
    _run(study, out, workers, engine, address, quiet, report=not no_report)


def retry(
    study: StudyPath,
    out: OutPath = None,
    workers: Workers = None,
    engine: EngineKind = None,
    address: Address = None,
    quiet: Quiet = False,
    no_report: NoReport = False,
) -> None:
    """Run the failed replicates of a study again, and all that are missing."""
    _run(study, out, workers, engine, address, quiet, retry=True, report=not no_report)


def shard(
    part: Annotated[str, typer.Argument(metavar="i/n", help="Part, such as 3/16; parts are numbered from 1.")],
    study: StudyPath,
    out: Annotated[Path | None, typer.Option(help="Folder of the part (default results/NAME-shard-i-of-n).")] = None,
    workers: Workers = None,
    engine: EngineKind = None,
    address: Address = None,
    quiet: Quiet = False,
) -> None:
    """Run one of n parts of a study into its own folder, for job arrays; moat merge combines the parts."""
    from ..sweeps.shards import parse_shard

    _run(study, out, workers, engine, address, quiet, shard=parse_shard(part))


def merge(
    parts: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Folders of moat shard.")],
    out: OutPath = None,
    no_report: NoReport = False,
) -> None:
    """Combine the parts of a study, check that they agree, export, and write the report."""
    find_compiled()
    from ..sweeps.shards import merge_shards

    _print(merge_shards(parts, out), None, report=not no_report)


def plan(
    study: StudyPath,
    workers: Workers = None,
    pilots: Annotated[int, whole("Replicates to time.")] = 3,
) -> None:
    """Estimate points, runs, time and disk of a study from a few pilot replicates. Writes nothing."""
    from ..studies.reader import read_study

    checked = read_study(study)
    engine = _engine(checked, workers, None)
    if pilots < 1:
        raise UserError(f"--pilots {pilots} is not possible; allowed: 1 or more")
    find_compiled()
    from ..sweeps.pilot import plan_text

    typer.echo(plan_text(checked, engine, pilots))


def status(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder, or the study file.")],
) -> None:
    """Print the progress of a study, also while it runs: done, missing and failed replicates. Changes nothing."""
    from ..sweeps.status import status_text

    text, failed = status_text(results)
    typer.echo(text)
    if failed:
        raise typer.Exit(1)


def export(
    results: ResultsPath,
    replace: Annotated[bool, typer.Option("--replace", help="Also replace exports that were changed since.")] = False,
) -> None:
    """Write the exports again from the ledger: csv, Parquet, summary, codebook, checksums."""
    find_compiled()
    from ..sweeps.status import export_again

    _print(export_again(results, replace=replace), None)


def rerun(
    key: Annotated[str, typer.Argument(help="Key of a run (column key of runs.csv), or its first characters.")],
    results: Annotated[Path | None, typer.Option(help="Results folder (default: search under results/).")] = None,
) -> None:
    """Run one row again in this process and compare its outcome hash."""
    find_compiled()
    from ..sweeps.status import rerun_text

    text, agrees = rerun_text(key, results)
    typer.echo(text)
    if not agrees:
        raise typer.Exit(1)


def verify(
    results: ResultsPath,
    sample: Annotated[
        str | None,
        typer.Option(help="Share of the runs to repeat, such as 5% (default 1%, at least 20 runs); 0: none."),
    ] = None,
) -> None:
    """Make every file anew from the ledger and compare; check every row; repeat a sample of the runs."""
    from ..sweeps.status import parse_share

    share = None if sample is None else parse_share(sample)
    find_compiled()
    from ..sweeps.verify import verify as verified

    outcome = verified(results, share)
    typer.echo(outcome.text())
    if outcome.problems:
        raise typer.Exit(1)


def archive(
    results: ResultsPath,
    out: Annotated[Path | None, typer.Option(help="File to write (default RESULTS.zip).")] = None,
    license_: Annotated[
        str | None, typer.Option("--license", help="SPDX identifier of the data's licence, such as CC-BY-4.0.")
    ] = None,
) -> None:
    """Check a results folder and pack it with its code and reproduce.sh into one zip file (RO-Crate)."""
    from ..archiving.archive import archive_folder

    typer.echo(archive_folder(results, out, license_))


COMMANDS = (validate, plan, sweep, status, retry, export, rerun, verify, archive, shard, merge)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in COMMANDS:
        app.command()(command)
