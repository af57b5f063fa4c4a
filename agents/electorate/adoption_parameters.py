"""Parameters of savers' own adoption: inertia, menu legitimacy, neighbours, returns, warnings, age."""

from __future__ import annotations

from ..quantity import Group, fact


class AdoptionParameters(Group):
    """How savers who may choose come to hold crypto, and give it up."""

    annual_reallocation_rate: float = fact("annual_reallocation_rate")
