"""The depth figure: a panel per visibility, a line with its band per foresight, the named depths marked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from political_moat.experiments.reporting.figures.depth import NEEDED, depth_figure
from political_moat.experiments.reporting.figures.style import NOTE

MARKS = {"restricted": 0.65, "back to neutral": 0.5, "back to extreme care": 0.25, "no new money": 0.0}
TAUS = (0.74, 0.65, 0.5, 0.375, 0.25, 0.1, 0.0)


def depths(foresights: tuple[float, ...] = (0.0, 1.0), visibilities: tuple[float, ...] = (1.0, 0.1)) -> pd.DataFrame:
    """Return a table as `depth_curve` gives it, with a straight line that foresight halves; rows in no useful order."""
    rows = []
    for visibility in reversed(visibilities):
        for foresight in reversed(foresights):
            for tau in TAUS:
                rd = -0.2 * visibility * (1.0 - 0.5 * foresight) * (0.75 - tau)
                row = {"foresight": foresight, "visibility": visibility, "breadth": 0.3, "tau": tau, "n": 400}
                row |= {"p": 0.4 + rd, "p_zero": 0.4, "rd": rd, "rd_low": rd - 0.02, "rd_high": rd + 0.02}
                rows.append(row | {"rd_mcse": 0.01, "band_low": rd - 0.03, "band_high": rd + 0.03})
    return pd.DataFrame(rows)


def drawn(monkeypatch: pytest.MonkeyPatch, folder: Path, table: pd.DataFrame, **options: Any) -> Any:
    """Draw and return the matplotlib figure itself."""
    from matplotlib.figure import Figure

    kept: list[Figure] = []
    save = Figure.savefig

    def keep(self: Figure, *args: Any, **keywords: Any) -> None:
        kept.append(self)
        save(self, *args, **keywords)

    monkeypatch.setattr(Figure, "savefig", keep)
    depth_figure(table, folder, MARKS.items(), **options)
    return kept[-1]


def test_every_format_is_written_with_its_data_and_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    paths = depth_figure(depths(), tmp_path / "a", MARKS.items())
    assert [path.name for path in paths] == ["depth.svg", "depth.pdf", "depth.png", "depth.csv"]
    data = pd.read_csv(paths[-1])
    assert len(data) == len(depths())
    assert list(data["tau"].iloc[: len(TAUS)]) == list(TAUS)
    shuffled = depths().sample(frac=1.0, random_state=1)
    again = depth_figure(shuffled, tmp_path / "b", MARKS.items())
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]


def test_a_panel_per_visibility_has_a_line_and_band_per_foresight(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    figure = drawn(monkeypatch, tmp_path, depths())
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["Fully visible stake, v = 1", "Default-fund sleeve, v = 0.1"]
    for axes, visibility in zip(figure.axes, (1.0, 0.1), strict=True):
        assert axes.get_xlim()[0] > 0.74
        assert axes.get_xlim()[1] < 0.0
        curves = {line.get_label(): line for line in axes.lines if line.get_label().startswith("foresight")}
        assert [label.split(":")[0] for label in curves] == ["foresight 0", "foresight 1"]
        for factor, line in zip((1.0, 0.5), curves.values(), strict=True):
            np.testing.assert_allclose(line.get_xdata(), TAUS)
            np.testing.assert_allclose(line.get_ydata(), -0.2 * visibility * factor * (0.75 - np.array(TAUS)))
        assert len(axes.collections) == 2
    assert len(figure.legends[0].get_texts()) == 2


def test_the_named_depths_are_marked_at_their_openness(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    figure = drawn(monkeypatch, tmp_path, depths())
    for axes in figure.axes:
        words = {text.get_text().replace("\n", " "): text.xy[0] for text in axes.texts}
        assert words == pytest.approx(MARKS)
        standing = {line.get_xdata()[0] for line in axes.lines if len(set(line.get_xdata())) == 1}
        assert set(MARKS.values()) <= standing


@pytest.mark.parametrize(("foresights", "visibilities"), [((0.0,), (1.0,)), ((0.0, 1.0), (1.0, 0.1))])
def test_no_text_overlaps_another_or_leaves_the_page(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    foresights: tuple[float, ...],
    visibilities: tuple[float, ...],
) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = drawn(monkeypatch, tmp_path, depths(foresights, visibilities), note=True)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw_without_rendering()
    texts = [figure._suptitle, *figure.legends[0].get_texts()]
    for axes in figure.axes:
        texts += [axes._left_title, axes._right_title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
        low, high = sorted(axes.get_xlim())
        texts += [label for label in axes.get_xticklabels() if low <= label.get_position()[0] <= high]
    boxes = {text: text.get_window_extent(renderer) for text in texts if text.get_text()}
    page = figure.bbox
    for text, box in boxes.items():
        assert page.x0 <= box.x0
        assert box.x1 <= page.x1
        assert page.y0 <= box.y0
        assert box.y1 <= page.y1
        assert [other for other, its in boxes.items() if other is not text and box.overlaps(its)] == []


def test_the_note_says_that_it_is_no_forecast(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert drawn(monkeypatch, tmp_path, depths(), note=True)._suptitle.get_text() == NOTE
    assert drawn(monkeypatch, tmp_path, depths())._suptitle is None


def test_tables_that_cannot_be_drawn_are_refused(tmp_path: Path) -> None:
    for name in NEEDED:
        with pytest.raises(ValueError, match=f"lacks .*{name}"):
            depth_figure(depths().drop(columns=name), tmp_path, MARKS.items())
    with pytest.raises(ValueError, match="no data"):
        depth_figure(depths().iloc[:0], tmp_path, MARKS.items())
    with pytest.raises(ValueError, match="one breadth"):
        depth_figure(pd.concat([depths(), depths().assign(breadth=0.6)]), tmp_path, MARKS.items())
