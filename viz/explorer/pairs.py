"""The pairs of one arm: what exposure changed, the paired difference, and a film for each pair."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from ...experiments.errors import UserError
from ...experiments.protocols.outcome_names import printed_name
from ..content.html import Html, h
from ..recording.paired_answer import paired_answer
from .runs import Films, films_of

MOST_SHOWN = 120
"""Pairs of one group that are listed."""
_PRIMARY_BREADTH = 0.3
"""Breadth of the declared contrast."""


class Pairs(NamedTuple):
    """Pairs of an arm and of its zero-exposure arm: replicates and the outcome in both."""

    replicates: list[int]
    exposed: list[float]
    zero: list[float]

    @property
    def binary(self) -> bool:
        """Return whether the outcome is an event."""
        return {*self.exposed, *self.zero} <= {0, 1}


def pairs_of(part: Any, outcome: str, arm: str) -> Pairs | None:
    """Return the pairs of an arm at one design point; None for a zero-exposure arm and for an arm without one."""
    from ...experiments.statistics.verdicts import zero_of

    dosed = part[part["arm"] == arm]
    try:
        zero = zero_of(part[part["layer"] == dosed["layer"].iloc[0]], dosed)
    except UserError:
        return None
    if zero["arm"].iloc[0] == arm:
        return None
    both = dosed.merge(zero, on="replicate", suffixes=("", "_zero")).sort_values("replicate")
    columns = both[["replicate", outcome, f"{outcome}_zero"]].dropna()
    return Pairs(
        [int(number) for number in columns["replicate"]],
        [float(value) for value in columns[outcome]],
        [float(value) for value in columns[f"{outcome}_zero"]],
    )


def most_telling(part: Any, outcome: str) -> str:
    """Return the arm that the explorer opens with.

    The declared contrast: on the first layer, at breadth .3, the largest visible stake (visibility times mean stake).
    Without such an arm, that with the largest paired difference of the outcome; the first of equals.
    """
    arms = list(dict.fromkeys(part["arm"]))
    own = part[part["layer"] == part["layer"].iloc[0]]
    if "foresight" in part.columns:
        own = own[own["foresight"] == part["foresight"].iloc[0]]
    declared = own[own["breadth"] == _PRIMARY_BREADTH]
    if not declared.empty:
        stake = declared["mean_stake"] if "mean_stake" in declared.columns else 1.0
        visible = (declared["visibility"] * stake).groupby(declared["arm"], sort=False).mean()
        return str(visible.idxmax())
    sizes = {}
    for arm in arms:
        pairs = pairs_of(part, outcome, arm)
        if pairs is not None and pairs.replicates:
            sizes[arm] = abs(sum(pairs.exposed) - sum(pairs.zero)) / len(pairs.replicates)
    return str(max(sizes, key=lambda arm: sizes[arm])) if sizes else str(arms[-1])


def pairs_section(part: Any, folder: Path, outcome: str, arm: str, title: str) -> list[Html]:
    """Return heading, paired answer and films of one arm. title: its name by factor values."""
    pairs = pairs_of(part, outcome, arm)
    films = films_of(part[part["arm"] == arm], folder)
    heading = h("h2", {"id": "pairs"}, title)
    if pairs is None or not pairs.replicates:
        note = "This arm has no zero-exposure arm to be paired with, so its runs are listed alone."
        rows = part[part["arm"] == arm].sort_values("replicate")
        values = dict(zip(rows["replicate"], rows[outcome], strict=True))
        texts = [(int(number), f"{number}: {value:g}") for number, value in values.items()]
        return [heading, h("p", None, note), *_films(films, [("Runs", texts)], outcome)]
    sentence, groups = (_events if pairs.binary else _means)(pairs, outcome)
    return [heading, h("p", {"class": "answer"}, sentence), *_films(films, groups, outcome)]


Group = tuple[str, list[tuple[int, str]]]


def _events(pairs: Pairs, outcome: str) -> tuple[str, list[Group]]:
    """Return the paired answer in a sentence, and the pairs by what exposure changed, those that differ first."""
    exposed, zero = [int(value) for value in pairs.exposed], [int(value) for value in pairs.zero]
    answer = paired_answer(exposed, zero, outcome)
    name = printed_name(outcome)
    sentence = (
        f"{answer.n} pairs with the same luck ({name}): exposure prevented {answer.prevented}, caused {answer.caused} "
        f"and changed nothing in {answer.unchanged}. Paired difference {answer.difference:+.3f} "
        f"({100 * answer.level:.4g}% interval {answer.low:+.3f} to {answer.high:+.3f}): {answer.verdict}."
    )
    if answer.needed is not None:
        sentence += f" About {answer.needed:,} pairs would decide."
    if answer.note:
        sentence += f" {answer.note}"
    titles = {(1, 0): "Prevented", (0, 1): "Caused", (1, 1): "In both worlds", (0, 0): "In neither world"}
    groups = []
    for key, title in titles.items():
        numbers = [n for n, a, b in zip(pairs.replicates, zero, exposed, strict=True) if (a, b) == key]
        groups.append((f"{title} ({len(numbers)})", [(number, str(number)) for number in numbers]))
    return sentence, groups


def _means(pairs: Pairs, outcome: str) -> tuple[str, list[Group]]:
    from ...experiments.statistics.intervals import paired_mean_difference

    n = len(pairs.replicates)
    change = paired_mean_difference(pairs.exposed, pairs.zero)
    interval = f" (95% interval {change.low:+.3f} to {change.high:+.3f})" if n > 1 else ""
    sentence = (
        f"{n} pairs with the same luck: mean {printed_name(outcome)} {change.control:.3f} without exposure, "
        f"{change.treated:.3f} with it; paired difference {change.estimate:+.3f}{interval}."
    )
    triples = zip(pairs.replicates, pairs.zero, pairs.exposed, strict=True)
    ordered = sorted(triples, key=lambda pair: -abs(pair[2] - pair[1]))
    texts = [(number, f"{number}: {zero:.4g} → {exposed:.4g}") for number, zero, exposed in ordered]
    return sentence, [("Replicate: without exposure → with exposure, the largest difference first", texts)]


def _films(films: Films, groups: list[Group], outcome: str) -> list[Html]:
    if films.refused:
        intro = films.refused
    else:
        intro = " ".join([f"A number is a replicate; it opens the film of that pair ({outcome}).", *films.notes])
    rows = []
    for title, entries in groups:
        listed = [_entry(films, number, text) for number, text in entries[:MOST_SHOWN]]
        more = f" and {len(entries) - MOST_SHOWN} more" if len(entries) > MOST_SHOWN else None
        rows += [h("dt", None, title), h("dd", {"class": "plays"}, listed or "none", more)]
    return [h("h3", {"id": "films"}, "The pairs and their films"), h("p", None, intro), h("dl", None, rows)]


def _entry(films: Films, number: int, text: str) -> Html:
    address = films.addresses.get(number)
    return h("span", None, text) if address is None else h("a", {"href": address}, text)
