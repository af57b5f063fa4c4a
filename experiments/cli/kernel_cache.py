"""Cache of compiled kernels, chosen before the first kernel is imported."""

from __future__ import annotations

import typer


def find_compiled() -> None:
    """Point numba at the cache of this code before a kernel is imported, and print a line if it is empty."""
    from ..execution.compiled_kernels import must_compile  # not needed by `moat --help`

    if must_compile():
        typer.echo("compiling once for this version (about 20 seconds)", err=True)
