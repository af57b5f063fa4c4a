"""Names of outcomes, wherever a person reads results; the columns keep their short names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...model.parameters.tree import Parameters
from .term_outcomes import FALL

if TYPE_CHECKING:
    import pandas as pd


class OutcomeName(NamedTuple):
    """The printed name of an outcome, a name that fits the head of a column, and the level that defines it."""

    name: str
    head: str
    level: str


OUTCOME_NAMES: dict[str, OutcomeName] = {
    "attempted": OutcomeName("attempted", "att", "a docket, guidance or bill would lower openness by .10 or more"),
    "restricted": OutcomeName("restricted", "restr", "openness at least .10 lower than at takeover"),
    "neutral": OutcomeName("back to neutral", "neutral", "openness at or below its level of month 0 (.5)"),
    "reversed": OutcomeName(
        "back to extreme care", "care", "openness at or below its level in the guidance of 2022 (.25)"
    ),
    "prohibited": OutcomeName("prohibited", "prohib", "holding through the plans prohibited (theta = 0)"),
    "severity": OutcomeName("severity", "severity", "largest fall of openness, as a share of openness at takeover"),
}
"""By column. The column `reversed` is printed as back to extreme care."""

NO_NEW_MONEY = OutcomeName("no new money", "closed", "openness 0: prohibited, or closed to new money")
"""The last level of the depth curve: openness is 0 under a prohibition, and in plans that are closed to new money."""


def printed_name(column: str) -> str:
    """Return the name under which an outcome is printed; its column where it has no other name."""
    return OUTCOME_NAMES[column].name if column in OUTCOME_NAMES else column


def named(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose column `outcome`, if there is one, holds printed names."""
    if "outcome" not in table.columns:
        return table
    return table.assign(outcome=[printed_name(str(outcome)) for outcome in table["outcome"]])


class Depth(NamedTuple):
    """A named level of the depth curve: its name, and its openness tau."""

    name: str
    tau: float


def named_depths(p: Parameters) -> tuple[Depth, ...]:
    """Return the named levels of openness, from a restriction to no new money, below the friendly policy."""
    policy = p.policy
    levels = (
        (OUTCOME_NAMES["restricted"].name, policy.friendly_theta - FALL),
        (OUTCOME_NAMES["neutral"].name, policy.start_theta),
        (OUTCOME_NAMES["reversed"].name, policy.before_theta),
        (NO_NEW_MONEY.name, 0.0),
    )
    return tuple(Depth(name, round(tau, 9)) for name, tau in levels if 0.0 <= tau < policy.friendly_theta)
