"""The house: imports run one way, packages are all listed, files stay short, no machine is named."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
ORDER = ("agents", "model", "experiments", "viz")
"""Each may import from those before it, and from itself."""

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
OFFICES = ("agents.party", "agents.regulator")
OF_VOTERS = (
    "political_moat.agents.electorate",
    "political_moat.agents.all_agents",
    "political_moat.agents.mesa.lazy_agent_set",
)


class Imported(NamedTuple):
    """One import: file and line, the package the file belongs to, the absolute name imported."""

    file: str
    line: int
    package: str
    name: str


def tracked() -> list[Path]:
    """Files of the repository: tracked ones, and new ones that are not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in done.stdout.splitlines() if (ROOT / line).is_file()]


def imports_of(path: Path, package: str) -> Iterator[Imported]:
    """Every import of a file, also inside functions; relative ones made absolute from the package it lies in."""
    parts = package.split(".")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{stem}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "import_module":
            given = node.args[0] if node.args else None
            names = [given.value] if isinstance(given, ast.Constant) and isinstance(given.value, str) else []
        for name in names:
            yield Imported(path.name, getattr(node, "lineno", 0), package, name)


def package_of(path: Path, root: Path) -> str:
    """Dotted package a file lies in: agents/party/rules/hunter.py -> political_moat.agents.party.rules."""
    return ".".join(("political_moat", *path.parent.relative_to(root).parts))


def all_imports(root: Path) -> list[Imported]:
    found = []
    for top in ORDER:
        for path in sorted((root / top).rglob("*.py")):
            if path.parent == root / "model" / "api":
                continue  # the front door, which opens every room on first use
            found += list(imports_of(path, package_of(path, root)))
    return found


def room(name: str) -> str | None:
    """Which of the rooms an absolute name belongs to."""
    parts = name.split(".")
    return parts[1] if parts[0] == "political_moat" and len(parts) > 1 and parts[1] in ORDER else None


def backward(root: Path) -> list[Imported]:
    """Imports that run against the order of the rooms, or through the front door."""
    wrong = []
    for one in all_imports(root):
        here, there = room(one.package), room(one.name)
        assert here is not None
        ours = one.name.split(".")[0] == "political_moat"
        if ours and (there is None or ORDER.index(there) > ORDER.index(here)):
            wrong.append(one)
    return [one for one in wrong if one.name not in ("political_moat.__version__",)]


def of_voters(root: Path) -> list[Imported]:
    """Imports of parties and regulators that reach voters or anything above the agents."""
    offices = tuple(f"political_moat.{office}" for office in OFFICES)
    inside = [one for one in all_imports(root) if one.package.startswith(offices)]
    return [one for one in inside if one.name.startswith(OF_VOTERS) or room(one.name) not in (None, "agents")]


def test_imports_run_from_agents_to_model_to_experiments_to_viz() -> None:
    assert len(all_imports(ROOT)) > 100
    assert backward(ROOT) == []


