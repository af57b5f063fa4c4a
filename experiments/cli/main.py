"""The command line. Heavy imports wait until a command needs them, so that --help is quick."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import Interrupted, NonDeterministic, UserError, WorkersUnusable, reason_of
from ..execution.process_exit import exit_without_cleanup
from . import analysis as cli_analysis
from . import backtest as cli_backtest
from . import calibrate as cli_calibrate
from . import paper as cli_paper
from . import sweep as cli_sweep
from .ctrl_c import INTERRUPTED, RESUMES, listen, pressed
from .groups import group_commands
from .kernel_cache import find_compiled
from .numbers import whole
from .one_setting import print_answer, refuse_inside, refused_options, run_setting
from .streams import prepare_streams

FIRST_COLLECTION = 100_000
"""Objects before the first garbage collection."""
ABOUT = "Can a policy protect itself by making voters its owners? A laboratory, not a forecast and not advice."
GLOSSARY = "Terms are defined in docs/glossary.md."
"""Last line of every help text."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=ABOUT,
    epilog=GLOSSARY,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"political-moat {version('political-moat')}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Can a policy protect itself by making voters its owners? A laboratory, not a forecast and not advice."""


Preset = Annotated[str, typer.Option(help="Named parameter setting; moat presets lists them.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE for any parameter; repeatable.")]
Seed = Annotated[int, whole("Root seed. The same seed and version give the same bytes.")]
Workers = Annotated[int | None, whole("Worker processes (default: one per usable processor, at most 8).")]


@app.command()
def run(
    preset: Preset = "calibrated",
    set_: Settings = None,
    replicates: Annotated[int | None, whole("Paired replicates (default 625; histories: 120).")] = None,
    voters: Annotated[int | None, whole("Model voters (default 4,000).")] = None,
    seed: Seed = 20250807,
    breadth: Annotated[
        str | None, typer.Option(help="Doses: shares of voters who hold (default 0,.05,.1,.2,.3,.45,.6).")
    ] = None,
    protocol: Annotated[
        str, typer.Option(help="stress: the opponent takes office after one term. history: a free run of many terms.")
    ] = "stress",
    cycles: Annotated[int | None, whole("Presidential terms of a history (default 12).")] = None,
    rules: Annotated[
        str | None, typer.Option(help="Decision rule of both parties (party.rule); all: compare every rule.")
    ] = None,
    plugin: Annotated[
        list[Path] | None, typer.Option(help="Python file with a rule, move or protocol of your own; repeatable.")
    ] = None,
    replicate: Annotated[int | None, whole("Show every arm of this one replicate; write no files.")] = None,
    calibration: Annotated[Path | None, typer.Option(help="Folder with your own parameters.csv.")] = None,
    population: Annotated[Path | None, typer.Option(help="Your own people: a csv file, one row each.")] = None,
    network: Annotated[Path | None, typer.Option(help="Their ties: an edge list (csv) or GraphML.")] = None,
    event: Annotated[
        list[str] | None, typer.Option(help="MONTH:MOVE or MONTH:NAME=VALUE from a month on; repeatable.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Results folder (default results/PRESET-PROTOCOL-SEED).")] = None,
    workers: Workers = None,
    format_: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print every table and its legend.")] = False,
) -> None:
    """Estimate how far a friendly policy falls under an opposed government, with and without exposure."""
    from ..studies.from_options import run_folder, study_of_run

    every_rule = rules == "all"
    options: dict[str, Any] = {"preset_name": preset, "settings": set_ or (), "replicates": replicates}
    options |= {"voters": voters, "seed": seed, "breadths": breadth, "calibration": calibration}
    options |= {"population": population, "network": network, "events": event or (), "plugins": plugin or ()}
    study = study_of_run(
        **options,
        rule=None if every_rule else rules,
        protocol=protocol,
        cycles=cycles,
        earlier=refused_options(format_, workers, replicate),
    )
    find_compiled()
    if every_rule:
        if format_ == "json" or replicate is not None:
            raise UserError("--rules all prints a table; give one rule with --format json or --replicate")
        folder = run_folder(study)
        rules_folder = folder.with_name(f"{folder.name}-rules")
        refuse_inside(calibration, out or rules_folder)
        _run_every_rule(options | {"protocol": protocol}, out or rules_folder, workers)
    elif replicate is not None:
        p, kind = study.parameters, study.protocol
        design = kind.design(study.declared(p))
        typer.echo(kind.replicate_text(p, design, study.study.seed, replicate, preset, format_))
    else:
        refuse_inside(calibration, out or run_folder(study))
        outcome = run_setting(study, out or run_folder(study), workers, quiet=format_ == "json")
        print_answer(outcome, format_, verbose=verbose)


