"""The tables that `moat run --verbose` prints, as a section of the report of a study of one setting."""

from __future__ import annotations

from ...errors import UserError
from ...protocols.contract import Finished
from .. import html
from ..report_parts import Report
from ..text.stress_test import details
from ..text.wording import wrapped
from .depth import refuse_unmeasured


def printed_tables(report: Report) -> list[str]:
    """Return every detail of the printed answer: bands, moves, range of assumptions, contrasts, doses and money.

    UserError in a study of several settings, whose commands print no such tables, and for runs without depth.
    """
    study = report.study
    if not study.study.single_setting:
        raise UserError("only studies of moat run have one setting to print")
    refuse_unmeasured(report.runs)
    finished = Finished(
        path=report.folder,
        preset=study.model.preset,
        parameters=study.parameters,
        design=study.protocol.design(study.declared(study.parameters)),
        seed=study.study.seed,
        runs=report.runs,
        table=report.read("summary.csv"),
        options=study.options,
        inputs=study.inputs,
    )
    return [_preformatted(block) for block in details(finished)]


def _preformatted(block: list[str]) -> str:
    """Return lines as they are printed; a narrow window scrolls them."""
    lines = [piece for line in block for piece in wrapped(line)]
    text = html.text("\n".join(lines))
    return f'<pre tabindex="0" style="overflow-x: auto">{text}</pre>'
