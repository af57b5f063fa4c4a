"""Parameters of employers' menus."""

from __future__ import annotations

from ..quantity import Group, fact, quantity


class EmployerParameters(Group):
    """How many employers there are, and when they add or remove an option."""

    employers: int = quantity(
        300, "model employers", 50, 1000, allowed=(1, 100_000), source="a few hundred sponsors stand for all plans"
    )
    share_plans_offering_crypto_t0: float = fact("share_plans_offering_crypto_t0")
