"""The phase map: breadth across, visible stake upward, each cell with the letter and colour of its verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ...statistics.verdicts import WORDS
from .style import DOUBLE, DRAWN, draw, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe & Ito (2008); the letter in the cell repeats the label for print in grey and for colour-blind readers.
FILL = {
    "moat": "#0072B2",
    "gridlock": "#56B4E9",
    "fewer falls": "#009E73",
    "trapdoor": "#D55E00",
    "convergence without moat": "#F0E442",
    "no effect": "#FFFFFF",
    "not decided": "#BBBBBB",
}
_DARK = ("moat", "trapdoor", "fewer falls")


def phase_map_figure(
    table: pd.DataFrame, folder: Path, name: str = "phase-map", endings: tuple[str, ...] = DRAWN
) -> list[Path]:
    """Draw the phase map of `verdicts.phase_table`; a row of cells per stake and visibility, smallest at the bottom.

    A row is labelled with the mean visible stake over its doses, because holders differ a little between breadths.
    """
    rows, words = len(_rows(table)), table["word"].nunique()
    return draw(folder, name, table, DOUBLE, max(62.0, 24.0 + 9.0 * rows + 4.0 * words), _paint, endings)


def _rows(data: pd.DataFrame) -> list[tuple[tuple[float, float], float]]:
    """Return (allocation, visibility) and the mean visible stake of every row of cells, from the smallest."""
    means = data.groupby(["allocation", "visibility"])["visible_stake"].mean()
    return sorted(((key, float(value)) for key, value in means.items()), key=lambda row: row[1])  # type: ignore[misc]


def _paint(figure: Figure, data: pd.DataFrame) -> None:
    from matplotlib.patches import Patch, Rectangle

    rows = _rows(data)
    places = {key: place for place, (key, _) in enumerate(rows)}
    breadths = sorted(data["breadth"].unique())
    axes = figure.subplots()
    for row in data.to_dict("records"):
        x, y = breadths.index(row["breadth"]), places[row["allocation"], row["visibility"]]
        word = str(row["word"])
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1.0, 1.0, facecolor=FILL[word], edgecolor="0.4", linewidth=0.5))
        ink = "white" if word in _DARK else "black"
        text = f"{WORDS[word].letter}   {row['rd_reversed']:+.2f}"
        axes.text(x, y, text, ha="center", va="center", color=ink, fontsize=7)
    axes.set_xlim(-0.5, len(breadths) - 0.5)
    axes.set_ylim(-0.5, len(rows) - 0.5)
    axes.set_xticks(range(len(breadths)), [f"{b:g}" for b in breadths])
    axes.set_yticks(range(len(rows)), [f"{mean:.3f}" for _, mean in rows])
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
