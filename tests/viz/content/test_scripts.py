"""The ES modules of the page: every one is in the import map, and their imports resolve without circles."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from political_moat.viz.content import scripts
from political_moat.viz.content.scripts import ENTRY, ROUTE, STATIC, STYLE, imports, modules, modules_of
from political_moat.viz.content.widget import PageWidget

DECLARATION = re.compile(r"^export (?:async )?(?:class|const|let|function) (\w+)", re.MULTILINE)
ANY_IMPORT = re.compile(r"""^(?:import|export)\b[^;"']*\bfrom\s+["']([^"']+)["']""", re.MULTILINE)
"""Reads the specifiers of a module with fewer demands than `imports`."""
ENTRIES = {ENTRY}
"""Modules that a document imports; all others are imported by modules."""


def exported(source: str) -> set[str]:
    return set(DECLARATION.findall(source))


def mapped(text: str) -> dict[str, str]:
    """Return the addresses of an import map by specifier."""
    addresses: dict[str, str] = json.loads(text)["imports"]
    return addresses


def test_main_needs_every_module_and_comes_last() -> None:
    served = {*modules(), *scripts.modules_of(scripts.TEACHERS), *scripts.modules_of(scripts.ATLAS)}
    assert served == {file.relative_to(STATIC).as_posix() for file in STATIC.rglob("*.js")}
    assert list(modules())[-1] == ENTRY


def test_every_import_of_every_module_is_in_both_maps() -> None:
    for text in (scripts.served_import_map(), scripts.embedded_import_map()):
        addresses = mapped(text)
        assert set(addresses) == {f"moat/{file}" for file in modules()}
        for file, source in modules().items():
            assert set(ANY_IMPORT.findall(source)) <= set(addresses), file
            assert not re.search(r"\bimport\s*\(|^import\s+[\"']", source, re.MULTILINE), file


def test_no_module_imports_one_that_comes_later() -> None:
    order = list(modules())
    for file, source in modules().items():
        assert all(order.index(needed) < order.index(file) for needed in imports(source)), file


def test_an_import_circle_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "main.js").write_text('import { a } from "moat/other.js";\nexport const b = 1;\n')
    (tmp_path / "other.js").write_text('import { b } from "moat/main.js";\nexport const a = 1;\n')
    monkeypatch.setattr(scripts, "STATIC", tmp_path)
    with pytest.raises(ValueError, match="import circle"):
        modules_of(ENTRY)


def test_each_imported_name_is_exported_and_used() -> None:
    for file, source in modules().items():
        for needed, names in imports(source).items():
            assert set(names) <= exported(modules()[needed]), (file, needed)
            for name in names:
                assert len(re.findall(rf"\b{name}\b", source)) > 1, (file, name)


def test_each_exported_name_is_imported_somewhere() -> None:
    imported = {name for source in modules().values() for names in imports(source).values() for name in names}
    unused = {name for file, source in modules().items() if file not in ENTRIES for name in exported(source)} - imported
    assert unused == set()


def test_the_map_of_a_file_holds_the_source_of_each_module() -> None:
    for specifier, address in mapped(scripts.embedded_import_map()).items():
        kind, _, text = address.partition(",")
        assert kind == "data:text/javascript;charset=utf-8"
        assert unquote(text) == modules()[specifier.removeprefix("moat/")]
    assert "<" not in scripts.embedded_import_map()


def test_the_server_finds_each_module_and_the_style_at_its_address() -> None:
    for specifier, address in mapped(scripts.served_import_map("/prefix")).items():
        path = address.removeprefix("/prefix")
        assert scripts.served_file(path) == (modules()[specifier.removeprefix("moat/")], "text/javascript")
    assert scripts.served_file(scripts.address(STYLE)) == (scripts.style(), "text/css")
    for path in ("main.js", "0123456789abcdef/main.js", f"{scripts.version()}/../main.js", f"{scripts.version()}/"):
        assert scripts.served_file(ROUTE + path) is None


def test_the_widget_imports_the_entry_by_its_name() -> None:
    assert PageWidget._esm.startswith('import { render } from "moat/main.js";')


def test_every_style_sheet_is_served_once_and_colours_stand_in_the_theme_only() -> None:
    sheets = {file: file.read_text(encoding="utf-8") for file in STATIC.glob("*/*.css")}
    assert len(sheets) > 5
    for file, text in sheets.items():
        assert scripts.style().count(text) == 1, file
        if file.name != "theme.css":
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\brgb\(", text), file
    assert scripts.style().startswith(sheets[STATIC / "base" / "theme.css"])
