"""Provenance: one hash for one code and one value, whatever the platform, the layout and the order."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import political_moat
import political_moat.agents.source_hash as hashed
import political_moat.model
from political_moat.experiments.storage import provenance
from political_moat.experiments.storage.provenance import (
    as_plain,
    canonical_json,
    code_hash,
    manifest,
    outcome_hash,
    outcome_hash_of_texts,
    run_key,
    short_code_hash,
)

AGENTS = Path(hashed.__file__).parent
MODEL = next(Path(place) for place in political_moat.model.__path__ if Path(place).is_dir())
DOOR = Path(str(political_moat.__file__)).parent
EXPERIMENTS = Path(provenance.__file__).parent.parent
_IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")


@pytest.fixture(autouse=True)
def _fresh_hashes() -> Iterator[None]:
    """Hashes are read once per process: read again here, and after, as the sources may be replaced in between."""
    code_hash.cache_clear()
    hashed.kernel_code_hash.cache_clear()
    yield
    code_hash.cache_clear()
    hashed.kernel_code_hash.cache_clear()


def wheel_layout(target: Path) -> Path:
    """The sources as a wheel installs them: the public door is the package itself, and no model/api."""
    package = target / "political_moat"
    package.mkdir(parents=True)
    for file in DOOR.glob("*.py"):
        shutil.copy(file, package)
    shutil.copytree(AGENTS, package / "agents", ignore=_IGNORED)
    shutil.copytree(MODEL, package / "model", ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "api"))
    shutil.copytree(EXPERIMENTS, package / "experiments", ignore=_IGNORED)
    return package


def python(program: str, folder: Path, **environment: str) -> str:
    known = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, env=known)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


PRINT_HASHES = """
from political_moat.agents.source_hash import kernel_code_hash
from political_moat.experiments.storage.provenance import code_hash
print(code_hash(), kernel_code_hash())
"""


def test_the_code_hash_is_stable_and_short() -> None:
    digest = hashed.kernel_code_hash()
    assert digest == hashed.kernel_code_hash()
    assert len(digest) == 64
    assert hashed.short(digest) == digest[:16]


def test_the_hash_covers_what_decides_and_nothing_else() -> None:
    names = set(hashed.model_sources())
    assert {"agents/draws.py", "agents/calibration/parameters.csv", "model/parameters/tree.py"} <= names
    assert not [name for name in names if "__pycache__" in name or "\\" in name or not name.endswith((".py", ".csv"))]
    assert {name.partition("/")[0] for name in names} == {"agents", "model"}


def test_a_missing_part_is_said_not_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileNotFoundError, match="model"):
        hashed.sources_under(tmp_path / "model", "model")
    monkeypatch.setattr(provenance, "EXPERIMENT_MODULES", ("protocols_of_another_world",))
    with pytest.raises(FileNotFoundError, match="protocols_of_another_world"):
        code_hash()


def test_wheel_and_editable_installs_and_line_endings_hash_alike(tmp_path: Path) -> None:
    here = wheel_layout(tmp_path / "wheel")
    there = tmp_path / "windows" / "political_moat"
    shutil.copytree(here, there)
    for file in [*there.rglob("*.py"), *there.rglob("*.csv")]:
        file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    (there / "agents" / "__pycache__").mkdir()
    (there / "agents" / "__pycache__" / "stray.py").touch()
    (there / "agents" / "notes.txt").touch()
    wheel, windows = python(PRINT_HASHES, here.parent), python(PRINT_HASHES, there.parent)
    assert wheel == windows
    assert wheel.split() == [code_hash(), hashed.kernel_code_hash()]


@pytest.mark.parametrize(
    ("file", "kernels_too"),
    [
        ("agents/draws.py", True),
        ("agents/calibration/parameters.csv", True),
        ("model/parameters/tree.py", True),
        ("__init__.py", True),
        ("experiments/protocols/stress_test/run.py", False),
        ("experiments/protocols/term_outcomes.py", False),
        ("experiments/execution/process_pool.py", None),
    ],
)
def test_an_edit_changes_the_hash_it_should(tmp_path: Path, file: str, kernels_too: bool | None) -> None:
    package = wheel_layout(tmp_path)
    before = _hashes_of(package)
    with (package / file).open("a", encoding="utf-8") as stream:
        stream.write("\n")
    after = _hashes_of(package)
    assert (before[0] != after[0]) is (kernels_too is not None)
    assert (before[1] != after[1]) is bool(kernels_too)


def _hashes_of(package: Path) -> tuple[str, str]:
    """As the copy would hash itself, without the cost of a process."""
    model = hashed.sources_under(package / "agents", "agents") | hashed.sources_under(package / "model", "model")
    model |= {f"model/api/{file.name}": hashed.normalised(file) for file in package.glob("*.py")}
    rest = {
        str(file.relative_to(package)): hashed.normalised(file)
        for folder in provenance.EXPERIMENT_MODULES
        for file in (package / "experiments" / folder).rglob("*.py")
    }
    return hashed.digest_of(model | rest, {}), hashed.digest_of(model, {})


def test_versions_and_borders_between_files_count() -> None:
    assert hashed.digest_of({"a": b"12"}, {"numba": "1"}) != hashed.digest_of({"a": b"12"}, {"numba": "2"})
    assert hashed.digest_of({"a": b"12", "b": b"3"}, {}) != hashed.digest_of({"a": b"1", "b": b"23"}, {})
    assert hashed.digest_of({"a": b"1", "b": b"2"}, {}) == hashed.digest_of({"b": b"2", "a": b"1"}, {})
    assert hashed.versions(["numpy", "no-such-distribution"]) == {
        "numpy": np.__version__,
        "no-such-distribution": "not installed",
    }


HELPER = "import numba\n@numba.njit(cache=True)\ndef weight(x):\n    return x * {factor}\n"
KERNEL = (
    "import numba\nfrom .toy_helper import weight\n"
    "@numba.njit(cache=True)\ndef total(n):\n    s = 0\n    for i in range(n):\n        s += weight(i)\n    return s\n"
)
RUN_KERNEL = (
    "from political_moat.agents.source_hash import use_code_named_cache\n{cache}\n"
    "from political_moat.agents.toy_kernel import total\n"
    "print(total(4), sum(total.stats.cache_hits.values()))"
)
OURS = "use_code_named_cache()"
# Undo whatever the package does on import: numba as it comes, one folder whatever the code.
NUMBA_ALONE = "import os, numba; os.environ['NUMBA_CACHE_DIR'] = numba.config.CACHE_DIR = os.environ['STALE']"


def test_an_edited_helper_in_another_file_gives_the_new_number(tmp_path: Path) -> None:
    package = wheel_layout(tmp_path)
    (package / "agents" / "toy_kernel.py").write_text(KERNEL)
    environment = {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "STALE": str(tmp_path / "stale")}
    found: dict[str, list[str]] = {OURS: [], NUMBA_ALONE: []}
    hashes = []
    for factor in (1, 10):
        (package / "agents" / "toy_helper.py").write_text(HELPER.format(factor=factor))
        hashes.append(python(PRINT_HASHES, tmp_path, **environment))
        for cache, outputs in found.items():
            outputs.append(python(RUN_KERNEL.format(cache=cache), tmp_path, **environment))
    assert found[OURS] == ["6 0", "60 0"]
    assert found[NUMBA_ALONE] == ["6 0", "6 1"]  # the trap is real: a hit, and the old number
    assert len(set(hashes)) == 2
    assert python(RUN_KERNEL.format(cache=OURS), tmp_path, **environment) == "60 1"
    assert len(list((tmp_path / "cache" / "political-moat").iterdir())) == 2


def test_the_cache_folder_is_named_by_the_code_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import numba

    monkeypatch.setattr("numba.config.CACHE_DIR", "")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "restored afterwards")
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    folder = hashed.use_code_named_cache()
    assert folder.is_dir()
    assert folder.name == hashed.short(hashed.kernel_code_hash())
    assert folder.parent.name == "political-moat"
    assert folder.is_relative_to(tmp_path)
    assert os.environ["NUMBA_CACHE_DIR"] == vars(numba.config)["CACHE_DIR"] == str(folder)
    assert hashed.use_code_named_cache() == folder  # as in a child, which inherits the variable


def test_marked_cache_folders_are_removed_after_a_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without the marker stays, whatever its name and age; so do a marked one of another name, and links."""
    root = tmp_path / "political-moat"
    for name, days, marked in (
        ("0" * 16, 40, True),
        ("1" * 16, 2, True),
        ("2" * 16, 400, False),
        ("notes", 400, False),
        ("backup", 400, True),
        ("3" * 16, 400, False),
    ):
        (root / name).mkdir(parents=True)
        if marked:
            (root / name / hashed.MARKER).touch()
        os.utime(root / name, (time.time() - days * 86_400,) * 2)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / hashed.MARKER).touch()
    (root / ("3" * 16) / hashed.MARKER).symlink_to(mine / hashed.MARKER)
    os.utime(root / ("3" * 16), (0.0, 0.0))
    os.utime(mine, (0.0, 0.0))
    (root / ("4" * 16)).symlink_to(mine, target_is_directory=True)
    monkeypatch.delitem(sys.modules, "numba", raising=False)  # its own setting stays as it is
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    folder = hashed.use_code_named_cache()
    kept = ["1" * 16, "2" * 16, "3" * 16, "4" * 16, "notes", "backup", folder.name]
    assert sorted(file.name for file in root.iterdir()) == sorted(kept)
    assert (mine / hashed.MARKER).is_file()
    assert (folder / hashed.MARKER).is_file()


