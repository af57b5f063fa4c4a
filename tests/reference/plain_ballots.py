"""Ballots of a poll in plain Python, one respondent at a time: equation E72 of docs/odd.md from probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plain_electorate import ballot, block_sums, panel


def named(
    voter: Any,
    prices: Any,
    incumbent: float,
    shift: float,
    threat: float,
    turnout_row: int,
    turnout_channel: bool,
    questions: Sequence[Sequence[float]],
    c: Any,
    uniforms: tuple[float, float],
) -> list[float]:
    """E72 from her probabilities: she goes if one uniform is below that of going, and names R if the other is."""
    ballots: list[float] = []
    expected = ballot(voter, prices, incumbent, shift, threat, turnout_row, turnout_channel, questions, c)
    for r, d in zip(expected[0::2], expected[1::2], strict=True):
        if uniforms[0] >= r + d:
            ballots += [0.0, 0.0]
        elif uniforms[1] < r / (r + d):
            ballots += [1.0, 0.0]
        else:
            ballots += [0.0, 1.0]
    return ballots


def named_votes(
    voters: Sequence[Any], first: int, count: int, *arguments: Any, uniforms: Sequence[tuple[float, float]]
) -> list[list[float]]:
    """How many of a panel name R and D, for each question; two uniforms for each respondent, in order."""
    questions = arguments[-2]
    asked = zip(panel(voters, first, count), uniforms, strict=True)
    votes = block_sums((named(voter, *arguments, two) for voter, two in asked), 2 * len(questions))
    return [votes[2 * q : 2 * q + 2] for q in range(len(questions))]
