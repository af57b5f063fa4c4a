"""Names of design points by their factor values, and captions: "visibility 1, vote effect 2", never "point 3"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..studies.reader import BREADTH, StudyFile

VOTERS = "electorate.voters"
_SHORT = {"voting.asset_vote_effect": "vote effect"}
"""Short names that a parameter's own name does not give."""


def short_name(name: str, among: Iterable[str] = ()) -> str:
    """Return the words for a parameter: its own name without the group, which stays where two names would be equal.

    among: the names that stand beside it.

    >>> short_name("exposure.visibility"), short_name("voting.asset_vote_effect"), short_name("party.office_rent")
    ('visibility', 'vote effect', 'office rent')
    >>> short_name("party.donors", ["party.donors", "returning.donors"])
    'party donors'
    """
    own = _words(name)
    clash = any(other != name and _words(other) == own for other in among)
    return name.replace(".", " ").replace("_", " ") if clash else own


def _words(name: str) -> str:
    return _SHORT.get(name) or name.rpartition(".")[2].replace("_", " ")


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Return the words for each of several parameters, all different."""
    return {name: short_name(name, names) for name in names}


def value_text(value: Any) -> str:
    """Return a factor's value in words: six digits of a number, no .0, "yes" and "no" for a switch.

    >>> value_text(0.30000000000000004), value_text(2.0), value_text(10_000), value_text(True), value_text("rule")
    ('0.3', '2', '10000', 'yes', 'rule')
    """
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, bool):
        return "yes" if plain else "no"
    return f"{plain:g}" if isinstance(plain, float) else str(plain)


def point_label(values: Mapping[str, Any]) -> str:
    """Return the name of a design point, or of an arm, from the values of its factors by their dotted names.

    >>> point_label({"exposure.visibility": 1.0, "voting.asset_vote_effect": 2.0})
    'visibility 1, vote effect 2'
    """
    names = short_names(list(values))
    return ", ".join(f"{names[name]} {value_text(value)}" for name, value in values.items())


def ordered_factors(names: Sequence[str]) -> list[str]:
    """Return factors in the order in which tables sort by them: that of the study file, breadth last."""
    return [*(name for name in names if name != BREADTH), *(name for name in names if name == BREADTH)]


def varying(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    """Return the names among `names` that have more than one value in the rows."""
    return [name for name in names if len({row[name] for row in rows}) > 1]


def sort_key(row: Mapping[str, Any], names: Sequence[str]) -> tuple[tuple[bool, float, str], ...]:
    """Return a key that sorts rows by factor values: numbers by size, then words by letter."""
    return tuple(_sortable(row[name]) for name in names)


def _sortable(value: Any) -> tuple[bool, float, str]:
    number = not isinstance(value, str) and value is not None
    return (not number, float(value) if number else 0.0, "" if number else str(value))


def caption_text(
    study: StudyFile, values: Mapping[str, Any] | None = None, replicates: tuple[int, int] | None = None
) -> str:
    """Return the caption of a figure or table: preset, every set value, factor values, voters, replicates and seed.

    values: of the factors that the figure or table fixes. replicates: smallest and largest number of paired
    replicates behind it; None for what the study declares.
    """
    held = dict(values or {})
    least, most = replicates or (study.replicates.min, study.replicates.max or study.replicates.min)
    count = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    changed = [f"{name} = {value_text(value)}" for name, value in set_values(study).items() if name not in held]
    voters = held.pop(VOTERS, None if VOTERS in study.factor_names else study.parameters.electorate.voters)
    size = "voters by design point" if voters is None else f"{voters:,} voters"
    setting = [", ".join([f"Preset {study.model.preset}", *changed]), point_label(held)]
    sample = f"{size}, {count} paired replicate{'s' * (most != 1)}, seed {study.study.seed}"
    return "; ".join(part for part in (*setting, sample) if part) + "."


def set_values(study: StudyFile) -> dict[str, Any]:
    """Return every value that the study sets, by dotted name, without the number of voters."""
    flat: dict[str, Any] = {}
    for name, value in study.model.set.items():
        inner = (
            {f"{name}.{leaf}": each for leaf, each in value.items()} if isinstance(value, Mapping) else {name: value}
        )
        flat |= inner
    return {name: value for name, value in flat.items() if name != VOTERS}
