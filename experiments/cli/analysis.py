"""Commands that analyse or decompose: analyze, report, mediation, prior-mass."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .kernel_cache import find_compiled
from .numbers import number, whole

Results = Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder of moat run or moat sweep.")]
Preset = Annotated[str, typer.Option(help="Named parameter setting; moat presets lists them.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE for any parameter; repeatable.")]
Seed = Annotated[int, whole("Root seed. The same seed and version give the same bytes.")]
Workers = Annotated[int | None, whole("Worker processes (default: one per usable processor, at most 8).")]
Out = Annotated[Path | None, typer.Option(help="Results folder (default results/COMMAND).")]
Breadth = Annotated[float, number("Share of voters who hold, compared with zero.")]
Visibility = Annotated[float, number("Share of the stake that its holder sees.")]


def analyze(results: Results) -> None:
    """Estimate the sensitivity to each factor: write sensitivity.csv, logit.csv and phase-map.csv."""
    from ..reporting.factor_analysis import analyse_folder

    written, reasons = analyse_folder(results)
    for path in written:
        typer.echo(str(path))
    for reason in reasons:
        typer.echo(f"not written: {reason}")


def report(results: Results) -> None:
    """Write report.html (one file, readable offline), figures and LaTeX tables of a results folder."""
    find_compiled()
    from ..reporting.report import build_report

    typer.echo(str(build_report(results)))


def mediation(
    preset: Preset = "calibrated",
    set_: Settings = None,
    replicates: Annotated[int, whole("Paired replicates.")] = 200,
    voters: Annotated[int, whole("Model voters.")] = 1000,
    breadth: Breadth = 0.3,
    visibility: Visibility = 1.0,
    terms: Annotated[int, whole("Presidential terms measured after takeover.")] = 1,
    seed: Seed = 20250807,
    out: Out = None,
    workers: Workers = None,
) -> None:
    """Decompose the effect into deterrence, replacement, convergence and inertia (Shapley values)."""
    dose: dict[str, Any] = {"seed": seed, "replicates": replicates, "breadth": breadth, "visibility": visibility}
    _sweep("mediation", preset, set_, voters, out, workers, options={"terms": terms}, **dose)


def prior_mass(
    preset: Preset = "calibrated",
    set_: Settings = None,
    draws: Annotated[int, whole("Draws from the prior.")] = 200,
    replicates: Annotated[int, whole("Paired replicates of each draw.")] = 60,
    voters: Annotated[int, whole("Model voters.")] = 1000,
    breadth: Breadth = 0.3,
    visibility: Visibility = 1.0,
    seed: Seed = 20250807,
    out: Out = None,
    workers: Workers = None,
) -> None:
    """Draw every uncertain parameter from its range; print the shares of draws by the sign of the effect."""
    dose: dict[str, Any] = {"seed": seed, "replicates": replicates, "breadth": breadth, "visibility": visibility}
    _sweep("prior-mass", preset, set_, voters, out, workers, draws=draws, **dose)


def _sweep(
    protocol: str,
    preset: str,
    settings: list[str] | None,
    voters: int,
    out: Path | None,
    workers: int | None,
    **dose: Any,
) -> None:
    """Run the study of a command like that of a file: its folder and rows are those of `moat sweep`."""
    from ..execution.engine import Engine
    from ..studies.from_options import study_of_dose
    from .sweep import run_study_file

    study = study_of_dose(protocol, preset, settings or (), voters, **dose)
    run_study_file(study, out, Engine.of(study.engine, workers=workers))


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(analyze)
    app.command()(report)
    app.command()(mediation)
    app.command("prior-mass")(prior_mass)
