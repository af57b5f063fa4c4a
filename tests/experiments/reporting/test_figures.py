"""Figures are written in every format, byte for byte the same, with the numbers they were drawn from."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from political_moat.experiments.protocols.stress_test.dose_response import COLUMNS
from political_moat.experiments.reporting.figures.dose_response import (
    DIFFERENCE_PANELS,
    LEVEL_PANELS,
    NOTE,
    dose_response_figure,
)


def table(breadths: tuple[float, ...] = (0.0, 0.1, 0.3, 0.6), slope: float = -0.5) -> pd.DataFrame:
    """Return a table with the columns of a dose response and a straight line in every one that is drawn."""
    rows = []
    for visibility in (1.0, 0.1):
        for breadth in breadths:
            row: dict[str, object] = {column.name: 0.0 for column in COLUMNS}
            effect = slope * breadth * visibility
            for panel in (*DIFFERENCE_PANELS, *LEVEL_PANELS):
                level = 0.4 if panel in LEVEL_PANELS else 0.0
                row[panel.value] = level + effect
                row[panel.low], row[panel.high] = level + effect - 0.1 * breadth, level + effect + 0.1 * breadth
            row |= {"layer": "rule", "arm": f"{breadth:g}/{visibility:g}", "visibility": visibility}
            row |= {"breadth": breadth, "allocation": 0.04, "voters": 4000, "n": 625}
            rows.append(row)
    return pd.DataFrame(rows)


def hashes(paths: list[Path]) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return dose_response_figure(
        {"calibrated": table(), "article": table(slope=-0.7)}, tmp_path_factory.mktemp("a"), "dose"
    )


def test_every_format_is_written_with_its_data(written: list[Path]) -> None:
    assert [path.name for path in written] == ["dose.svg", "dose.pdf", "dose.png", "dose.csv"]
    svg, pdf, png, _ = (path.read_bytes() for path in written)
    assert b"<svg" in svg
    assert pdf.startswith(b"%PDF")
    assert png.startswith(b"\x89PNG")


def test_the_csv_holds_the_numbers_drawn(written: list[Path]) -> None:
    data = pd.read_csv(written[-1])
    assert list(dict.fromkeys(data["label"])) == ["calibrated", "article"]
    assert len(data) == 16
    article = data[(data["label"] == "article") & (data["visibility"] == 1.0)]
    np.testing.assert_allclose(article["rd_reversed"], -0.7 * article["breadth"])


def test_equal_tables_give_equal_bytes_whatever_the_user_configured(written: list[Path], tmp_path: Path) -> None:
    with mpl.rc_context({"lines.linewidth": 9.0, "svg.hashsalt": "else", "font.size": 20.0}):
        again = dose_response_figure({"calibrated": table(), "article": table(slope=-0.7)}, tmp_path / "new", "dose")
        assert mpl.rcParams["lines.linewidth"] == 9.0
    assert hashes(written) == hashes(again)
    assert b"Date" not in written[1].read_bytes()


def test_the_figure_says_that_it_is_no_forecast(written: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.figure import Figure

    said: list[str] = []
    monkeypatch.setattr(Figure, "suptitle", lambda self, text, **_: said.append(text))
    dose_response_figure(table(), written[0].parent, "said")
    assert said[0].startswith(NOTE)
    assert "not a forecast" in said[0]
    assert "625 paired replicates of 4,000 voters" in said[0]


def drawn(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tables: Any, quantity: Any = "difference", **options: Any
) -> Any:
    """Draw and return the matplotlib figure itself."""
    from matplotlib.figure import Figure

    kept: list[Figure] = []
    save = Figure.savefig

    def keep(self: Figure, *args: Any, **keywords: Any) -> None:
        kept.append(self)
        save(self, *args, **keywords)

    monkeypatch.setattr(Figure, "savefig", keep)
    dose_response_figure(tables, folder, "kept", quantity, **options)
    return kept[-1]


@pytest.mark.parametrize("quantity", ["difference", "level", "closed form"])
def test_no_text_overlaps_another_or_leaves_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, quantity: str
) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    both = {"calibrated": table(), "article": table(slope=0.6)}
    if quantity == "closed form":
        figure = drawn(monkeypatch, tmp_path, {"calibrated": table()}, closed_form=formula())
    else:
        figure = drawn(monkeypatch, tmp_path, both, quantity)
    renderer = FigureCanvasAgg(figure).get_renderer()
    # Positions are those of the last drawing, which had another resolution.
    figure.draw_without_rendering()
    texts = [figure._suptitle, *figure.legends[0].get_texts()]
    for axes in figure.axes:
        texts += [axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label]
        # Ticks beyond the limits exist but are not drawn.
        low, high = axes.get_xlim()
        texts += [label for label in axes.get_xticklabels() if low <= label.get_position()[0] <= high]
        low, high = axes.get_ylim()
        texts += [label for label in axes.get_yticklabels() if low <= label.get_position()[1] <= high]
    boxes = {text: text.get_window_extent(renderer) for text in texts if text.get_text()}
    page = figure.bbox
    for text, box in boxes.items():
        assert page.x0 <= box.x0
        assert box.x1 <= page.x1
        assert page.y0 <= box.y0
        assert box.y1 <= page.y1
        assert [other for other, its in boxes.items() if other is not text and box.overlaps(its)] == []


def test_visible_stakes_are_solid_and_sleeves_dashed_in_one_colour_per_preset(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    figure = drawn(monkeypatch, tmp_path, {"calibrated": table(), "article": table(slope=-0.7)})
    handles = [handle for handle in figure.legends[0].legend_handles if "v =" in handle.get_label()]
    lines = {handle.get_label(): (handle.get_color(), handle.get_linestyle()) for handle in handles}
    assert len(lines) == 4
    assert {style for label, (_, style) in lines.items() if "v = 1)" in label} == {"-"}
    assert {style for label, (_, style) in lines.items() if "v = 0.1)" in label} == {"--"}
    assert len({colour for label, (colour, _) in lines.items() if label.startswith("calibrated")}) == 1
    assert len({colour for colour, _ in lines.values()}) == 2


@pytest.mark.parametrize(("breadths", "shaded"), [((0.0, 0.1, 0.5), False), ((0.0, 0.3, 0.6), True)])
def test_only_doses_beyond_current_coverage_are_shaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, breadths: tuple[float, ...], shaded: bool
) -> None:
    figure = drawn(monkeypatch, tmp_path, table(breadths))
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert any("Beyond current coverage" in label for label in labels) == shaded
    assert any(patch.get_x() == 0.5 for axes in figure.axes for patch in axes.patches) == shaded


def formula(breadths: tuple[float, ...] = (0.0, 0.1, 0.3, 0.6)) -> pd.DataFrame:
    """A closed form that is steeper than the table."""
    rows = [(visibility, breadth, -0.9 * breadth * visibility) for visibility in (1.0, 0.1) for breadth in breadths]
    return pd.DataFrame(rows, columns=["visibility", "breadth", "rd"])


def test_the_closed_form_is_a_dashed_line_beside_back_to_extreme_care_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    figure = drawn(monkeypatch, tmp_path, table(), closed_form=formula())
    lines = [[line for line in axes.lines if line.get_color() == "#D55E00"] for axes in figure.axes]
    assert [len(drawn_lines) for drawn_lines in lines] == [2, 0, 0]
    assert all(line.get_linestyle() == "--" for line in lines[0])
    np.testing.assert_allclose(lines[0][0].get_ydata(), [0.0, -0.09, -0.27, -0.54])
    assert figure.axes[0].get_ylim()[0] < -0.54
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sum(label.startswith("Closed form") for label in labels) == 1
    data = pd.read_csv(tmp_path / "kept.csv")
    np.testing.assert_allclose(data["rd_reversed_closed_form"], -0.9 * data["breadth"] * data["visibility"])
    level = drawn(monkeypatch, tmp_path, table(), "level", closed_form=formula())
    assert not any(line.get_color() == "#D55E00" for axes in level.axes for line in axes.lines)


def test_a_closed_form_of_several_tables_or_without_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="belongs to one table"):
        dose_response_figure({"a": table(), "b": table()}, tmp_path, "x", closed_form=formula())
    with pytest.raises(ValueError, match=r"lacks \['rd'\]"):
        dose_response_figure(table(), tmp_path, "x", closed_form=formula().drop(columns="rd"))


def test_a_single_dose_and_a_missing_interval_can_be_drawn(tmp_path: Path) -> None:
    assert dose_response_figure(table((0.0,)), tmp_path, "control")[0].exists()
    spreadless = table().assign(severity_difference_low=np.nan, severity_difference_high=np.nan)
    assert dose_response_figure(spreadless, tmp_path, "spreadless")[0].exists()


def test_tables_that_cannot_be_drawn_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lacks"):
        dose_response_figure(table().drop(columns="rd_reversed"), tmp_path, "x")
    with pytest.raises(ValueError, match="empty"):
        dose_response_figure({"none": table().iloc[:0]}, tmp_path, "x")
    with pytest.raises(ValueError, match="1 to 7 tables"):
        dose_response_figure({}, tmp_path, "x")
    with pytest.raises(ValueError, match="file name"):
        dose_response_figure(table(), tmp_path, "../x")


def test_importing_the_module_does_not_import_matplotlib() -> None:
    code = (
        "import sys, political_moat.experiments.reporting.figures.dose_response\n"
        "import political_moat.experiments.protocols.stress_test.dose_response\n"
        "sys.exit(any(name in sys.modules for name in ('matplotlib', 'scipy.stats', 'scipy.optimize')))"
    )
    assert subprocess.run([sys.executable, "-c", code], env=dict(os.environ), check=False).returncode == 0
