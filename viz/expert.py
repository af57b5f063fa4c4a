"""Mesa's own page: the world is an ordinary Mesa model, and SolaraViz shows it. One model for each session."""

from __future__ import annotations

from typing import Any

import solara

from .texts import DISCLAIMER

VOTERS = 1000
MEASURES = ("openness", "share_holding", "price", "platform_distance")


def expert_world(breadth: float = 0.3, allocation: float = 0.04, office_rent: float = 1.0, seed: int = 1) -> Any:
    """A small world with a data collector: policy is released from the start, as in a history."""
    from ..model.observe import collector
    from ..model.parameters import Parameters
    from ..model.world import World

    values = {
        "electorate.voters": VOTERS,
        "exposure.breadth": breadth,
        "exposure.allocation": allocation,
        "party.office_rent": office_rent,
    }
    world = World(Parameters().with_values(values), seed=int(seed))
    world.released = True
    world.datacollector = collector(world)
    world.datacollector.collect(world)
    return world


@solara.component
def Expert() -> None:  # noqa: N802 - Solara's name
    """SolaraViz with matplotlib components only: altair needs the network."""
    from mesa.visualization import SolaraViz, make_plot_component

    # Inside the component: Mesa's examples share one model between all visitors.
    model = solara.use_memo(expert_world, [])
    solara.Title("Mesa's own page")
    with solara.Column(style={"padding": "16px"}):
        solara.Markdown(f"[Back to the two worlds](./)\n\n{DISCLAIMER}")
        SolaraViz(
            model,
            components=[make_plot_component(measure, backend="matplotlib") for measure in MEASURES],
            name="The world as a Mesa model",
            play_interval=200,
        )
