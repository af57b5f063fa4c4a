"""The installed package is typed: mypy checks a user's script against it, strictly (PEP 561)."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("agents", "model", "experiments", "viz", "pyproject.toml", "README.md", "LICENSE")
SCRIPT = """
from political_moat import Parameters, Study, World, preset, simulate

study = Study.from_toml("study.toml", out="results").run(workers=2)
print(study, study.name, study.progress.state, ", ".join(study.tables))
columns = list(study.frame("runs").columns)
tree: Parameters = preset("article").with_values({"exposure.breadth": 0.3})
world: World = simulate(tree, seed=1, months=12)
world.fork().advance(12)
other = World(voters=200, exposure_breadth=0.3, rng=1)
names: list[str] = list(tree.values())
"""
WRONG = """
from political_moat import Study

Study.from_toml(3)
Study.from_toml("study.toml").rnu()
"""

pytestmark = pytest.mark.documents


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the package installed as from a wheel, and the libraries of this one."""
    folder = tmp_path_factory.mktemp("typed")
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    venv.create(folder / "env", with_pip=False, symlinks=True)
    executable = folder / "env" / "bin" / "python"
    ask = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    site = Path(subprocess.check_output([executable, "-c", ask], text=True).strip())
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(source)]
    subprocess.run(pip, check=True)
    (site / "libraries.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return executable


def checked(python: Path, script: Path) -> subprocess.CompletedProcess[str]:
    mypy = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--python-executable", str(python), script.name]
    return subprocess.run(mypy, cwd=script.parent, capture_output=True, text=True, check=False)


def test_the_installed_package_says_that_it_is_typed(python: Path) -> None:
    ask = "import political_moat; print(political_moat.__file__)"
    place = subprocess.check_output([python, "-c", ask], text=True, cwd=python.parent).strip()
    assert (Path(place).parent / "py.typed").is_file()


def test_a_script_of_a_user_passes_mypy_strict(python: Path, tmp_path: Path) -> None:
    assert find_spec("mypy") is not None
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    result = checked(python, script)
    assert result.returncode == 0, result.stdout + result.stderr


def test_mistakes_of_a_user_are_found(python: Path, tmp_path: Path) -> None:
    script = tmp_path / "wrong.py"
    script.write_text(WRONG, encoding="utf-8")
    result = checked(python, script)
    assert 'wrong.py:4: error: Argument 1 to "from_toml" of "Study"' in result.stdout
    assert '"Study" has no attribute "rnu"' in result.stdout