def test_a_folder_of_the_user_is_no_cache_because_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = tmp_path / "political-moat-thesis" / "cache"
    chosen.mkdir(parents=True)
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(chosen))
    assert hashed.use_code_named_cache().parent == chosen / "political-moat"
    assert [file.name for file in chosen.parent.iterdir()] == ["cache"]


def test_an_unwritable_cache_folder_falls_back_to_the_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    folder = hashed.use_code_named_cache()
    assert folder.is_dir()
    assert folder.parent.parent == tmp_path
    assert hashed.use_code_named_cache() == folder
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    if os.name == "posix":
        folder.parent.chmod(0o777)  # anyone could have planted code there
        assert not hashed.use_code_named_cache().is_relative_to(folder.parent)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [1.0, None, True]}, '{"a":[1.0,null,true],"b":1}'),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e22, "1e+22"),
        (np.float64(0.5), "0.5"),
        (np.float32(0.1), "0.10000000149011612"),
        ((np.int32(3), np.bool_(True), np.array(2)), "[3,true,2]"),
        ("é\n", '"\\u00e9\\n"'),
        ({}, "{}"),
    ],
)
def test_canonical_json(value: Any, text: str) -> None:
    assert canonical_json(value) == text
    assert canonical_json(json.loads(text)) == text


