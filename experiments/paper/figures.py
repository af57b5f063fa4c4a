"""Figures of a paper, as PDF: dose and response, and the depth curve, of each setting."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ..protocols.outcome_names import named_depths
from .macros import letters
from .subject import Setting, Subject
from .tables import curve_of, own_doses

MOST = 6
"""Settings whose figures are drawn; the tables show all."""


class Drawn(NamedTuple):
    """A figure of the paper: name of its file without ending, its kind, letters and label of its setting."""

    name: str
    kind: str
    letters: str
    label: str


def draw_figures(subject: Subject, folder: Path) -> list[Drawn]:
    """Draw the figures of the first MOST settings into a folder; return them in the order of the paper."""
    makers: dict[str, Callable[[Setting, Path, str], None]] = {"dose-response": _dose_response, "depth": _depth}
    drawn = []
    with tempfile.TemporaryDirectory(prefix="moat-paper-") as temporary:
        for kind, make in makers.items():
            for place, setting in enumerate(subject.settings[:MOST]):
                name = kind if len(subject.settings) == 1 else f"{kind}-{letters(place).lower()}"
                make(setting, Path(temporary), name)
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(Path(temporary) / f"{name}.pdf", folder / f"{name}.pdf")
                drawn.append(Drawn(name, kind, letters(place), setting.label))
    return drawn


def figures_text(drawn: list[Drawn], kind: str, caption: str) -> str:
    """Return the figure environments of one kind; caption: the common part, LaTeX with calls of macros."""
    parts = []
    for place, figure in enumerate(figure for figure in drawn if figure.kind == kind):
        label = rf"\Setting{figure.letters}{{}}. " if figure.label else ""
        mark = rf"\label{{fig:{kind}}}" if place == 0 else ""
        lines = [
            r"\begin{figure}[htbp]",
            r"\centering",
            rf"\includegraphics[width=\linewidth]{{figures/{figure.name}}}",
            rf"\caption{{{label}{caption}}}{mark}",
            r"\end{figure}",
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _dose_response(setting: Setting, folder: Path, name: str) -> None:
    from ..reporting.figures.dose_response import dose_response_figure

    dose_response_figure({"": own_doses(setting)}, folder, name, print_size=True)


def _depth(setting: Setting, folder: Path, name: str) -> None:
    from ..reporting.figures.depth import depth_figure

    depth_figure(curve_of(setting), folder, named_depths(setting.parameters), name, ("pdf",))
