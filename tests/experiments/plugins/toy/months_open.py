"""A protocol of a user's own: months of the opposed term with openness at or above a level."""

import math
from typing import NamedTuple

from political_moat.experiments.protocols.arms import Arm, ReplicateResult
from political_moat.experiments.protocols.contract import Protocol
from political_moat.experiments.protocols.finished_run import keep_world
from political_moat.experiments.protocols.options import Options, key
from political_moat.experiments.storage.columns import Column


class MonthsOpenDesign(NamedTuple):
    """Doses, and the openness that counts as open."""

    breadths: tuple[float, ...]
    level: float


class MonthsOpenOptions(Options):
    """The table [months-open] of a study file."""

    level: float = key(0.5, "openness, 0 to 1", ge=0.0, le=1.0)


class MonthsOpen(Protocol):
    """One arm per dose."""

    name = "months-open"
    options = MonthsOpenOptions
    stop_outcomes = ("months_open",)
    summary_means = ("months_open",)

    def design(self, declared):
        """Return doses and level."""
        return MonthsOpenDesign(tuple(sorted({0.0, *declared.breadths})), declared.options.level)

    def arms(self, parameters, design):
        """Return an arm per dose, zero exposure first."""
        return [Arm(f"b={breadth:g}", parameters.policy.layer, breadth, 1.0) for breadth in design.breadths]

    def run(self, parameters, design, seed, replicate):
        """Run the opposed term of every arm on common draws."""
        from political_moat.experiments.protocols.stress_test.run import friendly_term, takeover, with_dose
        from political_moat.model.fast_forward import advance

        rows = []
        zero = friendly_term(with_dose(parameters, 0.0, 1.0), seed, replicate)
        for arm in self.arms(parameters, design):
            past = friendly_term(with_dose(parameters, arm.breadth, 1.0), seed, replicate, zero=zero)
            opposed = takeover(past, "opponent", zero)
            advance(opposed, parameters.institutions.term_months)
            keep_world(arm.name, opposed)
            months = sum(month.month >= past.month and month.openness >= design.level for month in opposed.record)
            rows.append({"replicate": replicate, "arm": arm.name, "breadth": arm.breadth, "months_open": months})
        return ReplicateResult(rows, [])

    def run_columns(self):
        """Return the columns of runs.csv."""
        anything = (-math.inf, math.inf)
        return (
            Column("key", "", *anything, "content of the run", "sha256"),
            Column("replicate", "number", 0.0, math.inf, "replicate", "count"),
            Column("arm", "", *anything, "name of the arm", "breadth"),
            Column("breadth", "share of voters", 0.0, 1.0, "share of voters who hold", "exposure.breadth"),
            Column("months_open", "months", 0.0, 48.0, "months at or above the level", "count"),
            Column("outcome_hash", "", *anything, "fingerprint of the run's outcomes", "sha256"),
        )
