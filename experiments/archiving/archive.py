"""Zip file of a results folder (`moat archive`): an RO-Crate that can be run again. Equal contents give equal bytes."""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import shutil
import zipfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import UserError
from ..paper.citation import bibtex
from ..storage.atomic_files import partial_file
from ..storage.checksums import CHECKSUMS, file_digest, refuse_altered
from ..storage.folder_files import FROZEN, INPUTS, LEDGER_SIDE_FILES, PAPER, refuse_output_inside, results_files
from ..storage.results_folder import LEDGER, check_ledger, hold, recorded_ledger
from ..studies.reader import StudyFile
from ..sweeps.folder import refuse_changed_code, study_in
from ..sweeps.statement_codebook import ANALYSES
from . import software
from .contents import description_of
from .crate import METADATA, Crate, CrateFile, Licence, crate_text

RESULTS = "results"
"""Folder of the archive that holds the results folder."""
_REQUIREMENTS, _LICENCE, _README, _SCRIPT = "requirements.txt", "LICENSE", "README.md", "reproduce.sh"
_ANALYSIS = frozenset({"salib", "scikit-learn", "statsmodels"})
"""Packages of the extra "analysis", without which an analysis is left out of report and tables."""
_STORED = frozenset({".parquet", ".png", ".pdf", ".whl", ".zip"})
_CHUNK = 1 << 20
_SPDX = "https://spdx.org/licenses"
_NO_LICENCE = Licence(
    "#data-licence",
    "No licence chosen",
    "The authors of the study have not chosen a licence for its data; the software has its own, in LICENSE.",
)


class _Content(NamedTuple):
    """Everything in an archive: files of the results folder by their place, and texts made for it."""

    files: Mapping[str, Path]
    made: Mapping[str, bytes]


def archive_folder(path: Path, out: Path | None = None, licence: str | None = None) -> str:
    """Check a results folder and pack it with its software as an RO-Crate; return a line: file, size, digest.

    licence: SPDX identifier of the data's licence. Litter of file browsers is left out. Raises UserError if files were
    changed since the export, the ledger is damaged or not closed, a coordinator is at work in the folder, or other code
    than this made it.
    """
    chosen = _licence(licence)
    study, manifest = study_in(path)
    refuse_changed_code(path, manifest)
    target = out or path.with_name(f"{path.name}.zip")
    refuse_output_inside(target)
    with hold(path):
        refuse_altered(path)
        check_ledger(path)
        if any((path / name).exists() for name in LEDGER_SIDE_FILES):
            raise UserError(f"{path / LEDGER} was left open by a command that was killed; moat export {path} closes it")
        size = _pack(_content(path, study, manifest, chosen), target)
    return f"{target}: {size:,} bytes, sha256 {file_digest(target)}"


def _licence(identifier: str | None) -> Licence:
    if identifier is None:
        return _NO_LICENCE
    if re.fullmatch(r"[A-Za-z0-9.+-]+", identifier) is None:
        raise UserError(f"--license {identifier!r} is not possible; allowed: an SPDX identifier, such as CC-BY-4.0")
    return Licence(f"{_SPDX}/{identifier}", identifier, "Licence of the data of this study.")


def _content(path: Path, study: StudyFile, manifest: Mapping[str, Any], licence: Licence) -> _Content:
    files = {f"{RESULTS}/{file.relative_to(path).as_posix()}": file for file in results_files(path)}
    made = {
        software.wheel_name(): software.wheel(),
        _REQUIREMENTS: software.requirements_text().encode(),
        _LICENCE: software.licence().encode(),
        "CITATION.cff": software.citation_file().encode(),
        "codemeta.json": software.codemeta_text().encode(),
        _SCRIPT: _script(files, study, manifest).encode(),
        _README: b"",  # its table lists every file, itself included
    }
    made[_README] = _readme(path, sorted({*files, *made, METADATA, CHECKSUMS}), study, manifest, licence).encode()
    sizes = {name: file.stat().st_size for name, file in files.items()} | {n: len(text) for n, text in made.items()}
    digests = {name: file_digest(file) for name, file in files.items()}
    digests |= {name: hashlib.sha256(text).hexdigest() for name, text in made.items()}
    crate = Crate(
        title=_title(study),
        description=f"Data, code and environment of a study with political-moat: {study.study.name}.",
        published=_published(path),
        licence=licence,
        version=str(manifest["package"]["version"]),
        software_licence=_LICENCE,
        requirements=_REQUIREMENTS,
        study=f"{RESULTS}/{FROZEN}",
        inputs=[name for name in files if name.startswith(f"{RESULTS}/{INPUTS}/")],
    )
    # The list of checksums holds the digest of the description, which therefore gives no size of that list.
    described = [CrateFile(name, size, description_of(name)) for name, size in sizes.items()]
    made[METADATA] = crate_text(crate, [*described, CrateFile(CHECKSUMS, None, description_of(CHECKSUMS))]).encode()
    digests[METADATA] = hashlib.sha256(made[METADATA]).hexdigest()
    made[CHECKSUMS] = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()
    return _Content(files, made)


