"""Studies from Python: `Study.from_toml(path).run().frame("runs")`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..agents.notebook_table import notebook_table
from .errors import UserError
from .storage.folder_files import is_results_folder, refuse_input_inside
from .studies.reader import StudyFile, parse_study, read_study
from .study_text import Progress, progress_of, study_line, study_rows

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ..model.parameters.tree import Parameters
    from .execution.futures_pool import Submits

EXPORTED = ("runs", "cycles", "series", "points")


class Study:
    """A study: the content of a study file, and its results folder.

    File, folder and rows are those of `moat sweep`: either can resume what the other began.

    >>> study = Study.from_text('''
    ... [study]
    ... name = "visibility"
    ... [model]
    ... voters = 300
    ... [factors."exposure.breadth"]
    ... levels = [0.0, 0.3]
    ... [factors."exposure.visibility"]
    ... levels = [0.0, 1.0]
    ... [factors."voting.asset_vote_effect"]
    ... levels = [1.0, 2.0]
    ... [replicates]
    ... min = 40
    ... ''', out="results/visibility")
    >>> print(study.progress)
    not started
    >>> study.tables
    ('runs', 'cycles', 'points', 'summary')

    Then `study.run()` computes it, `study.table("reversed")` has a row for each design point,
    `study.plot(x="exposure.breadth", by="exposure.visibility")` draws it, and `study.frame("runs")` has a row for each
    run, with the factors as columns. A notebook shows the study itself as a table.
    """

    def __init__(self, file: StudyFile, out: Path | str | None = None) -> None:
        """Take a checked study file; `out` is the results folder (default results/NAME, made by `run`)."""
        self.file = file
        self.path = Path(out) if out is not None else Path("results") / file.study.name

    @classmethod
    def from_toml(cls, path: Path | str, out: Path | str | None = None) -> Study:
        """Read a study file, or the study.toml of a results folder. UserError holds a line per mistake."""
        place = Path(path)
        if out is None and is_results_folder(place):
            out = place
        study = cls(read_study(place), out)
        refuse_input_inside(place, study.path)
        return study

    @classmethod
    def from_text(cls, text: str, out: Path | str | None = None) -> Study:
        """Check the text of a study file. UserError holds a line per mistake."""
        return cls(parse_study(text), out)

    @property
    def name(self) -> str:
        """Return the name of the study."""
        return self.file.study.name

    @property
    def parameters(self) -> Parameters:
        """Return the tree of parameters from which every design point starts."""
        return self.file.parameters

    @property
    def progress(self) -> Progress:
        """Return how far the results folder is: `state` and `counts`. Never raises."""
        return progress_of(self.file, self.path)

    def __repr__(self) -> str:
        """Return name, design, replicates, progress and folder in one line."""
        return f"<Study {study_line(self.file, self.path)}>"

    def _repr_html_(self) -> str:
        return notebook_table(f"Study {self.name}", study_rows(self.file, self.path, self.tables))

    def run(
        self,
        *,
        workers: int | None = None,
        engine: str | None = None,
        address: str | None = None,
        executor: Submits | None = None,
        quiet: bool = True,
        retry: bool = False,
        report: bool = True,
    ) -> Study:
        """Run or resume, export, write the report, and return the study itself.

        workers, engine ("serial", "process", "dask") and address (of a Dask scheduler) replace the file's values.
        executor: an executor like those of concurrent.futures, which takes the place of an engine and stays open;
        workers is then the number of its workers. retry: run failed replicates again. report: False leaves out
        report.html, its figures and tables.
        Raises UserError, and RuntimeError naming the runs that failed, after all others were run and exported.
        """
        from ..agents.source_hash import use_code_named_cache

        use_code_named_cache()
        from .execution.engine import Engine
        from .reporting.text.sweep import report_line
        from .sweeps.run import run_study

        if executor is not None and (engine is not None or address is not None):
            raise UserError("executor takes the place of engine and address; give one of them")
        if executor is not None:
            chosen = Engine.on(executor, self.file.engine, workers)
        else:
            chosen = Engine.of(self.file.engine, kind=engine, workers=workers, address=address)
        outcome = run_study(self.file, self.path, chosen, quiet=quiet, retry=retry)
        if report:
            report_line(outcome)
        if outcome.failed:
            raise RuntimeError("\n".join(outcome.reasons))
        return self

    def frame(self, table: str = "runs") -> pd.DataFrame:
        """Return a table of the results as a pandas frame: "runs", "cycles", "series", "points" or "summary".

        Which of these a study has, and which table of its own, depends on its protocol: see `tables`. Raises
        UserError if the study has not been run, the file was changed since, or there is no such table.
        """
        import pandas as pd

        from .storage.checksums import refuse_altered
        from .storage.tables import arrow_source, read_results

        if table not in self.tables:
            raise UserError(f"there is no table {table!r}; allowed: {', '.join(self.tables)}")
        exported = table in EXPORTED
        file = self.path / "export" / f"{table}.parquet" if exported else self.path / f"{table}.csv"
        if not file.is_file():
            raise UserError(f"{self.path} has no {file.name}; run the study first")
        refuse_altered(self.path, only=[file.relative_to(self.path).as_posix()])
        try:
            if not exported:
                return read_results(file)
            with arrow_source(file) as source:
                return pd.read_parquet(source)
        except (OSError, ValueError) as error:
            raise UserError(f"{file} cannot be read ({error}); moat export {self.path} writes it anew") from error

    def table(self, outcome: str | None = None) -> pd.DataFrame:
        """Return the effect of exposure at every design point: a row each, with its factors, sorted by their values.

        outcome: one of the study's, such as "reversed"; None for those of the report. Columns as in summary.csv:
        pairs, p_OUTCOME_zero and p_OUTCOME (without and with exposure), rd_OUTCOME (paired difference), its 95% limits
        and its Monte Carlo error. Raises UserError if the study has not been run, a file was changed since, or the
        protocol compares no doses.
        """
        from .study_plots import effect_table

        return effect_table(self.file, self.path, outcome)

    def plot(
        self,
        x: str = "exposure.breadth",
        by: str | Sequence[str] | None = None,
        outcome: str = "",
        where: Mapping[str, Any] | None = None,
    ) -> Figure:
        """Return a matplotlib figure of the paired difference of an outcome against a factor, with 95% intervals.

        by: one factor or several, whose values are curves (the first besides x if None); every other factor gives
        panels, or is held at a value by `where`. outcome: one of the study's, "depth" for the depth curve, or "" for
        the first. Figure and numbers are those of `moat figure`. Raises UserError as `table` does.
        """
        from .study_plots import plot

        return plot(self.path, x, by, outcome, where)

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the names of the tables that `frame` can return."""
        protocol = self.file.protocol
        own = protocol.own_table()
        single = self.file.study.single_setting and protocol.answer() is not None
        present = {
            "runs": True,
            "cycles": bool(protocol.cycle_columns()),
            "series": self.file.inputs.series is not None,
            "points": not single,
            "summary": single or bool(protocol.summary_events or protocol.summary_means),
        }
        return (*(name for name, there in present.items() if there), *([own.name] if own else []))
