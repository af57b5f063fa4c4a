"""The electoral calendar."""

from __future__ import annotations

from .parameters.tree import Parameters


def half_term(p: Parameters) -> int:
    """Return the months between elections of the House: half a term, or a whole term in a parliament (no midterm)."""
    if p.institutions.chambers == "parliamentary":
        return p.institutions.term_months
    return p.institutions.term_months // 2
