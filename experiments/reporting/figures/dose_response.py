"""Dose-response figures for print: svg, pdf and png of equal content, each with the csv it was drawn from.

matplotlib is imported inside the functions: the import takes a second, and `moat --help` needs no figure. Equal tables
give equal bytes: no date is written, svg identifiers are salted, and no global state of matplotlib is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from ...storage.atomic_files import partial_file, replaced_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe & Ito (2008), black and the darker hues first: their lightness differs, so presets differ in grey too.
COLOURS = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
# Any: the types of line styles and parameters in matplotlib's stubs differ between versions.
LINES: tuple[Any, ...] = ("-", "--", ":", "-.")
COVERAGE = 0.5
MARGIN = 0.05
SHADE = "0.92"
NOTE = "A laboratory, not a forecast: simulated governments under the stated assumptions."


class Panel(NamedTuple):
    """One panel: its title, the table column drawn, its limits, its axis in plain words, and whether margins apply."""

    title: str
    value: str
    low: str
    high: str
    axis: str
    margins: bool = False


_CHANGE = "Change in probability\nagainst zero exposure"
DIFFERENCE_PANELS = (
    Panel("Back to extreme care", "rd_reversed", "rd_reversed_band_low", "rd_reversed_band_high", _CHANGE, True),
    Panel("Restricted", "rd_restricted", "rd_restricted_band_low", "rd_restricted_band_high", _CHANGE, True),
    Panel(
        "Severity of the fall",
        "severity_difference",
        "severity_difference_low",
        "severity_difference_high",
        "Change in share of openness lost\nagainst zero exposure",
    ),
)
LEVEL_PANELS = (
    Panel("Back to extreme care", "p_reversed", "p_reversed_low", "p_reversed_high", "Probability"),
    Panel("Restricted", "p_restricted", "p_restricted_low", "p_restricted_high", "Probability"),
    Panel("Severity of the fall", "severity", "severity_low", "severity_high", "Share of openness lost"),
)
CLOSED_FORM = "rd_reversed_closed_form"
"""Column of the csv with the closed form, drawn beside `rd_reversed` as a thin dashed line without markers."""
_CLOSED_COLOUR, _CLOSED_LINES = "#D55E00", ((0, (6, 2)), (0, (2, 2)))
_IDENTITY = ("layer", "visibility", "breadth", "allocation", "arm", "voters", "n")


@contextmanager
def print_style(*, small: bool = False) -> Iterator[None]:
    """Set fonts and formats of every figure, independent of the user's matplotlibrc; small: for print at full size."""
    import matplotlib as mpl

    style: dict[Any, Any] = {
        "svg.hashsalt": "political-moat",
        "pdf.fonttype": 42,
        "font.family": "DejaVu Sans",
        "font.size": 8.5,
        "axes.labelsize": 8.5,
        "axes.titlesize": 10,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "legend.fontsize": 8.5,
    }
    if small:
        style |= {name: 6.5 for name in style if name.endswith("size")} | {"axes.titlesize": 7.5}
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(style)
        yield


def save_figure(figure: Figure, data: pd.DataFrame, folder: Path, name: str) -> list[Path]:
    """Write NAME.svg, NAME.pdf, NAME.png and, from `data`, NAME.csv; return their paths."""
    paths = {ending: folder / f"{name}.{ending}" for ending in ("svg", "pdf", "png", "csv")}
    metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {"Software": None}}
    for ending, entries in metadata.items():
        with partial_file(paths[ending]) as partial:
            figure.savefig(partial, format=ending, metadata=entries, dpi=200)
    with replaced_atomically(paths["csv"]) as stream:
        data.to_csv(stream, index=False, lineterminator="\n")
    return list(paths.values())


def _labelled(tables: pd.DataFrame | Mapping[str, pd.DataFrame], panels: tuple[Panel, ...]) -> pd.DataFrame:
    """Stack the tables under their labels; keep the columns that are drawn and those that identify a row."""
    by_label = {"": tables} if isinstance(tables, pd.DataFrame) else dict(tables)
    if not by_label or len(by_label) > len(COLOURS):
        raise ValueError(f"a figure shows 1 to {len(COLOURS)} tables, not {len(by_label)}")
    wanted = [*_IDENTITY, *(column for panel in panels for column in (panel.value, panel.low, panel.high))]
    parts: list[pd.DataFrame] = []
    for label, table in by_label.items():
        absent = [name for name in wanted if name not in table.columns]
        if absent or table.empty:
            raise ValueError(f"table {label!r} cannot be drawn: " + (f"it lacks {absent}" if absent else "it is empty"))
        part = table[wanted].copy()
        part.insert(0, "label", label)
        parts.append(part)
    return pd.concat(parts, ignore_index=True).sort_values(
        ["label", "visibility", "breadth"],
        ascending=[True, False, True],
        kind="stable",
        key=lambda column: column.map(list(by_label).index) if column.name == "label" else column,
        ignore_index=True,
    )


