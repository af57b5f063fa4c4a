"""The sections of a study file, as pydantic models: strict, frozen, unknown keys refused.

Light on purpose: `moat validate` reads these without numpy, pandas, mesa or numba.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

DEFAULT_SEED = 20250807
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
KINDS = ("grid", "lhs", "sobol", "morris", "list")
PROTOCOLS = ("stress", "history", "mediation", "prior-mass")
LARGEST_MEMORY_MB = 10**7
SMALLEST_MEMORY_MB = 256


def _key(default: Any, allowed: str, **bounds: Any) -> Any:
    """One key of a section; `allowed` is what a message says is possible."""
    return Field(default, json_schema_extra={"allowed": allowed}, **bounds)


class Section(BaseModel):
    """Base of every section."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class StudySection(Section):
    """Who the study is: its name (also that of its results folder) and its root seed."""

    name: str = _key(..., "letters, digits, dots, dashes and underscores, at most 64", pattern=NAME)
    seed: int = _key(DEFAULT_SEED, "a whole number, 0 or more", ge=0, lt=2**63)
    title: str = _key("", "text")


class ModelSection(Section):
    """What is simulated: preset, protocol, voters, and any parameter by its dotted name."""

    preset: str = _key("calibrated", "a preset of moat presets")
    protocol: Literal["stress", "history", "mediation", "prior-mass"] = _key("stress", ", ".join(PROTOCOLS))
    voters: int | None = _key(None, "a whole number")
    cycles: int | None = _key(None, "1 to 100 presidential terms, with protocol history", ge=1, le=100)
    returning: bool = _key(True, "true, false")
    layers: list[str] = _key([], "a list of other legal layers: guidance, rule, statute")
    set: dict[str, Any] = _key({}, 'a table of parameters, such as { "market.crash_month" = 40 }')


class DesignSection(Section):
    """How design points are chosen; which keys belong to which kind is checked with the whole study."""

    kind: Literal["grid", "lhs", "sobol", "morris", "list"] = _key("grid", ", ".join(KINDS))
    samples: int | None = _key(None, "a whole number, 1 or more", ge=1, le=10_000_000)
    second_order: bool | None = _key(None, "true, false")
    trajectories: int | None = _key(None, "a whole number, 2 or more", ge=2, le=100_000)
    grid_levels: int | None = _key(None, "an even whole number, 4 or more", ge=4, le=100, multiple_of=2)
    file: str | None = _key(None, "the name of a csv file beside the study file")


class FactorSection(Section):
    """One factor: levels, or a range; its unit is that of the parameter."""

    levels: list[Any] | None = _key(None, "a list of values", min_length=1)
    low: float | None = _key(None, "a number")
    high: float | None = _key(None, "a number")
    scale: Literal["linear", "log"] = _key("linear", "linear, log")
    unit: str | None = _key(None, "the unit that moat params prints")


class StopSection(Section):
    """When a point has enough replicates: the Monte Carlo error of one contrast, declared before any run."""

    outcome: str = _key(..., "a numeric outcome of runs.csv")
    contrast: str = _key(..., "an exposure factor with levels")
    mcse: float = _key(..., "a number above 0", gt=0.0)


class ReplicatesSection(Section):
    """How many paired replicates each design point gets."""

    min: int = _key(..., "a whole number, 1 or more", ge=1)
    max: int | None = _key(None, "a whole number, min or more", ge=1)
    stop: StopSection | None = _key(None, "{ outcome, contrast, mcse }")


class MediationSection(Section):
    """What belongs to protocol mediation alone."""

    terms: int = _key(1, "1 to 25 presidential terms after takeover", ge=1, le=25)


class PriorMassSection(Section):
    """What belongs to protocol prior-mass alone: how the baseline of each draw is calibrated."""

    calibration_replicates: int | None = _key(None, "1 to replicates.min (default: half of them)", ge=1)
    band: list[float] = _key([0.4, 0.7], "two shares, low and high", min_length=2, max_length=2)


class EngineSection(Section):
    """Where runs are computed; nothing here can change a result."""

    kind: Literal["serial", "process", "dask"] = _key("process", "serial, process, dask")
    workers: int | None = _key(None, "a whole number, 1 or more", ge=1, le=100_000)
    timeout_s: float | None = _key(None, "seconds, above 0", gt=0.0)
    attempts: int = _key(2, "1 to 100", ge=1, le=100)
    memory_mb: int | None = _key(
        None, f"{SMALLEST_MEMORY_MB} MB or more for each worker", ge=SMALLEST_MEMORY_MB, le=LARGEST_MEMORY_MB
    )
    address: str | None = _key(None, "the address of a Dask scheduler, such as tcp://node:8786, with kind dask")


SECTIONS: dict[str, type[Section]] = {
    "study": StudySection,
    "model": ModelSection,
    "design": DesignSection,
    "replicates": ReplicatesSection,
    "mediation": MediationSection,
    "prior-mass": PriorMassSection,
    "engine": EngineSection,
}
"""Sections by name; `factors` is a table of FactorSection beside them."""
REQUIRED = ("study", "replicates")
