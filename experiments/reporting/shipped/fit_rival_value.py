"""Outcomes at zero exposure by contest and layer over values of the rival issue, to fit `party.rival_value`.

`python -m political_moat.experiments.reporting.shipped.fit_rival_value --help` lists the options. It prints and fits
nothing: one value is chosen from the table, for P(restricted) of the contested rule alone.
"""

from __future__ import annotations

import argparse
import itertools
from functools import partial
from typing import TYPE_CHECKING

from ...storage.provenance import short_source_hash
from .tables import measuring_pool

if TYPE_CHECKING:
    from ....model.parameters.tree import Parameters

EVENTS = ("attempted", "restricted", "reversed")
SEED = 5120
VOTERS = 1000
REPLICATES = 300
CHUNK = 5
HEAD = (
    f"{'rival_value':>11} {'log_sd':>6} {'scope':<6} {'contest':<12}{'layer':<10}{'n':>5}"
    f"{'attempted':>15}{'restricted':>15}{'extreme care':>15}"
)

Events = dict[tuple[str, str], tuple[int, ...]]


def events_of(parameters: Parameters, seed: int, replicate: int) -> Events:
    """Return the EVENTS (0 or 1) of one replicate by contest and layer."""
    from ...protocols.targets.contests import contest_outcomes

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


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not possible; allowed: a whole number from 1")
    return int(text)


def _asked() -> tuple[argparse.Namespace, list[Parameters]]:
    """Return the options and the tree of each block; exit 2 with one line per mistake."""
    from ....model.parameters.presets import preset
    from ....model.parameters.tree import ParameterError
    from ...studies.from_options import parse_settings

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rival-values", type=float, nargs="+", default=[0.05, 0.1, 0.2, 0.4], metavar="V")
    parser.add_argument("--log-sds", type=float, nargs="+", default=[0.5], metavar="SD")
    parser.add_argument("--scopes", nargs="+", default=["nest", "moves"], choices=["nest", "moves"])
    parser.add_argument("--replicates", type=_positive, default=REPLICATES)
    parser.add_argument("--voters", type=_positive, default=VOTERS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=_positive, default=2)
    parser.add_argument("--preset", default="calibrated")
    parser.add_argument("--set", nargs="+", default=[], metavar="NAME=VALUE", help="parameters of every cell")
    asked = parser.parse_args()
    changes, problems = parse_settings(asked.set)
    try:
        base = preset(asked.preset).with_values({"electorate.voters": asked.voters, "party.agenda": "competition"})
        base = base.with_values(changes)
        blocks = [
            base.with_values(
                {"party.agenda_scope": scope, "party.rival_log_sd": log_sd, "party.rival_value": value},
            )
            for scope, log_sd, value in itertools.product(asked.scopes, asked.log_sds, asked.rival_values)
        ]
    except ParameterError as error:
        problems.append(str(error))
    if problems:
        parser.error("\n".join(problems))
    return asked, blocks


def main() -> None:
    """Print the table, a block per value, log sd and scope; all blocks share their draws."""
    asked, blocks = _asked()
    print(f"seed {asked.seed}, {asked.voters:,} voters, code {short_source_hash()}; in brackets: Monte Carlo error")
    print(HEAD, flush=True)
    with measuring_pool(asked.workers) as pool:
        for tree in blocks:
            label = f"{tree.party.rival_value:>11g} {tree.party.rival_log_sd:>6g} {tree.party.agenda_scope:<6}"
            rows = list(pool.map(partial(events_of, tree, asked.seed), range(asked.replicates), chunksize=CHUNK))
            print("\n".join(lines_of(label, rows)), flush=True)


if __name__ == "__main__":
    main()
