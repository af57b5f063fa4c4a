"""The site: every page once in the navigation, generated pages as the code gives, a README of two screens."""

from __future__ import annotations

import importlib.util
import re
import textwrap
from collections import Counter
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import political_moat

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / "docs" / "hooks"
SCREEN = (100, 40)
"""Columns and lines of a screen."""
FIGURE_LINES = 19
"""Lines that a figure of this width to height takes at the width of a screen."""


def hook(name: str) -> ModuleType:
    """A file of docs/hooks, which is no package."""
    spec = importlib.util.spec_from_file_location(f"hooks_{name}", HOOKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    return hook("reference")


def navigation() -> list[str]:
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    return re.findall(r"- (?:[\w ]+: )?([\w/.-]+\.md)$", nav, re.MULTILINE)


def test_every_page_stands_once_in_the_navigation() -> None:
    outside = re.findall(r'^    "[\w/.]+": "([\w.]+)",$', (HOOKS / "links.py").read_text("utf-8"), re.MULTILINE)
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/**/*.md")}
    notebooks = {f"notebooks/{path.stem}.md" for path in ROOT.glob("docs/notebooks/*.py")}
    assert len(outside) == 4
    assert Counter(navigation()) == Counter(dict.fromkeys(pages | notebooks | set(outside), 1))


@pytest.mark.parametrize("file", ["api.md", "cli.md", "columns.md", "parameters.md"])
def test_a_page_of_the_reference_is_what_the_code_gives(file: str, reference: ModuleType) -> None:
    """After a change: python docs/hooks/reference.py."""
    assert set(reference.PAGES) == {path.name for path in (ROOT / "docs" / "reference").glob("*.md")}
    assert (ROOT / "docs" / "reference" / file).read_text(encoding="utf-8") == reference.PAGES[file]()


def test_the_reference_has_every_public_name_and_command(reference: ModuleType) -> None:
    from typer.main import get_command

    from political_moat.experiments.cli.main import app

    api = reference.api_page()
    for name in set(political_moat.__all__) - {"__version__"}:
        assert f".{name}\n" in api
    cli = reference.cli_page()
    group: Any = get_command(app)
    for name, command in group.commands.items():
        section = cli.partition(f"\n## moat {name}\n")[2].partition("\n## ")[0]
        assert section
        assert all(f"`{option}`" in section for each in command.params for option in each.opts if option[:2] == "--")


@pytest.mark.parametrize(
    ("page", "link", "fitted"),
    [
        ("sweeps.md", "[b](../benchmarks/README.md)", "[b](benchmarks.md)"),
        ("draws.md", "[streams](../benchmarks/streams.txt)", "streams (`benchmarks/streams.txt`)"),
        ("index.md", "[first](notebooks/first-result.py#one-world)", "[first](notebooks/first-result.md#one-world)"),
        ("notebooks/own-rule.md", "[a](../adding-a-rule.md)", "[a](../adding-a-rule.md)"),
        (
            "contributing.md",
            "[g](docs/glossary.md#terms) [p](pyproject.toml)",
            "[g](glossary.md#terms) p (`pyproject.toml`)",
        ),
        ("benchmarks.md", "[s](../docs/speed.md) [r](../README.md)", "[s](speed.md) [r](index.md)"),
        ("odd.md", "[a](https://example.org/) [b](#here) ![f](figures/depth.png)", None),
    ],
)
def test_links_of_the_repository_lead_to_pages_of_the_site(page: str, link: str, fitted: str | None) -> None:
    assert hook("links").fitted_links(link, page) == (fitted or link)


def test_an_executed_notebook_becomes_a_page() -> None:
    def output(kind: str, **fields: Any) -> SimpleNamespace:
        return SimpleNamespace(output_type=kind, **fields)

    def code(source: str, *outputs: SimpleNamespace, **metadata: str) -> SimpleNamespace:
        return SimpleNamespace(cell_type="code", source=source, outputs=list(outputs), metadata=metadata)

    table = '<div>\n<style scoped>\n  th { }\n</style>\n<table border="1" class="dataframe">\n<th></th></table></div>'
    cells = [
        SimpleNamespace(cell_type="markdown", source="# Title"),
        code("print(1)", output("stream", name="stdout", text="1\n"), output("stream", name="stderr", text="noise")),
        code("frame", output("execute_result", data={"text/html": table, "text/plain": "plain"})),
        code("draw()", output("display_data", data={"image/png": "aGk=", "text/plain": "<Figure>"}), alt="A line."),
        code("2", output("execute_result", data={"text/plain": "2"})),
    ]
    text, figures = hook("notebook_pages").page_of(SimpleNamespace(cells=cells), "name")
    assert figures == {"name-1.png": b"hi"}
    assert text.startswith("# Title\n\n```python\nprint(1)\n```\n\n``` { .text .output }\n1\n```\n")
    assert '<div class="output">\n<div>\n<table>\n<td></td></table></div>\n</div>' in text
    assert "![A line.](name-1.png)" in text
    assert text.endswith("``` { .text .output }\n2\n```\n")
    assert "noise" not in text


def screen_lines(text: str) -> int:
    """Lines of a rendered page on a screen: prose wrapped at its width, a blank line between blocks, figures."""
    count = 0
    for block in re.split(r"\n{2,}", re.sub(r"<!--.*?-->\n?", "", text).strip()):
        lines = block.splitlines()
        if block.startswith("!["):
            count += FIGURE_LINES
        elif block.startswith(("|", "    ", "- ")):
            count += sum(len(textwrap.wrap(re.sub(r"\]\([^)]*\)", "]", line), SCREEN[0])) for line in lines)
        else:
            count += len(textwrap.wrap(re.sub(r"\]\([^)]*\)", "]", block), SCREEN[0]))
        count += 1
    return count


def test_the_readme_fits_two_screens() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert screen_lines(text) <= 2 * SCREEN[1]
    assert len(re.findall(r"^- ", text.partition("## Five links")[2], re.MULTILINE)) == 5


def test_lines_of_a_screen_are_counted() -> None:
    assert screen_lines("# A\n\n" + "word " * 40 + "\n\n- [a](b)\n- c\n\n![f](x.png)\n") == 2 + 3 + 3 + 1 + FIGURE_LINES