def _with_closed_form(data: pd.DataFrame, closed_form: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the closed form's risk difference at their visibility and breadth."""
    absent = {"visibility", "breadth", "rd"} - set(closed_form.columns)
    if absent or data["label"].nunique() > 1:
        raise ValueError(f"a closed form lacks {sorted(absent)}" if absent else "a closed form belongs to one table")
    lines = closed_form[["visibility", "breadth", "rd"]].rename(columns={"rd": CLOSED_FORM})
    return data.merge(lines, how="left", on=["visibility", "breadth"], validate="many_to_one")


def _heights(data: pd.DataFrame, panels: tuple[Panel, ...], quantity: str) -> tuple[float, float]:
    """Return one vertical range for all panels, so that their slopes can be compared by eye."""
    if quantity == "level":
        return -0.02, 1.02
    names = [name for panel in panels for name in (panel.value, panel.low, panel.high)]
    names += [CLOSED_FORM] if CLOSED_FORM in data.columns else []
    drawn = data[names].to_numpy(dtype=float)
    drawn = drawn[np.isfinite(drawn)]
    bottom, top = float(drawn.min(initial=-2 * MARGIN)), float(drawn.max(initial=2 * MARGIN))
    space = 0.05 * (top - bottom)
    return bottom - space, top + space


def _draw_panel(axes: Axes, data: pd.DataFrame, panel: Panel, quantity: str, heights: tuple[float, float]) -> None:
    labels = list(dict.fromkeys(data["label"]))
    visibilities = sorted(data["visibility"].unique(), reverse=True)
    largest = float(data["breadth"].max())
    right = max(largest * 1.04, 0.05)
    if largest > COVERAGE:
        axes.axvspan(COVERAGE, right, facecolor=SHADE, edgecolor="none", zorder=0)
        axes.axvline(COVERAGE, color="0.6", linewidth=0.6, zorder=1)
    if quantity == "difference":
        axes.axhline(0.0, color="0.35", linewidth=0.8, zorder=1)
        for margin in (-MARGIN, MARGIN) if panel.margins else ():
            axes.axhline(margin, color="0.55", linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    for (label, visibility), line in data.groupby(["label", "visibility"], sort=False):
        colour = COLOURS[labels.index(str(label))]
        order = visibilities.index(visibility)
        x = line["breadth"].to_numpy(dtype=float)
        low, high = (line[name].to_numpy(dtype=float) for name in (panel.low, panel.high))
        axes.fill_between(x, low, high, color=colour, alpha=0.16 if order == 0 else 0.09, linewidth=0.0, zorder=2)
        # Edges keep the band readable where a printer loses a light tint.
        for edge in (low, high):
            axes.plot(x, edge, color=colour, linewidth=0.4, alpha=0.6, linestyle=LINES[order % len(LINES)], zorder=2)
        axes.plot(
            x,
            line[panel.value].to_numpy(dtype=float),
            color=colour,
            linewidth=1.4,
            linestyle=LINES[order % len(LINES)],
            marker=MARKERS[labels.index(str(label))],
            markersize=4.2,
            markerfacecolor=colour if order == 0 else "white",
            zorder=3,
        )
        if panel.value == "rd_reversed" and CLOSED_FORM in line.columns:
            style = _CLOSED_LINES[min(order, 1)]
            axes.plot(x, line[CLOSED_FORM], color=_CLOSED_COLOUR, linewidth=1.2, linestyle=style, zorder=4)
    axes.set_title(panel.title, loc="left", fontweight="bold")
    axes.set_xlabel("Share of voters who hold a stake")
    axes.set_ylabel(panel.axis)
    axes.set_xlim(min(-0.02 * right, -0.005), right)
    axes.set_ylim(*heights)
    axes.spines[["top", "right"]].set_visible(False)


def _legend(figure: Figure, data: pd.DataFrame) -> None:
    """Draw one entry per line, in the order drawn.

    The label names the preset and the visibility of its stake.
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    labels = list(dict.fromkeys(data["label"]))
    visibilities = sorted(data["visibility"].unique(), reverse=True)
    handles: list[Line2D | Patch] = []
    for label, visibility in dict.fromkeys(zip(data["label"], data["visibility"], strict=True)):
        order, colour = visibilities.index(visibility), COLOURS[labels.index(label)]
        plain = {1.0: "fully visible stake (v = 1)", 0.1: "default-fund sleeve (v = 0.1)"}
        text = plain.get(round(float(visibility), 6), f"visibility v = {visibility:g}")
        handles.append(
            Line2D(
                [],
                [],
                color=colour,
                linestyle=LINES[order % len(LINES)],
                marker=MARKERS[labels.index(label)],
                markersize=4.2,
                markerfacecolor=colour if order == 0 else "white",
                label=f"{label}, {text}" if label else text[0].upper() + text[1:],
            )
        )
    if CLOSED_FORM in data.columns:
        text = "Closed form: precision x rent x vote effect alone"
        handles.append(Line2D([], [], color=_CLOSED_COLOUR, linestyle=_CLOSED_LINES[0], linewidth=1.2, label=text))
    if data["breadth"].max() > COVERAGE:
        text = f"beyond current coverage (more than {COVERAGE:g} of voters)"
        handles.append(Patch(facecolor=SHADE, edgecolor="0.6", linewidth=0.6, label=text[0].upper() + text[1:]))
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 2), frameon=False)


def _caption(data: pd.DataFrame, quantity: str) -> str:
    def span(name: str) -> str:
        low, high = int(data[name].min()), int(data[name].max())
        return f"{low:,}" if low == high else f"{low:,} to {high:,}"

    layers = ", ".join(sorted(map(str, data["layer"].unique())))
    counts = f"{span('n')} paired replicates of {span('voters')} voters; legal layer: {layers}."
    if quantity == "difference":
        bands = (
            "Bands: 95%, simultaneous over doses for the first two panels, per dose for severity."
            f" Dotted: ±{MARGIN:g}, the margin of political size."
        )
    else:
        bands = "Bands: 95% per dose (Wilson; Student t for severity)."
    return f"{NOTE} {counts}\n{bands}"


def dose_response_figure(
    tables: pd.DataFrame | Mapping[str, pd.DataFrame],
    folder: Path,
    name: str,
    quantity: Literal["difference", "level"] = "difference",
    *,
    print_size: bool = False,
    closed_form: pd.DataFrame | None = None,
) -> list[Path]:
    """Draw outcomes against breadth; write NAME.svg, NAME.pdf, NAME.png and NAME.csv and return their paths.

    tables: one table of `dose_response`, or several by the label the reader sees (one colour and marker each). Lines
    are solid for the highest visibility and dashed for the next. quantity: "difference" draws the paired change
    against zero exposure, the subject of the claim; "level" the probabilities. The csv holds the numbers
    drawn. print_size: two columns of a journal (183 mm) with type to match, and no caption, which the paper has.
    closed_form: what `closed_form_curve` predicts for the one table drawn; dashed lines in the first panel of
    differences.

    Raises ValueError for an empty table, one that lacks a column, too many tables, a closed form beside several tables,
    or a name that is not a file name.
    """
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    if not name or Path(name).name != name:
        raise ValueError(f"a file name without folder or ending, not {name!r}")
    panels = DIFFERENCE_PANELS if quantity == "difference" else LEVEL_PANELS
    data = _labelled(tables, panels)
    if closed_form is not None and quantity == "difference":
        data = _with_closed_form(data, closed_form)
    size = (183.0 / 25.4, 78.0 / 25.4) if print_size else (10.2, 4.3)
    with print_style(small=print_size):
        figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06))
        for axes, panel in zip(figure.subplots(1, len(panels)), panels, strict=True):
            _draw_panel(axes, data, panel, quantity, _heights(data, panels, quantity))
        _legend(figure, data)
        if not print_size:
            figure.suptitle(_caption(data, quantity), x=0.01, ha="left", fontsize=8.5, color="0.25")
        return save_figure(figure, data, folder, name)
