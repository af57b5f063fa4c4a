"""Makes every file of a results folder anew from its ledger, in a temporary folder, and compares the bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import UserError
from ..storage.checksums import digested_files
from ..storage.comparison import difference
from ..storage.folder_files import PAPER
from ..storage.ledger import Ledger
from ..storage.provenance import OUTCOME_PACKAGES, manifest_text
from ..storage.results_folder import MANIFEST, leaves
from ..studies.plan import Plan
from .folder import FROZEN, completed, manifest_of, write_manifest
from .outcome import RecordedState, write_files
from .statement_codebook import ANALYSES

_OF_THE_MACHINE = ("package", "versions")
"""Entries of a manifest that follow from nothing else in the folder."""


class Problem(NamedTuple):
    """One thing that verification found: the file, the place in it ("" for all of it), and what is wrong."""

    file: str
    place: str
    what: str

    def __str__(self) -> str:
        """Return the line of the problem."""
        return ": ".join(part for part in self if part)


def regeneration_problems(
    path: Path, plan: Plan, manifest: Mapping[str, Any], ledger: Ledger, state: RecordedState, *, foreign: bool
) -> Iterator[Problem]:
    """Yield every file of a results folder that is not what the study, the code and the ledger give, byte for byte.

    Analysis and report are made anew if the folder has files of them. Nothing is written in the folder. foreign:
    whether the ledger holds runs that the study does not have.
    """
    present = digested_files(path)
    with tempfile.TemporaryDirectory(prefix="moat-verify-") as temporary:
        anew = Path(temporary) / "anew"
        anew.mkdir()
        wanted = _wanted(manifest, plan, state)
        write_manifest(anew, wanted)
        try:
            write_files(plan, state.analyses, ledger, anew, state.reasons, state.missing)
            _write_the_rest(anew, present)
        except (UserError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            yield Problem("ledger.sqlite", "", f"not every file can be made anew from it: {_line(error)}")
            return
        made = digested_files(anew)
        for name in sorted(present.keys() | made.keys()):
            if name not in made:
                yield Problem(name, "", "no file of this study")
            elif name not in present:
                yield Problem(name, "", "is missing")
            elif name == MANIFEST:
                yield from _manifest_problems(manifest, wanted, (path / MANIFEST).read_bytes(), foreign)
            elif (different := difference(present[name], made[name])) is not None:
                yield Problem(name, *different)


def _wanted(manifest: Mapping[str, Any], plan: Plan, state: RecordedState) -> dict[str, Any]:
    """Return the manifest that study and ledger give, with what only the manifest knows of the machine."""
    wanted = completed(manifest_of(plan.study), plan.study, state.analyses)
    for name in _OF_THE_MACHINE:
        there = manifest.get(name)
        if isinstance(there, dict) and there.keys() == wanted[name].keys():
            # The code hash fixes the versions of these packages, and the kind of machine.
            fixed = {package: wanted[name][package] for package in OUTCOME_PACKAGES if package in wanted[name]}
            wanted[name] = there | fixed
    return wanted


def _manifest_problems(
    manifest: Mapping[str, Any], wanted: Mapping[str, Any], content: bytes, foreign: bool
) -> Iterator[Problem]:
    """Compare manifest and study; foreign rows in the ledger show that the study is the altered one."""
    here, anew = dict(leaves(manifest, "")), dict(leaves(wanted, ""))
    wrong = sorted(name for name in here | anew if here.get(name) != anew.get(name))
    for name in wrong:
        if foreign and name.startswith("study."):
            what = f"{anew.get(name, 'not set')}, but manifest.json says {here.get(name, 'not set')}"
            yield Problem(FROZEN, name.removeprefix("study."), what)
            continue
        yield Problem(
            MANIFEST,
            name,
            f"{here.get(name, 'not set')}, but study.toml, ledger and code give {anew.get(name, 'not set')}",
        )
    if not wrong and content != manifest_text(wanted).encode():
        yield Problem(MANIFEST, "", "the same entries in other bytes")


def _write_the_rest(anew: Path, present: Mapping[str, Path]) -> None:
    from ..reporting.factor_analysis import analyse
    from ..reporting.report import OWN, write_report

    others = present.keys() - digested_files(anew).keys()
    if any(name in ANALYSES for name in others):
        analyse(anew)
        others -= digested_files(anew).keys()
    if any(name.startswith(OWN) for name in others):
        write_report(anew)
    if any(name.startswith(f"{PAPER}/") for name in others):
        from ..paper.build import write_paper

        write_paper(anew)


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0] if not isinstance(error, UserError) else str(error)
