"""Checks of a plug-in: what its text may import, and whether its classes fit their contracts."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

from .source import PluginError, Source

PACKAGE = __name__.partition(".")[0]
SEEN_BY_RULES = (f"{PACKAGE}.Rule", f"{PACKAGE}.agents.party", f"{PACKAGE}.agents.perception")
"""What a file with a rule may import of the package: the contract, and what a party sees."""


def compiled(source: Source) -> CodeType:
    """Return the code of a source. PluginError with the line of a syntax error."""
    try:
        return compile(source.text, source.name, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise PluginError(f"{source.name}, line {error.lineno}: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise PluginError(f"{source.name} is not Python: {error}") from error


def imported(source: Source) -> Iterator[tuple[int, str]]:
    """Yield line and name of everything that a source imports, at any depth; relative imports begin with a dot."""
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            stem = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{stem}.{alias.name}") for alias in node.names)


def refuse_neighbours(source: Source, folder: Path) -> None:
    """Raise PluginError if a source imports a file beside it: no other machine and no key would know that file."""
    for line, name in imported(source):
        top = name.partition(".")[0]
        if not top or (folder / f"{top}.py").is_file() or (folder / top / "__init__.py").is_file():
            raise PluginError(
                f"{source.name}, line {line}: imports {name}, a file beside it; a plug-in is one file, which may "
                "import this package and installed libraries"
            )


def refuse_sight_of_voters(source: Source) -> None:
    """Raise PluginError if a source with a rule imports more of the package than a party may see."""
    for line, name in imported(source):
        ours = name == PACKAGE or name.startswith(f"{PACKAGE}.")
        allowed = any(name == seen or name.startswith(f"{seen}.") for seen in SEEN_BY_RULES)
        if ours and not allowed:
            raise PluginError(
                f"{source.name}, line {line}: a file with a rule imports {name}, and a rule must not see voters; "
                f"allowed: {', '.join(SEEN_BY_RULES)}; put the rule into a file of its own"
            )


def refuse_misfit(source: Source, kind: type, what: str) -> None:
    """Raise PluginError unless a class defines the abstract methods of its contract, with their arguments."""
    contract, abstract = next(
        (base, names) for base in kind.__mro__[1:] if (names := getattr(base, "__abstractmethods__", None))
    )
    for name in sorted(abstract):
        wanted = inspect.signature(getattr(contract, name))
        form = f"{name}({', '.join(wanted.parameters)})"
        method = getattr(kind, name)
        if getattr(method, "__isabstractmethod__", False):
            raise PluginError(f"{source.name}: {what} {kind.__name__} has no method {form}")
        _refuse_arguments(source, method, len(wanted.parameters), f"{what} {kind.__name__}: {form}")


def refuse_function(source: Source, function: object, name: str) -> None:
    """Raise PluginError unless an outcome's function can be called with one argument, the run."""
    if not callable(function):
        raise PluginError(f"{source.name} has no function {name}; an outcome needs def {name}(run)")
    _refuse_arguments(source, function, 1, f"outcome {name}(run)")


def _refuse_arguments(source: Source, function: Any, count: int, wanted: str) -> None:
    signature = inspect.signature(function)
    try:
        signature.bind(*range(count))
    except TypeError:
        takes = ", ".join(signature.parameters) or "nothing"
        raise PluginError(f"{source.name}: {wanted} is called with these arguments, but takes {takes}") from None
