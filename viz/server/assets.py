"""The files of Solara that the page needs. Nothing else of its routes, folders and package proxy is served."""

from __future__ import annotations

import functools
import importlib.util
import re
from pathlib import Path, PurePosixPath

from ..content.policy import inline_scripts

_PROXIED = re.compile(r"/_solara/cdn/([@\w][\w.@/-]*)")
_EXTENSION = re.compile(r"\bnbextensions/([\w-]+)/")
_IMPORTED = re.compile(r"getCdn\(\)\}/([@\w][\w.@/-]*)")
_URL = re.compile(r"url\([\"']?([\w./-]+)")


@functools.cache
def solara_page(root_path: str) -> str:
    """Return Solara's HTML page. It depends on no visitor. Call after Solara has started."""
    from solara.server import server

    return server.read_root("/", root_path) or ""


@functools.cache
def solara_scripts(root_path: str) -> tuple[str, ...]:
    """Return the inline scripts of Solara's page."""
    return tuple(inline_scripts(solara_page(root_path)))


@functools.cache
def extensions(root_path: str) -> frozenset[str]:
    """Return the notebook extensions that Solara's page loads, by their folders."""
    return frozenset(_EXTENSION.findall(solara_page(root_path)))


@functools.cache
def _named(root_path: str) -> frozenset[str]:
    """Return package@version/path of the files that Solara's page and Mesa's grid load through the proxy."""
    import solara.widgets

    grid = Path(solara.widgets.__file__).parent / "vue" / "gridlayout.vue"
    imported = _IMPORTED.findall(grid.read_text(encoding="utf-8")) if grid.is_file() else []
    return frozenset([*_PROXIED.findall(solara_page(root_path)), *imported])


def serves_package_file(name: str, root_path: str, folder: Path, may_fetch: bool) -> bool:
    """Return whether the package proxy may answer for package@version/path.

    The page, Mesa's grid or a style sheet of theirs must name it. folder: where the proxy keeps files; may_fetch:
    whether Solara may fetch a file that is not there yet.
    """
    if name not in _named(root_path) and name not in _of_style_sheets(root_path, folder):
        return False
    file = folder / name
    if file.exists():
        return file.is_file() and file.resolve().is_relative_to(folder.resolve())
    return may_fetch


def _of_style_sheets(root_path: str, folder: Path) -> set[str]:
    """Return the fonts that the style sheets of the page name, as far as these sheets are there."""
    sheets = [name for name in _named(root_path) if name.endswith(".css") and (folder / name).is_file()]
    return {font for name in sheets for font in _fonts(folder / name, PurePosixPath(name).parent)}


@functools.cache
def _fonts(sheet: Path, package: PurePosixPath) -> frozenset[str]:
    urls = _URL.findall(sheet.read_text(encoding="utf-8", errors="replace"))
    return frozenset(str(package / url) for url in urls if ".." not in url)


def package_folder() -> Path:
    """Return the folder in which Solara's proxy keeps package files."""
    import solara.server.settings

    return Path(solara.server.settings.assets.proxy_cache_dir)


@functools.cache
def offline() -> bool:
    """Return whether the extra `offline` has installed every package file, so that none is ever fetched."""
    return importlib.util.find_spec("solara_assets") is not None
