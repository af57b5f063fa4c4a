"""Writes the folder `paper` of a finished study: text, macros, tables, figures, references, checklists."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..errors import UserError
from ..storage.atomic_files import replaced_folder
from ..storage.checksums import refuse_altered, renewed_checksums
from ..storage.folder_files import PAPER
from ..storage.results_folder import hold, read_own_manifest, recorded_ledger
from ..studies.plan import Plan
from ..studies.reader import read_study
from ..sweeps.folder import refuse_changed_code
from ..sweeps.outcome import recorded_state
from .figures import draw_figures, figures_text
from .numbers import macros_of
from .sentences import abstract_text, result_text
from .shipped import measured_here
from .subject import Subject, refuse_other_protocol, subject_of
from .tables import tables_of

TEMPLATES = Path(__file__).with_name("templates")
COMPILE = "pdflatex paper && bibtex paper && pdflatex paper && pdflatex paper && pdflatex paper"
"""What makes paper.pdf, in the folder of the paper."""
_CAPTIONS = {"dose-response": r"\DoseCaption{}", "depth": r"\DepthCaption{}"}


def build_paper(folder: Path, *, force: bool = False) -> Path:
    """Write FOLDER/paper of a finished stress test and renew the checksums; return the path of paper.tex.

    force: replace a paper that is there. Raises UserError in one line for other protocols, parts of a study, folders
    of other code, unfinished studies, altered files, and a paper that is there without force.
    """
    content = read_own_manifest(folder)
    study = read_study(folder)
    refuse_other_protocol(folder, study)
    if "shard" in content["request"]:
        raise UserError(f"{folder} is a part of a study; moat merge makes the whole")
    refuse_changed_code(folder, content)
    target = folder / PAPER
    if target.exists() and not force:
        raise UserError(f"{target} is there already, perhaps with changes of yours; --force replaces it")
    with hold(folder):
        with recorded_ledger(folder) as ledger:
            state = recorded_state(Plan(study), ledger)
        absent = state.missing + len(state.reasons)
        if absent:
            what = f"{absent} {study.protocol.units if absent != 1 else study.protocol.unit} missing"
            raise UserError(f"{folder} is not finished: {what}; moat sweep {folder} runs what is missing")
        refuse_altered(folder, but=(f"{PAPER}/",))
        with renewed_checksums(folder):
            return write_paper(folder)


def write_paper(folder: Path) -> Path:
    """Write FOLDER/paper from the files of a results folder, all of it in one step; return the path of paper.tex."""
    subject = subject_of(folder)
    with replaced_folder(folder / PAPER) as paper:
        texts = _generated(subject)
        drawn = draw_figures(subject, paper / "figures")
        texts |= {f"parts/figures-{kind}.tex": figures_text(drawn, kind, text) for kind, text in _CAPTIONS.items()}
        for name, text in texts.items():
            file = paper / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        for template in sorted(file for file in TEMPLATES.iterdir() if file.suffix in (".bib", ".tex")):
            shutil.copyfile(template, paper / template.name)
    return folder / PAPER / "paper.tex"


def _generated(subject: Subject) -> dict[str, str]:
    """Return the text of every file that depends on the study, by its name in the paper's folder."""
    macros = macros_of(subject)
    parts = {"abstract": abstract_text(subject), "result": result_text(subject), "shipped": _shipped_text()}
    texts = {"numbers.tex": "\n".join(macros.lines()) + "\n"}
    texts |= {f"parts/{name}.tex": text for name, text in parts.items()}
    return texts | {f"tables/{name}.tex": text for name, text in tables_of(subject).items()}


def _shipped_text() -> str:
    """Return the sentence about the code that measured the shipped tables."""
    if measured_here():
        return "The shipped tables were measured with the model's present sources.\n"
    return (
        "The shipped tables were measured with earlier sources of the model than those of this study; measure them "
        "again before you cite them.\n"
    )
