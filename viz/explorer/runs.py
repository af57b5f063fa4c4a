"""Rows of a results folder, and each run as a scenario that the page can play."""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ...experiments.errors import UserError
from ...experiments.protocols.run_inputs import StudyEvent
from ...experiments.reporting.point_labels import point_label
from ...experiments.storage.checksums import refuse_altered
from ...experiments.storage.results_folder import EXPORT, read_own_manifest
from ...experiments.studies.inputs_reader import checked_events
from ...experiments.studies.schema import EventSection
from ...model.parameters.presets import PRESETS
from ...model.parameters.tree import ParameterError, Parameters
from ..scenario import Scenario

MOST_LINKS = 120
_DOSE = ("exposure.breadth", "exposure.visibility")
_ARM_VALUES = ("foresight", "allocation", "skew", "grandfathering")
_reading = threading.Lock()


def read_runs(folder: Path) -> Any:
    """Return the rows of runs.csv, cached until the file changes. Callers must not modify them."""
    file = folder / EXPORT / "runs.csv"
    status = file.stat()
    # The lock keeps simultaneous visitors from each loading the rows of a large sweep.
    with _reading:
        return _rows(folder, status.st_mtime_ns, status.st_size)


@functools.lru_cache(maxsize=1)
def _rows(folder: Path, _changed: int, _size: int) -> Any:
    from ...experiments.reporting.factor_analysis import read_table

    refuse_altered(folder, only=[f"{EXPORT}/runs.csv"])
    runs = read_table(folder / EXPORT / "runs.csv")
    return runs if "point" in runs.columns else runs.assign(point=0)


def factors_of(runs: Any) -> list[str]:
    """Return the columns of those factors of a sweep that differ between design points."""
    names = [name for name in runs.columns if "." in name and name not in _DOSE]
    first = runs.groupby("point", sort=False)[names].first() if names else runs[names]
    return [name for name in names if first[name].nunique() > 1]


def point_text(runs: Any, point: int) -> str:
    """Return the name of a design point by the values of its factors; "" if there is only one point."""
    return point_texts(runs).get(point, "")


def point_texts(runs: Any) -> dict[int, str]:
    """Return the name of each design point by its factor values."""
    factors = factors_of(runs)
    if not factors:
        return {}
    values = runs.groupby("point")[factors].first()
    return {int(point): arm_label(dict(zip(factors, row, strict=True))) for point, *row in values.itertuples(name=None)}


def arm_label(values: Mapping[str, Any]) -> str:
    """Return the words for some settings, such as "visibility 1, office rent 4"; "" for none."""
    return point_label(values) if values else ""


def arm_labels(part: Any) -> dict[str, str]:
    """Return a label for each arm of a design point: its layer and settings that differ between arms, and breadth."""
    columns = ["layer", "breadth", "visibility", *_ARM_VALUES]
    shown = [name for name in columns if name in part.columns and (name == "breadth" or part[name].nunique() > 1)]
    first = part.groupby("arm", sort=False)[shown].first()
    labels = {arm: arm_label(dict(zip(shown, row, strict=True))) for arm, *row in first.itertuples(name=None)}
    # Arms that differ in events alone, or evolve, have equal settings: their names distinguish them.
    texts = list(labels.values())
    return {arm: text if texts.count(text) == 1 else f"{text} ({arm})" for arm, text in labels.items()}


def other_values(runs: Any) -> list[str]:
    """Return the exposure settings, besides breadth and visibility, that differ between arms."""
    return [name for name in _ARM_VALUES if name in runs.columns and runs[name].nunique() > 1]


class Films(NamedTuple):
    """Films of the runs of an arm: addresses by replicate, remarks, and the reason why none can be played, or ""."""

    addresses: dict[int, str]
    notes: list[str]
    refused: str


def films_of(part: Any, folder: Path) -> Films:
    """Return the films of the runs of one arm at one design point: at most MOST_LINKS."""
    try:
        manifest = read_own_manifest(folder)
        base = base_of(folder, manifest)
        rows = part.sort_values("replicate").head(MOST_LINKS).to_dict("records")
        played = {int(row["replicate"]): scenario_of(base, manifest, row) for row in rows}
        other_layer = str(part["layer"].iloc[0]) != base.policy.layer and "policy.layer" not in part.columns
    except (UserError, ParameterError, KeyError, TypeError, ValueError) as error:
        return Films({}, [], f"The page cannot play these runs: {error}")
    notes = []
    if other_layer:
        # The study changes the layer at takeover; a film has it from the start. They are equal only without these.
        if base.policy.sunset_months or (base.channels.news and base.market.rule_news_jump):
            refused = (
                "The page cannot play these runs. In the study this arm changes its legal layer at takeover, after "
                "a friendly term on another layer, and with a sunset or news of rules that term matters. Use "
                "moat run --replicate."
            )
            return Films({}, [], refused)
        notes.append("In the study this arm has its legal layer from takeover on, in the film from the start.")
    if any(scenario.events for scenario in played.values()):
        notes.append("In the film both worlds have the dated events of this run.")
    if len(part) > MOST_LINKS:
        notes.append(f"The first {MOST_LINKS} of {len(part)} runs have films here.")
    return Films({number: f"./?{scenario.address()}&step=watch" for number, scenario in played.items()}, notes, "")


def base_of(folder: Path, manifest: Mapping[str, Any]) -> Parameters:
    """Return the parameters that every run of the folder starts from: of the request, or of the study file."""
    tree = manifest["request"].get("parameters")
    if tree is None:
        from ...experiments.studies.reader import read_study

        return read_study(folder, plugins=False).parameters
    return Parameters().with_values(
        {f"{group}.{leaf}": value for group, leaves in tree.items() for leaf, value in leaves.items()}
    )


def scenario_of(base: Parameters, manifest: Mapping[str, Any], row: Mapping[str, Any]) -> Scenario:
    """Return the scenario that plays one run of a study: its factors, layer, dose, seed and replicate."""
    from ...experiments.protocols.history.design import EVOLVING

    values = {name: value for name, value in row.items() if "." in name}
    values |= {"exposure.breadth": float(row["breadth"]), "exposure.visibility": float(row["visibility"])}
    values["policy.layer"] = str(row["layer"])
    if "foresight" in row:
        values["polls.foresight"] = float(row["foresight"])
    model = manifest.get("study", {}).get("model", manifest["request"])
    cycles = int(model.get("cycles") or 0)
    if cycles:
        values["exposure.evolves"] = row["arm"] == EVOLVING
    preset = model.get("preset")
    preset = preset if preset in PRESETS else "calibrated"
    p = base.with_values(values)
    events = _events_of(manifest, str(row["arm"]), p)
    return Scenario("", preset, p, int(manifest["seed"]), int(row["replicate"]), cycles, events)


def _events_of(manifest: Mapping[str, Any], arm: str, p: Parameters) -> tuple[StudyEvent, ...]:
    """Return the dated events of an arm, from the manifest. ValueError for a study with files of its own."""
    study = manifest.get("study", {}) | manifest["request"]
    if study.get("inputs"):
        raise ValueError("their people or ties are the study's own; moat run --replicate shows them")
    wanted = [event for event in study.get("events", ()) if not event.get("arms") or arm in event["arms"]]
    sections = {f"event {number}": EventSection(**event) for number, event in enumerate(wanted)}
    return checked_events(sections, p, None, [])
