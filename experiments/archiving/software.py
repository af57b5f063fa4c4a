"""The software that made results, as files of an archive: wheel, package versions, licence, citation."""

from __future__ import annotations

import ast
import base64
import hashlib
import importlib.metadata
import importlib.util
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from ...agents.source_hash import APPLICATION
from ..errors import UserError
from ..paper.citation import RELEASED, TITLE, codemeta
from ..plugins.entry_points import GROUPS

PACKAGE = "political_moat"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""Time of every file in a zip file: equal contents give equal bytes."""
_ORIGIN = "direct_url.json"
"""File by which pip records that a package came from a place of the user."""
_TOOLS = frozenset({"pip", "setuptools", "wheel"})
_WHEEL = "Wheel-Version: 1.0\nGenerator: political-moat\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def distribution() -> importlib.metadata.Distribution:
    """Return the installed distribution of this software. Raises UserError if it is not installed."""
    try:
        return importlib.metadata.distribution(APPLICATION)
    except importlib.metadata.PackageNotFoundError as error:
        raise UserError(
            f"{APPLICATION} runs without being installed; install it with pip to archive its code"
        ) from error


def wheel_name() -> str:
    """Return the file name of the wheel."""
    return f"{PACKAGE}-{distribution().version}-py3-none-any.whl"


def wheel() -> bytes:
    """Return a wheel of the code that runs here, from its own files, installed or editable; the same bytes each time.

    pip can build a wheel from a source tree alone; an archive must also hold code that was installed from a wheel.
    """
    own = distribution()
    info = f"{PACKAGE}-{own.version}.dist-info"
    contents = dict(_package_files()) | {
        f"{info}/METADATA": _metadata_text(own).encode(),
        f"{info}/WHEEL": _WHEEL.encode(),
        f"{info}/entry_points.txt": (own.read_text("entry_points.txt") or "").encode(),
        f"{info}/licenses/LICENSE": licence().encode(),
    }
    record = f"{info}/RECORD"
    lines = [f"{name},sha256={_record_digest(content)},{len(content)}" for name, content in contents.items()]
    contents[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return stream.getvalue()


def _record_digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _package_files() -> Iterator[tuple[str, bytes]]:
    """Yield every file of the package by its place in a wheel, sorted."""
    door = importlib.util.find_spec(PACKAGE)
    if door is None or door.origin is None:
        raise UserError(f"the sources of {APPLICATION} are not here; install it with pip to archive its code")
    for file in sorted(Path(door.origin).parent.iterdir()):
        if file.is_file():
            yield f"{PACKAGE}/{file.name}", file.read_bytes()
    for part in ("agents", "experiments", "model", "viz"):
        spec = importlib.util.find_spec(f"{PACKAGE}.{part}")
        if spec is None:
            raise UserError(f"{PACKAGE}.{part} is not installed; install {APPLICATION} again to archive its code")
        # An editable install adds a place that is no folder.
        root = next(path for place in spec.submodule_search_locations or () if (path := Path(place)).is_dir())
        # model/api is installed as the package itself.
        inside = (file.relative_to(root) for file in sorted(root.rglob("*")) if file.is_file())
        for place in inside:
            if _is_source(place) and (part, place.parts[0]) != ("model", "api"):
                yield f"{PACKAGE}/{part}/{place.as_posix()}", (root / place).read_bytes()


def _is_source(place: Path) -> bool:
    return place.suffix != ".pyc" and not any(part == "__pycache__" or part.startswith(".") for part in place.parts)


def _metadata_text(own: importlib.metadata.Distribution) -> str:
    return own.read_text("METADATA") or own.read_text("PKG-INFO") or ""


def licence() -> str:
    """Return the text of the software's licence. Raises UserError if the installation lacks it."""
    own = distribution()
    for name in ("licenses/LICENSE", "LICENSE"):
        text = own.read_text(name)
        if text:
            return text
    beside = Path(str(own.locate_file("LICENSE")))  # a source tree holds it next to its metadata
    if beside.is_file():
        return beside.read_text(encoding="utf-8")
    raise UserError(f"the licence of {APPLICATION} is not installed; install it again with pip to archive its code")


def installed_packages() -> dict[str, str]:
    """Return the version of every other installed package by its name, in the order of the names.

    Of two installations of one package, the one that Python imports counts. pip, setuptools and wheel are left out.
    """
    versions: dict[str, tuple[str, str]] = {}
    for package in importlib.metadata.distributions():
        name = package.metadata["Name"]
        if name and re.fullmatch(r"[\w.!+-]+", package.version or ""):
            versions.setdefault(re.sub(r"[-_.]+", "-", name).lower(), (name, package.version))
    own = {APPLICATION, *_TOOLS}
    return {name: version for plain, (name, version) in sorted(versions.items()) if plain not in own}


def packages_from_elsewhere() -> dict[str, str]:
    """Return version by name of the packages that pip took from a folder, a file or a repository, not from an index."""
    packages = importlib.metadata.distributions()
    others = {package.metadata["Name"] for package in packages if package.read_text(_ORIGIN)}
    return {name: version for name, version in installed_packages().items() if name in others}


def requirements_text() -> str:
    """Return requirements.txt: every installed package in its version, without places.

    A package that did not come from an index stands there as a comment, because pip could not find it.
    """
    elsewhere = packages_from_elsewhere()
    packages = ((f"{name}=={version}", name in elsewhere) for name, version in installed_packages().items())
    return "".join(f"# {line}: not from a package index\n" if other else f"{line}\n" for line, other in packages)


def packages_of_plugins(sources: Iterable[bytes]) -> list[str]:
    """Return the installed packages that plug-ins import, and those that offer plug-ins by entry points."""
    names: set[str] = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module or "")
    owners = importlib.metadata.packages_distributions()
    packages = {owner for name in names for owner in owners.get(name.partition(".")[0], ())}
    points = importlib.metadata.entry_points()
    packages |= {point.dist.name for group in GROUPS for point in points.select(group=group) if point.dist is not None}
    packages -= packages_from_elsewhere().keys()
    return [name for name in installed_packages() if name in packages]


def codemeta_text() -> str:
    """Return codemeta.json; identifier and repository are left out until the software has them."""
    return json.dumps(codemeta(), indent=2, ensure_ascii=False) + "\n"


def citation_file() -> str:
    """Return CITATION.cff of this version; identifier and repository are left out until the software has them."""
    known = codemeta()
    fields = {
        "cff-version": "1.2.0",
        "message": "If you use this software, please cite it as below.",
        "title": TITLE,
        "type": "software",
        "version": known["version"],
        "date-released": RELEASED,
        "license": distribution().metadata["License-Expression"],
    }
    lines = [f"{name}: {json.dumps(text)}" for name, text in fields.items()]
    authors = [f"  - name: {json.dumps(author['name'])}" for author in known["author"]]
    keywords = [f"  - {json.dumps(word)}" for word in known["keywords"]]
    return "\n".join([*lines, "authors:", *authors, "keywords:", *keywords, ""])
