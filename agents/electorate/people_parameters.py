"""Parameters of people over time: birthdays, retirement, draw-down, death and entry, growth of incomes."""

from __future__ import annotations

from ..quantity import Group, quantity


class PeopleParameters(Group):
    """Whether and how people age, retire, die and are replaced."""

    ageing: bool = quantity(
        False, "yes or no", role="lever", source="off: eight years of a stress test; on: histories of decades"
    )
