"""What a paper is about: a finished stress test, read from the files of its results folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ...model.parameters.tree import Parameters
from ..errors import UserError
from ..protocols.stress_test.contrasts import ContrastRow, contrast_rows
from ..protocols.stress_test.dose_response import PRIMARY_BREADTH
from ..protocols.stress_test.protocol import StressTest
from ..reporting.point_labels import point_label
from ..studies.reader import BREADTH, VISIBILITY, StudyFile
from ..sweeps.folder import study_in

if TYPE_CHECKING:
    import pandas as pd

VERSION = 2
"""Version of the declared contrasts that the paper reports: three outcomes, severity among them."""
MOST_SETTINGS = 24


class Contrast(NamedTuple):
    """One contrast of the declared breadth with zero: its place in the study, its pairs, a row per outcome.

    setting: place of the setting in `Subject.settings`. own: whether the foresight is that of the study.
    """

    setting: int
    foresight: float
    visibility: float
    own: bool
    pairs: int
    rows: tuple[ContrastRow, ...]

    @property
    def primary(self) -> ContrastRow:
        """Return the row of the primary outcome."""
        return self.rows[0]


@dataclass(frozen=True)
class Setting:
    """One setting of everything but layer, foresight, breadth and visibility: its values, runs and parameters.

    values: factors that differ between settings, by dotted name; empty where there is one setting.
    """

    values: Mapping[str, Any]
    runs: pd.DataFrame
    parameters: Parameters

    @property
    def label(self) -> str:
        """Return the name of the setting, such as "vote effect 2"; "" where there is one setting."""
        return point_label(self.values)

    @property
    def layer(self) -> str:
        """Return the legal layer of the friendly policy."""
        return self.parameters.policy.layer

    @property
    def foresight(self) -> float:
        """Return the foresight of the study itself."""
        return self.parameters.polls.foresight

    @property
    def breadth(self) -> float:
        """Return the breadth of the contrast: the declared one, or the largest where it was not run."""
        breadths = self.runs.loc[self.runs["layer"] == self.layer, "breadth"]
        return PRIMARY_BREADTH if (breadths == PRIMARY_BREADTH).any() else float(breadths.max())


@dataclass(frozen=True)
class Subject:
    """A finished stress test: folder, study, manifest, settings and contrasts."""

    folder: Path
    study: StudyFile
    manifest: Mapping[str, Any]
    settings: tuple[Setting, ...]
    contrasts: tuple[Contrast, ...]

    @property
    def main(self) -> tuple[Contrast, ...]:
        """Return the contrasts at the study's own foresight."""
        return tuple(contrast for contrast in self.contrasts if contrast.own)

    @property
    def declared(self) -> bool:
        """Return whether every contrast is at the breadth that was declared before any run."""
        return all(setting.breadth == PRIMARY_BREADTH for setting in self.settings)


def subject_of(folder: Path) -> Subject:
    """Return the subject of a paper from the files of a results folder.

    Raises UserError in one line for another protocol, for rows that are missing, for a study without a contrast, and
    for more than MOST_SETTINGS settings.
    """
    study, manifest = study_in(folder)
    refuse_other_protocol(folder, study)
    try:
        settings = tuple(_settings(folder, study))
        contrasts = tuple(_contrasts(settings))
    except ValueError as error:
        raise UserError(f"{folder}: no paper can be written: {error}") from error
    if any(contrast.pairs < 2 for contrast in contrasts):
        raise UserError(f"{folder} holds one replicate, which has no error; a paper needs two or more")
    return Subject(folder, study, manifest, settings, contrasts)


def refuse_other_protocol(folder: Path, study: StudyFile) -> None:
    """Raise UserError for a study that is no stress test."""
    name = study.model.protocol
    if not isinstance(study.protocol, StressTest):
        raise UserError(f"{folder} holds a study of protocol {name}; moat paper writes about the protocol stress alone")


def _settings(folder: Path, study: StudyFile) -> Iterator[Setting]:
    from ..statistics.input_checks import refuse_incomplete, refuse_missing_rows
    from ..storage.tables import read_results

    frame = read_results(folder / "export" / "runs.csv")
    refuse_incomplete(frame, ["replicate", "arm"])
    refuse_missing_rows(frame)
    if not (frame["breadth"] > 0.0).any():
        raise UserError(f"{folder} has no arm with exposure; a paper compares breadths above 0 with 0")
    factors = [name for name in study.factor_names if name in frame.columns and name not in (BREADTH, VISIBILITY)]
    differing = [name for name in factors if frame[name].nunique() > 1]
    keys = [name for name in ("point", *differing) if name in frame.columns]
    groups = [rows for _, rows in frame.groupby(keys, sort=False)] if keys else [frame]
    if len(groups) > MOST_SETTINGS:
        raise UserError(f"{folder} holds {len(groups)} settings; a paper shows {MOST_SETTINGS}; moat report has all")
    for rows in groups:
        values = {name: rows[name].iloc[0] for name in factors}
        parameters = study.parameters.with_values(values)
        yield Setting({name: values[name] for name in differing}, rows, parameters)


def _contrasts(settings: tuple[Setting, ...]) -> Iterator[Contrast]:
    for place, setting in enumerate(settings):
        groups: dict[tuple[float, float], list[ContrastRow]] = {}
        for row in contrast_rows(setting.runs, setting.layer, setting.foresight, setting.breadth):
            if row.version == VERSION:
                groups.setdefault((row.foresight, row.visibility), []).append(row)
        pairs = int(setting.runs["replicate"].nunique())
        for (foresight, visibility), rows in groups.items():
            yield Contrast(place, foresight, visibility, foresight == setting.foresight, pairs, tuple(rows))