@pytest.mark.parametrize(
    ("value", "error", "place"),
    [
        ({"a": {"b": [1.0, float("nan")]}}, ValueError, r"a.b\[1\] is nan"),
        (float("inf"), ValueError, "inf"),
        (np.float64("nan"), ValueError, "nan"),
        ({1: 2}, TypeError, "the key 1"),
        ({"a": {1, 2}}, TypeError, "a is a set"),
        ({"a": np.zeros(3)}, TypeError, "a is a ndarray"),
        (b"bytes", TypeError, "bytes"),
    ],
)
def test_what_has_no_canonical_form_is_refused_by_place(value: Any, error: type[Exception], place: str) -> None:
    with pytest.raises(error, match=place):
        canonical_json(value)


def test_run_keys_are_content(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "code_hash", lambda: "code")
    parameters = {"breadth": 0.3, "stake": {"mean": 0.06, "half": 0.05}}
    key = run_key(parameters, 3, 7)
    assert key == run_key({"stake": {"half": 0.05, "mean": 0.06}, "breadth": 0.3}, 3, 7)
    assert len(key) == 64
    others = {run_key(parameters, 4, 7), run_key(parameters, 3, 8), run_key({**parameters, "breadth": 0.4}, 3, 7)}
    monkeypatch.setattr(provenance, "code_hash", lambda: "other code")
    others.add(run_key(parameters, 3, 7))
    monkeypatch.setattr(provenance, "code_hash", lambda: "code")
    monkeypatch.setattr(provenance, "SCHEMA_VERSION", 99)
    others.add(run_key(parameters, 3, 7))
    assert len(others | {key}) == 6


