"""The results explorer: dose-response of an outcome, paired counts, phase map, and links that play single runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...experiments.errors import UserError
from ...experiments.protocols import PROTOCOLS
from ...experiments.storage.checksums import refuse_altered
from ...experiments.storage.results_folder import EXPORT, read_own_manifest
from ..content.html import Html, fragment, h
from .phase_map import phase_map
from .runs import factors_of, other_values, read_runs, run_links, value_label

MOST_OPTIONS = 200
"""With more design points the form has a number field instead of a list."""
_NOT_OUTCOMES = (
    "key", "point", "replicate", "seed", "arm", "layer", "breadth", "visibility", "allocation", "skew",
    "grandfathering", "voters", "rule", "outcome_hash", "cycles", "beyond_coverage", "foresight",
)  # fmt: skip


_DAMAGE = (OSError, LookupError, TypeError, ValueError, ArithmeticError, AttributeError, UserError)
"""What a folder whose files do not have their columns and types raises."""


class ExplorerError(ValueError):
    """A folder or a request that the explorer cannot show; one line."""


def check_folder(folder: Path) -> None:
    """Raise UserError unless the folder holds results with an export."""
    protocol = read_own_manifest(folder).get("study", {}).get("model", {}).get("protocol", "")
    kind = PROTOCOLS[protocol]() if protocol in PROTOCOLS else None
    if kind is not None and "breadth" not in {column.name for column in kind.run_columns()}:
        own = kind.own_table()
        raise UserError(
            f"{folder} is a study of protocol {protocol}, and the page explores stress tests and histories; "
            f"its table is {own.name if own else 'summary'}.csv, its page report.html"
        )
    if not (folder / EXPORT / "runs.csv").is_file():
        raise UserError(f"{folder} has no {EXPORT}/runs.csv yet; let the study finish first")
    refuse_altered(folder)


def explore(folder: Path, fields: Mapping[str, str]) -> Html:
    """Return the elements of the explorer: form, dose-response, paired counts, phase map and links to runs.

    fields: outcome, design point and arm, as texts; a default replaces each that is missing. Raises ExplorerError,
    also for a folder that was edited or damaged.
    """
    try:
        return fragment(_elements(folder, fields))
    except ExplorerError:
        raise
    except _DAMAGE as error:
        raise ExplorerError(f"the results cannot be shown ({type(error).__name__}: {str(error)[:300]})") from error


def _elements(folder: Path, fields: Mapping[str, str]) -> list[Html]:
    runs = read_runs(folder)
    numeric = runs.select_dtypes("number").columns
    outcomes = [name for name in numeric if name not in _NOT_OUTCOMES and "." not in name]
    if not outcomes or not {"arm", "replicate", "breadth", "visibility"} <= set(runs.columns):
        raise ExplorerError(f"{folder} has no {EXPORT}/runs.csv that can be shown; moat export writes it anew")
    outcome = fields.get("outcome", "reversed" if "reversed" in outcomes else outcomes[0])
    if outcome not in outcomes:
        raise ExplorerError(f"there is no outcome {outcome[:40]!r}; allowed: {', '.join(outcomes)}")
    points = [int(number) for number in runs["point"].unique()]
    point = _point(points, fields.get("point", str(points[0])))
    part = runs[runs["point"] == point]
    arms = list(dict.fromkeys(part["arm"]))
    arm = fields.get("arm", arms[-1] if "b=0.3 v=1" not in arms else "b=0.3 v=1")
    if arm not in arms:
        raise ExplorerError(f"there is no arm {arm[:40]!r}; allowed: {', '.join(arms)}")
    choices, chosen = {"outcome": outcomes, "arm": arms}, {"outcome": outcome, "arm": arm}
    return [
        _form(choices, chosen, _point_field(runs, points, point)),
        *_dose_response(part, outcome),
        *_paired_counts(part, outcome, arm),
        *phase_map(folder, runs, point),
        *run_links(part, folder, outcome, arm),
    ]


def _point(points: list[int], text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) in points:
        return int(text)
    raise ExplorerError(f"there is no design point {text[:40]!r}; allowed: {points[0]} to {points[-1]}")


def _form(choices: Mapping[str, list[str]], chosen: Mapping[str, str], more: Html | None) -> Html:
    def choice(name: str) -> Html:
        options = [h("option", {"selected": option == chosen[name]}, option) for option in choices[name]]
        return h("label", None, name, " ", h("select", {"name": name}, options))

    return h("form", {"method": "get"}, map(choice, choices), more, h("button", None, "Show"))


def _point_field(runs: Any, points: list[int], chosen: int) -> Html | None:
    """Return the field that chooses a design point of a sweep; None if there is only one."""
    if len(points) < 2:
        return None
    if len(points) > MOST_OPTIONS:
        number = {"name": "point", "type": "number", "min": points[0], "max": points[-1], "value": chosen}
        return h("label", None, "design point ", h("input", number))
    factors = factors_of(runs)
    values = runs.groupby("point")[factors].first() if factors else None
    options = []
    for point in points:
        label = ", ".join(value_label(name, values.loc[point, name]) for name in factors) if values is not None else ""
        options.append(h("option", {"value": point, "selected": point == chosen}, f"{point}: {label}"))
    return h("label", None, "design point ", h("select", {"name": "point"}, options))


def _summary(values: Any) -> tuple[float, float, float, int]:
    """Return the mean, its 95% interval (Wilson's for 0 and 1, else normal) and n."""
    from ...experiments.statistics.intervals import mean_interval, wilson

    n, mean = len(values), float(values.mean())
    if values.isin((0, 1)).all():
        low, high = wilson(int(values.sum()), n)
    elif n < 2:
        low = high = mean
    else:
        low, high = mean_interval(values.to_numpy(float))
    return mean, low, high, n


def _dose_response(runs: Any, outcome: str) -> list[Html]:
    from ...experiments.protocols.history.design import EVOLVING

    groups, others = [], other_values(runs)
    for keys, part in runs[runs["arm"] != EVOLVING].groupby(["layer", "visibility", *others], sort=False):
        points = [(float(breadth), *_summary(rows[outcome])) for breadth, rows in part.groupby("breadth")]
        layer, *values = keys
        labels = [f"{name} {value:g}" for name, value in zip(("visibility", *others), values, strict=True)]
        groups.append((", ".join([layer, *labels]), points))
    rows = [
        h(
            "tr",
            None,
            h("th", {"scope": "row"}, name),
            [h("td", None, cell) for cell in (f"{breadth:g}", f"{mean:.3f}", f"{low:.3f} to {high:.3f}", n)],
        )
        for name, points in groups
        for breadth, mean, low, high, n in points
    ]
    head = [h("th", {"scope": "col"}, column) for column in ("arms", "breadth", outcome, "95% interval", "n")]
    table = h("table", None, h("thead", None, h("tr", None, head)), h("tbody", None, rows))
    wide = h("div", {"class": "wide", "tabindex": 0, "role": "region", "aria-label": "Numbers"}, table)
    return [h("h2", None, f"{outcome} against exposure"), _drawing(groups, outcome), wide]


_STROKES = (("#007a5a", ""), ("#0072B2", "6 4"), ("#9c4400", "2 3"), ("#5a5a5a", "9 3 2 3"))


def _drawing(groups: list[tuple[str, list[tuple[float, float, float, float, int]]]], outcome: str) -> Html:
    all_points = [point for _, points in groups for point in points]
    most = max(0.6, *(point[0] for point in all_points))
    low, high = min(0.0, *(point[2] for point in all_points)), max(point[3] for point in all_points)
    high = max(high * 1.05, low + 1e-9)

    def at(b: float, value: float) -> tuple[float, float]:
        return 60 + 560 * b / most, 250 - 230 * (value - low) / (high - low)

    parts = []
    for level in (low, (low + high) / 2, high):
        _, y = at(0, level)
        parts.append(h("line", {"x1": 60, "x2": 620, "y1": f"{y:.1f}", "y2": f"{y:.1f}", "stroke": "#e5e5e5"}))
        place = {"x": 54, "y": f"{y + 4:.1f}", "text-anchor": "end", "font-size": 12}
        parts.append(h("text", place, f"{level:.2f}"))
    for index, (name, points) in enumerate(groups):
        colour, dash = _STROKES[index % len(_STROKES)]
        line = " ".join("{:.1f},{:.1f}".format(*at(b, mean)) for b, mean, *_ in points)
        stroke = {"fill": "none", "stroke": colour, "stroke-width": 2, "stroke-dasharray": dash}
        parts.append(h("polyline", {"points": line, **stroke}))
        for b, mean, below, above, _ in points:
            (x, y), (_, top), (_, bottom) = at(b, mean), at(b, above), at(b, below)
            ends = {"x1": f"{x:.1f}", "x2": f"{x:.1f}", "y1": f"{top:.1f}", "y2": f"{bottom:.1f}"}
            parts.append(h("line", {**ends, "stroke": colour}))
            parts.append(h("circle", {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": 4, "fill": colour}))
        parts.append(h("text", {"x": 66, "y": 20 + 16 * index, "font-size": 12, "fill": colour}, name))
    for b in sorted({point[0] for point in all_points}):
        place = {"x": f"{at(b, 0)[0]:.1f}", "y": 268, "text-anchor": "middle", "font-size": 12}
        parts.append(h("text", place, f"{b:g}"))
    label = f"{outcome} against the share of voters exposed, with 95% intervals"
    return h("svg", {"viewBox": "0 0 640 280", "width": 640, "role": "img", "aria-label": label}, parts)


def _paired_counts(runs: Any, outcome: str, arm: str) -> list[Html]:
    """Return a paragraph that compares an arm with zero exposure on the same layer, if the outcome is 0 or 1."""
    from ...experiments.statistics.verdicts import zero_of
    from ..recording.paired_answer import paired_answer

    dosed = runs[runs["arm"] == arm]
    try:
        zero = zero_of(runs[runs["layer"] == dosed["layer"].iloc[0]], dosed)
    except UserError:
        return []
    both = dosed.merge(zero, on="replicate", suffixes=("", "_zero"))
    before, after = both[f"{outcome}_zero"], both[outcome]
    if zero["arm"].iloc[0] == arm or not (before.isin((0, 1)).all() and after.isin((0, 1)).all()):
        return []
    answer = paired_answer(after.to_list(), before.to_list(), outcome)
    sentence = (
        f"{answer.n} paired replicates ({outcome}): exposure ({arm}) prevented {answer.prevented}, caused "
        f"{answer.caused} and changed nothing in {answer.unchanged}. Paired risk difference {answer.difference:+.3f}, "
        f"{100 * answer.level:.4g}% interval {answer.low:+.3f} to {answer.high:+.3f}: {answer.verdict}."
    )
    return [h("p", None, sentence)]
