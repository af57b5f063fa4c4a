"""The phase map: breadth across, visible stake upward, each cell with the letter and colour of its verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from .figures_print import DOUBLE, DRAWN, draw, plain
from .hypotheses import WORDS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe & Ito (2008); the letter in the cell says the same, for grey and for those who do not see the colours.
FILL = {
    "moat": "#0072B2",
    "gridlock": "#56B4E9",
    "fewer reversals": "#009E73",
    "trapdoor": "#D55E00",
    "convergence without moat": "#F0E442",
    "no effect": "#FFFFFF",
    "not decided": "#BBBBBB",
}
_DARK = ("moat", "trapdoor", "fewer reversals")


def phase_map_figure(
    table: pd.DataFrame, folder: Path, name: str = "phase-map", endings: tuple[str, ...] = DRAWN
) -> list[Path]:
    """Draw the phase map of `hypotheses.phase_table`; one row of cells per visible stake, smallest at the bottom."""
    rows = sorted(table["visible_stake"].round(4).unique())
    return draw(folder, name, table, DOUBLE, 30.0 + 9.0 * len(rows) + 5.0 * table["word"].nunique(), _paint, endings)


def _paint(figure: Figure, data: pd.DataFrame) -> None:
    from matplotlib.patches import Patch, Rectangle

    stakes = sorted(data["visible_stake"].round(4).unique())
    breadths = sorted(data["breadth"].unique())
    axes = figure.subplots()
    for row in data.itertuples():
        x, y = breadths.index(row.breadth), stakes.index(round(float(row.visible_stake), 4))
        word = str(row.word)
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1.0, 1.0, facecolor=FILL[word], edgecolor="0.4", linewidth=0.5))
        ink = "white" if word in _DARK else "black"
        text = f"{WORDS[word].letter}   {float(row.rd_reversed):+.2f}"
        axes.text(x, y, text, ha="center", va="center", color=ink, fontsize=7)
    axes.set_xlim(-0.5, len(breadths) - 0.5)
    axes.set_ylim(-0.5, len(stakes) - 0.5)
    axes.set_xticks(range(len(breadths)), [f"{b:g}" for b in breadths])
    axes.set_yticks(range(len(stakes)), [f"{s:.3g}" for s in stakes])
    axes.tick_params(length=0)
    plain(
        axes,
        "",
        "Share of voters who hold a stake",
        "Visible stake, years of income\n(visibility × mean stake of holders)",
    )
    handles = [
        Patch(facecolor=FILL[name], edgecolor="0.4", label=_entry(name)) for name in WORDS if name in set(data["word"])
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=1, frameon=False, alignment="left")


def _entry(name: str) -> str:
    word = WORDS[name]
    return f"{word.letter}  {name}" + (f" ({word.hypothesis})" if word.hypothesis else "") + f": {word.rule}"
