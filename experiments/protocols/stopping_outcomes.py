"""Outcomes a stopping rule may look at, by protocol: numbers that every run has (prior-mass has no such rule)."""

from __future__ import annotations

STOP_OUTCOMES: dict[str, tuple[str, ...]] = {
    "stress": (
        "attempted",
        "restricted",
        "reversed",
        "prohibited",
        "closed",
        "withdrawn",
        "pending",
        "court",
        "collapse",
        "severity",
        "mean_policy",
        "mean_theta",
        "mean_kappa",
        "final_policy",
        "platform_distance",
        "gap",
        "mean_theta_returned",
        "vote_share_before",
        "vote_share_midterm",
        "vote_share_end",
    ),
    "history": (
        "turnovers",
        "takeovers",
        "takeovers_at_risk",
        "attempted_at_risk",
        "restricted_at_risk",
        "reversed_at_risk",
        "reversals",
        "opposed_months",
        "volatility",
        "mean_theta",
        "mean_policy",
        "platform_distance",
    ),
    "mediation": ("attempted", "restricted", "reversed", "severity", "mean_policy", "platform_distance"),
    "prior-mass": (),
}