def _run_every_rule(options: dict[str, Any], out: Path, workers: int | None) -> None:
    """Run the declared contrast under every party rule and print one table."""
    from ...agents.party.rules import RULES
    from ..reporting.text.party_rules import rules_text
    from ..studies.from_options import PRIMARY_BREADTH, study_of_rule

    outcomes = {}
    for rule in sorted(RULES):
        study = study_of_rule(rule, **options)
        typer.echo(f"rule {rule}", err=True)
        outcomes[rule] = run_setting(study, out / rule, workers)
    finished = {rule: outcome.finished for rule, outcome in outcomes.items() if outcome.finished is not None}
    typer.echo(rules_text(finished, PRIMARY_BREADTH, out))
    if any(outcome.failed for outcome in outcomes.values()):
        raise typer.Exit(1)


@app.command()
def targets(
    replicates: Annotated[int, whole("Histories.")] = 100,
    voters: Annotated[int, whole("Model voters.")] = 2000,
    cycles: Annotated[int, whole("Presidential terms of each history, 2 or more.")] = 12,
    seed: Seed = 20250807,
    out: Annotated[
        Path | None, typer.Option(help="Results folder (default results/targets-CYCLES-VOTERS-SEED).")
    ] = None,
    workers: Workers = None,
) -> None:
    """Compare long histories without exposure with the record: turnover, swing, Congress, switching, bitcoin."""
    from ..studies.from_options import study_of_run

    problems = [] if cycles != 1 else ["--cycles 1 is not possible; allowed: 2 or more, since targets are changes"]
    study = study_of_run(
        replicates=replicates,
        voters=voters,
        seed=seed,
        protocol="targets",
        cycles=cycles,
        earlier=[*problems, *refused_options("table", workers)],
    )
    find_compiled()
    outcome = run_setting(study, out or Path("results") / f"targets-{cycles}-{voters}-{seed}", workers)
    for reason in outcome.reasons:
        typer.echo(f"moat: {reason}", err=True)
    print_answer(outcome, "table")


@app.command()
def params(
    prefix: Annotated[
        str, typer.Argument(metavar="[PREFIX]", help="Only names that begin so, such as market or market.vol.")
    ] = "",
    search: Annotated[str, typer.Option(help="Only parameters with these words in name, unit or source.")] = "",
    assumed: Annotated[bool, typer.Option("--assumed", help="Only parameters without data.")] = False,
    preset: Annotated[str, typer.Option(help="Show the values of this preset.")] = "calibrated",
    format_: Annotated[str, typer.Option("--format", help="table, csv or md.")] = "table",
) -> None:
    """List every parameter with its value, unit, range, role, status and source."""
    from .listing import parameter_listing

    typer.echo(parameter_listing(preset, assumed, format_, prefix=prefix, search=search))


@app.command()
def presets() -> None:
    """List the presets with a description and their differences from calibrated."""
    from .listing import preset_listing

    typer.echo(preset_listing())


@app.command()
def figure(
    results: Annotated[list[Path], typer.Argument(help="A results folder of moat sweep, or several of moat run.")],
    out: Annotated[Path, typer.Option(help="Folder for the figure: .svg, .pdf, .png and .csv.")] = Path("figures"),
    by: Annotated[
        list[str] | None, typer.Option(help="Factor with a curve for each value; repeatable. Other factors: panels.")
    ] = None,
    x: Annotated[str | None, typer.Option("--x", help="Factor of the x axis (default exposure.breadth).")] = None,
    outcome: Annotated[str | None, typer.Option(help="Outcome of the sweep, or depth (default: the first).")] = None,
    where: Annotated[list[str] | None, typer.Option(help="FACTOR=VALUE: that value alone; repeatable.")] = None,
) -> None:
    """Draw the effects of a sweep by factor, or the dose-response curves of several results folders in one figure."""
    from ..reporting.figures.overlay import draw

    for path in draw(results, out, by=by or (), x=x, outcome=outcome, where=where or ()):
        typer.echo(str(path))


