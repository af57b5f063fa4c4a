"""Commands for studies: validate, plan, sweep, status, retry, export, rerun, verify, archive, shard, merge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UserError
from .kernel_cache import find_compiled

if TYPE_CHECKING:
    from ..execution.engine import Engine
    from ..studies.reader import StudyFile
    from ..sweeps.run import Outcome, Shard

StudyPath = Annotated[Path, typer.Argument(metavar="STUDY", help="Study file (TOML), or the folder that holds one.")]
ResultsPath = Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder of moat sweep or moat run.")]
OutPath = Annotated[Path | None, typer.Option("--out", help="Results folder (default results/NAME).")]
Workers = Annotated[int | None, typer.Option(help="Workers, instead of what the study file says.")]
EngineKind = Annotated[str | None, typer.Option("--engine", help="serial, process or dask, instead of the file's.")]
Address = Annotated[str | None, typer.Option(help="Dask scheduler, such as tcp://node:8786, with --engine dask.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress.")]
NoReport = Annotated[bool, typer.Option("--no-report", help="No report.html, figures and tables at the end.")]


def validate(study: StudyPath) -> None:
    """Check a study file: every mistake at once, each with what is allowed. Runs and writes nothing."""
    from ..studies.reader import read_study

    found = read_study(study)
    from ..studies.sampling import design_size

    points = design_size(found)
    arms = 1
    for levels in found.arm_factors.values():
        arms *= len(levels)
    most = found.replicates.max or found.replicates.min
    upto = "up to " if found.replicates.stop is not None else ""
    typer.echo(
        f"{study}: fine. {found.study.name}: {found.design.kind}, {points:,} design point{'s' * (points != 1)}, "
        f"{upto}{most:,} paired replicate{'s' * (most != 1)} each; moat plan tells runs, time and disk"
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
    from ..studies.reader import read_study

    found = read_study(study)
    engine = _engine(found, workers, kind, address)
    if out is None and (study / "manifest.json").is_file():
        out = study
    run_study_file(found, out, engine, quiet=quiet, retry=retry, shard=shard, report=report)


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
    """Run or resume a checked study and tell what came out. Exit code 1 if runs failed."""
    find_compiled()
    from ..sweeps.run import default_folder, run_sweep

    outcome = run_sweep(study, out or default_folder(study, shard), engine, quiet=quiet, retry=retry, shard=shard)
    _tell(outcome, shard, report=report)


def _tell(outcome: Outcome, shard: Shard | None, *, report: bool = False) -> None:
    from ..reporting.sweep_text import outcome_text

    typer.echo(outcome_text(outcome, shard))
    if report:
        from ..reporting.sweep_text import report_line

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
    """Run a study, or resume it: runs what is missing, keeps what is there, exports everything, writes the report."""
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
    """Run a study's failed runs again, with whatever else is missing."""
    _run(study, out, workers, engine, address, quiet, retry=True, report=not no_report)


def shard(
    part: Annotated[str, typer.Argument(metavar="i/n", help="Which part, such as 3/16: parts are numbered from 1.")],
    study: StudyPath,
    out: Annotated[Path | None, typer.Option(help="Folder of the part (default results/NAME-shard-i-of-n).")] = None,
    workers: Workers = None,
    engine: EngineKind = None,
    address: Address = None,
    quiet: Quiet = False,
) -> None:
    """Run one of n parts of a study into a folder of its own, for job arrays; moat merge puts the parts together."""
    from ..sweeps.shards import parse_shard

    _run(study, out, workers, engine, address, quiet, shard=parse_shard(part))


def merge(
    parts: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Folders of moat shard.")],
    out: OutPath = None,
    no_report: NoReport = False,
) -> None:
    """Put the parts of a study together, check that they agree, export, and write the report."""
    find_compiled()
    from ..sweeps.shards import merge_shards

    _tell(merge_shards(parts, out), None, report=not no_report)


def plan(
    study: StudyPath,
    workers: Workers = None,
    pilots: Annotated[int, typer.Option(help="Replicates to time.")] = 3,
) -> None:
    """Tell points, runs, time and disk of a study from a few pilot replicates. Writes nothing."""
    from ..studies.reader import read_study

    found = read_study(study)
    engine = _engine(found, workers, None)
    if pilots < 1:
        raise UserError(f"--pilots {pilots} is not possible; allowed: 1 or more")
    find_compiled()
    from ..sweeps.pilot import plan_text

    typer.echo(plan_text(found, engine, pilots))


def status(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder, or the study file.")],
) -> None:
    """Tell how far a study is, also while it runs: done, missing, failed with their reasons. Changes nothing."""
    from ..sweeps.status import status_text

    text, failed = status_text(results)
    typer.echo(text)
    if failed:
        raise typer.Exit(1)


def export(results: ResultsPath) -> None:
    """Write the exports again from the ledger: csv, Parquet, summary, codebook, checksums."""
    find_compiled()
    from ..sweeps.status import export_again

    _tell(export_again(results), None)


def rerun(
    key: Annotated[str, typer.Argument(help="Key of a run, or its first characters (column key of runs.csv).")],
    results: Annotated[
        Path | None, typer.Option(help="Results folder (default: the one under results/ that has the key).")
    ] = None,
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
    sample: Annotated[str, typer.Option(help="Share of the runs to repeat, such as 5%; 0 only checks files.")] = "1%",
) -> None:
    """Check checksums, exports against the ledger, and a sample of runs by repeating them."""
    from ..sweeps.status import parse_share

    share = parse_share(sample)
    find_compiled()
    from ..sweeps.verify import verify_text

    text, fine = verify_text(results, share)
    typer.echo(text)
    if not fine:
        raise typer.Exit(1)


def archive(
    results: ResultsPath,
    out: Annotated[Path | None, typer.Option(help="File to write (default RESULTS.zip).")] = None,
) -> None:
    """Pack a results folder into one zip file for a repository, after checking its checksums."""
    from ..storage.archive import archive_folder

    typer.echo(archive_folder(results, out))


COMMANDS = (validate, plan, sweep, status, retry, export, rerun, verify, archive, shard, merge)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in COMMANDS:
        app.command()(command)
