"""Parameters of the public social-security fund: the article's last question."""

from __future__ import annotations

from ..agents.quantity import Group, quantity


class FundParameters(Group):
    """Whether a public fund may hold crypto."""

    active: bool = quantity(
        False, "yes or no", role="lever", source="the article's last question, not a fact: off by default"
    )
