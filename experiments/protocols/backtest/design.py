"""Design of the back-test: every case under the whole model, and under the model without one mechanism."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from ....model.elections.national_vote import Congress
from ....model.parameters.tree import Parameters
from ..arms import Arm
from .covariates import Covariates
from .mapping import congress_of, mapped_values

MODEL = "model"


class Variant(NamedTuple):
    """The model, or the model without one mechanism.

    sentence: how the mechanism is taken out. covariates: those that it replaces in every case. values: parameters that
    it sets after the mapping.
    """

    sentence: str
    covariates: dict[str, Any]
    values: dict[str, Any]


VARIANTS: dict[str, Variant] = {
    MODEL: Variant("every mechanism, parameters as in the preset", {}, {}),
    "without contest": Variant("all cases as contested", {"contested": True}, {}),
    "without exposure": Variant("nobody holds", {"exposed_millions": 0.0}, {}),
    "without agenda competition": Variant("a flat cost in place of rival issues", {}, {"party.agenda": "cost"}),
    "without courts": Variant("no suits against rules", {}, {"regulator.suit_probability": 0.0}),
}
ABLATIONS = tuple(name for name in VARIANTS if name != MODEL)


class BacktestDesign(NamedTuple):
    """Cases by their covariates, and names of variants; each case runs under each variant."""

    cases: tuple[Covariates, ...]
    variants: tuple[str, ...] = tuple(VARIANTS)


class Setting(NamedTuple):
    """Everything that decides the outcome of one case under one variant, besides seed and replicate."""

    case: str
    variant: str
    parameters: Parameters
    congress: Congress
    horizon: int

    @property
    def arm(self) -> Arm:
        """Return the arm of a replicate that runs this setting."""
        exposure = self.parameters.exposure
        name = arm_name(self.case, self.variant)
        return Arm(name, self.parameters.policy.layer, exposure.breadth, exposure.visibility)


def arm_name(case: str, variant: str) -> str:
    """Return the name of the arm of a case under a variant."""
    return f"{case}: {variant}"


def setting_of(case: Covariates, variant: str, preset: Parameters) -> Setting:
    """Return the setting of one case: the preset, the parameters of the mapping, then those of the variant."""
    kind = VARIANTS[variant]
    changed = case._replace(**kind.covariates)
    parameters = preset.with_values(mapped_values(changed, preset) | kind.values)
    return Setting(case.case, variant, parameters, congress_of(changed), case.horizon)


@lru_cache(maxsize=8)
def settings_of(preset: Parameters, design: BacktestDesign) -> dict[str, Setting]:
    """Return the setting of every arm by its name, by case, then variant. Cached: a tree takes a millisecond to check.

    Read-only.
    """
    settings = (setting_of(case, variant, preset) for case in design.cases for variant in design.variants)
    return {setting.arm.name: setting for setting in settings}


def reduced(design: BacktestDesign, wanted: Sequence[Arm]) -> BacktestDesign:
    """Return the design without cases and variants that no wanted arm has."""
    names = {arm.name for arm in wanted}
    cases = [case for case in design.cases if any(arm_name(case.case, each) in names for each in design.variants)]
    variants = [each for each in design.variants if any(arm_name(case.case, each) in names for case in cases)]
    return BacktestDesign(tuple(cases), tuple(variants))
