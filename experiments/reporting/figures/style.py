"""Style of all print figures: column widths, small type, colours that differ in grey, and files with their data.

Equal tables give equal bytes: no date, salted identifiers, no matplotlibrc of the user.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...storage.atomic_files import partial_file, replaced_atomically
from .dose_response import COLOURS, MARKERS, NOTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "DOUBLE",
    "DRAWN",
    "HATCHES",
    "LINES",
    "MARKERS",
    "NOTE",
    "SINGLE",
    "draw",
    "painted",
    "plain",
    "print_style",
    "zero_line",
]

SINGLE, DOUBLE = 89.0, 183.0
"""Widths of one and of two columns of a journal, mm."""
LINES: tuple[Any, ...] = ("-", (0, (4, 1.5)), (0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)))
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\", "----")
DRAWN = ("svg", "pdf")
_MM = 25.4
_STYLE: dict[Any, Any] = {
    "svg.hashsalt": "political-moat",
    "pdf.fonttype": 42,
    "font.family": "DejaVu Sans",
    "font.size": 7.0,
    "axes.labelsize": 7.0,
    "axes.titlesize": 7.5,
    "axes.linewidth": 0.6,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.fontsize": 6.5,
    "hatch.linewidth": 0.5,
    "lines.linewidth": 1.1,
}


def draw(
    folder: Path,
    name: str,
    data: pd.DataFrame,
    width_mm: float,
    height_mm: float,
    paint: Callable[[Figure, pd.DataFrame], None],
    endings: tuple[str, ...] = DRAWN,
) -> list[Path]:
    """Draw one figure at its size in print; write NAME.csv with its data and a file NAME.ENDING each; return the paths.

    paint: draws the data into an empty figure. Raises ValueError for no data or a name that is no plain file name.
    """
    if not name or Path(name).name != name:
        raise ValueError(f"a file name without folder or ending, not {name!r}")
    if data.empty:
        raise ValueError(f"figure {name!r} has no data")
    paths = [folder / f"{name}.{ending}" for ending in endings]
    metadata: dict[str, Any] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
    with print_style():
        figure = painted(data, width_mm, height_mm, paint)
        for path in paths:
            ending = path.suffix[1:]
            with partial_file(path) as partial:
                figure.savefig(partial, format=ending, metadata=metadata.get(ending), dpi=300)
    with replaced_atomically(folder / f"{name}.csv") as stream:
        data.to_csv(stream, index=False, lineterminator="\n")
    return [*paths, folder / f"{name}.csv"]


@contextmanager
def print_style() -> Iterator[None]:
    """Set matplotlib to the style of print figures while the context lasts."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def painted(
    data: pd.DataFrame,
    width_mm: float,
    height_mm: float,
    paint: Callable[[Figure, pd.DataFrame], None],
    kind: type[Figure] | None = None,
) -> Figure:
    """Return a figure of a size in print with the data painted into it; kind: its class, matplotlib's own if None."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    with print_style():
        size = (width_mm / _MM, height_mm / _MM)
        figure = (kind or Figure)(figsize=size, layout=ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.03))
        paint(figure, data)
    return figure


def plain(axes: Axes, title: str = "", x: str = "", y: str = "") -> None:
    """Set the title on the left and the axis labels; remove the frame at the top and on the right."""
    if title:
        axes.set_title(title, loc="left", fontweight="bold")
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.spines[["top", "right"]].set_visible(False)


def zero_line(axes: Axes, margin: float = 0.0) -> None:
    """Draw a line at 0, and dotted lines at the margin of political size where there is one."""
    axes.axhline(0.0, color="0.35", linewidth=0.7, zorder=1)
    for at in (-margin, margin) if margin else ():
        axes.axhline(at, color="0.55", linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
