"""Executes a notebook (jupytext source) and returns it as a page: prose, code, printed text, tables and figures."""

from __future__ import annotations

import base64
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

SECONDS = 120
"""Time limit of a cell."""
_FIGURES = {"image/png": "png", "image/svg+xml": "svg"}


def executed_page(source: Path) -> tuple[str, dict[str, bytes]]:
    """Execute a notebook in an empty folder; return its page in Markdown, and its figures by file name."""
    import jupytext
    from nbclient import NotebookClient
    from traitlets.config import Config

    notebook = jupytext.read(source)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as sockets:
        # Sockets in a folder of this user: others on the machine cannot reach the kernel.
        local = {} if sys.platform == "win32" else {"transport": "ipc", "ip": f"{sockets}/kernel"}
        place = {"metadata": {"path": folder}}
        client = NotebookClient(
            notebook, config=Config({"KernelManager": local}), kernel_name="python3", resources=place, timeout=SECONDS
        )
        client.execute()
    return page_of(notebook, source.stem)


def page_of(notebook: Any, name: str) -> tuple[str, dict[str, bytes]]:
    """Return an executed notebook as Markdown, and its figures: NAME-NUMBER.png or .svg."""
    parts: list[str] = []
    figures: dict[str, bytes] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        elif cell.cell_type == "code":
            parts.append(f"```python\n{cell.source}\n```")
            described = cell.metadata.get("alt", "output of the cell above")
            parts += [_output(output, name, figures, described) for output in cell.outputs]
    return "\n\n".join(part for part in parts if part) + "\n", figures


def _output(output: Any, name: str, figures: dict[str, bytes], described: str) -> str:
    """Return one output as Markdown; add a figure to `figures`, `described` in words for readers who do not see it."""
    if output.output_type == "stream":
        return "" if output.name == "stderr" else _printed(output.text)
    data = output.data
    for kind, ending in _FIGURES.items():
        if kind in data:
            file = f"{name}-{len(figures) + 1}.{ending}"
            figures[file] = base64.b64decode(data[kind]) if ending == "png" else data[kind].encode()
            return f"![{described}]({file})"
    if "text/html" in data:
        return f'<div class="output">\n{_table(data["text/html"])}\n</div>'
    return _printed(data.get("text/plain", ""))


def _printed(text: str) -> str:
    return f"``` {{ .text .output }}\n{text.rstrip()}\n```" if text.strip() else ""


def _table(html: str) -> str:
    """Return a table of pandas in the style of the site: no styles and borders of its own, no empty header."""
    plain = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    plain = re.sub(r'<table border="1" class="dataframe">', "<table>", plain).replace("<th></th>", "<td></td>")
    return "\n".join(line.strip() for line in plain.splitlines() if line.strip())
