"""What the package imports it also requires, with a lowest version; the tested set of versions satisfies all of it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {name: list(map(Requirement, texts)) for name, texts in PROJECT["optional-dependencies"].items()}
REQUIRED = list(map(Requirement, PROJECT["dependencies"]))
PART_OF = {"llvmlite": "numba", "pydantic_core": "pydantic", "dask": "distributed", "solara": "solara"}
"""Packages that another distribution brings, in the version that it needs."""


def imported(folder: str) -> set[str]:
    """Names of the packages that a folder imports, but for the standard library and this package."""
    names = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module or "")
    return {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - {"political_moat"}


@pytest.mark.parametrize("folder", ["agents", "model", "experiments", "viz"])
def test_every_imported_package_is_required(folder: str) -> None:
    page = EXTRAS["page"] if folder == "viz" else []
    declared = {canonicalize_name(item.name) for item in (*REQUIRED, *EXTRAS["analysis"], *EXTRAS["dask"], *page)}
    distributions = packages_distributions()
    for name in imported(folder):
        owners = [PART_OF[name]] if name in PART_OF else distributions[name]
        assert declared & set(map(canonicalize_name, owners)), f"{folder} imports {name}; pyproject.toml lacks {owners}"


def test_every_requirement_has_a_lowest_version() -> None:
    items = (*REQUIRED, *EXTRAS["analysis"], *EXTRAS["dask"], *EXTRAS["page"])
    without = [str(item) for item in items if ">=" not in str(item)]
    assert without == []


def test_the_tested_versions_satisfy_every_requirement() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    versions = {canonicalize_name(pin.name): str(pin.specifier).removeprefix("==") for pin in pins}
    assert all(re.fullmatch(r"==[\w.]+", str(pin.specifier)) for pin in pins)
    for item in (*REQUIRED, *(item for extra in EXTRAS.values() for item in extra)):
        assert item.specifier.contains(versions[canonicalize_name(item.name)]), f"constraints.txt: {item}"


def test_the_tests_install_the_page() -> None:
    assert set(map(str, EXTRAS["page"])) <= set(map(str, EXTRAS["dev"]))
