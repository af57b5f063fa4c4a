"""The command line. Heavy imports wait until a command needs them, so that --help is quick."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Interrupted, NonDeterministic, UserError, WorkersUnusable
from ..execution.process_exit import exit_without_cleanup
from . import analysis as cli_analysis
from . import sweep as cli_sweep
from .kernel_cache import find_compiled

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..studies.from_options import Request
    from ..sweeps.outcome import Outcome

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Can a policy protect itself by making voters its owners? A laboratory, not a forecast and not advice.",
)


@app.callback()
def _main() -> None:
    """Can a policy protect itself by making voters its owners? A laboratory, not a forecast and not advice."""


def _default_workers() -> int:
    return max(1, min(8, os.cpu_count() or 1))


def _answers(protocol: str) -> tuple[Callable[[Outcome], str], Callable[[Outcome], str]]:
    """What prints a finished study of a protocol, for programs and as text."""
    if protocol == "history":
        from ..reporting.history_text import history_json, history_text

        return history_json, history_text
    from ..reporting.stress_test_text import as_json, text

    return as_json, text


@app.command()
def run(
    preset: Annotated[str, typer.Option(help="Named parameter setting (moat presets lists them).")] = "calibrated",
    set_: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE, any parameter; may be repeated.")] = None,
    replicates: Annotated[int | None, typer.Option(help="Paired replicates (default 625, of a history 120).")] = None,
    voters: Annotated[int | None, typer.Option(help="Model voters (default 4,000).")] = None,
    seed: Annotated[int, typer.Option(help="Root seed: same seed and version, same bytes.")] = 20250807,
    breadth: Annotated[
        str | None, typer.Option(help="Doses, shares of voters (default 0,.05,.1,.2,.3,.45,.6).")
    ] = None,
    protocol: Annotated[
        str, typer.Option(help="stress: the opposed party takes office by decree. history: a free run of many terms.")
    ] = "stress",
    cycles: Annotated[int | None, typer.Option(help="Presidential terms of a history (default 12).")] = None,
    rules: Annotated[
        str | None, typer.Option(help="Decision rule of both parties (party.rule), or all: the contrast under each.")
    ] = None,
    replicate: Annotated[int | None, typer.Option(help="Show every arm of this one replicate; writes nothing.")] = None,
    calibration: Annotated[Path | None, typer.Option(help="Folder with your own parameters.csv.")] = None,
    out: Annotated[Path | None, typer.Option(help="Results folder (default results/PRESET-PROTOCOL-SEED).")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes (default: one per core).")] = None,
    format_: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Answer the headline question: reversal of a friendly policy against retirement exposure."""
    from ..studies.from_options import make_request

    problems = []
    if format_ not in ("table", "json"):
        problems.append(f"format {format_!r} is not possible; allowed: table, json")
    if workers is not None and workers < 1:
        problems.append(f"--workers {workers} is not possible; allowed: 1 or more")
    if replicate is not None and replicate < 0:
        problems.append(f"--replicate {replicate} is not possible; allowed: 0 or more")
    request = make_request(
        preset_name=preset,
        settings=set_ or (),
        replicates=replicates,
        voters=voters,
        seed=seed,
        breadths=breadth,
        rule=None if rules == "all" else rules,
        calibration=calibration,
        protocol=protocol,
        cycles=cycles,
        found=problems,
    )
    find_compiled()
    if rules == "all":
        _run_every_rule(request, out, workers or _default_workers(), format_ == "json" or replicate is not None)
        return
    if replicate is not None:
        if protocol == "history":
            from ..reporting.replicate_view import one_history as one_replicate
        else:
            from ..reporting.replicate_view import one_replicate

        typer.echo(one_replicate(request, replicate, format_))
        return
    from ..sweeps.outcome import run_study

    outcome = run_study(request, out or request.folder, workers or _default_workers(), quiet=format_ == "json")
    as_json, text = _answers(protocol)  # brings pandas, which workers need not wait for
    typer.echo(as_json(outcome) if format_ == "json" else text(outcome))
    if outcome.failed:
        raise typer.Exit(1)


def _run_every_rule(request: Request, out: Path | None, workers: int, unasked: bool) -> None:
    from ..protocols.stress_test.dose_response import PRIMARY_BREADTH
    from ..reporting.party_rules_table import rule_requests, rules_text
    from ..sweeps.outcome import run_study

    if unasked:
        raise UserError("--rules all prints a table; give one rule with --format json or --replicate")
    folder = out or request.folder.with_name(f"{request.folder.name}-rules")
    outcomes = {}
    for rule, one in rule_requests(request, PRIMARY_BREADTH):
        typer.echo(f"rule {rule}", err=True)
        outcomes[rule] = run_study(one, folder / rule, workers)
    typer.echo(rules_text(outcomes, PRIMARY_BREADTH, folder))
    if any(outcome.failed for outcome in outcomes.values()):
        raise typer.Exit(1)


