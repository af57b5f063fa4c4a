"""Rules of protocols that compare one dose with zero exposure."""

from __future__ import annotations

from .contract import Declared


def one_dose_problems(protocol: str, declared: Declared) -> list[str]:
    """Return a line for each deviation from one dose of assigned exposure.

    Deviations: no dose or several, several visibilities, other exposure arms, and evolving exposure.
    """
    problems = []
    if len([breadth for breadth in declared.breadths if breadth != 0]) != 1:
        problems.append(f"factors.exposure.breadth: protocol {protocol} takes one dose; allowed: levels = [0, 0.3]")
    if len(declared.visibilities) != 1:
        problems.append(f"factors.exposure.visibility: protocol {protocol} takes one level; allowed: levels = [1.0]")
    problems += [
        f"factors.{name}: protocol {protocol} takes exposure as one arm; allowed: {name} in model.set"
        for name in declared.arm_factors
    ]
    if declared.parameters.exposure.evolves:
        problems.append(f"model.set: protocol {protocol} needs assigned exposure; allowed: exposure.evolves = false")
    return problems
