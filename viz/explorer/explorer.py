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
from .curve import curve
from .pairs import most_telling, pairs_section
from .phase_map import phase_map
from .runs import arm_labels, point_text, point_texts, read_runs

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
    """Return the elements of the explorer: form, dose-response, the pairs of an arm with their films, and phase map.

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
    arm = fields.get("arm") or most_telling(part, outcome)
    if arm not in arms:
        raise ExplorerError(f"there is no arm {arm[:40]!r}; allowed: {', '.join(arms)}")
    labels = arm_labels(part)
    where = point_text(runs, point)
    title = f"{labels[arm]}; {where}" if where else labels[arm]
    return [
        _form(
            _choice("outcome", "outcome", {name: name for name in outcomes}, outcome),
            _point_field(runs, points, point),
            _choice("arm", "exposed", {name: labels[name] for name in arms}, arm),
        ),
        *curve(part, outcome, arm),
        *pairs_section(part, folder, outcome, arm, title),
        *phase_map(folder, runs, point),
    ]


def _point(points: list[int], text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) in points:
        return int(text)
    raise ExplorerError(f"there is no design point {text[:40]!r}; allowed: {points[0]} to {points[-1]}")


def _form(*choices: Html | None) -> Html:
    return h("form", {"method": "get"}, choices, h("button", None, "Show"))


def _choice(name: str, label: str, options: Mapping[str, str], chosen: str) -> Html:
    """Return a field of the form. options: texts by value."""
    listed = [h("option", {"value": value, "selected": value == chosen}, text) for value, text in options.items()]
    return h("label", None, label, " ", h("select", {"name": name}, listed))


def _point_field(runs: Any, points: list[int], chosen: int) -> Html | None:
    """Return the field that chooses a design point of a sweep by its factor values; None if there is only one."""
    if len(points) < 2:
        return None
    if len(points) > MOST_OPTIONS:
        number = {"name": "point", "type": "number", "min": points[0], "max": points[-1], "value": chosen}
        return h("label", None, f"row of the design ({point_text(runs, chosen)}) ", h("input", number))
    texts = point_texts(runs)
    options = {str(point): texts.get(point, str(point)) for point in points}
    return _choice("point", "other factors", options, str(chosen))
