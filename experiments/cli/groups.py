"""The help of `moat` in groups, with a summary of one line for each command."""

from __future__ import annotations

import typer

GROUPS: dict[str, dict[str, str]] = {
    "Answer: commands that run a ready study": {
        "run": "Answer the main question: how far does the policy fall?",
        "backtest": "Score the frozen model on policies of the record",
        "targets": "Compare long histories without exposure with the record",
        "calibrate": "Find the parameters that the record does not rule out",
        "mediation": "Decompose the effect by channel",
        "prior-mass": "Share of assumptions under which the effect has a sign",
    },
    "Study: commands for a study file of your own": {
        "validate": "List every mistake of a study file, with its line",
        "plan": "Estimate points, runs, time and disk",
        "sweep": "Run or resume a study, export, write the report",
        "status": "Show what is done, missing and failed, and the time left",
        "retry": "Run the failed replicates again",
        "shard": "Run one of n parts, for job arrays",
        "merge": "Combine the parts",
        "export": "Write the exports again from the ledger",
        "rerun": "Run one row again and compare its hash",
        "verify": "Make every file anew, repeat a sample, compare",
    },
    "Look: commands that show or explain": {
        "view": "Open the browser page: two worlds, or a results folder",
        "site": "Write the page as a folder that plays without Python",
        "report": "Write report.html, figures and LaTeX tables",
        "figure": "Draw the curves of results folders in one figure",
        "analyze": "Estimate the sensitivity to each factor",
        "params": "List parameters: value, unit, range, source",
        "presets": "List presets and how they differ",
    },
    "Cite: commands for a publication": {
        "cite": "Print the citation and the versions",
        "archive": "Pack a results folder for a repository",
        "paper": "Write a companion paper of a study",
    },
}
"""Commands by group, in the order of the help; a command that is not listed here comes last, in a group of its own."""


def group_commands(app: typer.Typer) -> None:
    """Put the commands of the help into GROUPS; their own help texts stay as they are."""
    places = {name: (panel, text) for panel, commands in GROUPS.items() for name, text in commands.items()}
    order = {name: number for number, name in enumerate(places)}
    names = {id(command): _name(command) for command in app.registered_commands}
    app.registered_commands.sort(key=lambda command: order.get(names[id(command)], len(order)))
    for command in app.registered_commands:
        if names[id(command)] in places:
            command.rich_help_panel, command.short_help = places[names[id(command)]]


def _name(command: typer.models.CommandInfo) -> str:
    function = getattr(command.callback, "__name__", "")
    return command.name or function.replace("_", "-")
