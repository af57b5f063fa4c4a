"""Every command of the documents runs as printed, in order, page by page; the README has the two that CI reads."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from results_folders import command

from political_moat.experiments.execution import engine

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in ROOT.glob("docs/**/*.md") if "```console" in path.read_text(encoding="utf-8"))


def commands(page: Path) -> list[str]:
    """Lines that start with a dollar sign in console blocks."""
    blocks = re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def files(page: Path) -> dict[str, str]:
    """Files that a page gives to its commands: marked blocks by name."""
    marked = r"<!-- file: ([\w.-]+) -->\n```\w+\n(.*?)^```"
    return dict(re.findall(marked, page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawn_once: None) -> Path:
    """An empty working folder. Commands run in this process and start no workers: pages promise no engine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(engine, "startable_workers", lambda kind, workers: (0, None))
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_the_page_succeeds(page: Path, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands(page)
    for name, text in files(page).items():
        (here / name).write_text(text, encoding="utf-8")
    for printed in commands(page):
        name, *words = shlex.split(printed)
        assert name == "moat"
        code = command(*words)
        out, err = capsys.readouterr()
        assert code == 0, f"{printed}: {err}"
        assert out.strip(), printed


def test_the_readme_has_one_command_for_the_main_job_and_one_for_the_tests() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for mark, ending in (("run", "moat run"), ("tests", "python -m pytest")):
        block = re.search(rf"<!-- {mark} -->\n+((?:    .*\n)+)\n*<!-- end -->", text)
        assert block is not None
        (line,) = block.group(1).strip().splitlines()
        assert line.startswith("python3 -m venv .venv && ")
        assert line.endswith(ending)
