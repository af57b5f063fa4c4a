"""Commands that turn rows into statements: analyze, report, mediation, prior-mass."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UserError
from .kernel_cache import find_compiled

if TYPE_CHECKING:
    from ...model.parameters.tree import Parameters

Results = Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder of moat run or moat sweep.")]
Preset = Annotated[str, typer.Option(help="Named parameter setting (moat presets lists them).")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE, any parameter; may be repeated.")]
Seed = Annotated[int, typer.Option(help="Root seed: same seed and version, same bytes.")]
Workers = Annotated[int | None, typer.Option(help="Worker processes (default: one per core).")]
Out = Annotated[Path | None, typer.Option(help="Results folder (default: results/ and the command's name).")]
Breadth = Annotated[float, typer.Option(help="Share of voters who hold, against zero.")]
Visibility = Annotated[float, typer.Option(help="Share of the stake its holder sees.")]


def analyze(results: Results) -> None:
    """Say what a sweep's rows tell of its factors: sensitivity.csv, logit.csv, phase-map.csv."""
    from ..reporting.factor_analysis import analyse

    written, reasons = analyse(results)
    for path in written:
        typer.echo(str(path))
    for reason in reasons:
        typer.echo(f"left out: {reason}")


def report(results: Results) -> None:
    """Write report.html (one file, offline), print figures and LaTeX tables of a results folder."""
    find_compiled()
    from ..reporting.report import build_report

    typer.echo(str(build_report(results)))


def mediation(
    preset: Preset = "calibrated",
    set_: Settings = None,
    replicates: Annotated[int, typer.Option(help="Paired replicates.")] = 200,
    voters: Annotated[int, typer.Option(help="Model voters.")] = 1000,
    breadth: Breadth = 0.3,
    visibility: Visibility = 1.0,
    terms: Annotated[int, typer.Option(help="Presidential terms measured after takeover.")] = 1,
    seed: Seed = 20250807,
    out: Out = None,
    workers: Workers = None,
) -> None:
    """Share the risk difference out over deterrence, replacement, convergence and inertia."""
    from ..studies.from_options import one_dose_text

    p = _parameters(preset, set_, voters)
    dose: dict[str, Any] = {"seed": seed, "replicates": replicates, "breadth": breadth, "visibility": visibility}
    _sweep(one_dose_text("mediation", preset, p, terms=terms, **dose), out, workers)


def prior_mass(
    preset: Preset = "calibrated",
    set_: Settings = None,
    draws: Annotated[int, typer.Option(help="Draws from the prior.")] = 200,
    replicates: Annotated[int, typer.Option(help="Paired replicates of each draw.")] = 60,
    voters: Annotated[int, typer.Option(help="Model voters.")] = 1000,
    breadth: Breadth = 0.3,
    visibility: Visibility = 1.0,
    seed: Seed = 20250807,
    out: Out = None,
    workers: Workers = None,
) -> None:
    """Draw every assumed number from its range; print the shares of moat, nothing and trapdoor."""
    from ..studies.from_options import one_dose_text

    p = _parameters(preset, set_, voters)
    dose: dict[str, Any] = {"seed": seed, "replicates": replicates, "breadth": breadth, "visibility": visibility}
    _sweep(one_dose_text("prior-mass", preset, p, draws=draws, **dose), out, workers)


def _sweep(text: str, out: Path | None, workers: int | None) -> None:
    """Both commands are studies: the folder, its rows and every verb on it are those of `moat sweep`."""
    from ..execution.engine import Engine
    from ..studies.reader import parse_study
    from .sweep import run_study_file

    study = parse_study(text)
    run_study_file(study, out, Engine.of(study.engine, workers=workers))


def register(app: typer.Typer) -> None:
    """Add the commands of this room."""
    app.command()(analyze)
    app.command()(report)
    app.command()(mediation)
    app.command("prior-mass")(prior_mass)


def _parameters(preset_name: str, settings: list[str] | None, voters: int) -> Parameters:
    from ...model.parameters.presets import preset
    from ...model.parameters.tree import ParameterError
    from ..studies.from_options import parse_settings

    values, problems = parse_settings(settings or ())
    given: dict[str, Any] = {"electorate.voters": voters, **values}
    found = None
    try:
        found = preset(preset_name).with_values(given)
    except ParameterError as error:
        problems.append(str(error))
    if problems or found is None:
        raise UserError("\n".join(problems))
    return found
