"""Command `moat calibrate`: history matching against a file of targets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ...agents.user_input import shown
from .kernel_cache import find_compiled
from .numbers import whole


def calibrate(
    study: Annotated[
        Path | None,
        typer.Argument(metavar="[STUDY]", help="Study file of protocol targets: preset, settings, ranges."),
    ] = None,
    targets: Annotated[
        Path | None, typer.Option(help="csv file of targets (default: those of the package; --list has the names).")
    ] = None,
    waves: Annotated[int, whole("Waves of draws.")] = 3,
    points: Annotated[int | None, whole("Draws of each wave (default 200).")] = None,
    replicates: Annotated[int | None, whole("Histories of each draw (default 6).")] = None,
    voters: Annotated[int | None, whole("Model voters (default 1,000).")] = None,
    seed: Annotated[int | None, whole("Root seed. The same seed and version give the same bytes.")] = None,
    out: Annotated[Path | None, typer.Option(help="Results folder (default results/calibration).")] = None,
    workers: Annotated[int | None, whole("Worker processes (default: one per usable processor, at most 8).")] = None,
    format_: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    list_: Annotated[bool, typer.Option("--list", help="List the statistics that a targets file may name.")] = False,
) -> None:
    """Find the parts of the prior that the record does not rule out (history matching); the same command resumes."""
    if list_:
        from ..reporting.text.matching import statistics_text

        typer.echo(statistics_text())
        return
    problems = []
    if format_ not in ("table", "json"):
        problems.append(f"format {shown(format_)} is not possible; allowed: table, json")
    if workers is not None and workers < 1:
        problems.append(f"--workers {workers} is not possible; allowed: 1 or more")
    size: dict[str, Any] = {"points": points, "replicates": replicates, "voters": voters, "seed": seed}
    _calibrate(study, targets, out, workers, format_, waves=waves, earlier=problems, **size)


def _calibrate(
    study: Path | None, targets: Path | None, out: Path | None, workers: int | None, format_: str, **asked: Any
) -> None:
    """Read what is asked, run it, and print the answer."""
    from ..execution.engine import Engine, default_workers
    from ..matching.request import requested
    from ..statistics.input_checks import library
    from ..storage.folder_files import refuse_input_inside
    from ..studies.reader import read_study

    request = requested(None if study is None else read_study(study), targets, **asked)
    library("sklearn.gaussian_process")
    folder = out or Path("results") / request.study.study.name
    for source in filter(None, (study, targets)):
        refuse_input_inside(source, folder)
    find_compiled()
    from ..matching.calibration import calibrate as run
    from ..reporting.text.matching import calibration_json, calibration_text

    count = workers or request.study.engine.workers or default_workers()
    engine = Engine.of(request.study.engine, kind="serial" if count == 1 else None, workers=count)
    done = run(request, folder, engine, quiet=format_ == "json", say=lambda line: typer.echo(line, err=True))
    typer.echo(calibration_json(done) if format_ == "json" else calibration_text(done))


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(calibrate)
