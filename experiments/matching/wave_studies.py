"""A wave as a study: protocol targets, its points in a csv file, run into OUT/wave-N like any sweep.

Engine, progress, Ctrl-C, resuming and exports are those of `moat sweep`. All waves share their draws.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...model.parameters.tree import ParameterError
from ..errors import UserError
from ..execution.engine import Engine
from ..protocols.targets.estimates import counts_in
from ..storage.atomic_files import replaced_atomically
from ..storage.tables import read_results
from ..studies.from_options import study_text
from ..studies.reader import read_study
from ..sweeps.run import run_study
from .inputs import Reals
from .measured import measure_all
from .request import Calibration

Values = Mapping[str, float | int]


class LeftOut(NamedTuple):
    """Draws of a wave without a result: refused by a check of the parameters, or with a run that failed.

    refused, failed: numbers of the draws in the wave, from 0, and the first line of the reason.
    """

    refused: dict[int, str]
    failed: dict[int, str]

    @property
    def numbers(self) -> set[int]:
        """Return the numbers of all draws left out."""
        return {*self.refused, *self.failed}


class WaveRunner:
    """Simulates waves in the folder of a calibration, and keeps which draws were left out, by wave."""

    def __init__(self, asked: Calibration, out: Path, engine: Engine, *, quiet: bool = False) -> None:
        """Take the request, the folder and the engine; nothing is run."""
        self.asked, self.out, self.engine, self.quiet = asked, out, engine, quiet
        self.left_out: dict[int, LeftOut] = {}

    def simulate(self, wave: int, values: list[dict[str, float | int]]) -> tuple[Reals, Reals]:
        """Return estimates and Monte Carlo errors, shape (draws, targets); NaN for what could not be measured.

        Runs what the wave's folder does not hold yet. UserError if no draw of the wave has a result.
        """
        refused = self._refused(values)
        drawn = [number for number in range(len(values)) if number not in refused]
        if not drawn:
            raise UserError(f"wave {wave}: no draw is possible; {next(iter(refused.values()))}")
        study = read_study(self._write_study(wave, [values[number] for number in drawn]))
        outcome = run_study(study, self.out / f"wave-{wave}", self.engine, quiet=self.quiet)
        estimates = np.full((len(values), len(self.asked.targets)), np.nan)
        errors = estimates.copy()
        failed: dict[int, str] = {}
        groups = _counts_by_point(outcome.path / "export" / "runs.csv")
        for point, number in enumerate(drawn):
            counts = groups.get(point, [])
            if len(counts) < self.asked.replicates:
                label = f"point {point}, "
                failed[number] = next((line for line in outcome.reasons if line.startswith(label)), "not run")
                continue
            estimates[number], errors[number] = measure_all(counts, self.asked.names)
        self.left_out[wave] = LeftOut(refused, failed)
        return estimates, errors

    def _refused(self, values: Sequence[Values]) -> dict[int, str]:
        refused = {}
        for number, draw in enumerate(values):
            try:
                self.asked.parameters.with_values(draw)
            except ParameterError as error:
                refused[number] = str(error).splitlines()[0]
        return refused

    def _write_study(self, wave: int, values: Sequence[Values]) -> Path:
        """Write the study of a wave and the csv file of its points; return the path of the study."""
        asked, name = self.asked, f"wave-{wave}"
        write_draws(self.out / f"{name}.csv", values)
        options: dict[str, Any] = {"cycles": asked.cycles, "leave_out": asked.leave_out}
        text = study_text(
            name,
            asked.study.model.preset,
            "targets",
            asked.parameters,
            seed=asked.seed,
            options=options,
            breadths=(0.0,),
            visibilities=(1.0,),
            replicates=asked.replicates,
            design={"kind": "list", "file": f"{name}.csv"},
        )
        with replaced_atomically(self.out / f"{name}.toml") as stream:
            stream.write(text)
        return self.out / f"{name}.toml"


def write_draws(path: Path, values: Sequence[Values]) -> None:
    """Write draws as the csv file of a list design: a column for each parameter, numbers as they are read again."""
    with replaced_atomically(path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(values[0])
        writer.writerows([repr(value) for value in draw.values()] for draw in values)


def _counts_by_point(runs: Path) -> dict[int, list[dict[str, float]]]:
    """Return the counts of every history by design point."""
    frame = read_results(runs)
    groups: dict[int, list[dict[str, float]]] = {}
    for point, counts in zip(frame["point"].tolist(), counts_in(frame), strict=True):
        groups.setdefault(int(point), []).append(counts)
    return groups