def _title(study: StudyFile) -> str:
    return f"political-moat: {study.study.title or study.study.name}"


def _published(path: Path) -> str:
    """Return the day of SOURCE_DATE_EPOCH, else the day on which the results were last written (UTC)."""
    text = os.environ.get("SOURCE_DATE_EPOCH", "")
    seconds = int(text) if text.isdecimal() else (path / CHECKSUMS).stat().st_mtime
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).date().isoformat()


def _filled(template: str, values: Mapping[str, object]) -> str:
    text = resources.files(__package__).joinpath(template).read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    return text


def _script(files: Mapping[str, Path], study: StudyFile, manifest: Mapping[str, Any]) -> str:
    wheel = software.wheel_name()
    plugins = [attachment.path.read_bytes() for attachment in study.attachments() if attachment.name.endswith(".py")]
    further = software.packages_of_plugins(plugins) if plugins else []
    reported = f"{RESULTS}/report.html" in files
    options = [] if reported else ["--no-report"]
    if study.engine.kind == "dask":
        options += ["--engine", "process"]
    analysed = any(f"{RESULTS}/{name}" in files for name in ANALYSES)
    written = any(name.startswith(f"{RESULTS}/{PAPER}/") for name in files)
    installed = {name.lower() for name in software.installed_packages()}
    extras = "[analysis]" if (reported or analysed) and installed >= _ANALYSIS else ""
    values = {
        "PYTHON": f"Python {manifest['versions']['python']}",
        "WHEEL": wheel,
        "PACKAGES": " ".join([f'-c "$here/{_REQUIREMENTS}" "$here/{wheel}{extras}"', *further]),
        "OPTIONS": "".join(f" {option}" for option in options),
        "ANALYSE": "".join(
            f'moat {command} "$work/results" > "$work/{command}.txt" || exit 2\n'
            for command, wanted in (("analyze", analysed), ("paper", written))
            if wanted
        ),
    }
    return _filled(_SCRIPT, values)


def _readme(path: Path, names: list[str], study: StudyFile, manifest: Mapping[str, Any], licence: Licence) -> str:
    rows = {name: description_of(name) for name in names}
    folders = {f"{RESULTS}/figures/": "Figures, each with a csv of the numbers drawn", f"{RESULTS}/tables/": "LaTeX"}
    with recorded_ledger(path) as ledger:
        runs = ledger.count()
    shown = {name: text for name, text in rows.items() if not name.startswith(tuple(folders))}
    shown |= {name: text for name, text in folders.items() if any(inner.startswith(name) for inner in names)}
    values = {
        "TITLE": _title(study),
        "CONTENTS": "\n".join(f"| `{name}` | {text} |" for name, text in sorted(shown.items())),
        "PYTHON": manifest["versions"]["python"],
        "SYSTEM": manifest["platform"]["system"],
        "MACHINE": manifest["platform"]["machine"],
        "RUNS": f"{runs:,}",
        "SEED": manifest["seed"],
        "CODE": manifest["code_hash"],
        "OTHERS": _others(),
        "LICENCE": _licence_line(licence),
        "BIBTEX": bibtex(),
    }
    return _filled(_README, values)


def _others() -> str:
    packages = ", ".join(f"{name} {version}" for name, version in software.packages_from_elsewhere().items())
    return f"- Not from a package index, so `reproduce.sh` does not install them: {packages}.\n" if packages else ""


def _licence_line(licence: Licence) -> str:
    if licence is _NO_LICENCE:
        return "No licence was chosen for the data."
    return f"The data has the licence {licence.name}."


def _pack(content: _Content, target: Path) -> int:
    with (
        partial_file(target) as partial,
        zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
    ):
        for name in sorted({*content.files, *content.made}):
            info = zipfile.ZipInfo(name, software.ZIP_TIME)
            info.compress_type = zipfile.ZIP_STORED if Path(name).suffix in _STORED else zipfile.ZIP_DEFLATED
            info.external_attr = (0o755 if name == _SCRIPT else 0o644) << 16
            if name in content.made:
                archive.writestr(info, content.made[name])
                continue
            with content.files[name].open("rb") as stream, archive.open(info, "w", force_zip64=True) as member:
                shutil.copyfileobj(stream, member, _CHUNK)
    return target.stat().st_size
