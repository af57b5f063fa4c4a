"""The sections of a study file, as pydantic models: strict, frozen, unknown keys refused.

`moat validate` reads these without numpy, pandas, mesa or numba.
"""

from __future__ import annotations

from typing import Any, Literal

from ...agents.user_input import LARGEST_SEED, SEEDS
from ..protocols.options import Section, key

DEFAULT_SEED = 20250807
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
COLUMN = r"^[a-z][a-z0-9_]{0,63}$"
KINDS = ("grid", "lhs", "sobol", "morris", "list")
LARGEST_MEMORY_MB = 10**7
SMALLEST_MEMORY_MB = 256
MOST_REPLICATES = 1_000_000
LONGEST_S = 10**7
"""About four months."""
LONGEST_MONTHS = 10**5


class StudySection(Section):
    """The study's name (also that of its results folder) and root seed.

    single_setting: one setting of the parameters, which a resumed run may not change; files are those of `moat run`.
    """

    name: str = key(..., "letters, digits, dots, dashes and underscores, at most 64", pattern=NAME)
    seed: int = key(DEFAULT_SEED, SEEDS, ge=0, le=LARGEST_SEED)
    title: str = key("", "text")
    single_setting: bool = key(False, "true, false")


class ModelSection(Section):
    """The simulated model: preset, protocol, voters, and any parameter by its dotted name."""

    preset: str = key("calibrated", "a preset of moat presets")
    protocol: str = key("stress", "a protocol")
    voters: int | None = key(None, "a whole number")
    set: dict[str, Any] = key({}, 'a table of parameters, such as { "market.crash_month" = 40 }')
    population: str | None = key(None, "the name of a csv file of persons, relative to the study file", min_length=1)
    network: str | None = key(
        None, "the name of an edge list or GraphML file, relative to the study file", min_length=1
    )


class PluginsSection(Section):
    """Files with rules, policy moves, protocols and functions of outcomes from outside the package."""

    files: list[str] = key([], "a list of Python files, relative to the study file")


class OutcomeSection(Section):
    """One outcome of the user's own: a column of runs.csv, computed from each finished run."""

    name: str = key(..., "lower-case letters, digits and underscores, at most 64", pattern=COLUMN)
    unit: str = key(..., "text, such as months; an empty text without a unit")
    formula: str = key(..., "text: how the function computes it")
    function: str = key(..., "file.py:function, or the name of an entry point", min_length=1)
    meaning: str = key("", "text: one sentence for the codebook")


class DesignSection(Section):
    """Choice of design points; the reader of the whole study checks which keys belong to a kind."""

    kind: Literal["grid", "lhs", "sobol", "morris", "list"] = key("grid", ", ".join(KINDS))
    samples: int | None = key(None, "a whole number, 1 or more", ge=1, le=10_000_000)
    second_order: bool | None = key(None, "true, false")
    prior: bool | None = key(None, "true, false")
    trajectories: int | None = key(None, "a whole number, 2 or more", ge=2, le=100_000)
    grid_levels: int | None = key(None, "an even whole number, 4 or more", ge=4, le=100, multiple_of=2)
    file: str | None = key(None, "the name of a csv file beside the study file")


class FactorSection(Section):
    """One factor: levels, or a range; its unit is that of the parameter."""

    levels: list[Any] | None = key(None, "a list of values", min_length=1)
    low: float | None = key(None, "a number")
    high: float | None = key(None, "a number")
    scale: Literal["linear", "log"] = key("linear", "linear, log")
    unit: str | None = key(None, "the unit that moat params prints")


class StopSection(Section):
    """Stopping rule of a point: the largest Monte Carlo error of one contrast, declared before any run."""

    outcome: str = key(..., "a numeric outcome of runs.csv")
    contrast: str = key(..., "an exposure factor with levels")
    mcse: float = key(..., "a number above 0", gt=0.0)


class ReplicatesSection(Section):
    """Number of paired replicates of each design point."""

    min: int = key(..., f"a whole number, 1 or more, at most {MOST_REPLICATES:,}", ge=1, le=MOST_REPLICATES)
    max: int | None = key(None, f"a whole number, min or more, at most {MOST_REPLICATES:,}", ge=1, le=MOST_REPLICATES)
    stop: StopSection | None = key(None, "{ outcome, contrast, mcse }")


def _pem_file(content: str) -> Any:
    return key(..., f"the name of a file in PEM format, relative to the study file: {content}", min_length=1)


class TlsSection(Section):
    """Certificates with which Dask encrypts, and recognises its own scheduler, workers and clients."""

    ca: str = _pem_file("the certificate authority of the cluster")
    cert: str = _pem_file("a certificate by this authority")
    key: str = _pem_file("the private key of cert")


class SeriesSection(Section):
    """Columns of the monthly record that every run keeps, each `every` months from month 0 on."""

    columns: list[str] = key(..., "a list of columns of the record, such as openness and price", min_length=1)
    every: int = key(1, "a number of months, 1 or more", ge=1, le=LONGEST_MONTHS)


class EventSection(Section):
    """One dated event: new values of parameters, or a move of the menu, at the beginning of a month."""

    month: int = key(..., "a month of the run, 0 is January 2025", ge=0, le=LONGEST_MONTHS)
    set: dict[str, Any] = key({}, 'a table of parameters, such as { "policy.cap_low" = 0.01 }')
    move: str | None = key(None, "a move of the menu")
    arms: list[str] = key([], "names of arms as in runs.csv; without it all arms")


class EngineSection(Section):
    """Engine and limits of the runs; nothing here can change a result."""

    kind: Literal["serial", "process", "dask"] = key("process", "serial, process, dask")
    workers: int | None = key(None, "a whole number, 1 or more", ge=1, le=100_000)
    timeout_s: float | None = key(None, f"seconds, above 0, at most {LONGEST_S:,}", gt=0.0, le=LONGEST_S)
    attempts: int = key(2, "1 to 100", ge=1, le=100)
    memory_mb: int | None = key(
        None, f"{SMALLEST_MEMORY_MB} MB or more for each worker", ge=SMALLEST_MEMORY_MB, le=LARGEST_MEMORY_MB
    )
    address: str | None = key(None, "the address of a Dask scheduler, such as tcp://node:8786, with kind dask")
    tls: TlsSection | None = key(None, "{ ca, cert, key }, with kind dask")


SECTIONS: dict[str, type[Section]] = {
    "study": StudySection,
    "model": ModelSection,
    "design": DesignSection,
    "replicates": ReplicatesSection,
    "plugins": PluginsSection,
    "series": SeriesSection,
    "engine": EngineSection,
}
"""Sections by name.

A study also has `factors`, a table of FactorSection, `events`, a list of EventSection, `outcomes`, a list of
OutcomeSection, and the table of its protocol.
"""
REQUIRED = ("study", "replicates")
OPTIONAL = ("series",)
"""Sections that mean something by being there: a study without one has None in its place."""
