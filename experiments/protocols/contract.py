"""The Protocol contract: how a replicate runs, and how its results are tabulated and printed; and its registry.

Importing a protocol's declaration imports neither numba nor pandas; its methods import the libraries they use.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from ...model.parameters.tree import Parameters
from ..storage.codebook import Tables
from ..storage.columns import Column
from .arms import Arm, ReplicateResult
from .options import Options
from .run_inputs import NO_INPUTS, RunInputs

if TYPE_CHECKING:
    import pandas as pd

PROTOCOLS: dict[str, type[Protocol]] = {}
"""Every protocol by its name."""

SHORTEST_LIMIT_S = 600.0
SECONDS_PER_VOTER_AND_TERM = 0.01
"""A hundred times the usual duration of one term of one arm, per voter."""


class Declared(NamedTuple):
    """Declarations of a study file from which a protocol makes its design.

    breadths, visibilities: levels of the exposure arms. arm_factors: names of other exposure factors with levels.
    design_kind: grid, lhs, sobol, morris or list. replicates: the smallest number (None if the file has no valid one).
    stops: whether there is a stopping rule.
    """

    parameters: Parameters
    breadths: tuple[float, ...]
    visibilities: tuple[float, ...]
    options: Options
    replicates: int | None = None
    arm_factors: tuple[str, ...] = ()
    design_kind: str = "grid"
    stops: bool = False


class RunDefaults(NamedTuple):
    """Values that `moat run` uses where the user gives no option."""

    replicates: int = 100
    breadths: tuple[float, ...] = (0.0, 0.3)
    visibilities: tuple[float, ...] = (1.0,)


@dataclass(frozen=True)
class Finished:
    """A finished study of one setting: the input of its summary and of its printed answer.

    runs: export/runs.csv. table: summary.csv (empty while it is made). reasons: a line per failed replicate. options:
    of the protocol, with the files that they name. inputs: of the study's worlds.
    """

    path: Path
    preset: str
    parameters: Parameters
    design: Any
    seed: int
    runs: pd.DataFrame
    table: pd.DataFrame
    reasons: Sequence[str] = ()
    options: Options = field(default_factory=Options)
    inputs: RunInputs = NO_INPUTS


class OwnTable(NamedTuple):
    """A protocol's own table: NAME.csv, made from export/runs.csv and the options of the study."""

    name: str
    columns: tuple[Column, ...]
    make: Callable[[pd.DataFrame, Options], pd.DataFrame]


class Answer(ABC):
    """Files and printed text of a study of one setting, as `moat run` makes them."""

    @abstractmethod
    def tables(self, design: Any) -> Tables:
        """Return all tables of the codebook except runs and cycles."""

    @abstractmethod
    def write(self, finished: Finished) -> pd.DataFrame:
        """Write summary.csv, and further tables and figures, into the folder; return the table of summary.csv."""

    @abstractmethod
    def text(self, finished: Finished) -> str:
        """Return the whole printed answer."""

    def brief(self, finished: Finished) -> str:
        """Return the part of the answer that fits one screen; by default all of it."""
        return self.text(finished)

    @abstractmethod
    def json(self, finished: Finished) -> str:
        """Return the printed answer for programs."""


