"""Imports run one way without circles, folders and files stay small, packages are listed, no machine is named."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
import shutil
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import networkx
import pytest

ROOT = Path(__file__).parents[1]
NAME = "political_moat"
ORDER = ("agents", "model", "experiments", "viz")
"""Each may import from those before it, and from itself."""

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
OFFICES = (f"{NAME}.agents.party", f"{NAME}.agents.regulator")
VOTERS = (f"{NAME}.agents.electorate", f"{NAME}.agents.all_agents", f"{NAME}.agents.mesa.lazy_agent_set")
MOST_FILES = 15
MOST_LINES = 399


class Import(NamedTuple):
    """One import statement: the module it stands in, its line, and the absolute name it imports."""

    module: str
    line: int
    name: str


def module_of(path: Path, root: Path) -> str:
    """Dotted name of a file: agents/party/rules/__init__.py -> political_moat.agents.party.rules."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join((NAME, *(parts[:-1] if parts[-1] == "__init__" else parts)))


def package_of(path: Path, root: Path) -> str:
    """Dotted name of the package that a file lies in."""
    parts = path.parent.relative_to(root).parts
    return NAME if parts == ("model", "api") else ".".join((NAME, *parts))


def source_files(root: Path) -> list[Path]:
    """Python files of the four packages without model/api, which imports all of them on first use."""
    files = [path for top in ORDER for path in sorted((root / top).rglob("*.py"))]
    return [path for path in files if path.parent != root / "model" / "api"]


