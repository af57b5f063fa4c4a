"""Hook of mkdocs: adds the pages that lie outside docs/ and the executed notebooks, and fits links to the site."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))
from notebook_pages import executed_page  # noqa: E402

OUTSIDE = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.md": "index.md",
    "benchmarks/README.md": "benchmarks.md",
}
"""Files outside docs/ that are pages of the site: path in the repository -> path on the site."""
_SOURCES = {page: file for file, page in OUTSIDE.items() if page != "index.md"}
_layout = tempfile.TemporaryDirectory(prefix="political-moat-api-")
_LINK = re.compile(r"(?P<start>!?\[(?P<text>[^\]]*)\]\()(?!https?:|mailto:)(?P<path>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")


@event_priority(100)  # before mkdocstrings reads its paths
def on_config(config: MkDocsConfig) -> None:
    """Lay the sources out as an installed package: mkdocstrings reads files and knows no mapped folders."""
    package = Path(_layout.name) / "political_moat"
    shutil.copytree(ROOT / "model" / "api", package)
    for folder in ("agents", "model", "experiments", "viz"):
        shutil.copytree(
            ROOT / folder, package / folder, ignore=shutil.ignore_patterns("__pycache__", "*.csv", "static")
        )
    config.plugins["mkdocstrings"].config.handlers["python"]["paths"] = [_layout.name]


def on_post_build(config: MkDocsConfig) -> None:
    """Remove the layout."""
    _layout.cleanup()


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add pages from outside docs/, and each notebook with its outputs."""
    for page, source in _SOURCES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    for notebook in sorted((Path(config.docs_dir) / "notebooks").glob("*.py")):
        text, images = executed_page(notebook)
        files.append(File.generated(config, f"notebooks/{notebook.stem}.md", content=text))
        for name, content in images.items():
            files.append(File.generated(config, f"notebooks/{name}", content=content))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return the page with links that lead to pages of the site."""
    return fitted_links(markdown, page.file.src_uri)


def fitted_links(markdown: str, page: str) -> str:
    """Return Markdown in which links to files of the repository lead to pages of the site.

    page: path on the site. A file that is no page of the site is named instead of linked.
    """
    source = PurePosixPath(_SOURCES.get(page, f"docs/{page}"))

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
