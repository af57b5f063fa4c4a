"""The ES modules of the page: their imports resolve without circles, and the joined script is complete."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from political_moat.viz.content import scripts
from political_moat.viz.content.scripts import ENTRY, STATIC, imports, modules, script
from political_moat.viz.content.widget import PageWidget

DECLARATION = re.compile(r"^(export )?(?:async )?(?:class|const|let|function) (\w+)", re.MULTILINE)


def declared(source: str) -> list[str]:
    """Return the names at the top level of a module."""
    return [name for _, name in DECLARATION.findall(source)]


def exported(source: str) -> set[str]:
    return {name for export, name in DECLARATION.findall(source) if export}


def test_main_needs_every_module_and_comes_last() -> None:
    assert set(modules()) == {file.name for file in STATIC.glob("*.js")}
    assert list(modules())[-1] == ENTRY


def test_no_module_imports_one_that_comes_later() -> None:
    order = list(modules())
    for file, source in modules().items():
        assert all(order.index(needed) < order.index(file) for needed in imports(source)), file


def test_an_import_circle_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "main.js").write_text('import { a } from "./other.js";\nexport const b = 1;\n')
    (tmp_path / "other.js").write_text('import { b } from "./main.js";\nexport const a = 1;\n')
    monkeypatch.setattr(scripts, "STATIC", tmp_path)
    with pytest.raises(ValueError, match="import circle"):
        modules()


def test_each_imported_name_is_exported_and_used() -> None:
    for file, source in modules().items():
        for needed, names in imports(source).items():
            assert set(names) <= exported(modules()[needed]), (file, needed)
            for name in names:
                assert len(re.findall(rf"\b{name}\b", source)) > 1, (file, name)


def test_each_exported_name_is_imported_somewhere() -> None:
    imported = {name for source in modules().values() for names in imports(source).values() for name in names}
    unused = {name for file, source in modules().items() if file != ENTRY for name in exported(source)} - imported
    assert unused == set()


def test_no_name_is_declared_by_two_modules() -> None:
    counts = Counter(name for source in modules().values() for name in declared(source))
    assert [name for name, count in counts.items() if count > 1] == []


def test_the_joined_script_holds_every_line_but_imports() -> None:
    assert not re.search(r"^(import|export)\b", script(), re.MULTILINE)
    for source in modules().values():
        assert all(name in script() for name in declared(source))
        for line in source.splitlines():
            if not line.startswith(("import", "export", "  from ")):
                assert line in script()
    assert PageWidget._esm.endswith("export default { render };\n")
