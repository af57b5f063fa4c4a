"""Sentences that every report prints."""

from __future__ import annotations

NOTICE = "A laboratory, not a forecast and not advice."
