"""What a study gives its runs beside parameters and design: people, ties, dated events, and the series to record.

A study without any of them runs as if this module did not exist: same keys, same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ...model.parameters.tree import Parameters
from ...model.population.network_file import TieTable
from ...model.population.population_file import PersonTable
from ..storage.provenance import canonical_json
from .arms import ReplicateResult

if TYPE_CHECKING:
    from ...agents.electorate.electorate import Electorate
    from ...model.interventions import DatedEvent
    from ...model.state import WorldState

PEOPLE, TIES, DATED = ALL_INPUTS = ("population", "network", "events")
"""What a protocol may take; also the names of these inputs in the identity of a run."""


class StudyEvent(NamedTuple):
    """A dated event of a study: new values of parameters, or a move of the menu ("" for none).

    arms: names of the arms that it happens in, () for all.
    """

    month: int
    values: tuple[tuple[str, Any], ...] = ()
    move: str = ""
    arms: tuple[str, ...] = ()

    def identity(self) -> dict[str, Any]:
        """Return what the event does and when, for the key of a run that has it."""
        return {"month": self.month} | ({"move": self.move} if self.move else {"set": dict(self.values)})


class SeriesRequest(NamedTuple):
    """Columns of the record that a study keeps of every run, and the number of months between two rows."""

    columns: tuple[str, ...]
    every: int


@dataclass(frozen=True)
class RunInputs:
    """Inputs of the runs of one study. digests: sha256 of each file, by PEOPLE and TIES."""

    people: PersonTable | None = None
    ties: TieTable | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    events: tuple[StudyEvent, ...] = ()
    series: SeriesRequest | None = None

    @property
    def series_text(self) -> str | None:
        """Return the request of the series as one text; None without one."""
        return None if self.series is None else canonical_json(self.series._asdict())

    def canonical(self) -> dict[str, Any]:
        """Return what determines the rows of the study, for its manifest; nothing without any of these inputs."""
        return self.identity_of_all() | ({"series": self.series._asdict()} if self.series is not None else {})

    def identity_of_all(self) -> dict[str, Any]:
        """Return what determines the outcomes of the study's runs; nothing without people, ties and events."""
        events = [event.identity() | ({"arms": list(event.arms)} if event.arms else {}) for event in self.events]
        return ({"inputs": dict(self.digests)} if self.digests else {}) | ({"events": events} if events else {})

    def __hash__(self) -> int:
        """Return a hash by the digests of the files, which stand for their content."""
        return hash((tuple(sorted(self.digests.items())), self.events, self.series))

    def of_variant(self, suffix: str) -> RunInputs:
        """Return the inputs of the arms of one variant, whose names the study writes with this suffix."""
        if not suffix or not any(event.arms for event in self.events):
            return self
        cut = tuple(event._replace(arms=tuple(arm.removesuffix(suffix) for arm in event.arms)) for event in self.events)
        return replace(self, events=cut)

    def identity(self, arm: str) -> dict[str, Any]:
        """Return what these inputs add to everything that determines the outcome of an arm; nothing without any."""
        events = [event.identity() for event in self._of(arm)]
        return {**self.digests, **({DATED: events} if events else {})}

    def _of(self, arm: str) -> list[StudyEvent]:
        return [event for event in self.events if not event.arms or arm in event.arms]

    def events_of(self, arm: str) -> tuple[DatedEvent, ...]:
        """Return the dated events of the worlds of an arm, by month."""
        if not self.events:
            return ()
        from ...model.dated_events import ParameterChange, PolicyMove, in_order

        return in_order(
            PolicyMove(event.month, event.move) if event.move else ParameterChange(event.month, event.values)
            for event in self._of(arm)
        )

    def population(self, p: Parameters, seed: int, replicate: int) -> Electorate:
        """Return the people of one replicate: those of the file, or drawn from the calibration."""
        from ...agents.draws import draws_of
        from ...model.population.builder import build_population
        from ...model.population.csv_population import people_of

        draws = draws_of(seed, replicate)
        return build_population(p, draws) if self.people is None else people_of(self.people, p, draws)

    def world(
        self,
        p: Parameters,
        seed: int,
        replicate: int,
        population: Electorate | None = None,
        events: tuple[DatedEvent, ...] = (),
    ) -> WorldState:
        """Return the world of month 0 of one replicate with these people and ties, and the events of its arm.

        population: the people of `population`, which arms share; None: made here.
        """
        from ...agents.draws import draws_of
        from ...model.build import build_state

        draws = draws_of(seed, replicate)
        if population is None and self.people is not None:
            population = self.population(p, seed, replicate)
        world = build_state(p, draws, population, self._graph(p, seed, replicate))
        world.dated = events
        return world

    def _graph(self, p: Parameters, seed: int, replicate: int) -> TieTable | None:
        if self.ties is None or self.people is None:
            return self.ties
        from ...agents.draws import draws_of
        from ...model.population.csv_population import persons_taken
        from ...model.population.network import placed

        return placed(self.ties, persons_taken(self.people, p.electorate.voters, draws_of(seed, replicate)))

    def with_series(self, result: ReplicateResult) -> ReplicateResult:
        """Return a result with the rows of the series that the study asks for in place of whole records."""
        if self.series is None:
            return result._replace(records={})
        columns, every = self.series
        return result._replace(
            records={
                arm: [[month.month, *(getattr(month, name) for name in columns)] for month in record[::every]]
                for arm, record in result.records.items()
            }
        )


NO_INPUTS = RunInputs()
