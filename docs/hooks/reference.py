"""Writes the pages of docs/reference from the code: public names, command line, parameters, columns.

Run `python docs/hooks/reference.py` after a change; tests/docs/test_reference.py compares the pages with the code.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import political_moat
from political_moat.experiments.cli.listing import parameter_listing
from political_moat.experiments.protocols import PROTOCOLS
from political_moat.experiments.protocols.contract import Protocol
from political_moat.experiments.storage.codebook import Tables, codebook
from political_moat.experiments.studies.from_options import study_of_run
from political_moat.experiments.sweeps.statement_codebook import statement_files
from political_moat.experiments.sweeps.summary import summary_columns
from political_moat.model.state import WorldState

FOLDER = Path(__file__).resolve().parents[1] / "reference"
WRITTEN = "`python docs/hooks/reference.py` writes this page from the code."


def api_page() -> str:
    """Return the page of the public names; mkdocstrings replaces each `:::` line by signatures and docstrings."""
    objects = [getattr(political_moat, name) for name in political_moat.__all__ if name != "__version__"]
    lines = [
        "# Python API",
        "",
        "```python",
        "from political_moat import (",
        *(f"    {each.__name__}," for each in objects),
        ")",
        "```",
        "",
        f"{WRITTEN}",
        "A new protocol subclasses `Protocol` ([add a protocol](../adding-a-protocol.md)), a new rule `Rule`",
        "([add a party rule](../adding-a-rule.md)). `World` has every attribute and method of `WorldState`.",
    ]
    for each in (*objects, WorldState, Protocol):
        lines += ["", f"::: {each.__module__}.{each.__qualname__}"]
    return "\n".join(lines) + "\n"


def cli_page() -> str:
    """Return the page of the command line, from the options that typer declares."""
    import typer.main

    from political_moat.experiments.cli.main import app

    group: Any = typer.main.get_command(app)
    commands = list(group.commands.values())
    lines = ["# Command line", "", group.help, f"{WRITTEN} `moat COMMAND --help` prints the same text."]
    lines += _options(group)
    for panel in dict.fromkeys(map(_panel, commands)):
        members = [command for command in commands if _panel(command) == panel]
        lines += ["", f"**{panel}**", ""]
        lines += ["| command | what it does |", "|---|---|"]
        lines += [f"| [`moat {each.name}`](#moat-{each.name}) | {_cell(each.help)} |" for each in members]
    for command in commands:
        lines += ["", f"## moat {command.name}", "", *_prose(command.help), *_options(command)]
    return "\n".join(lines) + "\n"


def _panel(command: Any) -> str:
    """Return the title of the group of `moat --help` that lists a command."""
    panel = getattr(command, "rich_help_panel", None)
    return panel if isinstance(panel, str) else "Commands"


def _prose(text: str) -> list[str]:
    return [line.strip() for line in text.replace("\b", "").strip().splitlines()]


def _cell(text: str) -> str:
    return " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")


def _options(command: Any) -> list[str]:
    """Return a table of arguments and options; none for a command without any."""
    rows = []
    for each in command.params:
        if getattr(each, "hidden", False) or "--help" in each.opts:
            continue
        names = [*each.opts, *each.secondary_opts]
        if each.param_type_name == "argument":
            names = [each.name.upper()]
        shown = each.default not in (None, False, ...) and not callable(each.default)
        default = "required" if each.required else f"`{each.default}`" if shown and each.default != [] else ""
        rows.append(f"| {', '.join(f'`{name}`' for name in names)} | {default} | {_cell(each.help or '')} |")
    return ["", "| option | default | meaning |", "|---|---|---|", *rows] if rows else []


def columns_page() -> str:
    """Return the page of all columns of all tables, from the declarations that also make each folder's codebook."""
    lines = [
        "# Columns of the tables",
        "",
        WRITTEN,
        "Each results folder has the same text for its own tables: `codebook.md`, and `codebook.json` for programs.",
        "In a study of several settings `runs.csv` and `cycles.csv` also have the design point and a column for each",
        "factor, named by its parameter. An empty cell is a value that does not exist.",
    ]
    for name, protocol in sorted(PROTOCOLS.items()):
        lines += ["", f"## Protocol {name}", "", f"{protocol.sentence[:1].upper()}{protocol.sentence[1:]}."]
        lines += _tables(_of_protocol(protocol()), name)
    lines += [
        "",
        "## Tables of statements",
        "",
        "Written by `moat analyze` and by protocols that have a table of their own.",
    ]
    lines += _tables(tuple(statement_files().items()), "")
    return "\n".join(lines) + "\n"


def _of_protocol(protocol: Protocol) -> Tables:
    """Return titles and columns of the tables of `moat sweep` and `moat run`."""
    tables: list[tuple[str, Any]] = [
        ("export/runs.csv: a row per run", protocol.run_columns()),
        (f"export/cycles.csv: a row per {protocol.cycle_unit}", protocol.cycle_columns()),
        ("summary.csv of a study of several settings", summary_columns(protocol, ())),
    ]
    answer = protocol.answer()
    if answer is not None:
        study = study_of_run(protocol=protocol.name)
        tables += answer.tables(study.protocol.design(study.declared(study.parameters)))
    return tuple((title, columns) for title, columns in tables if columns)


def _tables(tables: Tables, protocol: str) -> list[str]:
    """Return the tables of a codebook, a level deeper; headings name the protocol, so that anchors differ."""
    _, *sections = codebook(tables).split("\n## ")
    return [f"\n### {protocol} {section}".replace("###  ", "### ").rstrip() for section in sections]


PAGES: dict[str, Callable[[], str]] = {
    "api.md": api_page,
    "cli.md": cli_page,
    "columns.md": columns_page,
    "parameters.md": lambda: parameter_listing(form="md") + "\n",
}

if __name__ == "__main__":
    for file, page in PAGES.items():
        (FOLDER / file).write_text(page(), encoding="utf-8")
