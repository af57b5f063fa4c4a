"""Design of the targets protocol, and the policy controls whose fate is known."""

from __future__ import annotations

from typing import NamedTuple

ARM = "zero"


class TargetsDesign(NamedTuple):
    """Presidential terms of each history."""

    cycles: int = 12


CONTROLLED: dict[str, tuple[str, str]] = {
    "reversal_prob_contested_guidance_at_turnover": ("esg-guidance", "ESG guidance"),
    "reversal_prob_entrenched_default (QDIA 2007)": ("default-investment-rule", "default rule"),
}
"""Row of parameters.csv with use TARGET -> preset that must come out in its range, and its short name."""

TAKEOVERS = 5
"""Takeovers of each control for every replicate: one case each would leave the share an error of .05."""
