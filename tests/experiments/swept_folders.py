"""A results folder with eighteen exposed cells: three breadths, three visibilities, two vote effects."""

from __future__ import annotations

from pathlib import Path

from political_moat import Study

CELLS = 18
_TEXT = """
[study]
name = "eighteen"
seed = 7
[model]
preset = "h1-moat"
voters = 300
returning = false
layers = ["statute", "guidance"]
[factors."exposure.breadth"]
levels = [0, 0.1, 0.3, 0.6]
[factors."exposure.visibility"]
levels = [1.0, 0.5, 0.1]
[factors."voting.asset_vote_effect"]
levels = [0.5, 4]
[replicates]
min = 6
[engine]
kind = "serial"
"""


def eighteen_cells(place: Path) -> Path:
    """Run the sweep into a folder and return it."""
    Study.from_text(_TEXT, place).run(report=False)
    return place
