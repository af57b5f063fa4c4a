"""First part of the answer of `moat run`: RD(tau) at the named depths, and the moves in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...protocols.contract import Finished
from ...protocols.outcome_names import NO_NEW_MONEY, named_depths
from ...protocols.stress_test.dose_response import PRIMARY_BREADTH

if TYPE_CHECKING:
    import pandas as pd


def how_read(foresight: float) -> str:
    """Return how parties of a foresight read polls."""
    if foresight in (0.0, 1.0):
        return "parties read polls as they are" if foresight == 0.0 else "parties project polls to the next election"
    return f"parties project polls to the next election by {foresight:g}"


def depth_lines(finished: Finished, curve: pd.DataFrame) -> list[str]:
    """Return RD(tau) of the declared dose at the named depths, a block for each foresight."""
    rows = curve[curve["breadth"] == PRIMARY_BREADTH]
    if rows.empty:
        return []
    layer, n = finished.parameters.policy.layer, int(rows["n"].iloc[0])
    lines = [
        f"How far policy falls: RD(tau) = P(openness at or below tau for six months | b = {PRIMARY_BREADTH:g}) minus "
        "the same at b = 0.",
        f"{layer} layer, {n} pairs. Bands: 95%, simultaneous over all tau of a column; depth.csv has the whole curve.",
    ]
    visibilities = rows["visibility"].unique()
    for foresight, block in rows.groupby("foresight"):
        lines += ["", f"foresight {foresight:g}: {how_read(float(str(foresight)))}"]
        heads = "".join(f"{f'RD at v = {visibility:g} [band]':>27}" for visibility in visibilities)
        lines.append(f"{'depth':<22}{'tau':>6}{'P at b=0':>10}{heads}")
        for depth in named_depths(finished.parameters):
            level = block[block["tau"] == depth.tau].set_index("visibility")
            numbers = level.loc[visibilities, ["rd", "band_low", "band_high"]].itertuples(index=False, name=None)
            cells = "".join(f"{banded(*each):>27}" for each in numbers)
            lines.append(f"{depth.name:<22}{depth.tau:>6g}{level['p_zero'].iloc[0]:>10.3f}{cells}")
    return [*lines, f"{NO_NEW_MONEY.name}: {NO_NEW_MONEY.level}."]


def banded(estimate: float, low: float, high: float) -> str:
    """Return a difference with its band."""
    return f"{estimate:+.3f} [{low:+.3f}, {high:+.3f}]"


def move_lines(shares: pd.DataFrame) -> list[str]:
    """Return the shares of runs by move in force at the term's end: zero exposure and the declared dose."""
    rows = shares[shares["breadth"].isin((0.0, PRIMARY_BREADTH))]
    moves = list(dict.fromkeys(rows["move"]))
    lines = [
        "Moves in force in the last month of the opposed term, share of runs (a run may have several; moves.csv):",
        f"{'foresight':>9}{'b':>6}{'v':>6}" + "".join(f"{move:>11}" for move in moves),
    ]
    for (foresight, breadth, visibility), arm in rows.groupby(["foresight", "breadth", "visibility"], sort=False):
        shown = "-" if breadth == 0.0 else f"{visibility:g}"
        cells = "".join(f"{share:>11.3f}" for share in arm.set_index("move").loc[moves, "share"])
        lines.append(f"{foresight:>9g}{breadth:>6g}{shown:>6}{cells}")
    return lines
