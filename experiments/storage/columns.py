"""Declaration of a table column: the source of tables, range checks and the codebook."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """One column of a table.

    name: the column's name in the file. unit: its unit ("" if it has none). low, high: the closed range of its values
    (infinite where there is no bound). meaning: one plain sentence. formula: how it is computed.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    formula: str
