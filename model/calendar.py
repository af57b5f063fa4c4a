"""The electoral calendar."""

from __future__ import annotations

from .parameters.tree import Parameters


def half_term(p: Parameters) -> int:
    """Months between elections of the House: half a term, or a whole one in a parliament, which has no midterm."""
    if p.institutions.chambers == "parliamentary":
        return p.institutions.term_months
    return p.institutions.term_months // 2