@cache  # one copy after another is read, each with one file changed
def names_imported(source: str, package: str) -> tuple[tuple[int, str], ...]:
    """Line and absolute name of every import at any depth, TYPE_CHECKING and importlib.import_module included."""
    parts, imported = package.split("."), []
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{stem}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "import_module":
            names = [a.value for a in node.args[:1] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        imported += [(getattr(node, "lineno", 0), name) for name in names]
    return tuple(imported)


def all_imports(root: Path) -> list[Import]:
    return [
        Import(module_of(path, root), line, name)
        for path in source_files(root)
        for line, name in names_imported(path.read_text(encoding="utf-8"), package_of(path, root))
    ]


def top_of(name: str) -> str | None:
    """Which of the four packages an absolute name belongs to."""
    parts = name.split(".")
    return parts[1] if parts[0] == NAME and len(parts) > 1 and parts[1] in ORDER else None


def backward(root: Path) -> list[Import]:
    """Imports that run against the order of the packages, or through the public names of model/api."""
    wrong = []
    for statement in all_imports(root):
        here, there = top_of(statement.module), top_of(statement.name)
        assert here is not None
        ours = statement.name.split(".")[0] == NAME and statement.name != f"{NAME}.__version__"
        if ours and (there is None or ORDER.index(there) > ORDER.index(here)):
            wrong.append(statement)
    return wrong


def of_voters(root: Path) -> list[Import]:
    """Imports of parties and regulators that reach voters, or anything outside agents/."""
    inside = [statement for statement in all_imports(root) if statement.module.startswith(OFFICES)]
    return [s for s in inside if s.name.startswith(VOTERS) or top_of(s.name) not in (None, "agents")]


def circles(root: Path) -> list[list[str]]:
    """Groups of modules that import one another, directly or through others; sorted."""
    modules = {module_of(path, root) for path in source_files(root)}
    graph = networkx.DiGraph()
    for statement in all_imports(root):
        target = statement.name if statement.name in modules else statement.name.rpartition(".")[0]
        if target in modules and target != statement.module:
            graph.add_edge(statement.module, target)
    return sorted(sorted(group) for group in networkx.strongly_connected_components(graph) if len(group) > 1)


def test_imports_run_from_agents_to_model_to_experiments_to_viz() -> None:
    assert len(all_imports(ROOT)) > 1000
    assert backward(ROOT) == []


def test_parties_and_regulators_import_nothing_of_voters() -> None:
    assert of_voters(ROOT) == []


def test_no_modules_import_one_another() -> None:
    assert circles(ROOT) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the four packages, to plant faults in."""
    for top in ORDER:
        shutil.copytree(ROOT / top, tmp_path / top, ignore=shutil.ignore_patterns("__pycache__", "*.csv"))
    return tmp_path


def plant(path: Path, lines: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + f"\n{lines}\n", encoding="utf-8")


PLANTED_BACKWARD = [
    ("agents/draws.py", "from ..model.world import World"),
    ("agents/party/rules/sticker.py", "from ....model import world"),
    ("agents/parameter_metadata.py", "from political_moat.model.world import World"),
    ("agents/perception.py", "import political_moat.experiments.protocols.term_outcomes"),
    ("model/economy/market.py", "from ...experiments.protocols.term_outcomes import FALL"),
    ("model/world.py", "def late():\n    from .. import viz"),
    ("experiments/api.py", "import importlib\nx = importlib.import_module('political_moat.viz')"),
    ("model/phases/polling.py", "from political_moat import World"),
]


@pytest.mark.parametrize(("file", "lines"), PLANTED_BACKWARD)
def test_a_planted_backward_import_is_found(file: str, lines: str, copy: Path) -> None:
    plant(copy / file, lines)
    assert [statement.module for statement in backward(copy)] == [module_of(copy / file, copy)]


PLANTED_VOTERS = [
    ("agents/party/rules/sticker.py", "from ...electorate import columns"),
    ("agents/party/decisions.py", "from ..electorate.columns import UNITS"),
    ("agents/regulator/docket.py", "from political_moat.agents.electorate.electorate import Electorate"),
    ("agents/regulator/decisions.py", "def late():\n    from .. import all_agents"),
    ("agents/party/choice.py", "from .. import electorate"),
]


@pytest.mark.parametrize(("file", "lines"), PLANTED_VOTERS)
def test_a_planted_import_of_voters_is_found(file: str, lines: str, copy: Path) -> None:
    plant(copy / file, lines)
    assert [statement.module for statement in of_voters(copy)] == [module_of(copy / file, copy)]


# agents/party/agenda.py is imported by agents/party/decisions.py.
PLANTED_CIRCLES = [
    "from .decisions import move_utility",
    "from . import decisions",
    "import political_moat.agents.party.decisions",
    "def late():\n    from .decisions import move_utility",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .decisions import move_utility",
    "import importlib\nx = importlib.import_module('political_moat.agents.party.decisions')",
]


@pytest.mark.parametrize("lines", PLANTED_CIRCLES)
def test_a_planted_circle_is_found(lines: str, copy: Path) -> None:
    plant(copy / "agents" / "party" / "agenda.py", lines)
    assert [f"{NAME}.agents.party.agenda", f"{NAME}.agents.party.decisions"] in circles(copy)


def crowded(root: Path) -> dict[str, int]:
    """Folders with too many Python files, and how many they hold."""
    counts = Counter(path.parent.relative_to(root).as_posix() for top in ORDER for path in (root / top).rglob("*.py"))
    return {folder: count for folder, count in counts.items() if count > MOST_FILES}


def test_no_folder_holds_more_than_fifteen_python_files() -> None:
    assert crowded(ROOT) == {}


def test_a_crowded_folder_is_found(copy: Path) -> None:
    for number in range(MOST_FILES):
        (copy / "agents" / "mesa" / f"planted_{number}.py").touch()
    assert "agents/mesa" in crowded(copy)


def test_every_package_folder_is_installed_and_every_installed_package_exists() -> None:
    folders = {package_of(path, ROOT) for top in ORDER for path in (ROOT / top).rglob("__init__.py")}
    assert set(PROJECT["packages"]) == {NAME} | folders - {f"{NAME}.model.api"}
    assert len(PROJECT["packages"]) == len(set(PROJECT["packages"]))
    for name, folder in PROJECT["package-dir"].items():
        assert (ROOT / folder / "__init__.py").is_file(), name


def test_every_folder_with_python_in_it_is_a_package() -> None:
    for path in source_files(ROOT):
        assert (path.parent / "__init__.py").is_file(), path.relative_to(ROOT)


def test_data_beside_the_code_is_installed() -> None:
    for top in ORDER:
        for path in (ROOT / top).rglob("*"):
            if path.is_file() and path.suffix not in (".py", ".pyc", ".nbi", ".nbc"):
                package = next(folder for folder in path.parents if (folder / "__init__.py").is_file())
                patterns = PROJECT["package-data"].get(package_of(package / "__init__.py", ROOT), [])
                place = path.relative_to(package)
                # A pattern reaches as deep as it has parts: "*.js" does not install a file of a subfolder.
                reaching = [pattern for pattern in patterns if len(Path(pattern).parts) == len(place.parts)]
                assert any(place.match(pattern) for pattern in reaching), path.relative_to(ROOT)


def texts() -> Iterator[tuple[str, str]]:
    """Path and text of every file that git tracks or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    for name in done.stdout.splitlines():
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue


def test_no_python_file_has_400_lines() -> None:
    lengths = {name: len(text.splitlines()) for name, text in texts() if name.endswith(".py")}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


# Written in pieces, so that this file does not find itself.
HOSTS = ("py" + "pi.org", "pythonhosted" + ".org", "registry.npm" + "js.org", "anaconda" + ".org", "crates" + ".io")
FOLDERS = "|".join(("home", "Users", "root", "work", "mnt", "tmp/env"))
PLACES = re.compile(r"(?<![\w.$~}-])/(?:" + FOLDERS + r")/[\w.-]+")


def test_no_package_registry_is_named() -> None:
    assert [(name, host) for name, text in texts() for host in HOSTS if host in text] == []


def test_no_absolute_path_of_a_machine_is_written_down() -> None:
    assert [(name, place) for name, text in texts() for place in PLACES.findall(text)] == []


@pytest.mark.parametrize("text", ["see /ho" + "me/someone/x", '"/wo' + 'rk/main"', "C=/Us" + "ers/me/y"])
def test_an_absolute_path_would_be_found(text: str) -> None:
    assert PLACES.search(text)


def modules() -> list[str]:
    """Every module of the installed package, and the public names."""
    names = []
    for top in (NAME, *(f"{NAME}.{package}" for package in ORDER)):
        package = importlib.import_module(top)
        names.append(top)
        names += [info.name for info in pkgutil.walk_packages(package.__path__, top + ".")]
    return sorted(set(names))


MODULES = modules()


def test_all_modules_are_walked() -> None:
    assert {module_of(path, ROOT) for path in source_files(ROOT)} <= set(MODULES)


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_the_examples_in_docstrings_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_every_public_name_is_there() -> None:
    package = importlib.import_module(NAME)
    for name in package.__all__:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = package.nonsense
