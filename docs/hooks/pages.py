"""Hook of mkdocs: adds the pages that lie outside docs/ and the executed notebooks, and fits links to the site."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).parent))
from links import ROOT, SOURCES, fitted_links
from notebook_pages import executed_page

_layout = tempfile.TemporaryDirectory(prefix="political-moat-api-")


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
    for page, source in SOURCES.items():
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


def on_page_content(html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return the page without empty table headers, which screen readers announce."""
    return html.replace("<th></th>", "<td></td>")
