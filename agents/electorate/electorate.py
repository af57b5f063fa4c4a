"""The electorate as a struct of arrays: what is fixed for a population, what moves month by month."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import columns

Block = npt.NDArray[np.float32]


class Electorate:
    """State of all voters: `fixed` columns are shared by the arms of a replicate unless people age, `dynamic` never.

    Both have shape (columns, voters), float32. `exposure_order` ranks voters by who is exposed first.
    """

    __slots__ = ("dynamic", "exposure_order", "fixed", "logit_per_point")

    def __init__(
        self, fixed: Block, dynamic: Block, exposure_order: npt.NDArray[np.int64], logit_per_point: float
    ) -> None:
        """Blocks of columns; order of exposure; national shift in logit that moves the vote by one point."""
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
        """Number of model voters."""
        return int(self.fixed.shape[1])

    def fork(self) -> Electorate:
        """A copy whose state moves on its own; the fixed columns stay shared."""
        return Electorate(self.fixed, self.dynamic.copy(), self.exposure_order, self.logit_per_point)

    def own_people(self, shadow: Electorate | None = None) -> None:
        """Take the fixed columns for one's own, before people change; `shadow` (a blind poll's) sees the same ones."""
        self.fixed = self.fixed.copy()
        if shadow is not None:
            shadow.fixed = self.fixed

    def column(self, name: str) -> npt.NDArray[np.float32]:
        """View of one column by name; shape (voters,). KeyError names the columns there are."""
        if name in columns.FIXED:
            fixed: npt.NDArray[np.float32] = self.fixed[columns.FIXED.index(name)]
            return fixed
        if name in columns.DYNAMIC:
            moving: npt.NDArray[np.float32] = self.dynamic[columns.DYNAMIC.index(name)]
            return moving
        raise KeyError(f"no voter column {name!r}; there are {', '.join(columns.FIXED + columns.DYNAMIC)}")

    def unit_prices(self, prices: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Price of the product each voter holds; prices: one per product (columns.PRODUCTS); shape (voters,)."""
        held: npt.NDArray[np.float64] = prices[self.dynamic[columns.PRODUCT].astype(np.int64)]
        return held

    def stakes(self, prices: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Value of crypto held, in years of income; prices: one per product; shape (voters,)."""
        units = self.dynamic[columns.UNITS].astype(np.float64)
        return np.asarray(units * self.unit_prices(prices) / self.fixed[columns.INCOME], dtype=np.float64)

    def assign_exposure(self, breadth: float, allocation: float, visibility: float) -> None:
        """Endow the first `breadth` of the exposure order with crypto at the going price of 1 (not bought: no flow).

        Shares of breadth, allocation and visibility lie in [0, 1]. The endowment is taken out of the holder's own
        balance. Holders without an account are given an IRA of their potential balance first (arms beyond coverage).
        """
        holders = self.exposure_order[: round(breadth * len(self))]
        fixed, dynamic = self.fixed, self.dynamic
        income = fixed[columns.INCOME][holders].astype(np.float64)
        potential = fixed[columns.POTENTIAL_STAKE][holders].astype(np.float64)
        balance = potential * income
        granted = fixed[columns.ELIGIBLE][holders] == 0.0
        dynamic[columns.IRA, holders[granted]] = balance[granted]
        dynamic[columns.ASSIGNED_STAKE, holders] = allocation * potential
        dynamic[columns.UNITS, holders] = allocation * balance
        for rest in (dynamic[columns.PLAN], dynamic[columns.IRA]):
            rest[holders] *= 1.0 - allocation
        dynamic[columns.VISIBILITY, holders] = visibility

    def reset_stakes(self, prices: npt.NDArray[np.float64]) -> None:
        """Bring holdings back to the assigned stake at going prices; the difference goes to the rest of the account.

        Without this a few lucky price paths carry the whole result. Reference points stay.
        """
        dynamic, price = self.dynamic, self.unit_prices(prices)
        stake = dynamic[columns.ASSIGNED_STAKE].astype(np.float64)
        income = self.fixed[columns.INCOME].astype(np.float64)
        old = dynamic[columns.UNITS].astype(np.float64)
        value = stake * income
        # What is held in an IRA of one's own goes back to it, whoever has a plan as well.
        eligible = (self.fixed[columns.ELIGIBLE] > 0.0) & (dynamic[columns.PRODUCT] != columns.IRA_FUND)
        rest = np.where(eligible, dynamic[columns.PLAN], dynamic[columns.IRA]).astype(np.float64)
        value = np.minimum(value, old * price + rest)
        dynamic[columns.UNITS] = value / price
        rest -= value - old * price
        dynamic[columns.PLAN] = np.where(eligible, rest, dynamic[columns.PLAN])
        dynamic[columns.IRA] = np.where(eligible, dynamic[columns.IRA], rest)

    def without_stakes(self) -> Electorate:
        """The same people holding nothing in retirement accounts: how a poll asked blind sees them."""
        blind = self.fork()
        for row in (columns.UNITS, columns.ASSIGNED_STAKE, columns.VISIBILITY, columns.GRIEVANCE, columns.BLAME):
            blind.dynamic[row] = 0.0
        return blind

    def bytes_per_voter(self) -> float:
        """Memory of the columns per voter."""
        return (self.fixed.nbytes + self.dynamic.nbytes + self.exposure_order.nbytes) / len(self)
