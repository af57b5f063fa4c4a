"""What a study file may say under each protocol, checked without anything heavy."""

from __future__ import annotations

from collections.abc import Mapping

from ...model.parameters.tree import Parameters
from .factors import ARM_GROUP, is_arm_factor
from .mistakes import nearest
from .schema import DesignSection, FactorSection, ModelSection, PriorMassSection, ReplicatesSection, Section

LAYERS = ("guidance", "rule", "statute")
ONE_DOSE = ("mediation", "prior-mass")
"""Protocols that ask of one dose what it does against zero exposure."""
_PRIOR_KINDS = ("lhs", "list")


def model_problems(model: ModelSection, content: Mapping[str, object]) -> list[str]:
    """Keys of [model], and sections of the file (`content`), that belong to another protocol; unknown layers."""
    found = []
    for layer in model.layers:
        if layer not in LAYERS:
            hint = nearest(str(layer), LAYERS)
            found.append(f"model.layers: {layer!r} is not possible; allowed: {', '.join(LAYERS)}{hint}")
    if model.protocol != "stress" and model.layers:
        found.append(
            f"model.layers: only with protocol stress; allowed with {model.protocol}: policy.layer in model.set"
        )
    if model.protocol != "history" and model.cycles is not None:
        found.append("model.cycles: the length of a history; allowed only with protocol history")
    found += [
        f"{name}: only with protocol {name}, this one is {model.protocol}; leave the table out"
        for name in ONE_DOSE
        if name in content and name != model.protocol
    ]
    return found


def one_dose_problems(model: ModelSection, factors: Mapping[str, FactorSection], tree: Parameters) -> list[str]:
    """What mediation and prior-mass cannot take apart: several doses, none, or exposure that evolves by itself."""
    if model.protocol not in ONE_DOSE:
        return []
    found = []
    doses = _levels(factors, "breadth", tree.exposure.breadth)
    if len([one for one in doses if one != 0]) != 1:
        found.append(f"factors.exposure.breadth: protocol {model.protocol} takes one dose; allowed: levels = [0, 0.3]")
    if len(_levels(factors, "visibility", tree.exposure.visibility)) != 1:
        found.append(f"factors.exposure.visibility: protocol {model.protocol} takes one level; allowed: levels = [1.0]")
    found += [
        f"factors.{name}: protocol {model.protocol} takes exposure as one arm; allowed: {name} in model.set"
        for name, one in factors.items()
        if is_arm_factor(name, one) and name not in (f"{ARM_GROUP}breadth", f"{ARM_GROUP}visibility")
    ]
    if tree.exposure.evolves:
        found.append(f"model.set: protocol {model.protocol} needs assigned exposure; allowed: exposure.evolves = false")
    return found


def _levels(factors: Mapping[str, FactorSection], name: str, own: float) -> list[object]:
    one = factors.get(f"{ARM_GROUP}{name}")
    return [own] if one is None or one.levels is None else list(one.levels)


def prior_problems(
    model: ModelSection, design: DesignSection, replicates: ReplicatesSection | None, prior: Section | None
) -> list[str]:
    """What a study of protocol prior-mass lacks or cannot have."""
    if model.protocol != "prior-mass":
        return []
    found = []
    if design.kind not in _PRIOR_KINDS:
        found.append(
            f"design.kind = {design.kind!r} is no sample of a prior; allowed with protocol prior-mass: lhs (drawn from "
            "the plausible ranges), list (draws of your own)"
        )
    if replicates is not None and replicates.stop is not None:
        found.append("replicates.stop: a draw has a fixed number of pairs; allowed with protocol prior-mass: min alone")
    if isinstance(prior, PriorMassSection):
        if prior.calibration_replicates is not None and replicates is not None:
            most = replicates.min
            if prior.calibration_replicates > most:
                given = prior.calibration_replicates
                found.append(f"prior-mass.calibration_replicates = {given} is not possible; allowed: 1 to {most}")
        low, high = prior.band
        if not 0.0 <= low < high <= 1.0:
            found.append(f"prior-mass.band = {prior.band} is not possible; allowed: two shares, low below high")
    return found