@app.command()
def targets(
    replicates: Annotated[int, typer.Option(help="Histories.")] = 100,
    voters: Annotated[int, typer.Option(help="Model voters.")] = 2000,
    cycles: Annotated[int, typer.Option(help="Presidential terms of each history, 2 or more.")] = 12,
    seed: Annotated[int, typer.Option(help="Root seed: same seed and version, same bytes.")] = 20250807,
    workers: Annotated[int | None, typer.Option(help="Worker processes (default: one per core).")] = None,
) -> None:
    """Compare long histories without exposure with the record: turnover, swing, Congress, switching, bitcoin."""
    from ..studies.from_options import make_request

    problems = [] if cycles != 1 else ["--cycles 1 is not possible; allowed: 2 or more, since targets are changes"]
    if workers is not None and workers < 1:
        problems.append(f"--workers {workers} is not possible; allowed: 1 or more")
    request = make_request(
        replicates=replicates,
        voters=voters,
        seed=seed,
        breadths="0",
        protocol="history",
        cycles=cycles,
        found=problems,
    )
    from ...agents.source_hash import use_code_named_cache

    use_code_named_cache()
    from ..execution.progress import Progress
    from ..reporting.targets import run_targets, targets_text

    with Progress(replicates, "histories") as progress:
        counts, failed = run_targets(request, workers or _default_workers(), progress)
    for line in failed:
        typer.echo(f"moat: {line}", err=True)
    if counts:
        typer.echo(targets_text(request, counts))
    if failed:
        raise typer.Exit(1)


@app.command()
def params(
    assumed: Annotated[bool, typer.Option("--assumed", help="Only parameters without data.")] = False,
    preset: Annotated[str, typer.Option(help="Show the values of this preset.")] = "calibrated",
    format_: Annotated[str, typer.Option("--format", help="table, csv or md.")] = "table",
) -> None:
    """List every parameter: value, unit, range, role, status, source."""
    from .listing import parameter_listing

    typer.echo(parameter_listing(preset, assumed, format_))


@app.command()
def presets() -> None:
    """List the presets, each with a sentence and its distance from calibrated."""
    from .listing import preset_listing

    typer.echo(preset_listing())


@app.command()
def figure(
    results: Annotated[list[Path], typer.Argument(help="One to four results folders.")],
    out: Annotated[Path, typer.Option(help="Folder for dose-response.svg, .pdf, .png and .csv.")] = Path("figures"),
) -> None:
    """Draw the dose-response curves of several results folders in one figure."""
    from ..reporting.figures.overlay import draw_together

    for path in draw_together(results, out):
        typer.echo(str(path))


@app.command()
def cite() -> None:
    """Print the citation line and the versions to paste into a paper."""
    from .listing import citation

    typer.echo(citation())


@app.command()
def view(
    results: Annotated[Path | None, typer.Argument(help="Results folder to explore.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; the default lets nobody else in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port.")] = 8765,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
) -> None:
    """Open the browser page: two worlds, the same luck. With a results folder, explore it."""
    from importlib.metadata import entry_points

    # This room may not import viz: the package says by name what opens the page.
    found = list(entry_points(group="political_moat.pages", name="view"))
    if not found:
        raise UserError("this installation has no browser page; install political-moat again")
    found[0].load()(results, host, port, browser)


cli_analysis.register(app)
cli_sweep.register(app)


def command() -> None:
    """The command `moat`, in a process of its own."""
    main()
    exit_without_cleanup()


def main() -> None:
    """What the command does; exit codes 0 done, 1 some runs failed, 2 the user's mistake."""
    try:
        # Outside its standalone mode click returns the code of typer.Exit instead of raising it.
        code = app(standalone_mode=False)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        if code:
            sys.exit(code)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(_complain("interrupted; the same command resumes", INTERRUPTED))
    except UserError as error:
        sys.exit(_complain(str(error), error.exit_code))
    except Interrupted as stop:
        sys.exit(_complain(str(stop), INTERRUPTED))
    except (NonDeterministic, WorkersUnusable) as stop:
        sys.exit(_complain(str(stop), 1))
    except Exception as error:
        line = _usage_line(error)
        if line is None:
            raise
        sys.exit(_complain(line, 2))


def _complain(text: str, code: int) -> int:
    for line in text.splitlines():
        print(f"moat: {line}", file=sys.stderr)
    return code


def _usage_line(error: Exception) -> str | None:
    """The one line of a command-line mistake (click's), None for anything else."""
    message = getattr(error, "format_message", None)
    return str(message()) if callable(message) else None


if __name__ == "__main__":
    command()
