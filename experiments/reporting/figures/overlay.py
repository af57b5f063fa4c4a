"""The figure of `moat figure`: several results folders together, or one sweep by factor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...errors import UserError
from ...storage.atomic_files import disk_errors_in_one_line
from ...storage.tables import read_results


def draw(
    results: Sequence[Path],
    out: Path,
    by: Sequence[str] = (),
    x: str | None = None,
    outcome: str | None = None,
    where: Sequence[str] = (),
) -> list[Path]:
    """Draw one results folder of moat sweep by factor, or the folders of moat run together; return the paths."""
    chosen = bool(by or x or outcome or where)
    if len(results) == 1 and (chosen or _is_sweep(results[0])):
        from ...studies.reader import BREADTH
        from ..by_factor import draw_by_factor

        return draw_by_factor(results[0], out, by, x or BREADTH, outcome or "", where)
    if chosen:
        raise UserError("--by, --x, --outcome and --where draw one results folder of moat sweep; give one folder")
    return draw_together(results, out)


def _is_sweep(folder: Path) -> bool:
    from ...storage.results_folder import read_own_manifest

    return "preset" not in read_own_manifest(folder)["request"]


def draw_together(results: Sequence[Path], out: Path) -> list[Path]:
    """Draw dose-response curves of several results folders together; labels are their presets. Raises UserError."""
    from ...protocols.stress_test.dose_response import dose_response
    from ...storage.checksums import refuse_altered
    from ...storage.folder_files import refuse_output_inside
    from ...storage.results_folder import read_own_manifest
    from .dose_response import dose_response_figure

    refuse_output_inside(out / "dose-response.csv")
    tables = {}
    for folder in results:
        request = read_own_manifest(folder)["request"]
        if "preset" not in request:
            raise UserError(f"{folder} is a study of several settings; give it alone, or results of moat run alone")
        runs = folder / "export" / "runs.csv"
        if not runs.is_file():
            raise UserError(f"{folder} has no export/runs.csv; let its run finish first")
        refuse_altered(folder)
        label = str(request["preset"])
        if label in tables:
            raise UserError(f"two results folders are of preset {label!r}; give one of each")
        layer = request["parameters"]["policy"]["layer"]
        foresight = request["parameters"]["polls"]["foresight"]
        try:
            tables[label] = dose_response(read_results(runs), layer, foresight=foresight)
        except ValueError as error:  # rows of another protocol, or no table
            raise UserError(f"{folder} has no dose-response curve: {error}") from None
    with disk_errors_in_one_line(out):
        try:
            return dose_response_figure(tables, out, "dose-response")
        except ValueError as error:
            raise UserError(str(error)) from None
