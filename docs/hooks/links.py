"""Fits links between files of the repository to the pages of the site."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.md": "index.md",
    "benchmarks/README.md": "benchmarks.md",
}
"""Files outside docs/ that are pages of the site: path in the repository -> path on the site."""
SOURCES = {page: file for file, page in OUTSIDE.items() if page != "index.md"}
"""Pages of the site that are made from a file outside docs/."""
_LINK = re.compile(r"(?P<start>!?\[(?P<text>[^\]]*)\]\()(?!https?:|mailto:)(?P<path>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")


def fitted_links(markdown: str, page: str) -> str:
    """Return Markdown in which links to files of the repository lead to pages of the site.

    page: path on the site. A file that is no page of the site is named instead of linked.
    """
    source = PurePosixPath(SOURCES.get(page, f"docs/{page}"))

    def fitted(link: re.Match[str]) -> str:
        target = os.path.normpath(source.parent / link["path"])
        if not (ROOT / target).is_file():
            return link.group()
        name = target.removeprefix("docs/") if target.startswith("docs/") else OUTSIDE.get(target)
        if name is None:
            return link["text"] if target in link["text"] else f"{link['text']} (`{target}`)"
        if name.startswith("notebooks/"):
            name = name.removesuffix(".py") + ".md"
        path = os.path.relpath(name, PurePosixPath(page).parent)
        return f"{link['start']}{path}{link['anchor'] or ''})"

    return _LINK.sub(fitted, markdown)
