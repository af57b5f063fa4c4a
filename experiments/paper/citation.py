"""How to cite the software: citation line, versions, BibTeX, and its metadata after CodeMeta."""

from __future__ import annotations

import importlib.metadata
import subprocess
from pathlib import Path
from typing import Any

from ...agents.source_hash import APPLICATION
from ..errors import UserError
from ..storage.provenance import code_hash, manifest, short_code_hash

RELEASED = "2026-11-30"
"""Date of the release, as in CITATION.cff."""
TITLE = "political-moat: a laboratory for the political moat thesis"
FORMATS = ("text", "bibtex")
_CODEMETA = "https://w3id.org/codemeta/3.0"
_LICENCES = "https://spdx.org/licenses"


def citation_text(form: str = "text") -> str:
    """Return the printed text of `moat cite`: citation line, versions and BibTeX entry, or the entry alone."""
    if form not in FORMATS:
        raise UserError(f"format {form!r} is not possible; allowed: {', '.join(FORMATS)}")
    return bibtex() if form == "bibtex" else f"{_paragraph()}\n\n{bibtex()}"


def bibtex() -> str:
    """Return the BibTeX entry of the installed software, with its code hash and, in a git checkout, its commit."""
    metadata = importlib.metadata.metadata(APPLICATION)
    commit = commit_of(Path(__file__).parents[2])
    notes = [f"code hash {short_code_hash()}", *([f"commit {commit}"] if commit else [])]
    fields = {
        "author": f"{{{metadata['Author']}}}",
        "title": f"{{{TITLE}}}",
        "year": RELEASED[:4],
        "version": metadata["Version"],
        "howpublished": f"Software, {metadata['License-Expression']} licence",
        "note": f"Version {metadata['Version']}, {', '.join(notes)}",
    }
    lines = [f"  {name:<12} = {{{content}}}," for name, content in fields.items()]
    return "\n".join([f"@misc{{{APPLICATION},", *lines, "}"])


def commit_of(root: Path) -> str:
    """Return the commit of the git checkout at a folder, and whether files differ from it; "" without a checkout."""
    if not (root / ".git").exists():
        return ""
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return ""
    return f"{commit} with uncommitted changes" if changed else commit


def codemeta() -> dict[str, Any]:
    """Return the metadata of the installed software after CodeMeta, as codemeta.json holds it.

    Repository and identifier are left out until the software has them; docs/paper.md says where they go.
    """
    metadata = importlib.metadata.metadata(APPLICATION)
    required = [text for text in importlib.metadata.requires(APPLICATION) or [] if "extra ==" not in text]
    return {
        "@context": _CODEMETA,
        "@type": "SoftwareSourceCode",
        "name": metadata["Name"],
        "description": metadata["Summary"],
        "version": metadata["Version"],
        "datePublished": RELEASED,
        "license": f"{_LICENCES}/{metadata['License-Expression']}",
        "author": [{"@type": "Organization", "name": metadata["Author"]}],
        "keywords": metadata["Keywords"].split(","),
        "programmingLanguage": {"@type": "ComputerLanguage", "name": "Python", "version": metadata["Requires-Python"]},
        "softwareRequirements": sorted(required, key=str.casefold),
    }


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True, timeout=20)
    return done.stdout.strip()


def _paragraph() -> str:
    """Return the citation line, and a sentence of code and package versions to paste into a paper."""
    facts = manifest(seed=0, request={})
    version = importlib.metadata.version(APPLICATION)
    packages = ", ".join(f"{name} {number}" for name, number in facts["versions"].items())
    system = facts["platform"]
    return "\n".join(
        [
            f"political-moat authors ({RELEASED[:4]}). {TITLE} (version {version}). Software, MIT licence.",
            f"Computed with political-moat {version} (code hash {code_hash()}, outcome schema "
            f"{facts['schema_version']}), {packages}, on {system['system']} {system['machine']}.",
        ]
    )
