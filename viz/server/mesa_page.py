"""Mesa's own page: the world is an ordinary Mesa model, and SolaraViz shows it. One model for each session."""

from __future__ import annotations

import functools
from typing import Any

import solara

from ..content.texts import DISCLAIMER

VOTERS = 1000
FILMED = 24
"""Months done before the visitor takes over, so that there is something to see."""
MEASURES = ("openness", "share_holding", "price", "platform_distance")


@functools.cache
def expert_class() -> type[Any]:
    """A world with the arguments of Mesa's sliders; made on first use, since the model is heavy to import."""
    from ...model.data_collection import collector
    from ...model.parameters.tree import Parameters
    from ...model.world import World

    class ExpertWorld(World):
        """A small world with a data collector: policy is released from the start, as in a history."""

        def __init__(
            self, breadth: float = 0.3, allocation: float = 0.04, office_rent: float = 1.0, seed: int = 1
        ) -> None:
            values = {
                "electorate.voters": VOTERS,
                "exposure.breadth": breadth,
                "exposure.allocation": allocation,
                "party.office_rent": office_rent,
            }
            super().__init__(Parameters().with_values(values), seed=int(seed))
            self.released = True
            self.datacollector = collector(self)
            self.datacollector.collect(self)
            for _ in range(FILMED):
                self.step()

    return ExpertWorld


def sliders() -> dict[str, Any]:
    """Mesa's sliders, with the ranges the parameters declare."""
    from ...model.parameters.tree import Parameters, describe

    known = {one.name: one.known for one in describe(Parameters())}
    found: dict[str, Any] = {}
    for argument, name, value in (
        ("breadth", "exposure.breadth", 0.3),
        ("allocation", "exposure.allocation", 0.04),
        ("office_rent", "party.office_rent", 1.0),
    ):
        one = known[name]
        step = (one.high - one.low) / 20
        label = argument.replace("_", " ").capitalize()
        found[argument] = {
            "type": "SliderFloat",
            "value": value,
            "label": f"{label} ({one.unit})",
            "min": one.low,
            "max": one.high,
            "step": step,
        }
    return found


def _stop(model: Any) -> None:
    model.running = False


@solara.component
def Expert() -> None:  # noqa: N802 - Solara's name
    """SolaraViz with matplotlib components only: altair needs the network."""
    from mesa.visualization import SolaraViz, make_plot_component

    # Inside the component: Mesa's examples share one model between all visitors.
    model = solara.use_memo(lambda: solara.reactive(expert_class()()), [])
    # Mesa's play thread goes on for as long as the model runs, whether anybody looks or not.
    solara.use_effect(lambda: lambda: _stop(model.value), [])
    solara.Title("Mesa's own page")
    with solara.Column(style={"padding": "16px"}):
        solara.HTML(tag="p", unsafe_innerHTML=f"<a href='./'>Back to the two worlds</a>. {DISCLAIMER}")
        SolaraViz(
            model,
            components=[make_plot_component(measure, backend="matplotlib") for measure in MEASURES],
            model_params=sliders(),
            name="The world as a Mesa model",
            play_interval=200,
        )
