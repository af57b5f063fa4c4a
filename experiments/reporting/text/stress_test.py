"""The answer of `moat run`, headline first: RD(tau), moves, closed form, rules and range; then contrasts and doses."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from ....agents.calibration import shipped_facts
from ...protocols.contract import Answer, Finished
from ...protocols.outcome_names import named_depths
from ...protocols.stress_test.columns import RUN_COLUMNS
from ...protocols.stress_test.depth import DEPTH_COLUMNS, MOVE_COLUMNS, depth_curve, moves_at_end, taus_of
from ...protocols.stress_test.dose_response import COLUMNS
from ...protocols.stress_test.summary import summary_table
from ...storage.atomic_files import replaced_atomically
from ...storage.codebook import Tables
from ...storage.columns import Column
from ...storage.tables import read_results
from ..closed_form import closed_form_lines, closed_form_of_table, closed_form_rows, own_rows
from ..shipped.assumption_range import range_lines, shipped
from ..shipped.prior_shares import prior_lines, shipped_prior
from ..shipped.rules_comparison import rules_lines, shipped_rules
from .contrasts import contrast_lines, declared_rows, dose_lines, no_verdict, verdict_lines
from .doses import LEGEND, block_lines, note_lines
from .first_screen import first_screen
from .headline import depth_lines, move_lines
from .wording import MORE, NOTICE, wrapped

if TYPE_CHECKING:
    import pandas as pd


_OF_RUNS = {column.name: column for column in RUN_COLUMNS}
_ASSETS = Column("share_of_401k_assets", "share", 0.0, math.inf, "exposed_usd_bn over 401(k) assets", "ratio")
SUMMARY_COLUMNS = (*COLUMNS, _OF_RUNS["exposed_usd_bn"], _ASSETS, _OF_RUNS["mean_stake"], _OF_RUNS["beyond_coverage"])
"""Columns of summary.csv: the table of doses, then the money of each arm."""


class StressAnswer(Answer):
    """RD(tau), the dose-response table of every layer and foresight, the verdicts and the figure."""

    def tables(self, design: Any) -> Tables:
        """Return the columns of summary.csv, depth.csv and moves.csv."""
        return (
            ("summary.csv: the printed table of doses", SUMMARY_COLUMNS),
            ("depth.csv: RD(tau), a row per exposed arm and level of openness", DEPTH_COLUMNS),
            ("moves.csv: moves in force at the end of the opposed term, a row per arm and move", MOVE_COLUMNS),
        )

    def write(self, finished: Finished) -> pd.DataFrame:
        """Write summary.csv, depth.csv and moves.csv, and the figure where there are two doses and two replicates."""
        assets = 1e3 * shipped_facts()["assets_401k"].value
        p, runs = finished.parameters, finished.runs
        own, foresight = p.policy.layer, p.polls.foresight
        table = summary_table(runs, own, foresight, assets)
        tables = {"summary": table, "depth": depth_curve(runs, own, taus_of(p)), "moves": moves_at_end(runs, own)}
        for name, each in tables.items():
            with replaced_atomically(finished.path / f"{name}.csv") as stream:
                each.to_csv(stream, index=False, lineterminator="\n")
        if table["n"].min() >= 2 and len(finished.design.breadths) >= 2:
            from ..figures.depth import depth_figure
            from ..figures.dose_response import dose_response_figure
            from ..sections.depth import declared_or_largest

            figures, shown = finished.path / "figures", own_rows(table, p)
            formula = closed_form_of_table(p, shown, finished.seed, finished.inputs)
            dose_response_figure({finished.preset: shown}, figures, "dose-response", closed_form=formula)
            depth_figure(declared_or_largest(tables["depth"]), figures, named_depths(p), note=True)
        return table

    def brief(self, finished: Finished) -> str:
        """Return the answer on one screen: three sentences, one table, what was run, and where the rest is."""
        return "\n".join([*_answer(finished), f"Files: {finished.path}; {MORE}", *_failures(finished)])

    def text(self, finished: Finished) -> str:
        """Return the whole printed answer: that of `brief`, then every detail."""
        lines = _answer(finished)
        for part in details(finished):
            lines += [piece for line in ("", *part) for piece in wrapped(line)]
        files = "summary.csv, depth.csv, moves.csv, export/runs.csv, export/cycles.csv, codebook.md, figures/"
        return "\n".join([*lines, "", f"Files: {finished.path}", f"  ({files})", *_failures(finished)])

    def json(self, finished: Finished) -> str:
        """Return the answer for programs."""
        content = {
            "preset": finished.preset,
            "seed": finished.seed,
            "replicates": int(finished.runs["replicate"].nunique()),
            "depth": _records(_read(finished, "depth")),
            "moves": _records(_read(finished, "moves")),
            "contrasts": [_finite(row._asdict()) for row in declared_rows(finished)],
            "closed_form": [_finite({**row._asdict(), "word": row.word}) for row in closed_form_rows(finished)],
            "rules": [_finite(row._asdict()) for row in shipped_rules()],
            "range": [_finite(row._asdict()) for row in shipped()],
            "prior": [_finite(row._asdict()) for row in shipped_prior()],
            "table": _records(finished.table),
            "verdict": verdict_lines(finished),
            "files": str(finished.path),
            "failed": list(finished.reasons),
            "notice": NOTICE,
        }
        return json.dumps(content, indent=2, allow_nan=False)


def _answer(finished: Finished) -> list[str]:
    return first_screen(finished, _read(finished, "depth"), _read(finished, "moves"))


def details(finished: Finished) -> list[list[str]]:
    """Return the parts of the answer that do not fit the first screen, as blocks of lines."""
    p = finished.parameters
    layer, allocation = p.policy.layer, 100.0 * p.exposure.allocation
    parts = [
        [f"Stress test, {layer} layer. Holders have {allocation:g}% of their balance in crypto."],
        depth_lines(finished, _read(finished, "depth")),
        move_lines(_read(finished, "moves")),
        closed_form_lines(closed_form_rows(finished), p),
        rules_lines(shipped_rules()),
        range_lines(shipped()),
        prior_lines(shipped_prior()),
        contrast_lines(finished),
        [] if no_verdict(finished) else dose_lines(finished),
        *block_lines(finished),
        [*LEGEND, *note_lines(finished)],
    ]
    return [part for part in parts if part]


def _failures(finished: Finished) -> list[str]:
    return [f"FAILED {reason}" for reason in finished.reasons]


def _read(finished: Finished, name: str) -> pd.DataFrame:
    """Return a table that `StressAnswer.write` has written."""
    return read_results(finished.path / f"{name}.csv")


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [_finite({str(name): value for name, value in row.items()}) for row in table.to_dict(orient="records")]


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with None for numbers that are not finite, which JSON has not."""
    return {k: (None if isinstance(v, float) and not math.isfinite(v) else v) for k, v in row.items()}
