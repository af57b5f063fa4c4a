"""Outcomes at zero exposure by contest and layer over values of the rival issue, to fit `party.rival_value`.

`python -m political_moat.experiments.reporting.fit_rival_value --help` lists the options. It prints and fits nothing
by itself: one value is chosen from the table, for P(restricted) of the contested rule alone.
"""

from __future__ import annotations

import argparse
import itertools
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from ...agents.source_hash import use_code_named_cache
from ..storage.provenance import short_source_hash

if TYPE_CHECKING:
    from ...model.parameters.tree import Parameters

EVENTS = ("attempted", "restricted", "reversed")
SEED = 5120
VOTERS = 1000
REPLICATES = 300
CHUNK = 5
HEAD = (
    f"{'rival_value':>11} {'log_sd':>6} {'scope':<6} {'contest':<12}{'layer':<10}{'n':>5}"
    f"{'attempted':>15}{'restricted':>15}{'reversed':>15}"
)

Events = dict[tuple[str, str], tuple[int, ...]]


def events_of(parameters: Parameters, seed: int, replicate: int) -> Events:
    """Return the EVENTS (0 or 1) of one replicate by contest and layer."""
    from ..protocols.targets.contests import contest_outcomes

    return {
        (contest, layer): tuple(int(getattr(outcomes, event)) for event in EVENTS)
        for contest, layer, outcomes in contest_outcomes(parameters, seed, replicate)
    }


def lines_of(label: str, rows: list[Events]) -> list[str]:
    """Return a line per contest and layer with three probabilities and their Monte Carlo errors."""
    lines = []
    for contest, layer in rows[0]:
        cells = ""
        for place in range(len(EVENTS)):
            share = sum(row[contest, layer][place] for row in rows) / len(rows)
            cells += f"{share:>8.3f} ({(share * (1.0 - share) / len(rows)) ** 0.5:.3f})"
        lines.append(f"{label} {contest:<12}{layer:<10}{len(rows):>5}{cells}")
    return lines


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rival-values", type=float, nargs="+", default=[0.05, 0.1, 0.2, 0.4], metavar="V")
    parser.add_argument("--log-sds", type=float, nargs="+", default=[0.5], metavar="SD")
    parser.add_argument("--scopes", nargs="+", default=["nest", "moves"], choices=["nest", "moves"])
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    parser.add_argument("--voters", type=int, default=VOTERS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--preset", default="calibrated")
    parser.add_argument("--set", nargs="+", default=[], metavar="NAME=VALUE", help="parameters of every cell")
    return parser.parse_args()


def main() -> None:
    """Print the table, a block per value, log sd and scope; all blocks share their draws."""
    from ...model.parameters.presets import preset
    from ..studies.from_options import parse_settings

    asked = _arguments()
    base = preset(asked.preset).with_values({"electorate.voters": asked.voters, "party.agenda": "competition"})
    changes, problems = parse_settings(asked.set)
    if problems:
        raise SystemExit("\n".join(problems))
    base = base.with_values(changes)
    print(f"seed {asked.seed}, {asked.voters:,} voters, code {short_source_hash()}; in brackets: Monte Carlo error")
    print(HEAD, flush=True)
    with ProcessPoolExecutor(asked.workers, get_context("spawn"), initializer=use_code_named_cache) as pool:
        for scope, log_sd, value in itertools.product(asked.scopes, asked.log_sds, asked.rival_values):
            values: dict[str, Any] = {
                "party.rival_value": value,
                "party.rival_log_sd": log_sd,
                "party.agenda_scope": scope,
            }
            replicate_of = partial(events_of, base.with_values(values), asked.seed)
            rows = list(pool.map(replicate_of, range(asked.replicates), chunksize=CHUNK))
            print("\n".join(lines_of(f"{value:>11g} {log_sd:>6g} {scope:<6}", rows)), flush=True)


if __name__ == "__main__":
    main()
