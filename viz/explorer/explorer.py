"""The results explorer: dose-response of any outcome, phase map, and every single run, which can be played."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...experiments.errors import UserError
from ...experiments.protocols import PROTOCOLS
from ...experiments.storage.results_folder import EXPORT, read_manifest
from .phase_map import phase_map
from .runs import factors_of, other_values, plays, read_runs, told

MOST_OPTIONS = 200
"""More design points than this are chosen by their number."""
_NOT_OUTCOMES = (
    "key", "point", "replicate", "seed", "arm", "layer", "breadth", "visibility", "allocation", "skew",
    "grandfathering", "voters", "rule", "outcome_hash", "cycles", "beyond_coverage",
)  # fmt: skip


class ExplorerError(ValueError):
    """A folder that cannot be explored, or a question it cannot answer; one line."""


def check_folder(folder: Path) -> None:
    """Raise UserError unless the folder holds results with an export."""
    protocol = read_manifest(folder).get("study", {}).get("model", {}).get("protocol", "")
    kind = PROTOCOLS[protocol]() if protocol in PROTOCOLS else None
    if kind is not None and "breadth" not in {column.name for column in kind.run_columns()}:
        own = kind.own_table()
        raise UserError(
            f"{folder} is a study of protocol {protocol}, and the page explores stress tests and histories; "
            f"its table is {own.name if own else 'summary'}.csv, its page report.html"
        )
    if not (folder / EXPORT / "runs.csv").is_file():
        raise UserError(f"{folder} has no {EXPORT}/runs.csv yet; let the study finish first")


def explore(folder: Path, wanted: Mapping[str, str]) -> str:
    """HTML of the explorer: a form, dose-response and contrast at one design point, the phase map, and runs to play."""
    try:
        runs = read_runs(folder)
    except (OSError, ValueError, UserError) as error:
        raise ExplorerError(f"the results cannot be read ({error})") from error
    numeric = runs.select_dtypes("number").columns
    outcomes = [name for name in numeric if name not in _NOT_OUTCOMES and "." not in name]
    outcome = wanted.get("outcome", "reversed" if "reversed" in outcomes else outcomes[0])
    if outcome not in outcomes:
        raise ExplorerError(f"there is no outcome {outcome[:40]!r}; there are {', '.join(outcomes)}")
    points = [int(one) for one in runs["point"].unique()]
    point = _point(points, wanted.get("point", str(points[0])))
    part = runs[runs["point"] == point]
    arms = list(dict.fromkeys(part["arm"]))
    arm = wanted.get("arm", arms[-1] if "b=0.3 v=1" not in arms else "b=0.3 v=1")
    if arm not in arms:
        raise ExplorerError(f"there is no arm {arm[:40]!r}; there are {', '.join(arms)}")
    return "".join(
        (
            _form({"outcome": outcomes, "arm": arms}, {"outcome": outcome, "arm": arm}, _points(runs, points, point)),
            _dose_response(part, outcome),
            _contrast(part, outcome, arm),
            phase_map(folder, runs, point),
            plays(part, folder, outcome, arm),
        )
    )


def _point(points: list[int], text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) in points:
        return int(text)
    raise ExplorerError(f"there is no design point {text[:40]!r}; there are {points[0]} to {points[-1]}")


def _form(choices: Mapping[str, list[str]], now: Mapping[str, str], more: str) -> str:
    def choice(name: str) -> str:
        options = "".join(
            f"<option{' selected' if one == now[name] else ''}>{html.escape(str(one))}</option>"
            for one in choices[name]
        )
        return f'<label>{name} <select name="{name}">{options}</select></label>'

    return f'<form method="get">{"".join(map(choice, choices))}{more}<button>Show</button></form>'


def _points(runs: Any, points: list[int], now: int) -> str:
    """The field that chooses a design point of a sweep; nothing where there is one."""
    if len(points) < 2:
        return ""
    if len(points) > MOST_OPTIONS:
        field = f'<input name="point" type="number" min="{points[0]}" max="{points[-1]}" value="{now}">'
        return f"<label>design point {field}</label>"
    factors = factors_of(runs)
    values = runs.groupby("point")[factors].first() if factors else None
    options = []
    for one in points:
        words = ", ".join(told(name, values.loc[one, name]) for name in factors) if values is not None else ""
        chosen = " selected" if one == now else ""
        options.append(f'<option value="{one}"{chosen}>{html.escape(f"{one}: {words}")}</option>')
    return f'<label>design point <select name="point">{"".join(options)}</select></label>'


def _summary(values: Any) -> tuple[float, float, float, int]:
    """Mean with its 95% interval: Wilson's for 0 and 1, normal otherwise; and n."""
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
        points = [(float(b), *_summary(one[outcome])) for b, one in part.groupby("breadth")]
        layer, *values = keys
        named = zip(("visibility", *others), values, strict=True)
        groups.append((", ".join([layer, *(f"{name} {value:g}" for name, value in named)]), points))
    rows = "".join(
        f'<tr><th scope="row">{html.escape(name)}</th><td>{b:g}</td><td>{mean:.3f}</td>'
        f"<td>{low:.3f} to {high:.3f}</td><td>{n}</td></tr>"
        for name, points in groups
        for b, mean, low, high, n in points
    )
    head = "".join(f'<th scope="col">{one}</th>' for one in ("layer", "breadth", outcome, "95% interval", "n"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    table = f'<div class="wide" tabindex="0" role="region" aria-label="Numbers">{table}</div>'
    return f"<h2>{html.escape(outcome)} against exposure</h2>{_drawing(groups, outcome)}{table}"


_STROKES = (("#007a5a", ""), ("#0072B2", "6 4"), ("#9c4400", "2 3"), ("#5a5a5a", "9 3 2 3"))


def _drawing(groups: list[tuple[str, list[tuple[float, float, float, float, int]]]], outcome: str) -> str:
    every = [point for _, points in groups for point in points]
    most = max(0.6, *(point[0] for point in every))
    low, high = min(0.0, *(point[2] for point in every)), max(point[3] for point in every)
    high = max(high * 1.05, low + 1e-9)

    def at(b: float, value: float) -> tuple[float, float]:
        return 60 + 560 * b / most, 250 - 230 * (value - low) / (high - low)

    parts = []
    for level in (low, (low + high) / 2, high):
        _, y = at(0, level)
        parts.append(f'<line x1="60" x2="620" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e5e5"/>')
        parts.append(f'<text x="54" y="{y + 4:.1f}" text-anchor="end" font-size="12">{level:.2f}</text>')
    for number, (name, points) in enumerate(groups):
        colour, dash = _STROKES[number % len(_STROKES)]
        line = " ".join("{:.1f},{:.1f}".format(*at(b, mean)) for b, mean, *_ in points)
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
        )
        for b, mean, below, above, _ in points:
            (x, y), (_, top), (_, bottom) = at(b, mean), at(b, above), at(b, below)
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" stroke="{colour}"/>')
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="66" y="{20 + 16 * number}" font-size="12" fill="{colour}">{html.escape(name)}</text>')
    for b in sorted({point[0] for point in every}):
        parts.append(f'<text x="{at(b, 0)[0]:.1f}" y="268" text-anchor="middle" font-size="12">{b:g}</text>')
    label = html.escape(f"{outcome} against the share of voters exposed, with 95% intervals")
    return f'<svg viewBox="0 0 640 280" width="640" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _contrast(runs: Any, outcome: str, arm: str) -> str:
    """Paired counts against zero exposure on the same layer, where the outcome is 0 or 1."""
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
    lost, gained = int(((before == 1) & (after == 0)).sum()), int(((before == 0) & (after == 1)).sum())
    return (
        f"<p>Of {len(both)} paired replicates, exposure ({html.escape(arm)}) prevented {lost} and caused {gained}; "
        f"in {len(both) - lost - gained} both worlds agree.</p>"
    )
