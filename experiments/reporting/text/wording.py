"""Sentences that every report prints."""

from __future__ import annotations

NOTICE = "A laboratory, not a forecast and not advice."

IN_RANGE, MISS, NO_CASE, NO_AIM = "in range", "MISS", "no case", "no aim"
"""Verdicts of `moat targets` on an estimate and its range."""
