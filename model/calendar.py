"""The electoral calendar."""

from __future__ import annotations

from .parameters.tree import Parameters

FIRST_YEAR = 2025
"""Year of month 0, a January."""
_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def half_term(p: Parameters) -> int:
    """Return the months between elections of the House: half a term, or a whole term in a parliament (no midterm)."""
    if p.institutions.chambers == "parliamentary":
        return p.institutions.term_months
    return p.institutions.term_months // 2


def date_of(month: int) -> str:
    """Return the date of a month of a run, such as "January 2030" for month 60."""
    years, ahead = divmod(month, 12)
    return f"{_NAMES[ahead]} {FIRST_YEAR + years}"
