"""Record of a month."""

from __future__ import annotations

from typing import NamedTuple


class Month(NamedTuple):
    """One month of one world, after all phases; `RECORDED` declares what each field holds."""

    month: int
    in_office: str
    theta: float
    kappa: float
    openness: float
    closed: bool
    protected: float
    layer: str
    price: float
    platform_distance: float
    threat: float


class Recorded(NamedTuple):
    """Declaration of one field of the record: unit, closed range, meaning, and how it is computed (ODD)."""

    unit: str
    low: float
    high: float
    meaning: str
    formula: str


_NO_BOUND = float("inf")
RECORDED: dict[str, Recorded] = {
    "month": Recorded("month", 0.0, _NO_BOUND, "month of the run, 0 is January 2025", "count of the months before it"),
    "in_office": Recorded("", 0.0, 0.0, "role in office: author or opponent of the friendly policy", "transition"),
    "theta": Recorded("0-1", 0.0, 1.0, "access in force", "smaller theta of the two regulators"),
    "kappa": Recorded(
        "share of balance", 0.0, 1.0, "largest share of a balance that new money may buy", "law in force"
    ),
    "openness": Recorded(
        "0-1", 0.0, 1.0, "openness A of the policy in force for new money", "theta min(1, kappa / cap)"
    ),
    "closed": Recorded("0 or 1", 0.0, 1.0, "whether the policy in force is closed to new money", "law in force"),
    "protected": Recorded("share", 0.0, 1.0, "share of a forced sale from which holdings are exempt", "law in force"),
    "layer": Recorded(
        "", 0.0, 0.0, "legal layer that sets the policy: base, guidance, rule, statute, enforcement", "law"
    ),
    "price": Recorded("price at start = 1", 0.0, _NO_BOUND, "price of the coin", "market"),
    "platform_distance": Recorded(
        "0-1", 0.0, 1.0, "distance of the parties' stands in openness", "|author - opponent|"
    ),
    "threat": Recorded("0-1", 0.0, 1.0, "threat to holdings that voters perceive", "platforms"),
}
"""Every field of `Month`, in its order."""
