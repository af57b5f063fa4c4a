"""A calibration from its request to its files: waves, emulators, region; the same command resumes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from ..execution.engine import Engine
from ..statistics.input_checks import library
from ..storage.atomic_files import disk_errors_in_one_line
from ..storage.results_folder import hold
from .outputs import write_outputs
from .request import Calibration, refuse_another, write_request
from .wave_studies import LeftOut, WaveRunner
from .waves import Matched, Wave, history_match


class Calibrated(NamedTuple):
    """A finished calibration: request, result, draws left out by wave, folder and the files written."""

    asked: Calibration
    matched: Matched
    left_out: Mapping[int, LeftOut]
    out: Path
    files: list[Path]


def calibrate(
    asked: Calibration, out: Path, engine: Engine, *, quiet: bool = False, say: Callable[[str], None] = print
) -> Calibrated:
    """Run or resume a calibration in a folder and write its files. UserError if the folder holds another one.

    say: called with a line after each wave, unless quiet.
    """
    library("sklearn.gaussian_process")
    refuse_another(out, asked)
    with disk_errors_in_one_line(out):
        out.mkdir(parents=True, exist_ok=True)
    with hold(out):
        refuse_another(out, asked)  # another process may have begun meanwhile
        write_request(out, asked)
        runner = WaveRunner(asked, out, engine, quiet=quiet)

        def after(wave: Wave) -> None:
            if not quiet:
                say(f"wave {wave.number} of {asked.waves}: {wave.share:.2%} of the prior is not ruled out")

        matched = history_match(
            asked.inputs,
            asked.targets,
            runner.simulate,
            asked.waves,
            asked.points,
            asked.seed,
            common_draws=True,
            say=after,
        )
        files = write_outputs(out, asked, matched, runner.left_out)
    return Calibrated(asked, matched, runner.left_out, out, files)