class Protocol(ABC):
    """One way to run a replicate. To add one, subclass, set `name` and write the abstract methods.

    name: its name in study files. sentence: one line for help. options: table of its options, in the study file under
    its name, or under [model] where options_in_model. unit, units: one unit of work, in singular and plural.
    cycle_unit: name of a row of cycles.csv. parameter_values: values that differ from the defaults unless preset or
    user set them. draws_prior: a Latin hypercube also draws every uncertain parameter that the file does not name.
    stop_outcomes: outcomes a stopping rule may use; numbers that every run has. summary_events, summary_means: outcomes
    in summary.csv, events 0 or 1. run_defaults: defaults of `moat run`. rule_contrast: options of the study that
    `moat run --rules all` runs under every party rule; None if rules cannot be compared. takes: the inputs of a study
    that `run` gives to its worlds through `inputs` (RunInputs): population, network, events. keeps_series: whether the
    result of `run` holds the record of each arm.
    """

    name: ClassVar[str]
    sentence: ClassVar[str] = ""
    options: ClassVar[type[Options]] = Options
    options_in_model: ClassVar[bool] = False
    unit: ClassVar[str] = "replicate"
    units: ClassVar[str] = "replicates"
    cycle_unit: ClassVar[str] = "administration"
    parameter_values: ClassVar[Mapping[str, Any]] = {}
    draws_prior: ClassVar[bool] = False
    stop_outcomes: ClassVar[tuple[str, ...]] = ()
    summary_events: ClassVar[tuple[str, ...]] = ()
    summary_means: tuple[str, ...] = ()
    run_defaults: ClassVar[RunDefaults] = RunDefaults()
    rule_contrast: ClassVar[Mapping[str, Any] | None] = None
    takes: ClassVar[tuple[str, ...]] = ()
    keeps_series: ClassVar[bool] = False
    inputs: RunInputs = NO_INPUTS

    def __init_subclass__(cls) -> None:
        """Register the protocol under its name; two protocols may not share one."""
        name = getattr(cls, "name", None)
        if not isinstance(name, str) or not name:
            raise ValueError(f"protocol {cls.__name__} has no name; allowed: name = a text")
        if name in PROTOCOLS:
            raise ValueError(f"two protocols are called {name!r}; taken: {', '.join(PROTOCOLS)}")
        PROTOCOLS[name] = cls

    def __init__(self, own_columns: Sequence[Column] = ()) -> None:
        """Take the columns of the study's own outcomes, if it has any; they are means of summary.csv."""
        self.own_columns = tuple(own_columns)
        self.summary_means = (*self.summary_means, *(column.name for column in own_columns))

    def columns(self) -> tuple[Column, ...]:
        """Return the columns of runs.csv with those of the study's own outcomes before the last."""
        *columns, last = self.run_columns()
        return (*columns, *self.own_columns, last)

    @classmethod
    def reference(cls) -> tuple[str, str]:
        """Return name and module, by which a worker process finds the protocol."""
        return cls.name, cls.__module__

    @abstractmethod
    def design(self, declared: Declared) -> Any:
        """Return the design: a NamedTuple of everything that `run` needs besides parameters, seed and replicate."""

    @abstractmethod
    def arms(self, parameters: Parameters, design: Any) -> Sequence[Arm]:
        """Return the arms of a replicate, the zero-exposure arm first."""

    @abstractmethod
    def run(self, parameters: Parameters, design: Any, seed: int, replicate: int) -> ReplicateResult:
        """Run one replicate: a row per arm, with `replicate`, `arm` and the columns of `run_columns`.

        The result is a function of the arguments alone.
        """

    @abstractmethod
    def run_columns(self) -> tuple[Column, ...]:
        """Return the columns of runs.csv: `key` first, then `replicate`, then `arm`; `outcome_hash` last."""

    def cycle_columns(self) -> tuple[Column, ...]:
        """Return the columns of cycles.csv, a row per administration; empty for a protocol without that table."""
        return ()

    def problems(self, declared: Declared) -> list[str]:
        """Return a line for each part of a study that this protocol cannot run."""
        return []

    def identity(self, parameters: Parameters, design: Any, arm: Arm) -> dict[str, Any]:
        """Return everything that determines the outcome of an arm, except replicate, seed and code.

        By default the whole design. A protocol whose arms do not depend on each other leaves the other arms out, so
        that rows are reused when arms are added.
        """
        return {"parameters": tree_without_dose(parameters), "arm": arm.name, "design": design._asdict()}

    def reduced(self, parameters: Parameters, design: Any, wanted: Sequence[Arm]) -> Any:
        """Return the smallest design whose rows hold the wanted arms; by default the design itself."""
        return design

    def pairs(self, replicates: int) -> int:
        """Return the number of paired replicates in one unit of work."""
        return 1

    def hung_after_seconds(self, parameters: Parameters, design: Any) -> float:
        """Return the number of seconds after which a unit of work counts as hung; never below ten minutes."""
        return limit_of_terms(parameters, len(self.arms(parameters, design)))

    def months(self, parameters: Parameters, design: Any) -> int:
        """Return the number of months of a run; dated events lie in them."""
        return 2 * parameters.institutions.term_months

    def own_table(self) -> OwnTable | None:
        """Return the protocol's own table; None for a protocol without one."""
        return None

    def run_options(self, parameters: Parameters, breadths: Sequence[float]) -> dict[str, Any]:
        """Return the options that `moat run` sets for a tree of parameters and levels of breadth."""
        return {}

    def answer(self) -> Answer | None:
        """Return the maker of the files and text of `moat run`; None: the summary and text that any study has."""
        return None

    def replicate_text(
        self, parameters: Parameters, design: Any, seed: int, replicate: int, preset: str, form: str
    ) -> str:
        """Return every arm of one replicate as text (`form` table or json), for `moat run --replicate`."""
        from ..reporting.replicate_view import replicate_rows

        result = self.run(parameters, design, seed, replicate)
        return replicate_rows(result, form, preset, seed, replicate, self.inputs)

    def report_sections(self) -> Mapping[str, Callable[[Any], list[str]]]:
        """Return the sections of report.html by title; each takes a `reporting.report.Report`. None: summary.csv."""
        return {}


def tree_without_dose(parameters: Parameters) -> dict[str, Any]:
    """Return the tree as nested dicts without breadth and visibility, which every arm sets itself."""
    tree = parameters.model_dump()
    dosed = ("breadth", "visibility")
    tree["exposure"] = {name: value for name, value in tree["exposure"].items() if name not in dosed}
    return tree


def limit_of_terms(parameters: Parameters, terms: float) -> float:
    """Return the time limit, s, of a unit of work that simulates `terms` terms.

    A hundred times the usual duration, and at least SHORTEST_LIMIT_S.
    """
    return max(SHORTEST_LIMIT_S, SECONDS_PER_VOTER_AND_TERM * parameters.electorate.voters * terms)
