"""Base of our Mesa agents: registers with its model without keeping the model alive afterwards."""

from __future__ import annotations

from typing import Any

import mesa


class ModelAgent(mesa.Agent):  # type: ignore[misc]
    """A Mesa agent that gets its number from its model.

    Mesa 3.3 counts agents in a class attribute that refers to every model ever made, so that no world's
    memory is ever freed. From 3.5 on the model counts its agents, and this class does not interfere.
    """

    current_action: Any = None
    """What the agent does, in the actions of Mesa 4: its constructor would set this."""

    def __init__(self, model: Any) -> None:
        """Register with the model; `model.next_agent_number()` gives the number where Mesa does not."""
        self.model = model
        self.pos = None
        self.unique_id = model.next_agent_number()
        model.register_agent(self)


def of_state(name: str) -> Any:
    """Return an attribute that reads and writes `name` of the agent's `state`."""

    def read(agent: Any) -> Any:
        return getattr(agent.state, name)

    def write(agent: Any, value: Any) -> None:
        setattr(agent.state, name, value)

    return property(read, write, doc=f"`{name}` of the state.")
