"""Design of the targets protocol, and the policy controls whose history is known."""

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
"""Row of parameters.csv with use TARGET -> preset whose share of flips must lie in its range, and its short name."""

TAKEOVERS = 5
"""Takeovers of each control in every replicate: with one alone, 100 replicates leave the share an error of .05."""
