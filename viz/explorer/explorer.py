"""The results explorer: dose-response of an outcome, paired counts, phase map, and links that play single runs."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...experiments.errors import UserError
from ...experiments.protocols import PROTOCOLS
from ...experiments.storage.checksums import refuse_altered
from ...experiments.storage.results_folder import EXPORT, read_own_manifest
from .phase_map import phase_map
from .runs import factors_of, other_values, read_runs, run_links, value_label

MOST_OPTIONS = 200
"""With more design points the form has a number field instead of a list."""
_NOT_OUTCOMES = (
    "key", "point", "replicate", "seed", "arm", "layer", "breadth", "visibility", "allocation", "skew",
    "grandfathering", "voters", "rule", "outcome_hash", "cycles", "beyond_coverage",
)  # fmt: skip


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


def explore(folder: Path, fields: Mapping[str, str]) -> str:
    """Return the HTML of the explorer: form, dose-response, paired counts, phase map and links to runs.

    fields: outcome, design point and arm, as texts; a default replaces each that is missing. Raises ExplorerError.
    """
    try:
        runs = read_runs(folder)
    except (OSError, ValueError, UserError) as error:
        raise ExplorerError(f"the results cannot be read ({error})") from error
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
    return "".join(
        (
            _form(
                {"outcome": outcomes, "arm": arms}, {"outcome": outcome, "arm": arm}, _point_field(runs, points, point)
            ),
            _dose_response(part, outcome),
            _paired_counts(part, outcome, arm),
            phase_map(folder, runs, point),
            run_links(part, folder, outcome, arm),
        )
    )


def _point(points: list[int], text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) in points:
        return int(text)
    raise ExplorerError(f"there is no design point {text[:40]!r}; allowed: {points[0]} to {points[-1]}")


def _form(choices: Mapping[str, list[str]], chosen: Mapping[str, str], more: str) -> str:
    def choice(name: str) -> str:
        options = "".join(
            f"<option{' selected' if option == chosen[name] else ''}>{html.escape(option)}</option>"
            for option in choices[name]
        )
        return f'<label>{name} <select name="{name}">{options}</select></label>'

    return f'<form method="get">{"".join(map(choice, choices))}{more}<button>Show</button></form>'


def _point_field(runs: Any, points: list[int], chosen: int) -> str:
    """Return the field that chooses a design point of a sweep; empty if there is only one."""
    if len(points) < 2:
        return ""
    if len(points) > MOST_OPTIONS:
        field = f'<input name="point" type="number" min="{points[0]}" max="{points[-1]}" value="{chosen}">'
        return f"<label>design point {field}</label>"
    factors = factors_of(runs)
    values = runs.groupby("point")[factors].first() if factors else None
    options = []
    for point in points:
        label = ", ".join(value_label(name, values.loc[point, name]) for name in factors) if values is not None else ""
        selected = " selected" if point == chosen else ""
        options.append(f'<option value="{point}"{selected}>{html.escape(f"{point}: {label}")}</option>')
    return f'<label>design point <select name="point">{"".join(options)}</select></label>'


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


def _dose_response(runs: Any, outcome: str) -> str:
    from ...experiments.protocols.history.design import EVOLVING

    groups, others = [], other_values(runs)
    for keys, part in runs[runs["arm"] != EVOLVING].groupby(["layer", "visibility", *others], sort=False):
        points = [(float(breadth), *_summary(rows[outcome])) for breadth, rows in part.groupby("breadth")]
        layer, *values = keys
        labels = [f"{name} {value:g}" for name, value in zip(("visibility", *others), values, strict=True)]
        groups.append((", ".join([layer, *labels]), points))
    body = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th><td>{breadth:g}</td><td>{mean:.3f}</td>'
        f"<td>{low:.3f} to {high:.3f}</td><td>{n}</td></tr>"
        for name, points in groups
        for breadth, mean, low, high, n in points
    )
    columns = ("arms", "breadth", html.escape(outcome), "95% interval", "n")
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    table = f'<div class="wide" tabindex="0" role="region" aria-label="Numbers">{table}</div>'
    return f"<h2>{html.escape(outcome)} against exposure</h2>{_drawing(groups, outcome)}{table}"


_STROKES = (("#007a5a", ""), ("#0072B2", "6 4"), ("#9c4400", "2 3"), ("#5a5a5a", "9 3 2 3"))


def _drawing(groups: list[tuple[str, list[tuple[float, float, float, float, int]]]], outcome: str) -> str:
    all_points = [point for _, points in groups for point in points]
    most = max(0.6, *(point[0] for point in all_points))
    low, high = min(0.0, *(point[2] for point in all_points)), max(point[3] for point in all_points)
    high = max(high * 1.05, low + 1e-9)

    def at(b: float, value: float) -> tuple[float, float]:
        return 60 + 560 * b / most, 250 - 230 * (value - low) / (high - low)

    parts = []
    for level in (low, (low + high) / 2, high):
        _, y = at(0, level)
        parts.append(f'<line x1="60" x2="620" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e5e5"/>')
        parts.append(f'<text x="54" y="{y + 4:.1f}" text-anchor="end" font-size="12">{level:.2f}</text>')
    for index, (name, points) in enumerate(groups):
        colour, dash = _STROKES[index % len(_STROKES)]
        line = " ".join("{:.1f},{:.1f}".format(*at(b, mean)) for b, mean, *_ in points)
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
        )
        for b, mean, below, above, _ in points:
            (x, y), (_, top), (_, bottom) = at(b, mean), at(b, above), at(b, below)
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" stroke="{colour}"/>')
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="66" y="{20 + 16 * index}" font-size="12" fill="{colour}">{html.escape(name)}</text>')
    for b in sorted({point[0] for point in all_points}):
        parts.append(f'<text x="{at(b, 0)[0]:.1f}" y="268" text-anchor="middle" font-size="12">{b:g}</text>')
    label = html.escape(f"{outcome} against the share of voters exposed, with 95% intervals")
    return f'<svg viewBox="0 0 640 280" width="640" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _paired_counts(runs: Any, outcome: str, arm: str) -> str:
    """Return a sentence that compares an arm with zero exposure on the same layer, if the outcome is 0 or 1."""
    from ...experiments.statistics.verdicts import zero_of

    dosed = runs[runs["arm"] == arm]
    try:
        zero = zero_of(runs[runs["layer"] == dosed["layer"].iloc[0]], dosed)
    except UserError:
        return ""
    both = dosed.merge(zero, on="replicate", suffixes=("", "_zero"))
    before, after = both[f"{outcome}_zero"], both[outcome]
    if zero["arm"].iloc[0] == arm or not (before.isin((0, 1)).all() and after.isin((0, 1)).all()):
        return ""
    prevented, caused = int(((before == 1) & (after == 0)).sum()), int(((before == 0) & (after == 1)).sum())
    return (
        f"<p>{len(both)} paired replicates ({html.escape(outcome)}): exposure ({html.escape(arm)}) prevented "
        f"{prevented}, caused {caused} and changed nothing in {len(both) - prevented - caused}.</p>"
    )
