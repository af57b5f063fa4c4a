"""`moat view` before it listens: impossible options, and the limit of open files."""

from __future__ import annotations

import inspect
import socket
import subprocess
import sys
import time
import urllib.request
from typing import Any

import pytest

from political_moat.experiments.cli.main import view as command
from political_moat.experiments.errors import UserError
from political_moat.viz.server import launch
from political_moat.viz.server.hosts import Teacher, address, listen
from political_moat.viz.server.launch import FILES_PER_PAGE, OTHER_FILES
from political_moat.viz.server.visitors import PAGES, Visitors


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


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_address_is_announced_once_the_server_answers(host: str) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as free:
        free.bind((host, 0))
        port = free.getsockname()[1]
    answers: list[bytes] = []
    with listen(host, port) as listening:
        server = launch._server(application, Visitors(), False)
        server.config.lifespan = "off"

        def announce() -> None:
            answers.append(urllib.request.urlopen(address(host, port), timeout=30).read())
            server.should_exit = True

        server.announce = announce
        server.run(sockets=[listening])
    assert answers == [b"ok"]


def test_the_first_line_is_the_address_and_the_key_is_printed_where_others_are_admitted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    own = launch._teacher("127.0.0.1", False)
    assert own == launch._teacher("::1", False) == Teacher()
    launch._announce("127.0.0.1", 8765, "/moat", "results", True, own.key)
    for _ in range(200):
        if opened:
            break
        time.sleep(0.05)
    assert opened == ["http://127.0.0.1:8765/moat/results"]
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("The page is at http://127.0.0.1:8765/moat/results.")
    for host, proxied in (("192.0.2.1", False), ("2001:db8::1", False), ("127.0.0.1", True)):
        teacher = launch._teacher(host, proxied)
        assert len(teacher.key) == 16
        assert teacher.proxied == proxied
        assert teacher.key != launch._teacher(host, proxied).key
        launch._announce(host, 8765, "", "", False, teacher.key)
        first, second = capsys.readouterr().out.splitlines()
        assert first.startswith(f"The page is at {address(host, 8765)}.")
        assert second.endswith(f"/teachers there and enter the key {teacher.key}")
