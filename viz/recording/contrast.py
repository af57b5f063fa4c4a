"""The same model as a moat, as nothing and as a trapdoor: three settings with their curves and paired differences."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...experiments.statistics.verdicts import MARGIN
from ..scenario import REPLICATES, Scenario, from_fields
from .paired_answer import paired_answers
from .replicates import curve


class Panel(NamedTuple):
    """One of the three settings: its name, what has to be true for it, its preset, and values on top of that."""

    name: str
    title: str
    sentence: str
    preset: str
    values: dict[str, str]


PANELS = (
    Panel(
        "moat",
        "Moat",
        "Holders see their savings and vote by them; governments want office above all and poll before they act.",
        "h1-moat",
        {"exposure.breadth": "0.3"},
    ),
    Panel(
        "nothing",
        "Nothing",
        "The holding is a small part of a default fund that hardly anybody sees, so few votes move.",
        "h0-invisible",
        {"exposure.breadth": "0.3"},
    ),
    Panel(
        "trapdoor",
        "Trapdoor",
        "Prices crash before the takeover; holders blame the policy, which is mere guidance, and want it undone.",
        "h2-trapdoor",
        {
            "exposure.breadth": "0.6",
            "policy.layer": "guidance",
            "party.opponent_ideal": "0",
            "opinion.blame_threshold": "0.3",
            "party.agenda_gate": "0.5",
            "party.choice_precision": "40",
        },
    ),
)
"""Chosen on seed 4711, which the page does not show. On its own seed a panel may be undecided, and then it says so."""
PANEL_VOTERS = "2000"


@functools.cache
def panel_scenario(panel: str) -> Scenario:
    """Return the scenario of a panel by its name, with replicate 0. Raises KeyError for an unknown name."""
    setting = {each.name: each for each in PANELS}[panel]
    fields = {"preset": setting.preset, "electorate.voters": PANEL_VOTERS, "replicate": "0", **setting.values}
    return from_fields(fields)


def contrast_content(rows: Mapping[str, Sequence[dict[str, Any]]]) -> dict[str, Any]:
    """Return the content of a `contrast` message. rows: replicates so far, by name of the panel."""
    panels = []
    for panel in PANELS:
        scenario, replicates = panel_scenario(panel.name), rows.get(panel.name, ())
        panels.append(
            {
                "name": panel.name,
                "title": panel.title,
                "sentence": panel.sentence,
                "fields": scenario.fields(),
                "address": scenario.address(),
                "command": scenario.command(REPLICATES),
                "breadth": scenario.breadth,
                "curve": curve(replicates),
                "paired": paired_answers(replicates),
                "done": len(replicates),
            }
        )
    return {"panels": panels, "margin": MARGIN, "total": REPLICATES}
