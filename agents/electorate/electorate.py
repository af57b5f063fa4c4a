"""The electorate as a struct of arrays: columns fixed for a population, and columns that change every month."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import columns
from .exposure import endow, restore, stakes

Block = npt.NDArray[np.float32]


class Electorate:
    """State of all voters: `fixed` columns are shared by the arms of a replicate unless people age, `dynamic` never.

    Both have shape (columns, voters), float32. `exposure_order` lists voters in the order in which they are exposed.
    """

    __slots__ = ("dynamic", "exposure_order", "fixed", "logit_per_point")

    def __init__(
        self, fixed: Block, dynamic: Block, exposure_order: npt.NDArray[np.int64], logit_per_point: float
    ) -> None:
        """Wrap two blocks of columns; logit_per_point: national shift in logit that moves the vote by one point."""
        if fixed.shape != (len(columns.FIXED), fixed.shape[1]) or dynamic.shape != (
            len(columns.DYNAMIC),
            fixed.shape[1],
        ):
            raise ValueError(f"blocks have shapes {fixed.shape} and {dynamic.shape}, which do not match the columns")
        self.fixed = fixed
        self.dynamic = dynamic
        self.exposure_order = exposure_order
        self.logit_per_point = logit_per_point

    def __len__(self) -> int:
        """Return the number of model voters."""
        return int(self.fixed.shape[1])

    def fork(self) -> Electorate:
        """Return a copy with its own changing columns; the fixed columns stay shared."""
        return Electorate(self.fixed, self.dynamic.copy(), self.exposure_order, self.logit_per_point)

    def own_people(self, shadow: Electorate | None = None) -> None:
        """Copy the fixed columns before people change; `shadow`, the electorate of a blind poll, shares the copy."""
        self.fixed = self.fixed.copy()
        if shadow is not None:
            shadow.fixed = self.fixed

    def column(self, name: str) -> npt.NDArray[np.float32]:
        """Return a view of one column by name; shape (voters,). KeyError lists the names of all columns."""
        if name in columns.FIXED:
            fixed: npt.NDArray[np.float32] = self.fixed[columns.FIXED.index(name)]
            return fixed
        if name in columns.DYNAMIC:
            moving: npt.NDArray[np.float32] = self.dynamic[columns.DYNAMIC.index(name)]
            return moving
        raise KeyError(f"no voter column {name!r}; there are {', '.join(columns.FIXED + columns.DYNAMIC)}")

    def unit_prices(self, prices: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the price of the product each voter holds, shape (voters,); prices: one per product."""
        held: npt.NDArray[np.float64] = prices[self.dynamic[columns.PRODUCT].astype(np.int64)]
        return held

    def stakes(self, prices: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the value of crypto held, in years of income; prices: one per product; shape (voters,)."""
        return stakes(self.fixed, self.dynamic, prices)

    def assign_exposure(self, breadth: float, allocation: float, visibility: float) -> None:
        """Endow the first `breadth` of the exposure order with crypto at the initial price of 1, without a market flow.

        Shares of breadth, allocation and visibility lie in [0, 1]. The endowment is taken out of the holder's own
        balance. Holders without an account are given an IRA of their potential balance first (arms beyond coverage).
        """
        holders = self.exposure_order[: round(breadth * len(self))]
        endow(self.fixed, self.dynamic, holders, float(allocation), float(visibility))

    def reset_stakes(self, prices: npt.NDArray[np.float64]) -> None:
        """Bring holdings back to the assigned stake at present prices; the difference goes to the rest of the account.

        Without the reset a few price paths with large gains dominate the result. Reference prices stay.
        """
        restore(self.fixed, self.dynamic, prices)

    def without_stakes(self) -> Electorate:
        """Return a copy without holdings in retirement accounts: the electorate that a blind poll asks."""
        blind = self.fork()
        for row in (columns.UNITS, columns.ASSIGNED_STAKE, columns.VISIBILITY, columns.GRIEVANCE, columns.BLAME):
            blind.dynamic[row] = 0.0
        return blind

    def bytes_per_voter(self) -> float:
        """Return the memory of the columns per voter."""
        return (self.fixed.nbytes + self.dynamic.nbytes + self.exposure_order.nbytes) / len(self)
