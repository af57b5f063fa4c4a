"""Studies that go on from a calibration: the effect over the region, and Sobol' indices over the box around it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...agents.user_input import LARGEST_SEED
from ..storage.atomic_files import replaced_atomically
from ..studies.from_options import study_text
from .inputs import Input
from .request import Calibration
from .wave_studies import Values, write_draws

PAIRS, SAMPLES, SOBOL_REPLICATES = 60, 64, 20
_DOSES: dict[str, Any] = {"breadths": (0.0, 0.3), "visibilities": (1.0,)}


def write_matched_prior(out: Path, asked: Calibration, draws: Sequence[Values]) -> None:
    """Write matched-prior.toml and matched-prior.csv: prior-mass over the draws, their baselines as given.

    Its seed is the next one: the draws were chosen on the replicates of the calibration's own seed.
    """
    write_draws(out / "matched-prior.csv", draws)
    text = study_text(
        "matched-prior",
        asked.study.model.preset,
        "prior-mass",
        _without_ageing(asked),
        seed=next_seed(asked.seed),
        options={"baseline": "given"},
        replicates=PAIRS,
        design={"kind": "list", "file": "matched-prior.csv"},
        **_DOSES,
    )
    _write(
        out / "matched-prior.toml",
        (
            "How much of what history matching does not rule out is a moat, how much nothing, how much a trapdoor?",
            f"{len(draws)} draws that pass every target (docs/history-matching.md), each with its own baseline.",
        ),
        text,
    )


def write_sobol(out: Path, asked: Calibration, draws: Sequence[Values]) -> None:
    """Write sobol-matched.toml: Sobol' indices of RD(tau), each factor over its range in the draws.

    Inputs with one value in all draws are set to it.
    """
    spans = {each.name: _span(each, draws) for each in asked.inputs}
    fixed = {name: low for name, (low, high) in spans.items() if not low < high}
    text = study_text(
        "sobol-matched",
        asked.study.model.preset,
        "stress",
        _without_ageing(asked).with_values(fixed),
        seed=next_seed(asked.seed),
        options={"layers": [], "returning": False},
        replicates=SOBOL_REPLICATES,
        design={"kind": "sobol", "samples": SAMPLES, "prior": True},
        **_DOSES,
    )
    ranged = [each for each in asked.inputs if each.name not in fixed]
    text += "".join(_factor(each, *spans[each.name]) for each in ranged)
    _write(
        out / "sobol-matched.toml",
        (
            "Which numbers without data drive RD(tau) over the box around what history matching does not rule out?",
            "The box is wider than the region: it also holds combinations that are ruled out.",
        ),
        text,
    )


def next_seed(seed: int) -> int:
    """Return the seed of studies on the region: their draws were chosen on the calibration's own replicates."""
    return (seed + 1) % (LARGEST_SEED + 1)


def _span(each: Input, draws: Sequence[Values]) -> tuple[float, float]:
    values = [draw[each.name] for draw in draws]
    return min(values), max(values)


def _factor(each: Input, low: float, high: float) -> str:
    scale = 'scale = "log"\n' if each.log else ""
    return f'\n[factors."{each.name}"]\nlow = {float(low)!r}\nhigh = {float(high)!r}\n{scale}'


def _without_ageing(asked: Calibration) -> Any:
    """Return the tree without what protocol targets alone sets: people who age in its histories."""
    from ...model.parameters.presets import preset

    if "people.ageing" in asked.study.model.set:
        return asked.parameters
    ageing = preset(asked.study.model.preset).people.ageing
    return asked.parameters.with_values({"people.ageing": ageing})


def _write(path: Path, comment: Sequence[str], text: str) -> None:
    with replaced_atomically(path) as stream:
        stream.writelines(f"# {line}\n" for line in (*comment, f"    moat sweep {path.name}"))
        stream.write("\n" + text)
