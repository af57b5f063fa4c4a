"""The state of all employers as arrays: menus, sectors, record-keepers, workers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.int8]
Whole = npt.NDArray[np.int64]


class Employers(NamedTuple):
    """State of employers. offers: 0 or 1, shape (products, employers); offered_since: month, -1 for not offered.

    sector, record_keeper: numbers from 0, shape (employers,); workers: how many model voters work there; ready_since:
    month from which a record-keeper's platform carries crypto, -1 for not yet, shape (record-keepers,).
    """

    offers: Flags
    offered_since: Whole
    sector: Whole
    record_keeper: Whole
    workers: Whole
    ready_since: Whole

    def fork(self) -> Employers:
        """Return a copy with its own menus and readiness; constant arrays stay shared."""
        return self._replace(
            offers=self.offers.copy(), offered_since=self.offered_since.copy(), ready_since=self.ready_since.copy()
        )

    @property
    def number(self) -> int:
        """Return the number of employers."""
        return int(self.offers.shape[1])

    def offering(self) -> npt.NDArray[np.bool_]:
        """Return whether each employer has any option on its menu; shape (employers,)."""
        return np.asarray(self.offers.any(axis=0))

    def share_offering(self) -> float:
        """Return the share of employers with any option on their menu."""
        return float(self.offering().mean())

    def place(self, product: int, employer: int, month: int) -> None:
        """Put an option on a menu."""
        if not self.offers[product, employer]:
            self.offers[product, employer] = 1
            self.offered_since[product, employer] = month

    def take_off(self, product: int, employer: int) -> None:
        """Take an option off a menu."""
        self.offers[product, employer] = 0
        self.offered_since[product, employer] = -1
