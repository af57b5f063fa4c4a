"""`moat view` before it listens: impossible options, and the limit of open files."""

from __future__ import annotations

import inspect
import socket
import subprocess
import sys
from typing import Any

import pytest

from political_moat.experiments.cli.main import view as command
from political_moat.experiments.errors import UserError
from political_moat.viz.server import launch
from political_moat.viz.server.launch import FILES_PER_PAGE, OTHER_FILES
from political_moat.viz.server.visitors import PAGES


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"port": 65_536}, "--port 65536 is not possible; allowed: 1 to 65535"),
        ({"host": "example.org"}, "allowed: localhost or an address of this machine"),
        ({"host": "[::1]"}, "allowed: localhost or an address of this machine"),
        ({"allow_hosts": ["https://example.org"]}, "allowed: a host name without scheme and port"),
        ({"root_path": "moat/"}, "allowed: a path such as /moat"),
        ({"pages_per_address": 0}, "--pages-per-address 0 is not possible; allowed: 1 to 300"),
        ({"pages_per_address": 301}, "allowed: 1 to 300"),
    ],
)
def test_an_impossible_option_is_a_one_line_error(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        launch.view(browser=False, **options)
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_the_command_has_the_default_of_the_server() -> None:
    assert inspect.signature(command).parameters["pages_per_address"].default == PAGES


@pytest.mark.parametrize(
    ("soft", "hard", "pages", "raised_to"),
    [
        (20_000, 20_000, PAGES, None),
        (256, 1_000_000, PAGES, OTHER_FILES + PAGES * FILES_PER_PAGE),
        (1024, 1024, (1024 - OTHER_FILES) // FILES_PER_PAGE, None),
        (100, 100, 1, None),
        (-1, -1, PAGES, None),
        (1024, -1, PAGES, OTHER_FILES + PAGES * FILES_PER_PAGE),
    ],
)
def test_pages_fit_into_the_limit_of_open_files(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, pages: int, raised_to: int | None
) -> None:
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "RLIM_INFINITY", -1)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, hard))
    raised: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: raised.append(limits))
    assert min(PAGES, launch._pages_that_files_allow(PAGES)) == pages
    assert raised == ([] if raised_to is None else [(raised_to, hard)])


def test_without_the_extra_the_line_says_how_to_install_it() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        f"import sys; sys.modules['solara'] = None; sys.argv = ['moat', 'view', '--no-browser', '--port', '{port}']; "
        "from political_moat.experiments.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stderr == "moat: the page needs solara: pip install 'political-moat[page]'\n"
