"""Columns of a case file: what each cell may hold, and what it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ...agents.user_input import plain_number, plain_whole

Value = str | bool | int | float | None
RECORD_ENDS = "2026-06"
"""Last month of the record: outcomes of the cases are known up to here."""

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class CellError(ValueError):
    """A cell that its column does not allow."""


class Kind(NamedTuple):
    """What a column allows, in words, and the function that reads a cell; it raises CellError."""

    allowed: str
    read: Callable[[str], Value]


class CaseColumn(NamedTuple):
    """One column of a case file. A file may lack an optional column, which then reads as None."""

    name: str
    kind: Kind
    meaning: str
    optional: bool = False

    def read(self, cell: str) -> Value:
        """Return the value of a cell. Raises CellError."""
        return self.kind.read(cell)


def months_between(first: str, second: str) -> int:
    """Return the months from one month YYYY-MM to another; negative if the second is earlier."""
    (from_year, from_month), (to_year, to_month) = ((int(month[:4]), int(month[5:])) for month in (first, second))
    return 12 * (to_year - from_year) + to_month - from_month


def _choice(*names: str) -> Kind:
    def read(cell: str) -> str:
        if cell not in names:
            raise CellError
        return cell

    return Kind(", ".join(names[:-1]) + f" or {names[-1]}", read)


def _number(low: float, high: float | None = None, *, open_low: bool = False) -> Kind:
    def read(cell: str) -> float:
        value = plain_number(cell)
        if value is None or value < low or (open_low and value == low) or (high is not None and value > high):
            raise CellError
        return float(value)

    if high is not None:
        return Kind(f"a number from {low:g} to {high:g}", read)
    return Kind(f"a number above {low:g}" if open_low else f"a number of {low:g} or more", read)


def _or_empty(kind: Kind) -> Kind:
    return Kind(f"{kind.allowed}, or empty", lambda cell: kind.read(cell) if cell else None)


def _text(cell: str) -> str:
    if not cell:
        raise CellError
    return cell


def _yes_or_no(cell: str) -> bool:
    if cell not in ("y", "n"):
        raise CellError
    return cell == "y"


def _zero_or_one(cell: str) -> int:
    value = plain_whole(cell)
    if value not in (0, 1):
        raise CellError
    return value


def _whole(cell: str) -> int:
    value = plain_whole(cell)
    if value is None or value < 0:
        raise CellError
    return value


def _month(cell: str) -> str:
    if not _MONTH.fullmatch(cell):
        raise CellError
    return cell


def _month_of_record(cell: str) -> str:
    if _month(cell) >= RECORD_ENDS:
        raise CellError
    return cell


TEXT = Kind("text that is not empty", _text)
NOTE = Kind("any text, or empty", lambda cell: cell or None)
YES_OR_NO = Kind("y or n", _yes_or_no)
ZERO_OR_ONE = Kind("0 or 1", _zero_or_one)
WHOLE = Kind("a whole number of 0 or more", _whole)
MONTH = Kind("a month as YYYY-MM", _month)

COLUMNS = (
    CaseColumn("id", TEXT, "short name of the case, once in the file"),
    CaseColumn("group", TEXT, "the sample that the case was drawn from"),
    CaseColumn("jurisdiction", TEXT, "country"),
    CaseColumn("policy", TEXT, "what the policy is"),
    CaseColumn("enacted", MONTH, "month of issue or enactment"),
    CaseColumn("enacting_party", NOTE, "party that enacted the policy"),
    CaseColumn(
        "opposed_took_office",
        Kind(f"a month as YYYY-MM before {RECORD_ENDS}, where the record ends", _month_of_record),
        "month in which the later government took office",
    ),
    CaseColumn("age_months_at_alternation", WHOLE, "months from enacted to opposed_took_office"),
    CaseColumn("alternation", YES_OR_NO, "whether the later government was opposed to the enacting one"),
    CaseColumn("exposed_millions", _number(0.0), "million persons who hold what a reversal removes"),
    CaseColumn("adults_millions", _number(0.0, open_low=True), "million adults"),
    CaseColumn("breadth_b", _number(0.0, 1.0), "exposed_millions / adults_millions"),
    CaseColumn("stake_years_income", NOTE, "bracket of the stake, in years of income"),
    CaseColumn("stake_mid", _number(0.0), "stake of a holder, in years of income"),
    CaseColumn("visibility", _number(0.0, 1.0), "share of the stake that holders see"),
    CaseColumn("partisan_skew", _number(-1.0, 1.0), "lean of the holders; above 0 towards the enacting party"),
    CaseColumn("vested", YES_OR_NO, "whether holders have a claim that is their own"),
    CaseColumn("grandfathered", YES_OR_NO, "whether a reversal would leave present holders what they have"),
    CaseColumn("legal_layer", _choice("rule", "guidance", "statute", "EO"), "law that carries the policy"),
    CaseColumn("unified_opposed_gov", YES_OR_NO, "whether the later government also held the legislature"),
    CaseColumn("default_on_inaction", _choice("keeps", "lapses"), "what happens to the policy if nobody acts"),
    CaseColumn("contested_at_issue", ZERO_OR_ONE, "opposing leaders or litigants were formally against it when issued"),
    CaseColumn("attempt", ZERO_OR_ONE, "a reversal was attempted"),
    CaseColumn("attempt_48m", ZERO_OR_ONE, "a reversal was attempted within 48 months"),
    CaseColumn("enacted_reversal_any", ZERO_OR_ONE, "a reversal took effect, at any time and of any depth"),
    CaseColumn("reversal_48m", ZERO_OR_ONE, "the outcome: a reversal of severity .1 or more within 48 months"),
    CaseColumn("enacted_reversal_full", ZERO_OR_ONE, "the policy was removed in full"),
    CaseColumn("severity", _number(0.0, 1.0), "share of the policy that was removed"),
    CaseColumn("months_to_reversal", _or_empty(WHOLE), "months from opposed_took_office to the reversal"),
    CaseColumn("blocked_by", NOTE, "what stopped an attempt"),
    CaseColumn("status_outcome", NOTE, "whether a source of the outcome was seen, or memory served"),
    CaseColumn("status_exposure", NOTE, "whether a source of the exposure was seen, or memory served"),
    CaseColumn("source", NOTE, "where the coding comes from"),
    CaseColumn("sunset", _or_empty(MONTH), "month in which the policy lapses by its own terms", optional=True),
    CaseColumn("on_money", _or_empty(YES_OR_NO), "whether a budget bill can change a statute", optional=True),
)
"""Every column of a case file, in the order of the shipped one."""