def test_parties_and_regulators_import_nothing_of_voters() -> None:
    assert of_voters(ROOT) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The four rooms, to plant something in."""
    for top in ORDER:
        shutil.copytree(ROOT / top, tmp_path / top, ignore=shutil.ignore_patterns("__pycache__", "*.csv"))
    return tmp_path


PLANTED_BACKWARD = [
    ("agents/draws.py", "from ..model.world import World"),
    ("agents/party/rules/sticker.py", "from ....model import world"),
    ("agents/parameter_metadata.py", "from political_moat.model.world import World"),
    ("agents/perception.py", "import political_moat.experiments.protocols.term_outcomes"),
    ("model/economy/market.py", "from ...experiments.protocols.term_outcomes import FALL"),
    ("model/world.py", "def late():\n    from .. import viz"),
    ("experiments/sweeps/outcome.py", "import importlib\nx = importlib.import_module('political_moat.viz')"),
    ("model/phases/polling.py", "from political_moat import World"),
]


@pytest.mark.parametrize(("file", "line"), PLANTED_BACKWARD)
def test_a_planted_backward_import_is_found(file: str, line: str, copy: Path) -> None:
    path = copy / file
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    assert [one.file for one in backward(copy)] == [path.name]


PLANTED_VOTERS = [
    ("agents/party/rules/sticker.py", "from ...electorate import columns"),
    ("agents/party/decisions.py", "from ..electorate.columns import UNITS"),
    ("agents/regulator/docket.py", "from political_moat.agents.electorate.electorate import Electorate"),
    ("agents/regulator/decisions.py", "def late():\n    from .. import all_agents"),
    ("agents/party/choice.py", "from .. import electorate"),
]


@pytest.mark.parametrize(("file", "line"), PLANTED_VOTERS)
def test_a_planted_import_of_voters_is_found(file: str, line: str, copy: Path) -> None:
    path = copy / file
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    assert [one.file for one in of_voters(copy)] == [path.name]


def folders() -> set[str]:
    """Package folders of the rooms, by the name they are installed under."""
    found = {"political_moat"}
    for top in ORDER:
        found |= {package_of(path, ROOT) for path in (ROOT / top).rglob("__init__.py")}
    return found - {"political_moat.model.api"}


def test_every_package_folder_is_installed_and_every_installed_package_exists() -> None:
    assert set(PROJECT["packages"]) == folders()
    assert len(PROJECT["packages"]) == len(set(PROJECT["packages"]))
    for name, folder in PROJECT["package-dir"].items():
        assert (ROOT / folder / "__init__.py").is_file(), name


def test_every_folder_with_python_in_it_is_a_package() -> None:
    for top in ORDER:
        for path in (ROOT / top).rglob("*.py"):
            assert (path.parent / "__init__.py").is_file(), path.relative_to(ROOT)


def test_data_beside_the_code_is_installed() -> None:
    for top in ORDER:
        for path in (ROOT / top).rglob("*"):
            if path.is_file() and path.suffix not in (".py", ".pyc", ".nbi", ".nbc"):
                patterns = PROJECT["package-data"].get(package_of(path, ROOT), [])
                assert any(path.match(pattern) for pattern in patterns), path.relative_to(ROOT)


def test_no_python_file_has_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix == ".py" and (lines := len(path.read_text(encoding="utf-8").splitlines())) >= 400
    }
    assert long == {}


# Written in pieces, so that this file does not find itself.
HOSTS = ("py" + "pi.org", "pythonhosted" + ".org", "registry.npm" + "js.org", "anaconda" + ".org", "crates" + ".io")
FOLDERS = "|".join(("home", "Users", "root", "work", "mnt", "tmp/env"))
PLACES = re.compile(r"(?<![\w.$~}-])/(?:" + FOLDERS + r")/[\w.-]+")


def texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        try:
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_no_package_registry_is_named() -> None:
    assert [(name, host) for name, text in texts() for host in HOSTS if host in text] == []


def test_no_absolute_path_of_a_machine_is_written_down() -> None:
    assert [(name, found.group()) for name, text in texts() for found in PLACES.finditer(text)] == []


@pytest.mark.parametrize("text", ["see /ho" + "me/someone/x", '"/wo' + 'rk/main"', "C=/Us" + "ers/me/y"])
def test_an_absolute_path_would_be_found(text: str) -> None:
    assert PLACES.search(text)


def modules() -> list[str]:
    """Every module of the installed package, and the front door."""
    names = []
    for top in ("political_moat", *(f"political_moat.{room}" for room in ORDER)):
        package = importlib.import_module(top)
        names.append(top)
        names += [one.name for one in pkgutil.walk_packages(package.__path__, top + ".")]
    return sorted(set(names))


MODULES = modules()


def test_all_modules_are_walked() -> None:
    found = {f"{package_of(path, ROOT)}.{path.stem}" for top in ORDER for path in (ROOT / top).rglob("*.py")}
    plain = {name for name in found if not name.endswith(".__init__") and ".api." not in name}
    assert plain <= set(MODULES)


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_the_examples_in_docstrings_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_the_front_door_opens_on_what_it_names() -> None:
    package = importlib.import_module("political_moat")
    for name in package.__all__:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = package.nonsense
