"""The electorate's compiled functions in one place: accounts, minds, votes.

Each takes the two blocks of columns (`fixed` and `dynamic`, float32, shape (columns, voters)) and plain numbers, has a
plain reference in tests/reference that shares no code with it, and an equation of the same name in the ODD.
"""

from __future__ import annotations

from ..numerics.blocks import BLOCK, Block, Totals
from .accounts.kernel import accounts_month
from .opinion.kernel import opinion_month
from .voting.equations import OwnTerms, judge, own_terms, pain, retrospection, whole_loss
from .voting.kernel import grieve, support

__all__ = [
    "BLOCK",
    "Block",
    "OwnTerms",
    "Totals",
    "accounts_month",
    "grieve",
    "judge",
    "opinion_month",
    "own_terms",
    "pain",
    "retrospection",
    "support",
    "whole_loss",
]
