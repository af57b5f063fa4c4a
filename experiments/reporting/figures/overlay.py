"""Several results folders in one figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...errors import UserError
from ...storage.atomic_files import disk_errors_in_one_line
from ...storage.tables import read_frame


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
            raise UserError(f"{folder} is a study of several settings; moat figure draws the results of moat run")
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
            tables[label] = dose_response(read_frame(runs, keep_default_na=False), layer, foresight=foresight)
        except ValueError as error:  # rows of another protocol, or no table
            raise UserError(f"{folder} has no dose-response curve: {error}") from None
    with disk_errors_in_one_line(out):
        try:
            return dose_response_figure(tables, out, "dose-response")
        except ValueError as error:
            raise UserError(str(error)) from None
