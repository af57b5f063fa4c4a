"""Every ```python block of the documents runs: in order, one namespace and one empty folder for each document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from political_moat.experiments.execution import engine

ROOT = Path(__file__).resolve().parents[2]
_SKIPPED = {"build", "dist", "node_modules", "results"}
_BLOCK = re.compile(
    r"^(?P<indent>[ \t]*)```python[^\n]*\n(?P<code>.*?)^(?P=indent)```[ \t]*$", re.MULTILINE | re.DOTALL
)


def documents() -> list[Path]:
    readmes = [
        file
        for file in ROOT.rglob("README.md")
        if not any(part in _SKIPPED or part.startswith(".") for part in file.relative_to(ROOT).parts)
    ]
    return [file for file in sorted({*ROOT.glob("docs/**/*.md"), *readmes}) if blocks(file.read_text("utf-8"))]


def blocks(text: str) -> list[tuple[int, str]]:
    """First line and code of each block, without the indent of its fence."""
    numbered = []
    for match in _BLOCK.finditer(text):
        indent = match["indent"]
        lines = [line.removeprefix(indent) for line in match["code"].splitlines()]
        numbered.append((text.count("\n", 0, match.start("code")) + 1, "\n".join(lines)))
    return numbered


@pytest.mark.parametrize("document", documents(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_the_blocks_of_a_document_run(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawn_once: None
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engine, "startable_workers", lambda kind, workers: (0, None))  # pages promise no engine
    monkeypatch.setenv("MPLBACKEND", "Agg")
    namespace: dict[str, object] = {"__name__": "document"}
    for line, code in blocks(document.read_text(encoding="utf-8")):
        # Blank lines in front, so that a traceback shows the line numbers of the document.
        exec(compile("\n" * (line - 1) + code, str(document), "exec"), namespace)


def test_blocks_are_found_with_their_lines_and_indents() -> None:
    text = "a\n```python\nx = 1\n```\n```bash\nno\n```\n- b\n  ```python\n  y = x\n  ```\n"
    assert blocks(text) == [(3, "x = 1"), (10, "y = x")]