@app.command()
def view(
    results: Annotated[Path | None, typer.Argument(help="Results folder to explore.")] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; the default admits this machine only.")
    ] = "127.0.0.1",
    port: Annotated[int, whole("Port.")] = 8765,
    browser: Annotated[bool, typer.Option(help="Open the browser.")] = True,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="Name under which a proxy shows the page; may be repeated.")
    ] = None,
    root_path: Annotated[str, typer.Option(help="Prefix of the page's addresses behind a proxy, such as /moat.")] = "",
    pages_per_address: Annotated[
        int, whole("Open pages of one address; a class behind one router is one address.")
    ] = 80,
) -> None:
    """Open the browser page: two worlds with the same random draws, or a results folder to explore."""
    _of_page("view")(results, host, port, browser, allow_host or (), root_path, pages_per_address)


@app.command()
def site(
    out: Annotated[Path, typer.Argument(help="New folder of the atlas; index.html opens it.")],
    results: Annotated[
        list[Path] | None, typer.Option(help="Results folder whose pages are shown too; repeatable.")
    ] = None,
    presets: Annotated[
        list[str] | None, typer.Option(help="Presets of the page, separated by commas (default: all).")
    ] = None,
    voters: Annotated[int | None, whole("Model voters of each world (default 10,000).")] = None,
    films: Annotated[int | None, whole("Most films of a preset (default: as many as fit into 25 MB).")] = None,
    maps: Annotated[bool, typer.Option(help="Compute the comparisons and maps of step 5.")] = True,
    workers: Annotated[int | None, whole("Worker processes (default: one per usable processor, at most 4).")] = None,
    zip_: Annotated[bool, typer.Option("--zip", help="Write OUT.zip too.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the atlas that is there.")] = False,
) -> None:
    """Write the page as a folder that plays from disk or from any web server, without Python and without a network."""
    find_compiled()
    typer.echo(_of_page("site")(out, results or (), presets or (), voters, films, workers, zip_, replace, maps))


def _of_page(name: str) -> Any:
    """Return a function of the page by its entry point, since experiments may not import viz."""
    from importlib.metadata import entry_points

    pages = list(entry_points(group="political_moat.pages", name=name))
    if not pages:
        raise UserError("this installation has no browser page; install political-moat again")
    return pages[0].load()


cli_analysis.register(app)
cli_backtest.register(app)
cli_calibrate.register(app)
cli_paper.register(app)
cli_sweep.register(app)
group_commands(app)
for registered in app.registered_commands:
    registered.epilog = GLOSSARY


def command() -> None:
    """Run `moat` in its own process."""
    listen()
    prepare_streams()
    gc.set_threshold(FIRST_COLLECTION)  # modules stay: searching them for garbage costs `moat validate` a tenth
    code = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    exit_without_cleanup(code)


def main() -> None:
    """Run the command line; exit with 0 done, 1 some runs failed, 2 a mistake of the user."""
    try:
        # Outside its standalone mode click returns the code of typer.Exit instead of raising it.
        code = app(standalone_mode=False)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        if code:
            sys.exit(code)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(_complain(RESUMES, INTERRUPTED))
    except UserError as error:
        sys.exit(_complain(str(error), error.exit_code))
    except Interrupted as stop:
        sys.exit(_complain(str(stop), INTERRUPTED))
    except (NonDeterministic, WorkersUnusable) as stop:
        sys.exit(_complain(str(stop), 1))
    except Exception as error:
        line = _disk_line(error) if isinstance(error, OSError) else _usage_line(error)
        if line is None:
            raise
        sys.exit(_complain(line, 2))


def _complain(text: str, code: int) -> int:
    if code != INTERRUPTED and pressed():  # an import that Ctrl-C broke raises errors of its own
        text, code = RESUMES, INTERRUPTED
    for line in text.splitlines():
        print(f"moat: {line}", file=sys.stderr)
    return code


def _disk_line(error: OSError) -> str:
    """Return the line of an error of the system that no command has put into words of its own."""
    named = f"{error.filename}: " if error.filename is not None else ""
    return f"{named}{reason_of(error)}"


def _usage_line(error: Exception) -> str | None:
    """Return the line of a command-line mistake that click found, None for any other error."""
    message = getattr(error, "format_message", None)
    return str(message()) if callable(message) else None


if __name__ == "__main__":
    command()
