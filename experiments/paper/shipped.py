"""Tables of the range of the result over assumptions without data, which the package ships."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..reporting.latex import escape, share, signed, tabular
from ..reporting.shipped import assumption_range, prior_shares, rules_comparison
from ..storage.provenance import short_source_hash


def shipped_tables() -> dict[str, str]:
    """Return the shipped comparisons of party rules, of office rent and precision, and of draws from the prior."""
    makers: dict[str, tuple[list[Any], Callable[[list[Any]], str]]] = {
        "party-rules": (rules_comparison.shipped_rules(), _rules),
        "rent-precision": (assumption_range.shipped(), _range),
        "prior-shares": (prior_shares.shipped_prior(), _prior),
    }
    return {name: make(rows) for name, (rows, make) in makers.items() if rows}


def measured_here() -> bool:
    """Return whether every shipped table was measured with the sources that are installed."""
    rows: list[Any] = [*rules_comparison.shipped_rules(), *assumption_range.shipped(), *prior_shares.shipped_prior()]
    return all(row.code == short_source_hash() for row in rows)


def _rules(rows: list[Any]) -> str:
    events = ("restricted", "reversed")
    cells = [
        [escape(row.rule), *(text for event in events for text in _measured(row, event))]
        for row in sorted(rows, key=lambda row: str(row.rule))
    ]
    caption = (
        f"The contrast under every rule by which parties decide: preset calibrated, $b = {rules_comparison.BREADTH:g}$ "
        f"against 0, $v = {rules_comparison.VISIBILITY:g}$, $n = {rows[0].replicates}$ paired replicates. In "
        "parentheses: Monte Carlo error. Shipped with the software."
    )
    header = ["party rule", "P(restricted), $b = 0$", "RD restricted", "P(care), $b = 0$", "RD care"]
    return tabular(header, cells, caption, "party-rules", groups=False)


def _measured(row: Any, event: str) -> tuple[str, str]:
    difference, error = getattr(row, f"rd_{event}"), getattr(row, f"rd_{event}_mcse")
    return share(getattr(row, f"p_{event}")), f"{signed(difference)} ({share(error)})"


def _range(cells: list[Any]) -> str:
    precisions = sorted({cell.precision for cell in cells})
    at = {(cell.visibility, cell.rent, cell.precision): cell for cell in cells}
    places = sorted({(cell.visibility, cell.rent) for cell in cells}, key=lambda place: (-place[0], place[1]))
    rows = [
        [f"{visibility:g}", f"{rent:g}"]
        + [
            f"{signed(at[visibility, rent, precision].rd_reversed)} "
            f"({share(at[visibility, rent, precision].rd_reversed_mcse)})"
            for precision in precisions
        ]
        for visibility, rent in places
    ]
    caption = (
        "Risk difference of back to extreme care over office rent and choice precision, which have no data: preset "
        f"calibrated, $b = {assumption_range.BREADTH:g}$ against 0, $n = {cells[0].replicates}$ paired replicates a "
        "cell. In parentheses: Monte Carlo error. Shipped with the software."
    )
    header = ["$v$", "office rent", *(f"precision {precision:g}" for precision in precisions)]
    return tabular(header, rows, caption, "rent-precision")


def _prior(rows: list[Any]) -> str:
    cells = [
        [
            *(escape(row.draws_from), str(row.draws), str(row.left_out)),
            *(escape(prior_shares.OUTCOMES[row.outcome]), signed(row.low), signed(row.median), signed(row.high)),
            f"{share(row.below, 2)} ({share(row.below_error, 2)})",
            f"{share(row.above, 2)} ({share(row.above_error, 2)})",
        ]
        for row in rows
    ]
    margin = share(prior_shares.MARGIN, 2)
    caption = (
        f"Risk differences over draws of all numbers without data ($b = .3$ against 0, $v = 1$, {rows[0].pairs} pairs "
        "a draw): range of 95\\% of the draws and median, Monte Carlo noise removed, and shares beyond the margin with "
        "errors. Left out: no baseline could be fitted. Not ruled out: draws that meet the record. Shipped with the "
        "software."
    )
    header = ["draws", "$n$", "left out", "outcome", "from", "median", "to", f"below $-${margin}", f"above {margin}"]
    return tabular(header, cells, caption, "prior-shares", "lrrlrrrrr")
