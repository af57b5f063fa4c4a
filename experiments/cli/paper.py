"""Commands for publishing: paper, cite."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .kernel_cache import find_compiled

Results = Annotated[Path, typer.Argument(metavar="RESULTS", help="Results folder of a finished stress test.")]


def paper(
    results: Results,
    force: Annotated[bool, typer.Option("--force", help="Replace the folder paper, with all changes in it.")] = False,
) -> None:
    """Write RESULTS/paper: a companion paper in LaTeX whose every number is a macro made from the runs."""
    find_compiled()
    from ..paper.build import COMPILE, build_paper

    path = build_paper(results, force=force)
    typer.echo(f"{path}\nTo make paper.pdf: cd {path.parent} && {COMPILE}")


def cite(form: Annotated[str, typer.Option("--format", help="text or bibtex.")] = "text") -> None:
    """Print the citation line, a sentence of versions for a paper, and a BibTeX entry."""
    from ..paper.citation import citation_text

    typer.echo(citation_text(form))


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(paper)
    app.command()(cite)
