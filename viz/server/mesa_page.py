"""Mesa's own page: SolaraViz shows the world as an ordinary Mesa model, one for each session."""

from __future__ import annotations

import functools
from typing import Any

import solara

from ..content.html import fragment, h
from ..content.texts import DISCLAIMER

VOTERS = 1000
FIRST_MONTHS = 24
"""Months that are simulated before the page opens, so that the charts are not empty."""
MEASURES = ("openness", "share_holding", "price", "platform_distance")


@functools.cache
def expert_class() -> type[Any]:
    """Return a world class whose arguments are Mesa's sliders. Defined on first use: importing the model is slow."""
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
            for _ in range(FIRST_MONTHS):
                self.step()

    return ExpertWorld


def sliders() -> dict[str, Any]:
    """Return Mesa's sliders, with the declared ranges of the parameters."""
    from ...model.parameters.tree import Parameters, describe

    known = {parameter.name: parameter.known for parameter in describe(Parameters())}
    options: dict[str, Any] = {}
    for argument, name, value in (
        ("breadth", "exposure.breadth", 0.3),
        ("allocation", "exposure.allocation", 0.04),
        ("office_rent", "party.office_rent", 1.0),
    ):
        metadata = known[name]
        step = (metadata.high - metadata.low) / 20
        label = argument.replace("_", " ").capitalize()
        options[argument] = {
            "type": "SliderFloat",
            "value": value,
            "label": f"{label} ({metadata.unit})",
            "min": metadata.low,
            "max": metadata.high,
            "step": step,
        }
    return options


def _stop(model: Any) -> None:
    model.running = False


@solara.component
def Expert() -> None:  # noqa: N802 - Solara's name
    """Show SolaraViz with matplotlib components: altair needs the network."""
    from mesa.visualization import SolaraViz, make_plot_component

    # Created inside the component; a module-level model, as in Mesa's examples, is shared by all visitors.
    model = solara.use_memo(lambda: solara.reactive(expert_class()()), [])
    # Mesa's play thread runs until the model stops, even after the visitor has left.
    solara.use_effect(lambda: lambda: _stop(model.value), [])
    solara.Title("Mesa's own page")
    with solara.Column(style={"padding": "16px"}):
        back = h("a", {"href": "./"}, "Back to the two worlds")
        solara.HTML(tag="p", unsafe_innerHTML=fragment(back, ". ", DISCLAIMER))
        SolaraViz(
            model,
            components=[make_plot_component(measure, backend="matplotlib") for measure in MEASURES],
            model_params=sliders(),
            name="The world as a Mesa model",
            play_interval=200,
        )
