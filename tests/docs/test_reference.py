"""docs/reference/parameters.md lists every declared parameter with its source."""

from __future__ import annotations

from pathlib import Path

from political_moat.experiments.cli.listing import parameter_listing
from political_moat.model.parameters.tree import parameter_names

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "parameters.md"


def test_the_page_is_written_from_the_declarations() -> None:
    """After a change: moat params --format md > docs/reference/parameters.md."""
    assert PAGE.read_text(encoding="utf-8") == parameter_listing(form="md") + "\n"


def test_every_parameter_stands_on_the_page_with_a_source() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if "|" in line]
    sources = {row[0]: row[-1] for row in rows if "." in row[0]}
    assert list(sources) == parameter_names()
    assert all(len(source) > 3 for source in sources.values())
