"""Every command of the documents runs as printed, in order, page by page; the README has the two that CI reads."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of_the_page_succeeds(page: Path, tmp_path: Path) -> None:
    assert commands(page)
    for name, text in files(page).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    for command in commands(page):
        words = shlex.split(command)
        assert words[0] == "moat"
        done = subprocess.run(
            [sys.executable, "-m", "political_moat.experiments.cli.main", *words[1:]],
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert done.stdout.strip()


def test_the_readme_has_one_command_for_the_main_job_and_one_for_the_tests() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for mark, ending in (("run", "moat run"), ("tests", "python -m pytest")):
        block = re.search(rf"<!-- {mark} -->\n+((?:    .*\n)+)\n*<!-- end -->", text)
        assert block is not None
        (line,) = block.group(1).strip().splitlines()
        assert line.startswith("python3 -m venv .venv && ")
        assert line.endswith(ending)
