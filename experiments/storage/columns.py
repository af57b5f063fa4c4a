"""The declaration of a column: one source for tables, range checks and the codebook."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """One column of a table, as the codebook prints it.

    name: the column's name in the file. unit: its unit ("" where it has none). low, high: the closed range a value can
    lie in (infinite where there is no bound). meaning: one plain sentence. formula: how it is computed.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    formula: str
