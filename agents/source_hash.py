"""Hash of the sources that decide outcomes, and a numba cache folder named by it.

numba's cache checks only the file of a kernel: after an edit of a helper or a constant in another file, the next run
reuses the old compiled code. A folder named by the hash of every source cannot go stale.

Uses the standard library only, and imports nothing from the packages that are hashed.
"""

from __future__ import annotations

import functools
import getpass
import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

COMPILER_PACKAGES = ("numba", "numpy")
"""Distributions whose versions are part of the hash, because the results of kernels depend on them."""
SHORT = 16
"""Length of a short hash, in characters."""
APPLICATION = "political-moat"
_KEPT_DAYS = 30
MARKER = "political-moat-kernels"
"""Name of a file in every cache folder of this package; folders without it are never removed."""
_ROOT = __name__.partition(".")[0]


def short(digest: str) -> str:
    """Return the first 16 characters of a hex digest, for names of folders and messages."""
    return digest[:SHORT]


def sources_under(folder: Path, name: str) -> dict[str, bytes]:
    """Return the sources of one package folder: every *.py, and the *.csv of folders called `calibration`.

    Keys are names relative to the package ("agents/draws.py"), the same for a wheel and an editable install. Newlines
    are normalised, so that a checkout on Windows has the same hash. Raises FileNotFoundError for a missing folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"the sources of {name} are not at {folder}; the code has no hash without them")
    sources: dict[str, bytes] = {}
    for parent, folders, files in os.walk(folder):
        place = Path(parent).relative_to(folder)
        # model/api is installed as the package itself: `public_door` reads it under one name.
        folders[:] = [f for f in folders if f.isidentifier() and f != "__pycache__" and (name, f) != ("model", "api")]
        for file in files:
            if file.endswith(".py") or (file.endswith(".csv") and Path(parent).name == "calibration"):
                sources[Path(name, place, file).as_posix()] = normalised(Path(parent, file))
    return sources


def normalised(file: Path) -> bytes:
    """Return the contents of a source file with line feeds as newlines."""
    return file.read_bytes().replace(b"\r\n", b"\n")


def public_door() -> dict[str, bytes]:
    """Return the sources of the package's own `__init__` and its neighbours, by their names in the repository."""
    spec = importlib.util.find_spec(_ROOT)
    if spec is None or spec.origin is None:  # a namespace package without files
        return {}
    return {f"model/api/{file.name}": normalised(file) for file in Path(spec.origin).parent.glob("*.py")}


def model_sources() -> dict[str, bytes]:
    """Return the sources of agents/, model/ and model/api/, by package-relative name."""
    spec = importlib.util.find_spec(f"{_ROOT}.model")
    places = [Path(place) for place in (spec.submodule_search_locations or ())] if spec is not None else []
    # An editable install adds a place that is no folder; without any folder, sources_under raises.
    model = next((place for place in places if place.is_dir()), Path(__file__).parent.parent / "model")
    return sources_under(Path(__file__).parent, "agents") | sources_under(model, "model") | public_door()


def versions(distributions: Iterable[str]) -> dict[str, str]:
    """Return installed versions by distribution name, importing none; "not installed" for absent ones."""
    installed: dict[str, str] = {}
    for distribution in distributions:
        try:
            installed[distribution] = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            installed[distribution] = "not installed"
    return installed


def digest_of(sources: Mapping[str, bytes], installed: Mapping[str, str]) -> str:
    """Return the sha256 (64 hex characters) of names, contents and versions, in the order of the names."""
    digest = hashlib.sha256()
    entries = dict(sources) | {f"version of {name}": version.encode() for name, version in installed.items()}
    for name in sorted(entries):
        # The length is hashed too, so that text moved from one file to the next changes the digest.
        digest.update(f"{name}\0{len(entries[name])}\0".encode())
        digest.update(entries[name])
    return digest.hexdigest()


@functools.cache
def kernel_code_hash() -> str:
    """Return the sha256 of agents/, model/ and the numba and numpy versions; read once per process."""
    return digest_of(model_sources(), versions(COMPILER_PACKAGES))


def use_code_named_cache() -> Path:
    """Point numba's cache at a user cache folder named by `kernel_code_hash`; return that folder.

    Call it before the first module with kernels is imported; numba itself may be imported already. With
    NUMBA_CACHE_DIR set, the folder lies inside that one. An unwritable place falls back to the temporary folder.
    """
    folder = _writable(short(kernel_code_hash()))
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    numba = sys.modules.get("numba")
    if numba is not None:
        numba.config.CACHE_DIR = str(folder)
    return folder


def _cache_root() -> Path:
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    if chosen:
        # Set by a parent process of this package: use the folder beside it, not inside it.
        return Path(chosen).parent if _is_cache(Path(chosen)) else Path(chosen, APPLICATION)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base, APPLICATION)


def _writable(name: str) -> Path:
    # Path.home raises RuntimeError for a user number without an entry, as containers have.
    with suppress(OSError, RuntimeError):
        return _prepared(_cache_root() / name)
    return _prepared(temporary_folder() / name)


def temporary_folder() -> Path:
    """Return a folder below the system's temporary one that only this user can write to; the same at every call."""
    with suppress(OSError):
        user = os.getuid() if hasattr(os, "getuid") else getpass.getuser()
        shared = Path(tempfile.gettempdir(), f"{APPLICATION}-{user}")
        shared.mkdir(mode=0o700, exist_ok=True)
        if _is_ours(shared) and os.access(shared, os.W_OK):
            return shared
    return _new_temporary_folder()


@functools.cache
def _new_temporary_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix=f"{APPLICATION}-"))


def _is_ours(folder: Path) -> bool:
    """Return whether only this user can write to a folder: loading numba's cache runs the code in it."""
    if not hasattr(os, "getuid"):
        return True
    known = folder.lstat()
    return known.st_uid == os.getuid() and not known.st_mode & 0o022


def _prepared(folder: Path) -> Path:
    fresh = not folder.is_dir()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):  # fails if the folder is not writable
        (folder / MARKER).touch()
    os.utime(folder)
    if fresh:
        _remove_old(folder.parent)
    return folder


def _remove_old(root: Path) -> None:
    """Remove marked cache folders that were not used for a month: every edit of a source makes a new one."""
    for folder in root.iterdir():
        with suppress(OSError):
            old = time.time() - folder.stat().st_mtime > _KEPT_DAYS * 86_400
            if old and _is_cache(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_cache(folder: Path) -> bool:
    """Return whether this package made a folder: it holds the marker and is named by a hash; neither is a link."""
    named = len(folder.name) == SHORT and set(folder.name) <= set("0123456789abcdef")
    marker = folder / MARKER
    return named and not folder.is_symlink() and not marker.is_symlink() and marker.is_file()
