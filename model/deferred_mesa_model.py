"""A Mesa model that sets Mesa's own part up when somebody first asks for it."""

from __future__ import annotations

from typing import Any

import mesa


class LateModel(mesa.Model):  # type: ignore[misc]
    """Base of a model that is often made and rarely looked at.

    A replicate makes some fifty worlds whose agents, generators and clock nobody asks for, and Mesa's constructor costs
    more than all the rest of a fork. So a constructor here ends with `wait_for_mesa`, and Mesa's own runs when one of
    its attributes, its step or a new agent is first asked for. What a user then sees is what she would have seen.
    """

    def wait_for_mesa(self) -> None:
        """Last line of a constructor: Mesa's part is left for later."""
        self._waits_for_mesa = True
        # An instance's step is Mesa's, which counts; the class's is the month itself, for `super().step()`.
        self.step = self._first_step

    def start_mesa(self) -> None:
        """Set Mesa's part up, unless that is done or the constructor is still running."""
        mine = self.__dict__
        if not mine.pop("_waits_for_mesa", False):
            return
        if mine["step"] == self._first_step:
            del mine["step"]  # Mesa wraps the step it finds
        before = dict(mine)
        super().__init__(rng=self.mesa_seed())
        mine.update(before)  # what somebody has set already, such as running, stays
        self.admit_agents()

    def mesa_seed(self) -> int:
        """Seed of the two generators that Mesa gives a model."""
        raise NotImplementedError

    def admit_agents(self) -> None:
        """Register the agents the constructor made, in order."""
        raise NotImplementedError

    def register_agent(self, agent: Any) -> None:
        """Mesa's registration; agents made by the constructor wait for `admit_agents`."""
        self.start_mesa()
        if "_all_agents" in self.__dict__:
            super().register_agent(agent)

    def _first_step(self, *given: Any, **named: Any) -> None:
        self.start_mesa()
        self.step(*given, **named)


class _OfMesa:
    """An attribute that Mesa's constructor sets: asking for it before is what has the constructor run."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, model: LateModel | None, owner: type[LateModel]) -> Any:
        if model is not None:
            model.start_mesa()
            if self._name in model.__dict__:
                return model.__dict__[self._name]
        raise AttributeError(f"{owner.__name__!r} object has no attribute {self._name!r}")


# Read off a model, since versions of Mesa differ in what they set. A `__getattr__` for all of them would be simpler,
# but a class that has one loses the interpreter's fast path for every attribute of a world.
for _name in vars(mesa.Model(rng=0)).keys() - {"step"}:
    setattr(LateModel, _name, _OfMesa(_name))
