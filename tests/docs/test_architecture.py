"""docs/architecture.md names paths that exist, every folder of the four packages, and the phases of the schedule."""

from __future__ import annotations

import re
from pathlib import Path

from political_moat.model.schedule import PHASES

ROOT = Path(__file__).parents[2]
PACKAGES = ("agents", "model", "experiments", "viz")
PATH = re.compile(rf"(?<![\w/.-])(?:{'|'.join(PACKAGES)}|tests|docs|benchmarks)/(?:[\w*-]+[/.]?)*")


def paths_in(text: str) -> list[str]:
    """Paths from the root of the repository, a star standing for any name."""
    return [path.rstrip(".") for path in PATH.findall(text)]


TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_every_path_on_the_page_exists() -> None:
    paths = paths_in(TEXT)
    assert len(paths) > 80
    assert [path for path in paths if not any(ROOT.glob(path.rstrip("/")))] == []


def test_a_wrong_path_would_be_found() -> None:
    assert paths_in("See `model/nowhere.py`, agents/*/parameters.py and docs/odd.md.") == [
        "model/nowhere.py",
        "agents/*/parameters.py",
        "docs/odd.md",
    ]
    assert not any(ROOT.glob("model/nowhere.py"))


def test_every_folder_with_code_is_on_the_page() -> None:
    folders = {
        f"{path.parent.relative_to(ROOT).as_posix()}/" for top in PACKAGES for path in (ROOT / top).rglob("*.py")
    }
    assert sorted(folders - set(paths_in(TEXT))) == []


def test_the_month_of_the_page_is_the_schedule() -> None:
    rows = re.findall(r"^\| (\d+) \| ([\w ]+) \| `([\w/]+)\.py` \|", TEXT, re.MULTILINE)
    modules = [phase.run.__module__.removeprefix("political_moat.").replace(".", "/") for phase in PHASES]
    expected = [(str(phase.number), phase.name, module) for phase, module in zip(PHASES, modules, strict=True)]
    assert rows == expected