def test_outcome_hashes_see_every_bit_and_the_cycles() -> None:
    row = {"severity": 0.1, "months": None}
    same = outcome_hash({"months": None, "severity": 0.1})
    assert outcome_hash(row) == same
    others = {outcome_hash({**row, "severity": np.nextafter(0.1, 1)}), outcome_hash({**row, "months": 0})}
    assert len({same, *others, outcome_hash(row, [{"a": 1}]), outcome_hash(row, [{"a": 2}])}) == 5
    with pytest.raises(ValueError, match=r"run\.severity is nan"):
        outcome_hash({"severity": float("nan")})


ROWS = st.dictionaries(
    st.text(max_size=5),
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.floats(allow_nan=False, allow_infinity=False)
    ),
    max_size=6,
)


@given(row=ROWS, cycles=st.lists(ROWS, max_size=3))
def test_texts_of_rows_have_the_hash_of_the_rows(row: dict[str, Any], cycles: list[dict[str, Any]]) -> None:
    numbered = [{"number": number, "row": one} for number, one in enumerate(cycles)]
    texts = [(number, canonical_json(one)) for number, one in enumerate(cycles)]
    assert outcome_hash_of_texts(canonical_json(row), texts) == outcome_hash(row, numbered)


def test_rows_are_plain_as_they_are_or_made_so() -> None:
    row = {"a": 1.5, "b": None, "c": "x", "d": True}
    assert as_plain(row) is row
    made = as_plain([{**row, "a": np.float64(1.5)}])
    assert made == [row]
    assert type(made[0]["a"]) is float
    with pytest.raises(ValueError, match=r"\[1\]\.a is inf"):
        as_plain([row, {**row, "a": float("inf")}])


def test_the_manifest_tells_everything_but_who_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "code_hash", lambda: "c" * 64)
    request = {"preset": "calibrated", "breadth": (0.0, np.float64(0.3)), "workers": None}
    found = manifest(seed=20250807, request=request)
    assert found == json.loads(canonical_json(found))
    assert found["request"] == {"preset": "calibrated", "breadth": [0.0, 0.3], "workers": None}
    assert (found["seed"], found["code_hash"], found["schema_version"]) == (
        20250807,
        "c" * 64,
        provenance.SCHEMA_VERSION,
    )
    assert set(found["versions"]) == {"python", "numpy", "numba", "mesa", "pandas", "scipy"}
    assert set(found["platform"]) == {"system", "machine"}
    assert found["package"]["name"] == "political-moat"
    text = canonical_json(found)
    assert platform.node() not in text or len(platform.node()) < 4
    assert str(Path.home()) not in text
    assert str(Path.cwd()) not in text
    assert short_code_hash() == "c" * 16


def test_without_a_home_the_cache_is_a_temporary_folder_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container's user number without an entry: neither home nor name."""

    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delitem(sys.modules, "numba", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("pathlib.Path.home", no_home)
    for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, "restored afterwards")
        monkeypatch.delenv(name)
    folder = hashed.use_code_named_cache()
    assert folder.parent.parent == tmp_path
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    assert hashed.use_code_named_cache() == folder
