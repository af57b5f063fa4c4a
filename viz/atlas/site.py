"""`moat site`: compute an atlas beside its folder, then move it into place."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...agents.source_hash import use_code_named_cache
from ...experiments.errors import UserError
from ...experiments.execution.compiled_kernels import must_compile
from ...experiments.execution.progress import Progress, in_words
from ...experiments.storage.atomic_files import (
    disk_errors_in_one_line,
    is_partial_name,
    partial_file,
    replaced_atomically,
    replaced_folder,
)
from ...experiments.storage.folder_files import refuse_output_inside
from ..scenario import code, version
from .build import DATA, FINISHED, build, finished, hundreds
from .gallery import check_folders, gallery
from .index_page import index_page
from .plain_pages import links, plain_pages
from .plan import Plan, plan_of

MANIFEST = "atlas.json"
"""File by which a folder is known as an atlas."""
MAKER = "moat site"
UNFINISHED = ".unfinished"
"""Ending of the folder beside an atlas that holds its finished presets until all are computed."""
_LOCK = ".lock"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def site(
    out: Path,
    results: Sequence[Path] = (),
    presets: Sequence[str] = (),
    voters: int | None = None,
    films: int | None = None,
    workers: int | None = None,
    packed: bool = False,
    replace: bool = False,
    maps: bool = True,
) -> str:
    """Write an atlas and return the sentence for the terminal. Raises UserError in one line for what is not possible.

    out: the folder, which may exist if it is empty, or with `replace` if it is an atlas. results: results folders for
    the gallery; presets, voters, films, maps: see `Plan`; packed: whether to write OUT.zip too.
    """
    begun = time.monotonic()
    plan = plan_of(presets, voters, films, maps)
    if workers is not None and workers < 1:
        raise UserError(f"--workers {workers} is not possible; allowed: 1 or more")
    archive = out.with_name(f"{out.name}.zip")
    _refuse(out, archive if packed else None, replace)
    check_folders(results)
    # An unknown damage of a results folder is found now, not after minutes of computing.
    shown = gallery(results) if results else {}
    use_code_named_cache()
    with _unfinished(out, plan) as work:
        done = len(finished(work, plan))
        with Progress(len(plan.scenes), "atlas", done=done, compiling=must_compile()) as progress:
            for _ in build(work, plan, workers):
                progress.advance()
        entries = finished(work, plan)
        with replaced_folder(out) as folder:
            (folder / DATA).mkdir()
            for name in data_files(entries):
                shutil.copyfile(work / DATA / name, folder / DATA / name)
            pages = {
                "index.html": index_page(entries, links(bool(results))),
                **plain_pages(hundreds(work, entries), shown),
            }
            for name, text in pages.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text, encoding="utf-8", newline="\n")
            _write_manifest(folder, plan, entries)
    shutil.rmtree(work)
    if packed:
        _write_zip(out, archive)
    return _summary(out, entries, time.monotonic() - begun)


def _refuse(out: Path, archive: Path | None, replace: bool) -> None:
    """Raise UserError if writing would touch anything but an empty folder, or with `replace` an atlas."""
    refuse_output_inside(out)
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UserError(f"{out} is not a folder; choose another one")
    if out.is_dir() and any(out.iterdir()):
        if not _is_atlas(out):
            raise UserError(f"{out} is not empty and holds no atlas; choose another folder")
        if not replace:
            raise UserError(f"{out} holds an atlas; --replace writes it anew")
    if archive is not None and archive.exists() and not replace:
        raise UserError(f"{archive} exists; --replace writes it anew")


def _is_atlas(folder: Path) -> bool:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return bool(json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("made_by") == MAKER)
    return False


@contextlib.contextmanager
def _unfinished(out: Path, plan: Plan) -> Iterator[Path]:
    """Yield the folder of finished presets, alone in it; one of another plan is emptied first."""
    import filelock

    work = out.with_name(f"{out.name}{UNFINISHED}")
    foreign = [file.name for file in _listed(work) if _is_foreign(file.name)]
    if work.exists() and not _is_atlas(work) and foreign:
        raise UserError(f"{work} is in the way; move it, since the atlas is computed there")
    with disk_errors_in_one_line(work):
        work.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(work / _LOCK)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout as error:
            raise UserError(f"another moat site is writing {out}") from error
        with lock:
            if not _is_of(work, plan):
                for name in (DATA, FINISHED):
                    shutil.rmtree(work / name, ignore_errors=True)
                _write_manifest(work, plan, {})
            yield work


def _listed(work: Path) -> list[Path]:
    return list(work.iterdir()) if work.is_dir() else [work]


def _is_foreign(name: str) -> bool:
    """Return whether a file is none that a killed `moat site` leaves before it has written its manifest."""
    return name != _LOCK and not is_partial_name(name)


def _is_of(work: Path, plan: Plan) -> bool:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return bool(json.loads((work / MANIFEST).read_text(encoding="utf-8"))["identity"] == plan.identity)
    return False


def data_files(entries: dict[str, Any]) -> list[str]:
    """Return the names of all data files, the film of the first preset first."""
    names = [name for entry in entries.values() for name in (*entry["films"].values(), *entry["answers"].values())]
    return [f"{name}.js" for name in dict.fromkeys(names)]


def _write_manifest(folder: Path, plan: Plan, entries: dict[str, Any]) -> None:
    content = {
        "made_by": MAKER,
        "version": version(),
        "code": code(),
        "identity": plan.identity,
        "presets": list(entries),
    }
    with replaced_atomically(folder / MANIFEST) as stream:
        json.dump(content, stream, indent=1)
        stream.write("\n")


def _write_zip(folder: Path, archive: Path) -> None:
    """Write all files of a folder into an archive whose bytes depend on the files alone."""
    with partial_file(archive) as stream, zipfile.ZipFile(stream, "w") as packed:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = (Path(folder.name) / file.relative_to(folder)).as_posix()
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.external_attr, entry.create_system = 0o644 << 16, 3
            packed.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED, 9)


def _summary(out: Path, entries: dict[str, Any], seconds: float) -> str:
    size = sum(file.stat().st_size for file in out.rglob("*") if file.is_file())
    first = (out / "index.html").stat().st_size + (out / DATA / data_files(entries)[0]).stat().st_size
    films = sum(len(entry["films"]) for entry in entries.values())
    return (
        f"{out / 'index.html'}: {len(entries)} presets, {films} films, {size / 1e6:.1f} MB, first view "
        f"{first / 1e6:.2f} MB, in {in_words(seconds)}. It plays from disk and from any web server."
    )
