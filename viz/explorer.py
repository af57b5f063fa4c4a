"""The results explorer: dose-response of any outcome, and every single run, which can be played."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..experiments.errors import UserError
from ..experiments.store import EXPORT, read_manifest
from ..model.parameters import ParameterError, Parameters
from ..model.presets import PRESETS, preset
from .scenarios import Scenario

MOST_PLAYS = 120
_NOT_OUTCOMES = (
    "key", "replicate", "seed", "arm", "layer", "breadth", "visibility", "allocation", "skew", "grandfathering",
    "voters", "rule", "outcome_hash", "cycles", "beyond_coverage",
)  # fmt: skip


class ExplorerError(ValueError):
    """A folder that cannot be explored, or a question it cannot answer; one line."""


def check_folder(folder: Path) -> None:
    """Raise UserError unless the folder holds results with an export."""
    read_manifest(folder)
    if not (folder / EXPORT / "runs.csv").is_file():
        raise UserError(f"{folder} has no {EXPORT}/runs.csv yet; let the study finish first")


def explore(folder: Path, wanted: Mapping[str, str]) -> str:
    """HTML of the explorer: a form, the dose-response of an outcome, and links that play single runs."""
    import pandas as pd

    try:
        runs = pd.read_csv(folder / EXPORT / "runs.csv")
        manifest = read_manifest(folder)
    except (OSError, ValueError, UserError) as error:
        raise ExplorerError(f"the results cannot be read ({error})") from error
    numeric = runs.select_dtypes("number").columns
    outcomes = [name for name in numeric if name not in _NOT_OUTCOMES]
    outcome = wanted.get("outcome", "reversed" if "reversed" in outcomes else outcomes[0])
    if outcome not in outcomes:
        raise ExplorerError(f"there is no outcome {outcome[:40]!r}; there are {', '.join(outcomes)}")
    arms = list(dict.fromkeys(runs["arm"]))
    arm = wanted.get("arm", arms[-1] if "b=0.3 v=1" not in arms else "b=0.3 v=1")
    if arm not in arms:
        raise ExplorerError(f"there is no arm {arm[:40]!r}; there are {', '.join(arms)}")
    parts = [_form(outcomes, outcome, arms, arm), _dose_response(runs, outcome), _contrast(runs, outcome, arm)]
    parts.append(_plays(runs, manifest, outcome, arm))
    return "".join(parts)


def _form(outcomes: list[str], outcome: str, arms: list[str], arm: str) -> str:
    def choice(name: str, all_: list[str], now: str) -> str:
        options = "".join(
            f"<option{' selected' if one == now else ''}>{html.escape(str(one))}</option>" for one in all_
        )
        return f'<label>{name} <select name="{name}">{options}</select></label>'

    fields = choice("outcome", outcomes, outcome) + choice("arm", arms, arm)
    return f'<form method="get">{fields}<button>Show</button></form>'


def _summary(values: Any) -> tuple[float, float, float, int]:
    """Mean with its 95% interval: Wilson's for 0 and 1, normal otherwise; and n."""
    from ..experiments.intervals import mean_interval, wilson

    n, mean = len(values), float(values.mean())
    if values.isin((0, 1)).all():
        low, high = wilson(int(values.sum()), n)
    elif n < 2:
        low = high = mean
    else:
        low, high = mean_interval(values.to_numpy(float))
    return mean, low, high, n


def _dose_response(runs: Any, outcome: str) -> str:
    groups = []
    for (layer, visibility), part in runs.groupby(["layer", "visibility"], sort=False):
        points = [(float(b), *_summary(one[outcome])) for b, one in part.groupby("breadth")]
        groups.append((f"{layer}, visibility {visibility:g}", points))
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
    """Paired counts against the zero-exposure arm, where the outcome is 0 or 1."""
    both = runs.pivot(index="replicate", columns="arm", values=outcome)
    if arm == "b=0" or "b=0" not in both or not both[[arm, "b=0"]].isin((0, 1)).all().all():
        return ""
    lost = int(((both["b=0"] == 1) & (both[arm] == 0)).sum())
    gained = int(((both["b=0"] == 0) & (both[arm] == 1)).sum())
    return (
        f"<p>Of {len(both)} paired replicates, exposure ({html.escape(arm)}) prevented {lost} and caused {gained}; "
        f"in {len(both) - lost - gained} both worlds agree.</p>"
    )


def _plays(runs: Any, manifest: Mapping[str, Any], outcome: str, arm: str) -> str:
    part = runs[runs["arm"] == arm].sort_values("replicate")
    if str(part["layer"].iloc[0]) != str(manifest["request"]["parameters"]["policy"]["layer"]):
        return "<p>Arms on another legal layer fork at takeover; the page plays arms on the preset's own layer.</p>"
    try:
        base = _base(manifest)
    except (ParameterError, KeyError, TypeError, ValueError) as error:
        return f"<p>These runs cannot be played here: {html.escape(str(error))}</p>"
    links = []
    for row in part.head(MOST_PLAYS).to_dict("records"):
        scenario = scenario_of(base, manifest, row)
        text = f"{row['replicate']}: {row[outcome]:g}"
        links.append(f'<a href="./?{html.escape(scenario.address())}">{text}</a>')
    note = f"The first {MOST_PLAYS} of {len(part)} are listed." if len(part) > MOST_PLAYS else ""
    title = f"Play one run of {html.escape(arm)} (replicate: {html.escape(outcome)})"
    return f'<h2>{title}</h2><p>{note}</p><p class="plays">{"".join(links)}</p>'


def _base(manifest: Mapping[str, Any]) -> Parameters:
    tree = manifest["request"]["parameters"]
    return Parameters().with_values(
        {f"{group}.{leaf}": value for group, leaves in tree.items() for leaf, value in leaves.items()}
    )


def scenario_of(base: Parameters, manifest: Mapping[str, Any], row: Mapping[str, Any]) -> Scenario:
    """The scenario that plays one run of a study: its parameters with the arm's dose, its seed and replicate."""
    dose = {"exposure.breadth": float(row["breadth"]), "exposure.visibility": float(row["visibility"])}
    named = manifest["request"].get("preset")
    named = named if named in PRESETS else "calibrated"
    preset(named)
    cycles = int(manifest["request"].get("cycles") or 0)
    return Scenario("", named, base.with_values(dose), int(manifest["seed"]), int(row["replicate"]), cycles)
