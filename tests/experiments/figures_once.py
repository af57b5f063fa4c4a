"""Each figure drawn once, as SVG and without fitting its layout, and written under all its names.

For tests that ask what a command does, not how its figures look.

What a PDF or PNG holds, and that its bytes are the same each time, is tested in `reporting/test_figures.py` and by the
real command in `faults/test_moat_run.py`. Importable by name in any process.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO
from weakref import WeakKeyDictionary

from matplotlib.figure import Figure

_drawn: WeakKeyDictionary[Figure, bytes] = WeakKeyDictionary()
_savefig = Figure.savefig


def savefig(figure: Figure, place: BinaryIO | str, **_: Any) -> None:
    """In place of `Figure.savefig`: a painted figure is not changed between two formats."""
    if figure not in _drawn:
        content = io.BytesIO()
        figure.set_layout_engine("none")
        _savefig(figure, content, format="svg", metadata={"Date": None})
        _drawn[figure] = content.getvalue()
    if isinstance(place, str):
        Path(place).write_bytes(_drawn[figure])
    else:
        place.write(_drawn[figure])
