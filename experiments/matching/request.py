"""What a calibration is asked for: inputs with their ranges, targets, waves, and the size of a wave.

A results folder keeps its request, so that the same command resumes and another one is refused.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ...agents.user_input import LARGEST_SEED, SEEDS
from ...model.parameters.tree import Parameters
from ..errors import UserError
from ..protocols.prior_mass.design import search_of
from ..protocols.targets.columns import COUNT_COLUMNS
from ..storage.atomic_files import disk_errors_in_one_line, replaced_atomically
from ..storage.folder_files import LOCK, is_litter
from ..storage.provenance import code_hash
from ..storage.results_folder import leaves
from ..studies.factors import factor_range
from ..studies.limits import joined
from ..studies.prior import prior_factors
from ..studies.reader import StudyFile, parse_study
from ..studies.schema import FactorSection
from .inputs import Input
from .measured import STATISTICS, left_out
from .targets_file import Target, read_targets

WAVES, POINTS, REPLICATES, VOTERS, CYCLES = 3, 200, 6, 1_000, 10
"""Defaults: about 1,800 seconds of one processor in all."""
MOST_WAVES, MOST_POINTS = 20, 10_000
REQUEST = "calibration.json"
_DEFAULT_STUDY = f"""
[study]
name = "calibration"
[model]
protocol = "targets"
voters = {VOTERS}
[replicates]
min = {REPLICATES}
[targets]
cycles = {CYCLES}
"""
_COUNTED = {column.name for column in COUNT_COLUMNS}
"""Columns of a run from which the statistics are measured."""
_SHOWN = 3


class Calibration(NamedTuple):
    """A checked request. study: preset, parameters, voters and engine. leave_out: parts that no target needs."""

    study: StudyFile
    inputs: tuple[Input, ...]
    targets: tuple[Target, ...]
    waves: int
    points: int
    replicates: int
    cycles: int
    seed: int

    @property
    def parameters(self) -> Parameters:
        """Return the tree from which every draw starts."""
        return self.study.parameters

    @property
    def names(self) -> list[str]:
        """Return the names of the targets, in the order of the file."""
        return [target.name for target in self.targets]

    @property
    def leave_out(self) -> list[str]:
        """Return the parts of a replicate that no target needs."""
        return left_out(self.names)

    def content(self) -> dict[str, Any]:
        """Return everything that determines the simulated points and the region, but the number of waves."""
        return {
            "code_hash": code_hash(),
            "preset": self.study.model.preset,
            "parameters": self.parameters.model_dump(),
            "seed": self.seed,
            "points": self.points,
            "replicates": self.replicates,
            "cycles": self.cycles,
            "inputs": {each.name: each._asdict() for each in self.inputs},
            "targets": {each.name: each._asdict() for each in self.targets},
        }


def shipped_targets() -> Path:
    """Return the targets file of the package."""
    return Path(__file__).parent / "targets.csv"


def requested(
    study: StudyFile | None,
    targets: Path | None,
    *,
    waves: int = WAVES,
    points: int | None = None,
    replicates: int | None = None,
    voters: int | None = None,
    seed: int | None = None,
    earlier: Sequence[str] = (),
) -> Calibration:
    """Return the checked request; None for what the study, or the default, decides. UserError with a line each."""
    problems = list(earlier)
    base = parse_study(_DEFAULT_STUDY) if study is None else study
    problems += _study_problems(base)
    points = points or base.design.samples or POINTS
    replicates = base.replicates.min if replicates is None else replicates
    seed = base.study.seed if seed is None else seed
    if not 1 <= waves <= MOST_WAVES:
        problems.append(f"--waves {waves} is not possible; allowed: 1 to {MOST_WAVES}")
    if not 2 <= points <= MOST_POINTS:
        problems.append(f"--points {points} is not possible; allowed: 2 to {MOST_POINTS:,}")
    if replicates < 2:
        problems.append(f"--replicates {replicates} is not possible; allowed: 2 or more, since errors need two")
    if not 0 <= seed <= LARGEST_SEED:
        problems.append(f"--seed {seed} is not possible; allowed: {SEEDS}")
    if problems:
        raise UserError(joined(problems))
    if voters is not None:
        base = _with_voters(base, voters)
    known = read_targets(targets or shipped_targets(), list(STATISTICS))
    cycles = int(base.options.model_dump()["cycles"])
    return Calibration(base, _inputs(base), known, waves, points, replicates, cycles, seed)


def _study_problems(study: StudyFile) -> list[str]:
    problems = []
    if not {column.name for column in study.protocol.run_columns()} >= _COUNTED:
        problems.append(f"model.protocol = {study.model.protocol!r} is not possible here; allowed: targets")
    if study.design.kind not in ("grid", "lhs"):
        problems.append(f"design.kind = {study.design.kind!r} is not possible here; allowed: lhs, or no design")
    if study.replicates.stop is not None:
        problems.append("replicates.stop is not possible here; allowed: min alone")
    problems += [
        f"factors.{name}: levels are no range of a prior; allowed here: low and high"
        for name, factor in study.point_factors.items()
        if factor.levels is not None
    ]
    return problems


def _with_voters(study: StudyFile, voters: int) -> StudyFile:
    from dataclasses import replace

    from ...model.parameters.tree import ParameterError

    try:
        return replace(study, parameters=study.parameters.with_values({"electorate.voters": voters}))
    except ParameterError as error:
        raise UserError(f"--voters: {error}") from None


def _inputs(study: StudyFile) -> tuple[Input, ...]:
    """Return the inputs: the prior of every parameter without data and of the fitted one, but what the study sets.

    Named factors replace the ranges of the prior; with design.prior = false they are the only inputs.
    """
    tree, named = study.parameters, study.point_factors
    factors = dict(named)
    if study.design.prior is not False:
        search = search_of(tree)
        span = FactorSection(low=search.low, high=search.high, scale="log" if search.logarithmic else "linear")
        drawn = prior_factors(tree) | {search.parameter: span}
        factors = {name: each for name, each in drawn.items() if name not in study.model.set} | named
    values = tree.values()
    inputs = []
    for name, factor in factors.items():
        low, high = factor_range(name, factor)
        inputs.append(Input(name, low, high, factor.scale == "log", isinstance(values[name], int)))
    if not inputs:
        raise UserError("factors: design.prior = false and no factor with low and high; nothing is left to calibrate")
    return tuple(inputs)


def refuse_another(out: Path, wanted: Calibration) -> None:
    """Raise UserError if a folder holds another calibration, or other files; its number of waves may differ."""
    with disk_errors_in_one_line(out):
        if out.exists() and not out.is_dir():
            raise UserError(f"{out} is a file, not a folder; choose another --out")
        file = out / REQUEST
        if not file.exists():
            others = [entry.name for entry in out.iterdir() if not is_litter(entry.name)] if out.is_dir() else []
            if set(others) - {LOCK}:
                raise UserError(f"{out} holds other files and no {REQUEST}; choose another --out")
            return
    try:
        existing = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{file} cannot be read ({error}); choose another --out") from error
    before, now = dict(leaves(existing, "")), dict(leaves(json.loads(_text(wanted)), ""))
    different = [name for name in before | now if before.get(name) != now.get(name)]
    if different:
        shown = [f"{name} {before.get(name, 'not set')} there, {now.get(name, 'not set')} here" for name in different]
        more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
        raise UserError(f"{out} holds another calibration ({'; '.join(shown[:_SHOWN])}{more}); choose another --out")


def write_request(out: Path, asked: Calibration) -> None:
    """Write the request into its folder."""
    with replaced_atomically(out / REQUEST) as stream:
        stream.write(_text(asked))


def _text(asked: Calibration) -> str:
    return json.dumps(asked.content(), indent=1) + "\n"
