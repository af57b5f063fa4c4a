"""Protocol coin: a toy. A biased coin for each arm, on common draws; exposure lowers the chance of heads."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import NamedTuple

from political_moat import Parameters
from political_moat.experiments.protocols.arms import Arm, ReplicateResult
from political_moat.experiments.protocols.contract import Declared, Protocol, RunDefaults
from political_moat.experiments.protocols.options import Options, key
from political_moat.experiments.storage.columns import Column

_ANY = (-math.inf, math.inf)


class CoinDesign(NamedTuple):
    """Doses, and tosses of each arm."""

    breadths: tuple[float, ...]
    tosses: int


class CoinOptions(Options):
    """Length of a replicate."""

    tosses: int = key(4, "1 to 100 tosses", ge=1, le=100)


class Coin(Protocol):
    """Toss a coin for each arm."""

    name = "coin"
    sentence = "a toy"
    options = CoinOptions
    stop_outcomes = ("heads",)
    summary_events = ("first",)
    summary_means = ("heads",)
    run_defaults = RunDefaults(5)

    def design(self, declared: Declared) -> CoinDesign:
        """Return doses and tosses."""
        options = declared.options
        tosses = options.tosses if isinstance(options, CoinOptions) else 4
        return CoinDesign(tuple(sorted({0.0, *declared.breadths})), tosses)

    def arms(self, parameters: Parameters, design: CoinDesign) -> Sequence[Arm]:
        """Return an arm per dose."""
        return [Arm(f"b={breadth:g}", parameters.policy.layer, breadth, 1.0) for breadth in design.breadths]

    def run(self, parameters: Parameters, design: CoinDesign, seed: int, replicate: int) -> ReplicateResult:
        """Toss."""
        draws = random.Random(1000 * seed + replicate)
        tosses = [draws.random() for _ in range(design.tosses)]
        rows = []
        for arm in self.arms(parameters, design):
            heads = [toss > 0.3 + 0.5 * arm.breadth for toss in tosses]
            row = {"replicate": replicate, "arm": arm.name, "breadth": arm.breadth}
            rows.append({**row, "first": int(heads[0]), "heads": sum(heads)})
        return ReplicateResult(rows, [])

    def run_columns(self) -> tuple[Column, ...]:
        """Return the columns of runs.csv."""
        return (
            Column("key", "", *_ANY, "content of the run", "sha256"),
            Column("replicate", "number", 0.0, math.inf, "replicate", "count"),
            Column("arm", "", *_ANY, "name of the arm", "breadth"),
            Column("breadth", "share of voters", 0.0, 1.0, "share of voters who hold", "exposure.breadth"),
            Column("first", "0 or 1", 0.0, 1.0, "whether the first toss is heads", "toss"),
            Column("heads", "tosses", 0.0, math.inf, "heads", "count"),
            Column("outcome_hash", "", *_ANY, "fingerprint of the run's outcomes", "sha256"),
        )
