"""ro-crate-metadata.json: the description of an archive for programs (RO-Crate 1.1)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

METADATA = "ro-crate-metadata.json"
_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_PROFILE = "https://w3id.org/ro/crate/1.1"
_SOFTWARE, _RUN = "#political-moat", "#run"
_MEDIA_TYPES = {
    ".cff": "application/yaml",
    ".csv": "text/csv",
    ".dta": "application/x-stata-dta",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".R": "text/x-r-source",
    ".sh": "application/x-sh",
    ".sqlite": "application/vnd.sqlite3",
    ".svg": "image/svg+xml",
    ".tex": "application/x-tex",
    ".toml": "application/toml",
    ".whl": "application/zip",
}
_PLAIN = "text/plain"
_TABLES = (".csv", ".parquet", ".dta", ".tex")


class CrateFile(NamedTuple):
    """One file of an archive: its place, its size in bytes if it is known, and what it is."""

    name: str
    size: int | None
    description: str


class Licence(NamedTuple):
    """Licence of the data: identifier of the entity, name, description."""

    identifier: str
    name: str
    description: str


class Crate(NamedTuple):
    """What an RO-Crate says of a study. version: of the software. requirements: name of the list of packages."""

    title: str
    description: str
    published: str
    licence: Licence
    version: str
    software_licence: str
    requirements: str
    study: str
    inputs: Sequence[str]


def crate_text(crate: Crate, files: Iterable[CrateFile]) -> str:
    """Return the text of ro-crate-metadata.json; files: everything in the archive but this file."""
    entries = sorted(files, key=lambda entry: entry.name)
    names = [entry.name for entry in entries]
    folders = sorted({f"{parent}/" for name in names for parent in PurePosixPath(name).parents if str(parent) != "."})
    action = {
        "@id": _RUN,
        "@type": "CreateAction",
        "name": "Run of the study",
        "instrument": {"@id": _SOFTWARE},
        "object": _references([crate.study, *crate.inputs]),
        "result": _references(name for name in names if _is_result(name, crate)),
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": crate.title,
        "description": crate.description,
        "datePublished": crate.published,
        "license": {"@id": crate.licence.identifier},
        "hasPart": _references(_inside("", names, folders)),
        "mentions": {"@id": _RUN},
    }
    software = {
        "@id": _SOFTWARE,
        "@type": "SoftwareApplication",
        "name": "political-moat",
        "softwareVersion": crate.version,
        "license": {"@id": crate.software_licence},
        "softwareRequirements": {"@id": crate.requirements},
    }
    graph: list[dict[str, Any]] = [
        {"@id": METADATA, "@type": "CreativeWork", "conformsTo": {"@id": _PROFILE}, "about": {"@id": "./"}},
        root,
        *(_folder(name, names, folders) for name in folders),
        *map(_file, entries),
        software,
        action,
        {
            "@id": crate.licence.identifier,
            "@type": "CreativeWork",
            "name": crate.licence.name,
            "description": crate.licence.description,
        },
    ]
    return json.dumps({"@context": _CONTEXT, "@graph": graph}, indent=1, ensure_ascii=False) + "\n"


def _references(names: Iterable[str]) -> list[dict[str, str]] | dict[str, str]:
    """Return references to entities; one alone, not a list of one, as the standard recommends."""
    references = [{"@id": name} for name in names]
    return references[0] if len(references) == 1 else references


def _is_result(name: str, crate: Crate) -> bool:
    return name.endswith(_TABLES) and name not in crate.inputs


def _inside(folder: str, names: Iterable[str], folders: Iterable[str]) -> list[str]:
    """Return the files and folders that lie directly in a folder ("" or a name that ends with a slash)."""
    rest = {name: name.removeprefix(folder).rstrip("/") for name in (*names, *folders) if name.startswith(folder)}
    return sorted(name for name, own in rest.items() if own and "/" not in own)


def _folder(name: str, names: Iterable[str], folders: Iterable[str]) -> dict[str, Any]:
    parts = _references(_inside(name, names, folders))
    return {"@id": name, "@type": "Dataset", "name": name, "description": f"Folder {name}", "hasPart": parts}


def _file(entry: CrateFile) -> dict[str, Any]:
    return {
        "@id": entry.name,
        "@type": "File",
        "name": PurePosixPath(entry.name).name,
        "description": entry.description,
        **({} if entry.size is None else {"contentSize": str(entry.size)}),
        "encodingFormat": _MEDIA_TYPES.get(PurePosixPath(entry.name).suffix, _PLAIN),
    }
