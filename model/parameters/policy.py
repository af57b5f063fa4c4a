"""Parameters of the policy and its law."""

from __future__ import annotations

from typing import Literal

from ...agents.parameter_metadata import Group, fact, quantity


class PolicyParameters(Group):
    """The friendly policy and the rungs it moves on."""

    layer: Literal["guidance", "rule", "statute"] = quantity(
        "rule", "legal layer", role="lever", source="the final safe-harbour rule"
    )
    start_theta: float = quantity(0.5, "rung 0-1", 0.0, 1.0, source="neutral since May 2025 (CAR 2025-01)")
    friendly_theta: float = quantity(
        0.75, "rung 0-1", 0.5, 1.0, allowed=(0.0, 1.0), source="safe harbour proposed March 2026"
    )
    friendly_month: int = quantity(
        18, "months", 12, 24, status="derived", allowed=(0, 47), source="law-firm forecast of a final rule: autumn 2026"
    )
    before_theta: float = quantity(
        0.25,
        "rung 0-1",
        0.0,
        0.5,
        allowed=(0.0, 1.0),
        status="seen",
        source="'extreme care' of March 2022: level before the friendly policy",
    )
    cap: float = fact("alloc_cap")
    on_money: bool = quantity(
        False,
        "yes or no",
        role="lever",
        source="whether a statute on the policy is about taxes or spending; access to menus is not",
    )
    warn_floor: float = quantity(0.25, "rung 0-1", 0.0, 0.5, allowed=(0.0, 1.0), source="a warning cannot prohibit")
    cap_protects: float = quantity(
        1.0,
        "share",
        0.0,
        1.0,
        role="lever",
        source="protection that the move cap grants; below 1, holdings over the cap are sold in divestment_months",
    )
    cap_low: float = quantity(
        0.02,
        "share of the balance",
        0.01,
        0.04,
        allowed=(0.0, 1.0),
        source="a tightened cap, the lowest recommended allocation (BlackRock 1-2%)",
    )
    sunset_months: int = quantity(
        0,
        "months in force",
        0,
        96,
        role="lever",
        allowed=(0, 960),
        source="a rule or statute of the friendly policy lapses after this time unless renewed; 0 = never, as today",
    )
    sunset_covers: Literal["friendly", "all"] = quantity(
        "friendly",
        "provisions",
        role="lever",
        source="friendly: the sunset covers the friendly policy alone; all: every later rule and statute too",
    )
    renewal_window: int = quantity(
        12,
        "months before expiry",
        6,
        24,
        allowed=(1, 960),
        source="reauthorisations and extensions are taken up in the last year before expiry",
    )
    extra_move: str = quantity(
        "none",
        "name of an ExtraMove",
        role="lever",
        source="a move of the user's own on the menu of every government; none: the shipped moves alone",
    )
    lapse_blame: float = quantity(
        0.5,
        "share",
        0.0,
        1.0,
        source="inaction is blamed less than action (Weaver 1986); 0 = not at all, 1 = like a decision",
    )
